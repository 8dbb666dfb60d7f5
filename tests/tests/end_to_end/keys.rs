//! Signing keys: rotation and revocation beside a running service, and what is published when.

use roster_tests::{Actor, Finished, Home, Service, header_of, within_a_second};
use serde_json::{Value, json};

use crate::commands::complains;

pub(crate) fn keys(service: &Service, arguments: &[&str]) -> Finished {
    service.command(["keys", "--json"].iter().chain(arguments)).run()
}

#[track_caller]
pub(crate) fn told(finished: &Finished) -> Value {
    assert_eq!((finished.code, finished.stderr.as_str()), (0, ""), "{finished:?}");
    finished.json()
}

/// The row of a key in `keys list`.
pub(crate) fn row(service: &Service, kid: &str) -> Value {
    let listed = told(&keys(service, &["list"]));
    listed.as_array().unwrap().iter().find(|key| key["kid"] == kid).unwrap_or(&Value::Null).clone()
}

/// The names of the published keys.
pub(crate) fn published(service: &Service) -> Vec<String> {
    let set = service.nobody().get("/.well-known/jwks.json").expect(200);
    set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

pub(crate) fn pem_status(service: &Service, kid: &str) -> u16 {
    service.nobody().get(&format!("/.well-known/jwks/{kid}.pem")).status
}

/// The key that signed a token.
pub(crate) fn signer(person: &Actor) -> String {
    header_of(&person.token)["kid"].as_str().unwrap().to_owned()
}

fn kid(told: &Value) -> String {
    told["kid"].as_str().unwrap().to_owned()
}

/// How many seconds a key is published before it signs.
pub(crate) fn announced_for(service: &Service, kid: &str) -> i64 {
    let key = row(service, kid);
    let (made, signs) = (key["created_at"].as_str().unwrap(), key["signs_from"].as_str().unwrap());
    service.database().seconds_between(made, signs)
}

#[test]
fn the_keys_are_listed_with_these_members_alone() {
    let service = Service::start();
    let user = service.user("tech");
    let listed = told(&keys(&service, &["list"]));
    assert_eq!(listed.as_array().unwrap().len(), 1);
    let key = &listed[0];
    // Whether a map keeps its order depends on what else is built.
    let mut members: Vec<&str> = key.as_object().unwrap().keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(members, ["alg", "created_at", "kid", "sealed_under", "signs_from", "state"]);
    assert_eq!(
        (&key["kid"], &key["alg"], &key["state"]),
        (&json!(signer(&user)), &json!("ES256"), &json!("signing"))
    );
    assert_eq!(published(&service), [signer(&user)]);
    let text = service.command(["keys", "list"]).succeed().stdout;
    assert!(text.contains(&signer(&user)) && text.contains("ES256 signing"), "{text}");
}

#[test]
fn a_new_key_is_published_within_a_second_and_signs_after_five_minutes() {
    let mut service = Service::start();
    let user = service.user("tech");
    let old = signer(&user);
    let made = told(&keys(&service, &["rotate"]));
    let new = kid(&made);
    within_a_second("the new key in the key set", || published(&service) == [&*old, &*new]);
    within_a_second("the new key as PEM", || pem_status(&service, &new) == 200);
    assert_eq!(made["signs_from"], row(&service, &new)["signs_from"]);
    assert!(announced_for(&service, &new) >= 300);
    assert_eq!(
        (&row(&service, &old)["state"], &row(&service, &new)["state"]),
        (&json!("signing"), &json!("next"))
    );
    assert_eq!(signer(&service.refreshed(&user)), old, "nobody need know of the new one yet");
    service.age_keys(250);
    let user = service.sign_in(&user.email, &user.password);
    assert_eq!(signer(&user), old);
    service.age_keys(61);
    let later = service.sign_in(&user.email, &user.password);
    assert_eq!(signer(&later), new);
    later.get("/user").expect(200);
    // What the old one signed is still good, and can still be verified by others.
    user.get("/user").expect(200);
    assert_eq!(published(&service), [&*old, &*new]);
    assert_eq!(row(&service, &old)["state"], "verifying");
}

#[test]
fn an_old_key_vanishes_when_its_tokens_are_dead() {
    let mut service = Service::start();
    let old = signer(&service.administrator());
    let new = kid(&told(&keys(&service, &["rotate"])));
    service.age_keys(310 + 300 + 61);
    assert_eq!(published(&service), [&*new]);
    assert_eq!(pem_status(&service, &old), 404);
    assert_eq!(signer(&service.administrator()), new);
}

#[test]
fn keys_outlive_a_crash() {
    let mut service = Service::start();
    let user = service.user("tech");
    keys(&service, &["rotate"]);
    let both = told(&keys(&service, &["list"]));
    service.kill();
    service.restart();
    user.get("/user").expect(200);
    assert_eq!(told(&keys(&service, &["list"])), both);
    assert_eq!(published(&service).len(), 2);
}

#[test]
fn a_revoked_key_is_refused_and_unpublished_within_a_second() {
    let service = Service::start();
    let user = service.user("tech");
    let stolen = signer(&user);
    user.get("/user").expect(200);
    let revoked = told(&keys(&service, &["revoke", &stolen]));
    // Whoever signs in meanwhile is served.
    service.try_password(&user.email, &user.password).expect(200);
    within_a_second("the end of its tokens", || user.get("/user").status == 401);
    within_a_second("the key set without it", || !published(&service).contains(&stolen));
    assert_eq!(pem_status(&service, &stolen), 404);
    user.get("/user").expect_problem(401, "invalid_token");
    assert_eq!((&revoked["kid"], &revoked["revoked"]), (&json!(stolen), &json!(true)));
    // A new one signs at once, and nobody has to sign in anew.
    let refreshed = service.refreshed(&user);
    assert_eq!(json!(signer(&refreshed)), revoked["signing"]);
    refreshed.get("/user").expect(200);
    assert_eq!(published(&service), [signer(&refreshed)]);
    service.sign_in(&user.email, &user.password).get("/user").expect(200);
}

#[test]
fn the_next_key_signs_at_once_in_place_of_a_revoked_one() {
    let service = Service::start();
    let user = service.user("tech");
    let stolen = signer(&user);
    let next = kid(&told(&keys(&service, &["rotate"])));
    let revoked = told(&keys(&service, &["revoke", &stolen]));
    assert_eq!(revoked["signing"], next);
    within_a_second("the end of its tokens", || user.get("/user").status == 401);
    let refreshed = service.refreshed(&user);
    assert_eq!(signer(&refreshed), next);
    refreshed.get("/user").expect(200);
    assert_eq!(row(&service, &stolen), Value::Null);
}

#[test]
fn a_revoked_key_that_does_not_sign_yet_disturbs_nobody() {
    let service = Service::start();
    let user = service.user("tech");
    let next = kid(&told(&keys(&service, &["rotate"])));
    within_a_second("the next key", || published(&service).contains(&next));
    assert_eq!(told(&keys(&service, &["revoke", &next]))["signing"], signer(&user));
    within_a_second("the key set without it", || !published(&service).contains(&next));
    user.get("/user").expect(200);
}

#[test]
fn a_revocation_holds_after_a_crash() {
    let mut service = Service::start();
    let user = service.user("tech");
    told(&keys(&service, &["revoke", &signer(&user)]));
    service.kill();
    service.restart();
    user.get("/user").expect_problem(401, "invalid_token");
    service.refreshed(&user).get("/user").expect(200);
}

#[test]
fn the_tokens_of_clients_die_with_the_key_too() {
    let service = Service::start();
    let client = service.register_client("backend", &[]);
    let acting = service.act_as(&client, &["users:get"]);
    acting.get("/users").expect(200);
    told(&keys(&service, &["revoke", &signer(&acting)]));
    within_a_second("the end of its tokens", || acting.get("/users").status == 401);
    let told = service.post_form_as(&client, "/oauth/introspect", &[("token", &acting.token)]);
    assert_eq!(told.expect(200), json!({ "active": false }));
}

#[test]
fn what_became_of_a_key_is_an_event() {
    let service = Service::start();
    let old = signer(&service.administrator());
    let made = told(&keys(&service, &["rotate"]));
    let new = kid(&made);
    told(&keys(&service, &["revoke", &old]));
    let mut database = service.database();
    let about = |kid: &str| {
        format!(
            "SELECT type || ' ' || actor_type || ' ' || data AS value FROM events WHERE subject_id = '{kid}'"
        )
    };
    let data = json!({ "action": "made", "signsFrom": made["signs_from"] });
    assert_eq!(database.texts(&about(&new)), [format!("key.rotated system {data}")]);
    let data = json!({ "action": "revoked", "signsFrom": null });
    assert_eq!(database.texts(&about(&old)), [format!("key.rotated system {data}")]);
}

#[test]
fn a_key_that_is_not_there_cannot_be_revoked() {
    let service = Service::start();
    let user = service.user("tech");
    let unknown = "A".repeat(43);
    assert!(complains(&service.command(["keys", "revoke", &unknown]).run(), 1).contains(&unknown));
    complains(&service.command(["keys", "revoke", "no key at all"]).run(), 2);
    user.get("/user").expect(200);
    assert_eq!(published(&service), [signer(&user)]);
}

#[test]
fn keys_can_be_looked_after_before_anything_is_served() {
    let home = Home::empty();
    let run = |arguments: &[&str]| home.command(arguments.iter().copied()).succeed();
    assert_eq!(run(&["keys", "list", "--json"]).json(), json!([]));
    let first = run(&["keys", "rotate", "--json"]).json();
    let listed = run(&["keys", "list", "--json"]).json();
    // Nobody can know another one, so nobody has to wait for the first.
    assert_eq!((&listed[0]["kid"], &listed[0]["state"]), (&first["kid"], &json!("signing")));
    assert_eq!(listed[0]["signs_from"], listed[0]["created_at"]);
    let second = run(&["keys", "rotate", "--json"]).json();
    assert_eq!(run(&["keys", "list", "--json"]).json()[1]["state"], "next");
    assert_ne!(first["kid"], second["kid"]);
}

#[test]
fn keys_are_sealed_in_the_database() {
    let service = Service::start();
    let user = service.administrator();
    told(&keys(&service, &["rotate"]));
    let kept = "SELECT count(*) AS value FROM signing_keys WHERE length(sealed) > 100";
    assert_eq!(service.database().count(kept), 2, "the keys are there");
    let mut all = service.stored();
    service.terminate();
    all.extend(service.stored());
    // How PKCS#8 begins for a private key on P-256.
    let start = [
        0x30, 0x81, 0x87, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
    ];
    let found =
        |needle: &[u8]| all.iter().any(|bytes| bytes.windows(needle.len()).any(|window| window == needle));
    assert!(found(signer(&user).as_bytes()), "the search finds what is there");
    assert!(!found(&start));
}
