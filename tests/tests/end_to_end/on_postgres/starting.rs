//! How instances start on a database that they share.

use roster_tests::{Finished, PUBLIC_URL, Replicas, Roster, SECRET, ServerDatabase, at_once, report};
use std::time::Instant;

#[test]
fn of_five_that_start_at_once_on_an_empty_database_one_migrates_and_all_serve() {
    let database = ServerDatabase::empty();
    let began = Instant::now();
    let instances = at_once(5, |_| Replicas::options(database.url()).start());
    let took = began.elapsed();
    let migrated = |told: &serde_json::Value| told["message"] == "brought the schema up to date";
    let who = instances.iter().filter(|instance| instance.log().events().iter().any(migrated)).count();
    assert_eq!(who, 1, "one migrates");
    for instance in &instances {
        instance.nobody().get("/health/ready").expect_status(200);
    }
    let mut sql = database.sql();
    let twice = "SELECT count(*) - count(DISTINCT version) AS value FROM __diesel_schema_migrations";
    assert_eq!(sql.count(twice), 0);
    assert_eq!(sql.count("SELECT count(*) AS value FROM signing_keys"), 1, "one key, which all sign with");
    let sets: Vec<String> = instances
        .iter()
        .map(|instance| instance.nobody().get("/.well-known/jwks.json").expect(200).to_string())
        .collect();
    assert!(sets.iter().all(|set| *set == sets[0]), "{sets:?}");
    report(&format!("five instances at once on an empty database: all serve after {took:?}"));
}

/// A misuse that is told in one line, which names the setting.
#[track_caller]
fn is_refused(finished: &Finished, name: &str) {
    assert_eq!(finished.code, 2, "{finished:?}");
    assert_eq!(finished.stderr.lines().count(), 1, "{finished:?}");
    assert!(finished.stderr.contains(name), "{finished:?}");
    assert!(!finished.stderr.contains(SECRET), "{finished:?}");
}

fn serve(url: &str) -> Roster {
    let run = Roster::new(["serve"]).with("ROSTER_LISTEN", "127.0.0.1:0").with("ROSTER_DATABASE_URL", url);
    run.with("ROSTER_SECRET", SECRET).with("ROSTER_PUBLIC_URL", PUBLIC_URL)
}

#[test]
fn what_instances_must_share_is_required() {
    let database = ServerDatabase::empty();
    is_refused(&serve(database.url()).without("ROSTER_SECRET").run(), "ROSTER_SECRET");
    is_refused(&serve(database.url()).without("ROSTER_PUBLIC_URL").run(), "ROSTER_PUBLIC_URL");
}

#[test]
fn a_secret_that_the_database_does_not_know_is_refused() {
    let database = ServerDatabase::empty();
    let instance = Replicas::options(database.url()).start();
    let other = "IB8eHRwbGhkYFxYVFBMSERAPDg0MCwoJCAcGBQQDAgE=";
    is_refused(&serve(database.url()).with("ROSTER_SECRET", other).run(), "ROSTER_SECRET");
    instance.nobody().get("/health/ready").expect_status(200);
}
