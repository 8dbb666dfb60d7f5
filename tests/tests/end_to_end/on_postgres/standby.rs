//! A standby that lists may come from: it is asked only while it has applied all that was acknowledged.

use roster_tests::{Actor, ChaosProxy, PostgresServer, Replicas, Weather, within};
use std::time::Duration;

use super::weather_report::patient;

/// How long a standby may stay unasked after it did not answer, with time for it to start.
const REST: Duration = Duration::from_secs(20);

/// Instances on a server of the test's own that may read lists behind this port.
fn replicas(server: &PostgresServer, database: &str, reads_from: u16, count: usize) -> Replicas {
    let read_url = server.url(database).replace(&format!(":{}/", server.port()), &format!(":{reads_from}/"));
    Replicas::start_with(&server.url(database), count, |options| {
        patient(options).with("ROSTER_DATABASE_READ_URL", &read_url)
    })
}

/// Whom a list finds under this address.
fn found(reader: &Actor, email: &str) -> Vec<String> {
    let list = reader.get(&format!("/users?email={email}")).expect(200);
    list["results"].as_array().unwrap().iter().map(|user| user["firstName"].to_string()).collect()
}

/// Whether the last thing that the service did there was to read: where it only asks how far a standby is, it leaves no
/// transaction to end.
fn was_read_from(standby: &PostgresServer, database: &str) -> bool {
    let reading = "SELECT count(*) AS value FROM pg_stat_activity WHERE application_name = 'roster' AND query = 'ROLLBACK'";
    standby.sql(database).count(reading) > 0
}

fn end_sessions(standby: &PostgresServer, database: &str) {
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'roster'";
    standby.sql(database).run(end);
}

#[test]
fn a_standby_that_lags_shows_nobody_an_older_list() {
    let Some(server) = PostgresServer::start() else { return };
    let database = server.new_database();
    let standby = server.standby("recovery_min_apply_delay = '5s'\n");
    let replicas = replicas(&server, &database, standby.port(), 2);
    let administrator = replicas[0].administrator();
    let elsewhere = administrator.at(&replicas[1]);
    let all = "SELECT count(*) AS value FROM users";
    let mut lagged = 0;
    for number in 0..20 {
        let person = replicas[0].user_made_by(&administrator, "tech");
        assert_eq!(
            found(&administrator, &person.email).len(),
            1,
            "the one that was just made, number {number}"
        );
        assert_eq!(found(&elsewhere, &person.email).len(), 1, "the same at the other instance");
        let name = format!("Renamed{number}");
        let change = serde_json::json!({ "firstName": name });
        elsewhere.patch(&format!("/users/{}", person.id), change).expect(200);
        assert_eq!(found(&administrator, &person.email), [format!("{name:?}")]);
        let is_behind = || standby.sql(&database).count(all) < server.sql(&database).count(all);
        // The schema itself may not have arrived yet.
        lagged += usize::from(standby.sql(&database).texts(USERS_TABLE).is_empty() || is_behind());
    }
    assert_eq!(lagged, 20, "a standby that was abreast proves nothing");
}

const USERS_TABLE: &str =
    "SELECT table_name::text AS value FROM information_schema.tables WHERE table_name = 'users'";

#[test]
fn a_standby_that_is_abreast_answers_lists_and_is_done_without_when_it_is_gone() {
    let Some(server) = PostgresServer::start() else { return };
    let database = server.new_database();
    let standby = server.standby("");
    let replicas = replicas(&server, &database, standby.port(), 1);
    let administrator = replicas[0].administrator();
    let person = replicas[0].user_made_by(&administrator, "tech");
    let is_asked = || {
        assert_eq!(found(&administrator, &person.email).len(), 1);
        was_read_from(&standby, &database).then_some(())
    };
    within(REST, "a list from the standby", is_asked);
    standby.crash();
    for _ in 0..50 {
        assert_eq!(found(&administrator, &person.email).len(), 1);
    }
    standby.start_again();
    within(REST, "a list from the standby that is back", is_asked);
}

#[test]
fn a_standby_that_never_answers_holds_up_no_list() {
    let Some(server) = PostgresServer::start() else { return };
    let database = server.new_database();
    let standby = server.standby("");
    let proxy = ChaosProxy::to(standby.port());
    let replicas = replicas(&server, &database, proxy.port(), 1);
    let administrator = replicas[0].administrator();
    let person = replicas[0].user_made_by(&administrator, "tech");
    for weather in [Weather::BlackHole, Weather::Refuses] {
        within(REST, "a list from the standby", || {
            assert_eq!(found(&administrator, &person.email).len(), 1);
            was_read_from(&standby, &database).then_some(())
        });
        proxy.turn(weather);
        for _ in 0..30 {
            assert_eq!(found(&administrator, &person.email).len(), 1, "{weather:?}");
        }
        administrator.get("/health/ready").expect(200);
        // What the proxy still holds is no sign of what comes.
        end_sessions(&standby, &database);
        proxy.turn(Weather::Fair);
    }
}
