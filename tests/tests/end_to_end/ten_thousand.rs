//! Many people: made, listed and used through the API without one error.

use roster_tests::{Actor, CLIENT, Service, is_long_run};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

const HANDS: usize = 16;
const FIRST_NAMES: [&str; 8] = ["Zoë", "Łukasz", "Anna", "Émile", "Omar", "Þóra", "Yuki", "Ngọc"];
const LAST_NAMES: [&str; 7] = ["Åberg", "Novák", "Öztürk", "Smith", "Nguyễn", "García", "Müller"];

fn create(by: &Actor, number: usize) -> String {
    let body = json!({
        "firstName": FIRST_NAMES[number % FIRST_NAMES.len()],
        "lastName": format!("{} {}", LAST_NAMES[number % LAST_NAMES.len()], number / 50),
        "email": format!("person.{number}@example.com"),
        "plainPassword": format!("canary-one-of-many-{number}"),
        "roles": ["tech"],
    });
    by.post("/users", body).expect(201)["id"].as_str().unwrap().to_owned()
}

/// Signs in as a person, looks at the account, and changes it.
fn use_account(service: &Service, number: usize) {
    let email = format!("person.{number}@example.com");
    let password = format!("canary-one-of-many-{number}");
    let fields =
        [("grant_type", "password"), ("client_id", CLIENT), ("username", &email), ("password", &password)];
    let token = service.ask_for_token(&fields).expect(200)["access_token"].as_str().unwrap().to_owned();
    let person = service.nobody().with_token(token);
    let account = person.get("/user").expect(200)["data"].clone();
    assert_eq!(account["email"], email);
    let change = json!({ "firstName": account["firstName"], "lastName": account["lastName"], "jobTitle": format!("No. {number}") });
    person.patch("/user", change).expect(200);
}

/// Does a thing for every number below `count`, with many hands.
fn for_each<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let hand = || {
        let take = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|number| *number < count);
        std::iter::from_fn(take).map(&work).collect::<Vec<T>>()
    };
    thread::scope(|scope| {
        let hands: Vec<_> = (0..HANDS).map(|_| scope.spawn(hand)).collect();
        hands.into_iter().flat_map(|hand| hand.join().unwrap()).collect()
    })
}

fn ids(page: &serde_json::Value) -> Vec<String> {
    page["results"].as_array().unwrap().iter().map(|user| user["id"].as_str().unwrap().to_owned()).collect()
}

fn walk_by_page(administrator: &Actor) -> Vec<String> {
    let count = administrator.get("/users?limit=100").expect(200)["pageCount"].as_u64().unwrap();
    let page = |page| ids(&administrator.get(&format!("/users?limit=100&page={page}")).expect(200));
    (1..=count).flat_map(page).collect()
}

fn walk_by_cursor(administrator: &Actor) -> Vec<String> {
    let mut page = administrator.get("/users?limit=100").expect(200);
    let mut visited = ids(&page);
    while let Some(cursor) = page["nextCursor"].as_str() {
        page = administrator.get(&format!("/users?limit=100&cursor={cursor}")).expect(200);
        visited.extend(ids(&page));
    }
    visited
}

#[test]
fn many_people_are_made_listed_and_used_without_an_error() {
    let count = if is_long_run() { 10_000 } else { 1_000 };
    let service = Service::options().with("ROSTER_ACCESS_TOKEN_TTL", "3600").start();
    let administrator = service.administrator();
    let mut made: BTreeSet<String> =
        for_each(count, |number| create(&administrator, number)).into_iter().collect();
    assert_eq!(made.len(), count);
    made.insert(administrator.id.clone());

    let by_page = walk_by_page(&administrator);
    let by_cursor = walk_by_cursor(&administrator);
    assert_eq!(by_page, by_cursor);
    assert_eq!(by_page.len(), made.len(), "each exactly once");
    assert_eq!(by_page.into_iter().collect::<BTreeSet<_>>(), made);

    for_each(count, |number| use_account(&service, number));
    let found =
        administrator.get("/users?search=lukasz+ozturk&limit=1").expect(200)["total"].as_u64().unwrap();
    let is_one = |number: usize| FIRST_NAMES[number % 8] == "Łukasz" && LAST_NAMES[number % 7] == "Öztürk";
    assert_eq!(found, u64::try_from((0..count).filter(|number| is_one(*number)).count()).unwrap());
    service.database().assert_sound();
}
