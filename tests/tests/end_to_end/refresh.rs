//! Refresh tokens: lost answers, replays, races and crashes; whose they are, and how long they live.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use roster_tests::{Actor, Answer, CLIENT, Service, claims_of, within_a_second};
use serde_json::json;
use std::thread;

#[track_caller]
fn refused(answer: &Answer, status: u16, error: &str) {
    assert_eq!(answer.expect(status)["error"], error, "{answer}");
}

/// Refuses a chain altogether: every access token and every refresh token of it.
#[track_caller]
fn is_dead(service: &Service, chain: &[&Actor]) {
    for link in chain {
        link.get("/user").expect_problem(401, "invalid_token");
        refused(&service.try_refresh(link.refresh()), 400, "invalid_grant");
    }
}

#[test]
fn a_lost_answer_can_be_had_again() {
    let service = Service::start();
    let user = service.user("tech");
    let lost = service.refreshed(&user);
    let again = service.refreshed(&user);
    let once_more = service.refreshed(&user);
    for repeated in [&again, &once_more] {
        assert_eq!(repeated.refresh(), lost.refresh(), "the same successor");
        assert_ne!(repeated.token, lost.token, "a fresh access token");
        assert_ne!(claims_of(&repeated.token)["jti"], claims_of(&lost.token)["jti"]);
        assert_eq!(repeated.session(), user.session());
        repeated.get("/user").expect(200);
    }
    lost.get("/user").expect(200);
    service.refreshed(&again).get("/user").expect(200);
}

#[test]
fn once_the_successor_was_used_any_replay_ends_the_session() {
    let service = Service::start();
    let administrator = service.administrator();
    for replayed in [0, 1] {
        let first = service.user_made_by(&administrator, "tech");
        let elsewhere = service.sign_in(&first.email, &first.password);
        let second = service.refreshed(&first);
        let third = service.refreshed(&second);
        let fourth = service.refreshed(&third);
        let chain = [&first, &second, &third, &fourth];
        for link in chain {
            link.get("/user").expect(200);
        }
        refused(&service.try_refresh(chain[replayed].refresh()), 400, "invalid_grant");
        is_dead(&service, &chain);
        let ended = service.database().events_about(&first.id);
        assert_eq!(ended.iter().filter(|kind| *kind == "session.ended").count(), 1, "told once");
        elsewhere.get("/user").expect(200);
    }
}

#[test]
fn fifty_who_refresh_at_once_share_one_living_chain() {
    let service = Service::start();
    let administrator = service.administrator();
    for _ in 0..3 {
        let parent = service.user_made_by(&administrator, "tech");
        let children: Vec<Actor> = thread::scope(|scope| {
            let racers: Vec<_> = (0..50).map(|_| scope.spawn(|| service.refreshed(&parent))).collect();
            racers.into_iter().map(|racer| racer.join().unwrap()).collect()
        });
        assert!(children.iter().all(|child| child.refresh() == children[0].refresh()), "one successor");
        let session = parent.session().replace('-', "");
        let unused = format!(
            "SELECT count(*) AS value FROM refresh_tokens \
             WHERE lower(hex(session_id)) = '{session}' AND used_at IS NULL"
        );
        assert_eq!(service.database().count(&unused), 1);
        let grandchild = service.refreshed(&children[0]);
        refused(&service.try_refresh(parent.refresh()), 400, "invalid_grant");
        is_dead(&service, &[&parent, &children[0], &children[49], &grandchild]);
    }
}

#[test]
fn a_lost_answer_can_be_had_again_after_a_crash() {
    let mut service = Service::start();
    let user = service.user("tech");
    let lost = service.refreshed(&user);
    service.kill();
    service.restart();
    let again = service.refreshed(&user);
    assert_eq!(again.refresh(), lost.refresh());
    service.refreshed(&again).get("/user").expect(200);
}

#[test]
fn a_lost_answer_can_be_had_for_a_minute() {
    let mut service = Service::start();
    let administrator = service.administrator();
    let (early, late) =
        (service.user_made_by(&administrator, "tech"), service.user_made_by(&administrator, "tech"));
    let lost = service.refreshed(&early);
    service.age_sessions(30);
    assert_eq!(service.refreshed(&early).refresh(), lost.refresh());
    // Whoever shows a token after a minute did not just lose the answer.
    let next = service.refreshed(&late);
    service.age_sessions(61);
    refused(&service.try_refresh(late.refresh()), 400, "invalid_grant");
    is_dead(&service, &[&late, &next]);
}

#[test]
fn the_database_yields_no_refresh_token_and_no_successor() {
    let mut service = Service::start();
    let user = service.user("tech");
    let next = service.refreshed(&user);
    let kept = "SELECT count(*) AS value FROM refresh_tokens WHERE sealed_successor IS NOT NULL";
    assert_eq!(service.database().count(kept), 1, "the successor is there, but sealed");
    let mut all = service.stored();
    service.kill();
    all.extend(service.stored());
    service.restart();
    service.terminate();
    all.extend(service.stored());
    let found =
        |needle: &[u8]| all.iter().any(|bytes| bytes.windows(needle.len()).any(|window| window == needle));
    assert!(found(user.email.as_bytes()), "the search finds what is there");
    for token in [user.refresh(), next.refresh()] {
        let bytes = URL_SAFE_NO_PAD.decode(token).unwrap();
        assert_eq!(bytes.len(), 32, "256 bits");
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        for spelling in [token.as_bytes(), &bytes, hex.as_bytes(), hex.to_uppercase().as_bytes()] {
            assert!(!found(spelling));
        }
    }
}

#[test]
fn a_token_is_spent_by_its_own_client_alone() {
    let service = Service::start();
    let (owner, other) = (service.register_client("owner", &[]), service.register_client("other", &[]));
    let user = service.sign_in_through(&owner, &service.user("tech"));
    let impostor = roster_tests::ClientCredentials { secret: other.secret.clone(), ..owner.clone() };
    refused(&service.try_refresh_as(&other, user.refresh()), 400, "invalid_grant");
    refused(&service.try_refresh(user.refresh()), 400, "invalid_grant");
    refused(&service.try_refresh_as(&impostor, user.refresh()), 401, "invalid_client");
    let unproven =
        [("grant_type", "refresh_token"), ("client_id", "owner"), ("refresh_token", user.refresh())];
    refused(&service.post_form("/oauth/token", &unproven), 401, "invalid_client");
    user.get("/user").expect(200);
    let spent = "SELECT count(*) AS value FROM refresh_tokens WHERE used_at IS NOT NULL";
    assert_eq!(service.database().count(spent), 0);
    service.try_refresh_as(&owner, user.refresh()).expect(200);
}

#[test]
fn another_client_that_shows_a_used_token_ends_the_session() {
    let service = Service::start();
    let (owner, other) = (service.register_client("owner", &[]), service.register_client("other", &[]));
    let user = service.sign_in_through(&owner, &service.user("tech"));
    service.try_refresh_as(&owner, user.refresh()).expect(200);
    refused(&service.try_refresh_as(&other, user.refresh()), 400, "invalid_grant");
    user.get("/user").expect_problem(401, "invalid_token");
}

#[test]
fn a_narrowed_scope_narrows_one_access_token() {
    let service = Service::start();
    let user = service.user("tech");
    let body = json!({
        "grant_type": "refresh_token", "client_id": CLIENT, "refresh_token": user.refresh(),
        "scope": ["profile:get"],
    });
    let narrow = service.nobody().post("/oauth/token", body).expect(200);
    assert_eq!(narrow["scope"], "profile:get");
    let person = user.with_token(narrow["access_token"].as_str().unwrap());
    person.get("/user").expect(200);
    person.get("/users").expect_problem(403, "insufficient_scope");
    // The answer that was lost may be asked for with another scope.
    let again = service.refreshed(&user);
    assert_eq!(again.refresh(), narrow["refresh_token"].as_str().unwrap());
    again.get("/users").expect(200);
    service.refreshed(&again).get("/users").expect(200);
}

#[test]
fn a_disabled_client_refreshes_nothing_until_it_is_enabled() {
    let service = Service::start();
    let backend = service.register_client("backend", &[]);
    let user = service.sign_in_through(&backend, &service.user("tech"));
    service.command(["client", "disable", "--id", "backend"]).succeed();
    within_a_second("the end of the client", || user.get("/user").status == 401);
    refused(&service.try_refresh_as(&backend, user.refresh()), 401, "invalid_client");
    service.command(["client", "enable", "--id", "backend"]).succeed();
    within_a_second("the client", || service.try_refresh_as(&backend, user.refresh()).status == 200);
}

#[test]
fn nobody_refreshes_for_a_disabled_or_deleted_person() {
    let service = Service::start();
    let administrator = service.administrator();
    let [disabled, deleted] = [1, 2].map(|_| service.user_made_by(&administrator, "tech"));
    administrator.patch(&format!("/users/{}", disabled.id), json!({ "disabled": true })).expect(200);
    administrator.delete(&format!("/users/{}", deleted.id)).expect(200);
    refused(&service.try_refresh(disabled.refresh()), 400, "invalid_grant");
    refused(&service.try_refresh(deleted.refresh()), 400, "invalid_grant");
}

#[test]
fn the_life_of_a_refresh_token_counts_from_each_use() {
    let mut service = Service::options().with("ROSTER_REFRESH_TOKEN_TTL", "3600").start();
    let first = service.user("tech");
    service.age_sessions(3_000);
    let second = service.refreshed(&first);
    service.age_sessions(3_000);
    // Longer than one life after the sign-in, and shorter than one after the last use.
    let third = service.refreshed(&second);
    assert_eq!(third.get("/user/sessions").expect(200)["data"][0]["id"], first.session());
    service.age_sessions(3_601);
    refused(&service.try_refresh(third.refresh()), 400, "invalid_grant");
    third.get("/user").expect_problem(401, "invalid_token");
}
