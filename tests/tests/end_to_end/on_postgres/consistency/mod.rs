//! People who change and read a few others through any of three instances: each of these changes as one thing does.

mod checker;

use checker::{Call, Deed, is_explained};
use roster_tests::{Actor, Answer, Dice, Replicas, ServerDatabase, at_once, invented, is_long_run, report};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

const FACILITY: &str = "16f0cbe3-bc75-45ea-9168-52e52c941ada";
const ROLES: [&str; 3] = ["tech", "finance", "com"];
const ACTIONS: [&str; 2] = ["doors:open", "cameras:read"];

/// What was done to a person's own record: their name, and their one role.
#[derive(Clone, Debug)]
enum Changed {
    Name(String),
    Role(String),
    /// The name, of the version alone that was seen to be so.
    NameOf((String, String), String),
    Saw((String, String)),
}

impl Deed for Changed {
    type State = (String, String);

    fn done_to(&self, state: &Self::State) -> Option<Self::State> {
        match self {
            Self::Name(name) => Some((name.clone(), state.1.clone())),
            Self::Role(role) => Some((state.0.clone(), role.clone())),
            Self::NameOf(seen, name) => (seen == state).then(|| (name.clone(), state.1.clone())),
            Self::Saw(seen) => (seen == state).then(|| seen.clone()),
        }
    }

    fn only_looks(&self) -> bool {
        matches!(self, Self::Saw(_))
    }
}

/// What was done to a person's access.
#[derive(Clone, Debug)]
enum Allowed {
    Gave(&'static str),
    Removed(&'static str),
    Saw(BTreeSet<String>),
}

impl Deed for Allowed {
    type State = BTreeSet<String>;

    fn done_to(&self, state: &Self::State) -> Option<Self::State> {
        let mut after = state.clone();
        match self {
            Self::Gave(action) => drop(after.insert((*action).to_owned())),
            Self::Removed(action) => drop(after.remove(*action)),
            Self::Saw(seen) => return (seen == state).then_some(after),
        }
        Some(after)
    }

    fn only_looks(&self) -> bool {
        matches!(self, Self::Saw(_))
    }
}

/// All that was done, by the person to whom it was.
#[derive(Default)]
struct Seen {
    records: BTreeMap<String, Vec<Call<Changed>>>,
    access: BTreeMap<String, Vec<Call<Allowed>>>,
}

struct Caller<'a> {
    replicas: &'a Replicas,
    administrator: &'a Actor,
    dice: Dice,
    seen: Seen,
}

impl Caller<'_> {
    fn step(&mut self, person: &str) {
        let by = self.administrator.at(&self.replicas[self.dice.roll(3)]);
        let path = format!("/users/{person}");
        let began = Instant::now();
        match self.dice.roll(8) {
            0 => {
                let name = invented();
                by.patch(&path, json!({ "firstName": name })).expect(200);
                self.note(person, began, Changed::Name(name));
            }
            1 => {
                let role = (*self.dice.choose(&ROLES)).to_owned();
                by.patch(&path, json!({ "roles": [role] })).expect(200);
                self.note(person, began, Changed::Role(role));
            }
            2 | 3 => self.change_what_was_seen(&by, person),
            4 => {
                let action = *self.dice.choose(&ACTIONS);
                by.give(person, FACILITY, &[action]);
                self.note_access(person, began, Allowed::Gave(action));
            }
            5 => {
                let action = *self.dice.choose(&ACTIONS);
                by.remove(person, FACILITY, &[action]);
                self.note_access(person, began, Allowed::Removed(action));
            }
            6 => {
                let found = by.get(&format!("{path}/facilities")).expect(200);
                let actions = serde_json::from_value(found["results"][0]["actions"].clone());
                self.note_access(person, began, Allowed::Saw(actions.unwrap_or_default()));
            }
            _ => {
                let found = record(&by.get(&path));
                self.note(person, began, Changed::Saw(found));
            }
        }
    }

    /// Reads, and changes the version that was read, through another instance perhaps.
    fn change_what_was_seen(&mut self, by: &Actor, person: &str) {
        let path = format!("/users/{person}");
        let began = Instant::now();
        let read = by.get(&path);
        let found = record(&read);
        self.note(person, began, Changed::Saw(found.clone()));
        let by = by.at(&self.replicas[self.dice.roll(3)]);
        let (began, name) = (Instant::now(), invented());
        let matching = [("if-match", read.header("etag").unwrap())];
        let answer = by.send("PATCH", &path, &matching, &json!({ "firstName": name }).into());
        if answer.status == 200 {
            self.note(person, began, Changed::NameOf(found, name));
        } else {
            answer.expect_problem(412, "version_mismatch");
        }
    }

    fn note(&mut self, person: &str, began: Instant, did: Changed) {
        let call = Call { began, ended: Instant::now(), did };
        self.seen.records.entry(person.to_owned()).or_default().push(call);
    }

    fn note_access(&mut self, person: &str, began: Instant, did: Allowed) {
        let call = Call { began, ended: Instant::now(), did };
        self.seen.access.entry(person.to_owned()).or_default().push(call);
    }
}

fn record(answer: &Answer) -> (String, String) {
    let found = answer.expect(200);
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    (text(&found["firstName"]), text(&found["roles"][0]))
}

#[test]
fn some_order_explains_whatever_is_seen_of_a_person() {
    let database = ServerDatabase::empty();
    let replicas = Replicas::start(database.url(), 3);
    let administrator = replicas[0].administrator();
    let mut counts = (0, 0);
    for round in 0..if is_long_run() { 20 } else { 2 } {
        let people: Vec<String> =
            (0..3).map(|_| replicas[0].user_made_by(&administrator, "tech").id).collect();
        let ends = Instant::now() + Duration::from_secs(3);
        let all = at_once(8, |number| {
            let dice = Dice::of(round * 100 + u64::try_from(number).unwrap());
            let (replicas, administrator) = (&replicas, &administrator);
            let mut caller = Caller { replicas, administrator, dice, seen: Seen::default() };
            while Instant::now() < ends {
                let person = caller.dice.choose(&people).clone();
                caller.step(&person);
            }
            caller.seen
        });
        for person in &people {
            let records: Vec<_> =
                all.iter().filter_map(|seen| seen.records.get(person)).flatten().cloned().collect();
            let access: Vec<_> =
                all.iter().filter_map(|seen| seen.access.get(person)).flatten().cloned().collect();
            let first = ("Robin".to_owned(), "tech".to_owned());
            assert!(is_explained(first, &records), "no order explains {records:#?}");
            assert!(is_explained(BTreeSet::new(), &access), "no order explains {access:#?}");
            counts = (counts.0 + records.len(), counts.1 + access.len());
        }
    }
    report(&format!(
        "{} calls about records and {} about access of three people at a time, by eight callers at three instances: an \
         order explains each",
        counts.0, counts.1
    ));
}
