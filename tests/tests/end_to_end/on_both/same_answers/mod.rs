//! One service on SQLite and one on PostgreSQL hear the same random requests, and answer alike: whatever a database decides
//! about equality, order, patterns or what a text can hold, nobody who calls can tell.

mod requests;
mod sameness;
mod spellings;

use roster_tests::{Actor, Answer, Body, Dice, Engine, Service, is_long_run, report};
use serde_json::json;
use std::fmt::Write as _;

use requests::{Request, Who};
use sameness::Names;

const FACILITIES: [&str; 2] =
    ["16f0cbe3-bc75-45ea-9168-52e52c941ada", "970df7c4-843d-4a1d-9264-bd0cc5c5d927"];
const PASSWORD: &str = "canary of one and the other";
/// Instants in requests are of this year or later.
const FAR_AWAY: &str = "2400";
/// How many requests a sequence has.
const LENGTH: usize = 40;

/// A service on one of the databases, and what it called things in this sequence.
struct Side {
    service: Service,
    administrator: Actor,
    /// Somebody who may do some things, and somebody who may do little.
    others: Vec<Actor>,
    names: Names,
    events_before: i64,
}

impl Side {
    fn on(engine: Engine) -> Self {
        let options = Service::options().on(engine);
        let options = options.with("ROSTER_LOGIN_FAILURES_PER_ADDRESS", "1000000");
        let service = options.with("ROSTER_LOGIN_FAILURES_PER_ACCOUNT", "1000000").start();
        let administrator = service.administrator();
        Self { service, administrator, others: Vec::new(), names: Names::default(), events_before: 0 }
    }

    /// Nobody but the administrator is left, and nothing is remembered; then two others come.
    fn begin(&mut self) {
        self.administrator = self.service.administrator();
        let everybody =
            |by: &Actor| by.get("/users?limit=100").expect(200)["results"].as_array().unwrap().clone();
        loop {
            let others = everybody(&self.administrator);
            for person in others.iter().filter(|person| person["id"] != self.administrator.id.as_str()) {
                self.administrator.delete(&format!("/users/{}", person["id"].as_str().unwrap())).expect(200);
            }
            if others.len() < 100 {
                break;
            }
        }
        self.events_before = self.service.database().count("SELECT count(*) AS value FROM events");
        self.names = Names::default();
        self.names.call(&self.administrator.id);
        self.others = ["hr", "tech"].into_iter().map(|role| self.somebody(role)).collect();
    }

    fn somebody(&mut self, role: &str) -> Actor {
        let email = format!("{role}@example.com");
        let body = json!({
            "firstName": "Some", "lastName": role, "email": email, "plainPassword": PASSWORD, "roles": [role],
        });
        self.administrator.post("/users", body).expect(201);
        let actor = self.service.sign_in(&email, PASSWORD);
        self.names.person(&actor.id);
        actor
    }

    fn ask(&mut self, request: &Request) -> String {
        let by = match request.by {
            Who::Administrator => &self.administrator,
            Who::Other(number) => &self.others[number],
            Who::Nobody => &self.service.nobody(),
        };
        let headers: Vec<(&str, String)> =
            request.headers.iter().map(|(name, value)| (*name, self.names.filled(value))).collect();
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let body = match &request.body {
            None => Body::Empty,
            Some((kind, text)) => Body::Bytes(kind, self.names.filled(text).into_bytes()),
        };
        let answer = by.send(request.method, &self.names.filled(&request.path), &headers, &body);
        self.likeness(request, &answer)
    }

    /// Everything that must be alike about an answer.
    fn likeness(&mut self, request: &Request, answer: &Answer) -> String {
        let is_about_people = request.path.starts_with("/users");
        if answer.status == 201 {
            self.names.person(answer.json()["id"].as_str().unwrap());
        }
        if answer.status == 200
            && let Some(cursor) = answer.json()["nextCursor"].as_str()
        {
            self.names.cursor(cursor, is_about_people);
        }
        if let Some(tag) = answer.header("etag") {
            self.names.tag(tag, is_about_people);
        }
        let (status, headers, body) = answer.likeness();
        let matters = |name: &str| !["content-length", "keep-alive", "connection"].contains(&name);
        let headers: String = headers
            .iter()
            .filter(|(name, _)| matters(name))
            .map(|(name, value)| format!("{name}: {value}\n"))
            .collect();
        self.names.alike(&format!("{status}\n{headers}{body}"))
    }

    /// What was told of this sequence, in order.
    fn events(&mut self) -> Vec<String> {
        let told = self.service.database().texts(
            "SELECT type || ' by ' || actor_type || ' ' || actor_id || ' on ' || subject_type || ' ' || subject_id \
             || ' ' || data AS value FROM events ORDER BY seq",
        );
        let since = usize::try_from(self.events_before).unwrap();
        told[since..].iter().map(|event| self.names.alike(event)).collect()
    }
}

/// Lets both sides hear the same requests, one after the other; how many of them succeeded.
fn play(seed: u64, sides: &mut [Side; 2]) -> usize {
    let mut dice = Dice::of(seed);
    let mut story = String::new();
    sides.iter_mut().for_each(Side::begin);
    let (mut last, mut succeeded) = (None, 0);
    for _ in 0..LENGTH {
        let request = requests::next(&mut dice, sides[0].names.people(), last.as_ref());
        writeln!(story, "{request:?}").unwrap();
        let [sqlite, postgres] = sides.each_mut().map(|side| side.ask(&request));
        assert_eq!(sqlite, postgres, "SQLite answers the one, PostgreSQL the other; seed {seed}:\n{story}");
        succeeded += usize::from(sqlite.starts_with('2'));
        last = Some(request);
    }
    let [sqlite, postgres] = sides.each_mut().map(Side::events);
    assert_eq!(sqlite, postgres, "events differ; seed {seed}:\n{story}");
    succeeded
}

#[test]
fn nobody_can_tell_on_which_database_a_service_runs() {
    let mut sides = [Side::on(Engine::Sqlite), Side::on(Engine::Postgres)];
    let seeds = if is_long_run() { 0..2_000 } else { 0..40 };
    let sequences = seeds.end;
    let succeeded: usize = seeds.map(|seed| play(seed, &mut sides)).sum();
    for side in &sides {
        side.service.database().assert_sound();
    }
    let requests = usize::try_from(sequences).unwrap() * LENGTH;
    report(&format!(
        "both databases: {sequences} sequences of {LENGTH} requests were answered alike, {succeeded} of {requests} with success"
    ));
    assert!(succeeded > requests / 3, "{succeeded} of {requests} requests did something");
}
