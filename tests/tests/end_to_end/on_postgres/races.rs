//! Many at once, each through another instance: what holds on one holds on all together.

use roster_tests::{
    Actor, Answer, Body, Replicas, ServerDatabase, ServiceOptions, at_once, invented, is_long_run,
};
use serde_json::{Value, json};

/// How many of these have this status.
fn count(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

fn person(email: &str) -> Value {
    json!({
        "firstName": "Robin", "lastName": "Race", "email": email, "plainPassword": "canary-race-password",
        "roles": ["tech"],
    })
}

#[test]
fn fifty_who_refresh_one_token_share_one_living_chain() {
    let database = ServerDatabase::empty();
    let instances = Replicas::start(database.url(), 3);
    let administrator = instances[0].administrator();
    for _ in 0..if is_long_run() { 20 } else { 3 } {
        let parent = instances[0].user_made_by(&administrator, "tech");
        let children = at_once(50, |racer| instances[racer].refreshed(&parent));
        assert!(children.iter().all(|child| child.refresh() == children[0].refresh()), "one successor");
        let grandchild = instances[1].refreshed(&children[0]);
        for number in 0..3 {
            let replay = instances[number].try_refresh(parent.refresh());
            assert_eq!(replay.expect(400)["error"], "invalid_grant");
            for link in [&parent, &children[0], &children[49], &grandchild] {
                link.at(&instances[number]).get("/user").expect_problem(401, "invalid_token");
            }
        }
    }
}

#[test]
fn of_fifty_who_create_one_address_one_does() {
    let database = ServerDatabase::empty();
    // As costly as by default: not all of them can be hashed in the time that anybody waits.
    let costly = |options: ServiceOptions| options.with("ROSTER_BCRYPT_COST", "12");
    let instances = Replicas::start_with(database.url(), 3, costly);
    let administrator = instances[0].administrator();
    for _ in 0..if is_long_run() { 20 } else { 3 } {
        let name = invented();
        let answers = at_once(50, |racer| {
            // Each in letters of its own.
            let spelled = |(place, letter): (usize, char)| {
                if racer >> (place % 6) & 1 == 1 { letter.to_ascii_uppercase() } else { letter }
            };
            let email: String = format!("{name}@example.com").chars().enumerate().map(spelled).collect();
            administrator.at(&instances[racer]).post("/users", person(&email))
        });
        assert_eq!((count(&answers, 201), count(&answers, 409)), (1, 49), "{}", statuses(&answers));
        let key = format!("SELECT count(*) AS value FROM users WHERE email_key = '{name}@example.com'");
        assert_eq!(database.sql().count(&key), 1);
    }
}

fn statuses(answers: &[Answer]) -> String {
    let mut all: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    all.sort_unstable();
    format!("{all:?}")
}

#[test]
fn two_administrators_who_shut_each_other_out_leave_one() {
    let database = ServerDatabase::empty();
    let instances = Replicas::start(database.url(), 2);
    let first = instances[0].administrator();
    let second = instances[0].user_made_by(&first, "hr").at(&instances[1]);
    let (demote, disable) = (json!({ "roles": ["tech"] }), json!({ "disabled": true }));
    let path = |person: &Actor| format!("/users/{}", person.id);
    let mut pair = [first, second];
    for round in 0..if is_long_run() { 300 } else { 40 } {
        let change = if round % 2 == 0 { &demote } else { &disable };
        let answers = at_once(2, |who| pair[who].patch(&path(&pair[1 - who]), change.clone()));
        let told = statuses(&answers);
        assert_eq!(count(&answers, 200), 1, "round {round}: {told}");
        assert!(
            answers.iter().any(|answer| [401, 403, 409].contains(&answer.status)),
            "round {round}: {told}"
        );
        let left = "SELECT count(*) AS value FROM users WHERE administrator AND NOT disabled";
        assert_eq!(database.sql().count(left), 1, "round {round}: {told}");
        let winner = usize::from(answers[1].status == 200);
        pair[winner]
            .patch(&path(&pair[1 - winner]), json!({ "roles": ["board"], "disabled": false }))
            .expect(200);
        // Whoever was disabled is signed out.
        let loser = &pair[1 - winner];
        pair[1 - winner] = instances[1 - winner].sign_in(&loser.email, &loser.password);
    }
}

#[test]
fn one_key_acts_once_however_many_instances_are_asked() {
    let database = ServerDatabase::empty();
    let instances = Replicas::start(database.url(), 3);
    let administrator = instances[0].administrator();
    for _ in 0..if is_long_run() { 20 } else { 4 } {
        let (key, body) = (invented(), Body::from(person(&format!("{}@example.com", invented()))));
        let ask = |racer: usize| {
            let by = administrator.at(&instances[racer]);
            by.send("POST", "/users", &[("idempotency-key", &key)], &body)
        };
        let made: Vec<Value> = at_once(12, ask).iter().map(|answer| answer.expect(201)).collect();
        assert!(made.iter().all(|one| *one == made[0]), "{made:?}");
        let id = made[0]["id"].as_str().unwrap();
        let told = format!(
            "SELECT (SELECT count(*) FROM events WHERE subject_id = '{id}') \
             + (SELECT count(*) FROM fresh_events WHERE subject_id = '{id}') AS value"
        );
        assert_eq!(database.sql().count(&told), 1);
    }
}

#[test]
fn wrong_passwords_count_wherever_they_are_tried() {
    let database = ServerDatabase::empty();
    let instances = Replicas::start(database.url(), 3);
    let person = instances[0].user("tech");
    for number in 0..10 {
        instances[number].try_password(&person.email, "canary-wrong-password").expect(400);
    }
    for number in 0..3 {
        let limited = instances[number].try_password(&person.email, &person.password);
        limited.expect_oauth_error(429, "temporarily_unavailable");
        limited.retry_after();
    }
}
