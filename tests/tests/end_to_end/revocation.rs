//! What is taken away is gone on the very next request.

use roster_tests::{Actor, Service};
use serde_json::json;

fn path(person: &Actor) -> String {
    format!("/users/{}", person.id)
}

#[test]
fn a_demoted_administrator_may_nothing_more() {
    let service = Service::start();
    let administrator = service.administrator();
    for round in 0..20 {
        let person = service.user_made_by(&administrator, "hr");
        let target = path(&administrator);
        person.patch(&target, json!({ "description": format!("round {round}") })).expect(200);
        administrator.patch(&path(&person), json!({ "roles": ["tech"] })).expect(200);
        person.patch(&target, json!({ "description": "too late" })).expect_problem(403, "insufficient_role");
        assert_eq!(person.get("/user").expect(200)["data"]["roles"], json!(["tech"]));
    }
}

#[test]
fn a_promoted_person_needs_no_new_token() {
    let service = Service::start();
    let administrator = service.administrator();
    let person = service.user_made_by(&administrator, "tech");
    person.delete(&path(&administrator)).expect_problem(403, "insufficient_role");
    administrator.patch(&path(&person), json!({ "roles": ["board"] })).expect(200);
    person.patch(&path(&administrator), json!({ "description": "seen" })).expect(200);
}

#[test]
fn a_disabled_person_is_out_until_enabled() {
    let service = Service::start();
    let administrator = service.administrator();
    for _ in 0..20 {
        let person = service.user_made_by(&administrator, "tech");
        person.get("/user").expect(200);
        administrator.patch(&path(&person), json!({ "disabled": true })).expect(200);
        person.get("/user").expect_problem(401, "invalid_token");
        person.get("/authorize").expect_status(401);
    }
    let person = service.user_made_by(&administrator, "tech");
    administrator.patch(&path(&person), json!({ "disabled": true })).expect(200);
    let refused = service.try_refresh(person.refresh_token.as_deref().unwrap());
    assert_eq!(refused.expect(400)["error"], "invalid_grant");
    service.try_password(&person.email, &person.password).expect(400);
    administrator.patch(&path(&person), json!({ "disabled": false })).expect(200);
    service.try_password(&person.email, &person.password).expect(200);
}

#[test]
fn a_deleted_person_is_out() {
    let service = Service::start();
    let administrator = service.administrator();
    for _ in 0..20 {
        let person = service.user_made_by(&administrator, "tech");
        person.get("/user").expect(200);
        administrator.delete(&path(&person)).expect(200);
        person.get("/user").expect_problem(401, "invalid_token");
        let refused = service.try_refresh(person.refresh_token.as_deref().unwrap());
        assert_eq!(refused.expect(400)["error"], "invalid_grant");
    }
}

#[test]
fn removed_access_is_gone() {
    let service = Service::start();
    let administrator = service.administrator();
    let person = service.user_made_by(&administrator, "tech");
    let facility = "16f0cbe3-bc75-45ea-9168-52e52c941ada";
    for _ in 0..20 {
        administrator.give(&person.id, facility, &["doors:open"]);
        assert_eq!(person.get("/user/facilities").expect(200)["data"].as_array().unwrap().len(), 1);
        administrator.remove(&person.id, facility, &["doors:open"]);
        assert_eq!(person.get("/user/facilities").expect(200)["data"], json!([]));
    }
}

#[test]
fn what_a_command_changes_counts_for_the_service_beside_it() {
    let service = Service::start();
    let administrator = service.administrator();
    let person = service.user_made_by(&administrator, "tech");
    person.get("/user").expect(200);
    // The command gives the role and sets the password, which ends every session, within a second.
    service
        .command(["admin", "create", "--email", &person.email, "--first-name", "R", "--last-name", "P"])
        .reading("canary-a-password-from-outside\n")
        .succeed();
    roster_tests::within(std::time::Duration::from_secs(1), "the end of the session", || {
        (person.get("/user").status == 401).then_some(())
    });
    let restored = service.sign_in(&person.email, "canary-a-password-from-outside");
    assert_eq!(restored.get("/user").expect(200)["data"]["roles"], json!(["tech", "board"]));
}
