//! What is taken away at one instance is gone at the others within a second.

use roster_tests::{
    Actor, Answer, Replicas, ServerDatabase, header_of, is_long_run, report, within_a_second,
};
use serde_json::json;
use std::time::{Duration, Instant};

/// How long until each of the others was seen to follow.
struct Times(Vec<Duration>);

impl Times {
    /// Waits until a look at each instance finds what was promised.
    fn follow(&mut self, what: &str, instances: &Replicas, mut look: impl FnMut(usize) -> bool) {
        let began = Instant::now();
        for number in 0..instances.instances().len() {
            within_a_second(what, || look(number));
            self.0.push(began.elapsed());
        }
    }

    fn tell(mut self, what: &str) {
        self.0.sort();
        let (median, most) = (self.0[self.0.len() / 2], self.0[self.0.len() - 1]);
        report(&format!(
            "{what}, seen at three instances: {} looks, median {median:?}, at most {most:?}",
            self.0.len()
        ));
    }
}

fn rounds(long: usize, short: usize) -> usize {
    if is_long_run() { long } else { short }
}

fn is_out(person: &Actor, instances: &Replicas, number: usize) -> bool {
    person.at(&instances[number]).get("/user").status == 401
}

#[test]
fn whoever_is_shut_out_at_one_instance_is_out_at_all() {
    let database = ServerDatabase::empty();
    let instances = Replicas::start(database.url(), 3);
    let administrator = instances[0].administrator();
    let mut times = Times(Vec::new());
    for round in 0..rounds(100, 25) {
        let person = instances[1].user_made_by(&administrator.at(&instances[1]), "tech");
        let path = format!("/users/{}", person.id);
        (0..3).for_each(|number| drop(person.at(&instances[number]).get("/user").expect(200)));
        let by = administrator.at(&instances[round]);
        let (what, answer): (_, Answer) = match round % 5 {
            0 => ("the end of somebody disabled", by.patch(&path, json!({ "disabled": true }))),
            1 => ("the end of somebody deleted", by.delete(&path)),
            2 => {
                let body = json!({ "newPassword": "canary-set-by-another" });
                ("the end of an old password", by.put(&format!("{path}/password"), body))
            }
            3 => {
                let own = person.at(&instances[round]);
                ("the end of a session", own.delete(&format!("/user/sessions/{}", person.session())))
            }
            _ => ("the end of all sessions", by.delete(&format!("{path}/sessions"))),
        };
        answer.expect_status(200);
        times.follow(what, &instances, |number| is_out(&person, &instances, number));
        let refresh = instances[round + 1].try_refresh(person.refresh());
        assert_eq!(refresh.expect(400)["error"], "invalid_grant");
    }
    times.tell("the end of a sign-in");
}

#[test]
fn a_right_that_is_taken_at_one_instance_is_gone_at_all() {
    const FACILITY: &str = "16f0cbe3-bc75-45ea-9168-52e52c941ada";
    let database = ServerDatabase::empty();
    let instances = Replicas::start(database.url(), 3);
    let administrator = instances[0].administrator();
    let person = instances[0].user_made_by(&administrator, "hr");
    let path = format!("/users/{}", person.id);
    let mut times = Times(Vec::new());
    for round in 0..rounds(100, 20) {
        let by = administrator.at(&instances[round]);
        by.patch(&path, json!({ "roles": ["hr"] })).expect(200);
        by.give(&person.id, FACILITY, &["doors:open"]);
        let target = format!("/users/{}", administrator.id);
        let may_change = |number: usize| {
            person.at(&instances[number]).patch(&target, json!({ "description": "changed" })).status == 200
        };
        let is_listed = |number: usize| {
            let own = person.at(&instances[number]).get("/user/facilities").expect(200);
            !own["data"].as_array().unwrap().is_empty()
        };
        assert!((0..3).all(|number| may_change(number) && is_listed(number)));
        by.patch(&path, json!({ "roles": ["tech"] })).expect(200);
        times.follow("the end of a role", &instances, |number| !may_change(number));
        by.remove(&person.id, FACILITY, &["doors:open"]);
        times.follow("the end of access", &instances, |number| !is_listed(number));
    }
    times.tell("the end of a right");
}

#[test]
fn commands_take_effect_at_all_instances() {
    let database = ServerDatabase::empty();
    let instances = Replicas::start(database.url(), 3);
    let administrator = instances[0].administrator();
    let mut times = Times(Vec::new());
    for _ in 0..rounds(30, 4) {
        let made = instances.command(["keys", "rotate", "--json"]).succeed().json();
        let new = made["kid"].as_str().unwrap();
        let is_known = |number: usize| {
            let set = instances[number].nobody().get("/.well-known/jwks.json").expect(200);
            set["keys"].as_array().unwrap().iter().any(|key| key["kid"] == new)
        };
        times.follow("a new key", &instances, is_known);
        instances.command(["client", "disable", "--id", "test-client"]).succeed();
        times.follow("the end of a client", &instances, |number| is_out(&administrator, &instances, number));
        instances.command(["client", "enable", "--id", "test-client"]).succeed();
        times.follow("the return of a client", &instances, |number| {
            !is_out(&administrator, &instances, number)
        });
    }
    let old = header_of(&administrator.token)["kid"].as_str().unwrap().to_owned();
    instances.command(["keys", "revoke", &old]).succeed();
    times.follow("the end of a key", &instances, |number| is_out(&administrator, &instances, number));
    times.tell("what commands did");
}
