//! An instance that is killed while it migrates, at each step of that.

use roster_tests::{Replicas, ServerDatabase, at_once, eventually, is_long_run, report};

/// Makes the server stop for a second before the statement of the schema that has this number.
fn stop_before(database: &ServerDatabase, number: usize) {
    database.sql().run(&format!(
        "CREATE SEQUENCE steps;
         CREATE FUNCTION stop() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
             IF nextval('public.steps') = {number} THEN PERFORM pg_sleep(1); END IF;
         END $$;
         CREATE EVENT TRIGGER stop ON ddl_command_start EXECUTE FUNCTION stop();"
    ));
}

/// Lets the server go on, and forgets what was made for that.
fn go_on(database: &ServerDatabase) {
    database.sql().run("DROP EVENT TRIGGER stop; DROP FUNCTION stop; DROP SEQUENCE steps");
}

/// How many statements of the schema a first start runs.
fn steps() -> usize {
    let database = ServerDatabase::empty();
    stop_before(&database, usize::MAX >> 1);
    Replicas::command_on(database.url(), ["db", "migrate"]).succeed();
    usize::try_from(database.sql().count("SELECT last_value AS value FROM steps")).unwrap()
}

#[test]
fn whoever_starts_after_one_that_was_killed_amidst_a_migration_finishes_it() {
    let steps = steps();
    assert!(steps > 20, "{steps}");
    let each = if is_long_run() { 1 } else { 12 };
    let tried = (1..=steps).step_by(each).inspect(|step| {
        let database = ServerDatabase::empty();
        stop_before(&database, *step);
        let (mut killed, _) = Replicas::command_on(database.url(), ["db", "migrate"]).spawn();
        let asleep = "SELECT count(*) AS value FROM pg_stat_activity \
             WHERE datname = current_database() AND wait_event = 'PgSleep'";
        eventually("a migration that waits", || (database.sql().count(asleep) == 1).then_some(()));
        killed.kill().unwrap();
        killed.wait().unwrap();
        let tables = "SELECT count(*) AS value FROM pg_tables WHERE schemaname = 'public'";
        assert_eq!(database.sql().count(tables), 0, "nothing of it is there, step {step}");
        // One of them finds the server still at work for the one that is gone.
        let instances = at_once(3, |_| Replicas::options(database.url()).start());
        go_on(&database);
        let migrated = |told: &serde_json::Value| told["message"] == "brought the schema up to date";
        let who = instances.iter().filter(|instance| instance.log().events().iter().any(migrated)).count();
        assert_eq!(who, 1, "one migrates, step {step}");
        for instance in &instances {
            instance.nobody().get("/health/ready").expect_status(200);
        }
    });
    report(&format!(
        "killed amidst a migration at {} of its {steps} steps, finished by the next start",
        tried.count()
    ));
}
