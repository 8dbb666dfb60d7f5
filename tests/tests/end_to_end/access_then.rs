//! Who had access at a moment that has gone by, from the events.

use roster_tests::{Actor, Service, eventually};
use serde_json::{Value, json};

const FACILITY: &str = "16f0cbe3-bc75-45ea-9168-52e52c941ada";
const ELSEWHERE: &str = "26f0cbe3-bc75-45ea-9168-52e52c941ada";

/// What the two lists answer.
#[derive(Debug, Clone, PartialEq)]
struct Lists {
    at_facility: Vec<Value>,
    of_person: Vec<Value>,
}

/// Reads a list one by one to its end.
fn walk(by: &Actor, path: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut page = by.get(&format!("{path}limit=1")).expect(200);
    loop {
        found.extend(page["results"].as_array().unwrap().iter().cloned());
        let Some(cursor) = page["nextCursor"].as_str() else { return found };
        page = by.get(&format!("{path}limit=1&cursor={cursor}")).expect(200);
    }
}

fn lists(by: &Actor, person: &Actor, query: &str) -> Lists {
    Lists {
        at_facility: walk(by, &format!("/facilities/{FACILITY}/access?{query}")),
        of_person: walk(by, &format!("/users/{}/facilities?{query}", person.id)),
    }
}

/// A moment with something before it and nothing more at it: one that is a millisecond old at least.
fn moment(service: &Service) -> String {
    let moment = service.database().time_in(0);
    eventually("the next millisecond", || (service.database().time_in(0) > moment).then_some(()));
    moment
}

#[test]
fn every_moment_tells_what_was_listed_then() {
    let service = Service::start();
    let administrator = service.administrator();
    let warden = service.trusted_client("warden");
    let ada = service.user_made_by(&administrator, "tech");
    let bob = service.user_made_by(&administrator, "tech");
    let mut then = vec![(moment(&service), lists(&administrator, &ada, ""))];
    let own = format!("/users/{}", ada.id);
    let disable = |disabled: bool| {
        administrator.patch(&own, json!({ "disabled": disabled })).expect(200);
    };
    let later = service.database().time_in(3600);
    let steps: [&dyn Fn(); 11] = [
        &|| drop(administrator.give(&ada.id, FACILITY, &["b", "a"])),
        &|| drop(warden.give(&ada.id, FACILITY, &["c"])),
        &|| drop(administrator.give(&bob.id, FACILITY, &["a"])),
        &|| drop(administrator.give(&ada.id, ELSEWHERE, &["a"])),
        &|| drop(administrator.remove(&ada.id, FACILITY, &["a"])),
        &|| disable(true),
        &|| drop(warden.remove(&ada.id, FACILITY, &["b"])),
        &|| disable(false),
        &|| {
            let body = json!({ "userId": ada.id, "actions": ["d"], "expiresAt": later });
            administrator.post(&format!("/facilities/{FACILITY}/give_access"), body).expect(200);
        },
        &|| drop(administrator.remove(&ada.id, FACILITY, &["c", "d"])),
        &|| drop(administrator.give(&ada.id, FACILITY, &["e"])),
    ];
    for step in steps {
        step();
        then.push((moment(&service), lists(&administrator, &ada, "")));
    }
    for (at, listed) in &then {
        assert_eq!(lists(&administrator, &ada, &format!("at={at}&")), *listed, "{at}");
    }
    let (at, listed) = &then[4];
    let with_c = administrator.get(&format!("/facilities/{FACILITY}/access?action=c&at={at}")).expect(200);
    assert_eq!(with_c["results"], json!([listed.of_person[0]]));
    // A person may see their own past. Disabling ended the sign-in from before.
    let ada = service.sign_in(&ada.email, &ada.password);
    let own_past = ada.get(&format!("/users/{}/facilities?at={at}", ada.id)).expect(200);
    assert_eq!(own_past["results"], json!(listed.of_person));

    administrator.delete(&own).expect(200);
    for (at, listed) in &then {
        let left: Vec<Value> =
            listed.at_facility.iter().filter(|access| access["userId"] != ada.id.as_str()).cloned().collect();
        let path = format!("/facilities/{FACILITY}/access?at={at}&");
        assert_eq!(walk(&administrator, &path), left, "of the deleted nothing is told");
        administrator.get(&format!("{own}/facilities?at={at}")).expect_problem(404, "not_found");
    }
}

#[test]
fn a_grant_that_is_over_was_held_until_its_end() {
    let service = Service::start();
    let administrator = service.administrator();
    let ada = service.user_made_by(&administrator, "tech");
    let expiry = service.database().time_in(2);
    let body = json!({ "userId": ada.id, "actions": ["a"], "expiresAt": expiry });
    let given =
        administrator.post(&format!("/facilities/{FACILITY}/give_access"), body).expect(200)["data"].clone();
    eventually("the end of the grant", || lists(&administrator, &ada, "").of_person.is_empty().then_some(()));
    let (from, over) = (given["grantedAt"].as_str().unwrap().to_owned(), expiry);
    let then = lists(&administrator, &ada, &format!("at={from}&"));
    assert_eq!(then, Lists { at_facility: vec![given.clone()], of_person: vec![given] });
    let then = lists(&administrator, &ada, &format!("at={over}&"));
    assert_eq!(then, Lists { at_facility: Vec::new(), of_person: Vec::new() });
}

#[test]
fn a_moment_has_gone_by_and_stays_the_same_from_page_to_page() {
    let service = Service::start();
    let administrator = service.administrator();
    let people = [0, 1].map(|_| service.user_made_by(&administrator, "tech"));
    for person in &people {
        administrator.give(&person.id, FACILITY, &["a"]);
    }
    administrator.give(&people[0].id, ELSEWHERE, &["a"]);
    let paths = [format!("/facilities/{FACILITY}/access"), format!("/users/{}/facilities", people[0].id)];
    let (at, earlier) = (moment(&service), "2020-02-18T09:11:32.481Z");
    for path in paths {
        for wrong in ["", "now", "2999-01-01T00:00:00Z", "2020-02-18", "1582018292"] {
            let problem =
                administrator.get(&format!("{path}?at={wrong}")).expect_problem(400, "malformed_request");
            assert_eq!(problem["errors"][0]["parameter"], "at", "{problem}");
        }
        let twice = administrator.get(&format!("{path}?at={earlier}&at={earlier}"));
        twice.expect_problem(400, "malformed_request");
        assert_eq!(administrator.get(&format!("{path}?at={earlier}")).expect(200)["results"], json!([]));
        let first = administrator.get(&format!("{path}?limit=1&at={at}")).expect(200);
        let cursor = first["nextCursor"].as_str().unwrap();
        administrator.get(&format!("{path}?limit=1&at={at}&cursor={cursor}")).expect(200);
        for other in [String::new(), format!("&at={earlier}")] {
            let answer = administrator.get(&format!("{path}?limit=1&cursor={cursor}{other}"));
            answer.expect_problem(400, "malformed_request");
        }
    }
}
