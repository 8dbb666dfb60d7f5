//! People who use the service all the time, judge each answer, and remember what was acknowledged.

use roster_tests::{Actor, Answer, Body, CLIENT, Dice, Replicas, invented};
use serde_json::json;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::journal::{History, Times};

/// One of those people: they change and read one person that is theirs alone.
pub(crate) struct Hand<'a> {
    replicas: &'a Replicas,
    administrator: &'a Actor,
    /// Somebody whose sign-in was ended: whatever happens, nobody lets them in.
    shut_out: &'a Actor,
    person: Actor,
    dice: Dice,
    name: History<String>,
    created: Vec<String>,
    /// The ids of the acknowledged requests that changed something.
    changes: Vec<String>,
    pub(crate) calls: Vec<Call>,
}

/// One call: when it began, how long its answer took, and whether it was served or told to come back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call {
    pub(crate) began: Instant,
    pub(crate) took: Duration,
    pub(crate) was_served: bool,
}

/// Before and after every time: what must be found is the last that was acknowledged.
const ACKNOWLEDGED: Times = Times { asked: 0, acknowledged: Some(0) };
const IN_DOUBT: Times = Times { asked: 0, acknowledged: None };

/// Everybody who calls, each with a person of their own.
pub(crate) fn hands<'a>(
    replicas: &'a Replicas,
    administrator: &'a Actor,
    shut_out: &'a Actor,
    count: u64,
) -> Vec<Hand<'a>> {
    let hand = |number| Hand {
        replicas,
        administrator,
        shut_out,
        person: replicas[0].user_made_by(administrator, "tech"),
        dice: Dice::of(number),
        name: History::of("Robin".to_owned(), ACKNOWLEDGED),
        created: Vec::new(),
        changes: Vec::new(),
        calls: Vec::new(),
    };
    (0..count).map(hand).collect()
}

/// Somebody whose sign-in was ended.
pub(crate) fn shut_out(replicas: &Replicas, administrator: &Actor) -> Actor {
    let person = replicas[0].user_made_by(administrator, "tech");
    administrator.patch(&format!("/users/{}", person.id), json!({ "disabled": true })).expect(200);
    person
}

/// Lets all of them call as long as something else goes on.
pub(crate) fn call_meanwhile<T>(hands: &mut [Hand<'_>], meanwhile: impl FnOnce() -> T) -> T {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        for hand in hands {
            let is_over = &is_over;
            scope.spawn(move || {
                while !is_over.load(Ordering::SeqCst) {
                    hand.step();
                }
            });
        }
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(meanwhile));
        is_over.store(true, Ordering::SeqCst);
        ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

impl Hand<'_> {
    fn step(&mut self) {
        match self.dice.roll(12) {
            0..=3 => self.rename(),
            4 => self.create(),
            5 => self.sign_in(),
            6 | 7 => self.read_oneself(),
            8 => drop(self.call(&self.person.clone(), ("GET", "/authorize"), &Body::Empty, 200)),
            9 => drop(self.call(&self.shut_out.clone(), ("GET", "/authorize"), &Body::Empty, 401)),
            10 => drop(self.call(&self.shut_out.clone(), ("GET", "/user"), &Body::Empty, 401)),
            _ => drop(self.call(&self.administrator.clone(), ("GET", "/users?limit=5"), &Body::Empty, 200)),
        }
    }

    /// Asks one of the instances; the answer, if it is what it shall be. Anything else must be that the service is
    /// unavailable, with a time to wait.
    fn call(
        &mut self,
        by: &Actor,
        (method, path): (&str, &str),
        body: &Body,
        expected: u16,
    ) -> Option<Answer> {
        let by = by.at(&self.replicas[self.dice.roll(self.replicas.instances().len())]);
        let began = Instant::now();
        let answer = by.send(method, path, &[], body);
        let was_served = answer.status == expected;
        self.calls.push(Call { began, took: began.elapsed(), was_served });
        if was_served {
            return Some(answer);
        }
        assert_eq!(answer.status, 503, "not {expected}: {answer}");
        answer.retry_after();
        None
    }

    fn rename(&mut self) {
        let name = format!("Name {}", invented());
        let body = json!({ "firstName": name }).into();
        let path = format!("/users/{}", self.person.id);
        let answer = self.call(&self.administrator.clone(), ("PATCH", &path), &body, 200);
        self.name.note(name, if answer.is_some() { ACKNOWLEDGED } else { IN_DOUBT });
        self.note_change(answer.as_ref());
    }

    fn create(&mut self) {
        let email = format!("{}@example.com", invented());
        let body = json!({
            "firstName": "New", "lastName": "Person", "email": email,
            "plainPassword": "canary-load-password", "roles": ["tech"],
        });
        let answer = self.call(&self.administrator.clone(), ("POST", "/users"), &body.into(), 201);
        self.note_change(answer.as_ref());
        self.created.extend(answer.map(|answer| answer.json()["id"].as_str().unwrap().to_owned()));
    }

    fn note_change(&mut self, answer: Option<&Answer>) {
        self.changes.extend(answer.map(|answer| answer.header("x-request-id").unwrap().to_owned()));
    }

    fn sign_in(&mut self) {
        let fields = vec![
            ("grant_type", "password".to_owned()),
            ("client_id", CLIENT.to_owned()),
            ("username", self.person.email.clone()),
            ("password", self.person.password.clone()),
        ];
        let nobody = self.replicas[0].nobody();
        let answer = self.call(&nobody, ("POST", "/oauth/token"), &Body::Fields(fields), 200);
        self.note_change(answer.as_ref());
    }

    /// Everybody reads their own writes, wherever they ask.
    fn read_oneself(&mut self) {
        if let Some(answer) = self.call(&self.person.clone(), ("GET", "/user"), &Body::Empty, 200) {
            let found = answer.json()["data"]["firstName"].as_str().unwrap().to_owned();
            self.name.check(&found, 0, "the name meanwhile");
        }
    }

    /// All that was acknowledged is there, and was told once.
    #[track_caller]
    pub(crate) fn check(&self, sql: &mut roster_tests::ServerSql) {
        let path = format!("/users/{}", self.person.id);
        let found = self.administrator.get(&path).expect(200)["firstName"].as_str().unwrap().to_owned();
        self.name.check(&found, 0, "the name at the end");
        for id in &self.created {
            self.administrator.get(&format!("/users/{id}")).expect(200);
        }
        for request in &self.changes {
            let told = format!(
                "SELECT (SELECT count(*) FROM events WHERE request_id = '{request}') \
                 + (SELECT count(*) FROM fresh_events WHERE request_id = '{request}') AS value"
            );
            assert_eq!(sql.count(&told), 1, "the event of {request}");
        }
    }

    pub(crate) const fn acknowledged(&self) -> usize {
        self.changes.len()
    }
}

/// Figures of many calls.
pub(crate) struct Figures {
    pub(crate) served: usize,
    pub(crate) unavailable: usize,
    pub(crate) slowest: Duration,
}

pub(crate) fn figures(hands: &[Hand<'_>], since: Instant) -> Figures {
    let calls = || hands.iter().flat_map(|hand| &hand.calls).filter(|call| call.began >= since);
    Figures {
        served: calls().filter(|call| call.was_served).count(),
        unavailable: calls().filter(|call| !call.was_served).count(),
        slowest: calls().map(|call| call.took).max().unwrap_or_default(),
    }
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} served, {} unavailable, slowest {:?}", self.served, self.unavailable, self.slowest)
    }
}
