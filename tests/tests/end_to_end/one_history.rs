//! What many do to one person at once looks to everybody as if it had been done one after the other, and nobody overwrites what
//! they have not seen if they do not want to.

use roster_tests::{Actor, Answer, Body, Dice, Service, at_once, is_long_run, report};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

const HANDS: usize = 8;

/// What one call told of the person.
#[derive(Debug)]
struct Told {
    called: Duration,
    returned: Duration,
    version: u64,
    text: String,
    is_change: bool,
}

fn version(tag: &str) -> u64 {
    tag.trim_start_matches('"').split('-').next().unwrap().parse().unwrap()
}

fn tag(answer: &Answer) -> String {
    answer.header("etag").unwrap().to_owned()
}

/// Reads and changes the person by turns of chance, some changes for the version that was seen last alone.
fn act(by: &Actor, path: &str, hand: usize, start: Instant) -> Vec<Told> {
    let mut dice = Dice::of(u64::try_from(hand).unwrap());
    let mut seen: Option<String> = None;
    let mut told = Vec::new();
    for round in 0..if is_long_run() { 1_000 } else { 60 } {
        let is_change = dice.happens(50);
        let condition = seen.take().filter(|_| is_change && dice.happens(60));
        let body: Body = json!({ "description": format!("hand {hand}, round {round}") }).into();
        let called = start.elapsed();
        let answer = match &condition {
            _ if !is_change => by.get(path),
            None => by.send("PATCH", path, &[], &body),
            Some(tag) => by.send("PATCH", path, &[("if-match", tag)], &body),
        };
        let returned = start.elapsed();
        if condition.is_some() && answer.status == 412 {
            continue;
        }
        let person = answer.expect(200);
        let is = version(&tag(&answer));
        if let Some(condition) = condition {
            assert_eq!(is, version(&condition) + 1, "somebody else came in between");
        }
        let text = person["description"].as_str().unwrap_or_default().to_owned();
        told.push(Told { called, returned, version: is, text, is_change });
        seen = Some(tag(&answer));
    }
    told
}

/// Whether all of it can have been told if one thing happened after the other, each between its call and its return.
fn assert_one_history(told: &[Told]) {
    let mut texts = BTreeMap::new();
    for one in told {
        let text = texts.entry(one.version).or_insert(&one.text);
        assert_eq!(*text, &one.text, "version {} is two things", one.version);
    }
    for later in told {
        let before = told.iter().filter(|earlier| earlier.returned < later.called);
        let newest = before.map(|earlier| earlier.version).max().unwrap_or_default();
        let is_newer = if later.is_change { newest < later.version } else { newest <= later.version };
        assert!(is_newer, "version {newest} was known before {later:?}");
    }
}

#[test]
fn changes_of_one_person_have_one_order_and_none_is_lost() {
    let service = Service::start();
    let administrator = service.administrator();
    let person = service.user_made_by(&administrator, "tech");
    let path = format!("/users/{}", person.id);
    let first = version(&tag(&administrator.get(&path)));
    let start = Instant::now();
    let told: Vec<Told> =
        at_once(HANDS, |hand| act(&administrator, &path, hand, start)).into_iter().flatten().collect();
    assert_one_history(&told);
    let changes: BTreeSet<u64> = told.iter().filter(|one| one.is_change).map(|one| one.version).collect();
    let last = version(&tag(&administrator.get(&path)));
    assert!(changes.iter().copied().eq(first + 1..=last), "each change made a version of its own");
    report(&format!("one history: {} calls, {} changes of one person", told.len(), changes.len()));
    service.database().assert_sound();
}

#[test]
fn what_cannot_have_happened_in_one_order_is_seen() {
    let told = |called, returned, version, text: &str, is_change| Told {
        called: Duration::from_millis(called),
        returned: Duration::from_millis(returned),
        version,
        text: text.to_owned(),
        is_change,
    };
    let check =
        |second| std::panic::catch_unwind(|| assert_one_history(&[told(0, 9, 2, "a", true), second])).is_ok();
    assert!(check(told(10, 11, 2, "a", false)));
    assert!(check(told(5, 11, 1, "", false)), "while it is changed either may be seen");
    assert!(!check(told(10, 11, 1, "", false)), "a change that was told is seen");
    assert!(!check(told(10, 11, 2, "b", false)), "a version is one thing");
    assert!(!check(told(10, 11, 2, "a", true)), "a change makes a version");
}
