//! Whether a service that was started again still knows all that it had acknowledged.

use roster_tests::{Actor, Answer, Body, Service};
use std::collections::BTreeSet;

use super::writer::{Journal, Person, SignIn};

/// Everybody is there with a value of everything that fits the moment at which the service ended. What was in doubt is
/// settled by what is found.
#[track_caller]
pub(crate) fn check(service: &Service, administrator: &Actor, journal: &mut Journal, at: u64) {
    for (id, person) in &mut journal.people {
        if !person.name.possible(at).is_empty() {
            check_values(administrator, id, person, at);
            check_password(service, person, at);
            check_sign_in(service, person, at);
        }
    }
    assert_changes_have_events(service);
}

fn check_values(administrator: &Actor, id: &str, person: &mut Person, at: u64) {
    let found = administrator.get(&format!("/users/{id}")).expect(200);
    let roles: Vec<String> = serde_json::from_value(found["roles"].clone()).unwrap();
    let name = found["firstName"].as_str().unwrap().to_owned();
    let access = administrator.get(&format!("/users/{id}/facilities")).expect(200);
    let actions: BTreeSet<String> =
        serde_json::from_value(access["results"][0]["actions"].clone()).unwrap_or_default();
    person.roles.check(&roles, at, "roles");
    person.name.check(&name, at, "name");
    person.actions.check(&actions, at, "actions");
    person.roles.settle(roles);
    person.name.settle(name);
    person.actions.settle(actions);
}

fn check_password(service: &Service, person: &mut Person, at: u64) {
    let signs_in = |password: &&&String| service.try_password(&person.email, password).status == 200;
    // The newest first: a sign-in ends none, and a wrong password is counted.
    let found = person.password.possible(at).iter().rev().find(signs_in).map(|found| (*found).clone());
    let found = found.unwrap_or_else(|| panic!("no known password is that of {person:?} at {at}"));
    person.password.settle(found);
}

/// The refresh token that was told last is worth something, and what it is exchanged for is remembered. So is one whose
/// exchange was in doubt, as for a while every exchange can be asked for again.
fn check_sign_in(service: &Service, person: &mut Person, at: u64) {
    let possible = person.sign_in.possible(at);
    let known = match possible[..] {
        [SignIn::Known { refresh_token, .. }] | [SignIn::Known { refresh_token, .. }, SignIn::Lost] => {
            Some(refresh_token)
        }
        _ => None,
    };
    let found = known.map_or(SignIn::None, |token| {
        let tokens = service.try_refresh(token).expect(200);
        let text = |member: &str| tokens[member].as_str().unwrap().to_owned();
        SignIn::Known { refresh_token: text("refresh_token"), access_token: text("access_token") }
    });
    person.sign_in.settle(found);
}

/// Whoever was to be made and of whom nothing was heard comes to be, once, when asked for again under the same key.
#[track_caller]
pub(crate) fn ask_again(service: &Service, administrator: &Actor, journal: &mut Journal) {
    for (key, body) in journal.unheard_of.drain(..) {
        let ask = || -> Answer {
            administrator.send("POST", "/users", &[("idempotency-key", &key)], &Body::from(body.clone()))
        };
        let made = ask().expect(201);
        assert_eq!(ask().expect(201), made);
        let id = made["id"].as_str().unwrap();
        let events = "SELECT count(*) AS value FROM events WHERE type = 'user.created' AND subject_id = '";
        assert_eq!(service.database().count(&format!("{events}{id}'")), 1, "{id} was made once");
    }
}

/// The number of people who have other versions than those that their events tell of.
pub(crate) const UNTOLD: &str = "\
    WITH told AS (SELECT replace(subject_id, '-', '') AS id, count(DISTINCT request_id) AS changes FROM events \
    WHERE type IN ('user.updated', 'user.roles_changed', 'user.disabled', 'user.enabled') GROUP BY subject_id) \
    SELECT count(*) AS value FROM users LEFT JOIN told ON told.id = lower(hex(users.id)) \
    WHERE users.version - 1 <> coalesce(told.changes, 0)";

#[track_caller]
fn assert_changes_have_events(service: &Service) {
    assert_eq!(service.database().count(UNTOLD), 0, "versions without events");
}
