//! `kill -9` at any moment: what was acknowledged is there, and nothing is half done.

use roster_tests::{Actor, Body, Service, invented, is_long_run};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

const WRITERS: usize = 8;
const FACILITY: &str = "16f0cbe3-bc75-45ea-9168-52e52c941ada";
const ROLES: [&str; 4] = ["tech", "finance", "com", "business"];

/// What one writer knows of one person: every value is the last that was acknowledged, beside those that were asked for
/// and got no answer, which may have come to be or not.
#[derive(Clone, Debug, Default)]
struct Person {
    roles: Known<Vec<String>>,
    name: Known<String>,
    actions: Known<BTreeSet<String>>,
}

#[derive(Clone, Debug, Default)]
struct Known<T> {
    acknowledged: T,
    in_doubt: Option<T>,
}

impl<T: PartialEq + std::fmt::Debug> Known<T> {
    fn note(&mut self, value: T, is_acknowledged: bool) {
        if is_acknowledged {
            (self.acknowledged, self.in_doubt) = (value, None);
        } else {
            self.in_doubt = Some(value);
        }
    }

    #[track_caller]
    fn check(&self, found: &T, what: &str) {
        let is_known = *found == self.acknowledged || Some(found) == self.in_doubt.as_ref();
        assert!(is_known, "{what}: found {found:?}, known {self:?}");
    }
}

/// One writer's memory: people by id.
type Journal = BTreeMap<String, Person>;

/// One writer, who stops at the first request that is not answered.
struct Writer<'a> {
    administrator: &'a Actor,
    journal: Journal,
    acknowledged: &'a AtomicUsize,
    dice: u64,
}

impl Writer<'_> {
    fn run(mut self) -> Journal {
        while self.step().is_some() {
            self.acknowledged.fetch_add(1, Ordering::Relaxed);
        }
        self.journal
    }

    fn roll(&mut self, sides: usize) -> usize {
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.dice >> 33).unwrap() % sides
    }

    /// Does one thing; `None` when the service is gone.
    fn step(&mut self) -> Option<()> {
        let choice = if self.journal.is_empty() { 0 } else { self.roll(5) };
        let whom = self.roll(self.journal.len().max(1));
        let id = self.journal.keys().nth(whom).cloned();
        match (choice, id) {
            (1, Some(id)) => self.change_roles(&id),
            (2, Some(id)) => self.rename(&id),
            (3, Some(id)) => self.change_access(&id, true),
            (4, Some(id)) => self.change_access(&id, false),
            _ => self.create(),
        }
    }

    fn send(&self, method: &str, path: &str, body: Value) -> Option<Value> {
        let answer = self.administrator.try_send(method, path, &[], &Body::from(body)).ok()?;
        assert!((200..300).contains(&answer.status), "{answer}");
        Some(answer.json())
    }

    fn create(&mut self) -> Option<()> {
        let role = ROLES[self.roll(ROLES.len())];
        let tag = invented();
        let body = json!({
            "firstName": "New", "lastName": "Person", "email": format!("{tag}@example.com"),
            "plainPassword": "canary-journal-password", "roles": [role],
        });
        let made = self.send("POST", "/users", body)?;
        let person = Person {
            roles: Known { acknowledged: vec![role.to_owned()], in_doubt: None },
            name: Known { acknowledged: "New".to_owned(), in_doubt: None },
            actions: Known::default(),
        };
        self.journal.insert(made["id"].as_str().unwrap().to_owned(), person);
        Some(())
    }

    fn change_roles(&mut self, id: &str) -> Option<()> {
        let roles = vec![ROLES[self.roll(ROLES.len())].to_owned()];
        let answer = self.send("PATCH", &format!("/users/{id}"), json!({ "roles": roles }));
        self.journal.get_mut(id)?.roles.note(roles, answer.is_some());
        answer.map(drop)
    }

    fn rename(&mut self, id: &str) -> Option<()> {
        let name = format!("Name {}", self.roll(1_000_000));
        let answer = self.send("PATCH", &format!("/users/{id}"), json!({ "firstName": name }));
        self.journal.get_mut(id)?.name.note(name, answer.is_some());
        answer.map(drop)
    }

    fn change_access(&mut self, id: &str, is_giving: bool) -> Option<()> {
        let action = format!("action-{}", self.roll(5));
        let body = json!({ "userId": id, "actions": [action] });
        let call = if is_giving { "give_access" } else { "remove_access" };
        let answer = self.send("POST", &format!("/facilities/{FACILITY}/{call}"), body);
        let held = &mut self.journal.get_mut(id)?.actions;
        let mut actions = held.acknowledged.clone();
        if is_giving {
            actions.insert(action)
        } else {
            actions.remove(&action)
        };
        held.note(actions, answer.is_some());
        answer.map(drop)
    }
}

/// Everything in the journals is there, and what was in doubt is settled either way.
fn check(administrator: &Actor, journal: &mut Journal) {
    for (id, person) in journal {
        let found = administrator.get(&format!("/users/{id}")).expect(200);
        let roles: Vec<String> = serde_json::from_value(found["roles"].clone()).unwrap();
        let name = found["firstName"].as_str().unwrap().to_owned();
        let access = administrator.get(&format!("/users/{id}/facilities")).expect(200);
        let actions: BTreeSet<String> =
            serde_json::from_value(access["results"][0]["actions"].clone()).unwrap_or_default();
        person.roles.check(&roles, "roles");
        person.name.check(&name, "name");
        person.actions.check(&actions, "actions");
        *person = Person {
            roles: Known { acknowledged: roles, in_doubt: None },
            name: Known { acknowledged: name, in_doubt: None },
            actions: Known { acknowledged: actions, in_doubt: None },
        };
    }
}

/// Lets the writers work until so many things were acknowledged, and kills the service in the middle of the next.
fn write_until_killed(service: &Service, administrator: &Actor, enough: usize, round: u64) -> Journal {
    let acknowledged = AtomicUsize::new(0);
    thread::scope(|scope| {
        let start = |number: u64| {
            let dice = round * 1_000 + number;
            let writer = Writer { administrator, journal: Journal::new(), acknowledged: &acknowledged, dice };
            scope.spawn(move || writer.run())
        };
        let writers: Vec<_> = (0..u64::try_from(WRITERS).unwrap()).map(start).collect();
        roster_tests::within(Duration::from_mins(1), "enough work", || {
            (acknowledged.load(Ordering::Relaxed) >= enough).then_some(())
        });
        service.kill();
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    })
}

#[test]
fn what_was_acknowledged_survives_kill_9() {
    let rounds = if is_long_run() { 100 } else { 10 };
    let mut service = Service::start();
    let mut journal = Journal::new();
    for round in 0..rounds {
        let administrator = service.administrator();
        // Between a few and some hundreds, and never the same.
        let enough = 20 + usize::try_from(round * 37 % 180).unwrap();
        let mut written = write_until_killed(&service, &administrator, enough, round);
        service.database().assert_sound();
        service.restart();
        let administrator = service.administrator();
        check(&administrator, &mut written);
        journal.extend(written);
        assert_changes_have_events(&service);
    }
    check(&service.administrator(), &mut journal);
    assert!(journal.len() > WRITERS, "something was written");
}

/// Every person has exactly the versions that their events tell of.
fn assert_changes_have_events(service: &Service) {
    let untold = "\
        WITH told AS (SELECT replace(subject_id, '-', '') AS id, count(DISTINCT request_id) AS changes FROM events \
        WHERE type IN ('user.updated', 'user.roles_changed', 'user.disabled', 'user.enabled') GROUP BY subject_id) \
        SELECT count(*) AS value FROM users LEFT JOIN told ON told.id = lower(hex(users.id)) \
        WHERE users.version - 1 <> coalesce(told.changes, 0)";
    assert_eq!(service.database().count(untold), 0, "versions without events");
}
