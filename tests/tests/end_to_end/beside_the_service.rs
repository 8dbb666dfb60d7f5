//! What a command takes away is refused by the service beside it within a second.

use roster_tests::{Actor, ClientCredentials, Service, within_a_second};
use serde_json::json;

/// A service, a client of it, and somebody signed in through that client.
fn cast() -> (Service, ClientCredentials, Actor) {
    let service = Service::start();
    let client = service.register_client("backend", &[]);
    let user = service.sign_in_through(&client, &service.user("tech"));
    user.get("/user").expect(200);
    (service, client, user)
}

fn command(service: &Service, what: &str) {
    service.command(["client", what, "--id", "backend"]).succeed();
}

/// Waits until this person is refused, as a second at most shows; from then on it must stay so.
#[track_caller]
fn is_refused_soon(person: &Actor) {
    within_a_second("the end of the access token", || person.get("/authorize").status == 401);
    person.get("/authorize").expect_status(401);
    person.get("/users").expect_problem(401, "invalid_token");
}

#[test]
fn a_password_set_by_command_ends_every_session() {
    let service = Service::start();
    let user = service.user("tech");
    let elsewhere = service.sign_in(&user.email, &user.password);
    let bystander = service.user("tech");
    for person in [&user, &elsewhere, &bystander] {
        person.get("/user").expect(200);
    }
    let new = "canary-set-by-command";
    service.command(["user", "set-password", "--email", &user.email]).reading(&format!("{new}\n")).succeed();
    is_refused_soon(&user);
    is_refused_soon(&elsewhere);
    assert_eq!(service.try_refresh(user.refresh()).expect(400)["error"], "invalid_grant");
    assert_eq!(service.try_password(&user.email, &user.password).expect(400)["error"], "invalid_grant");
    let tokens = service.try_password(&user.email, new).expect(200);
    assert_eq!(tokens["need_password_change"], true, "somebody else chose it");
    bystander.get("/user").expect(200);
    let events = service.database().events_about(&user.id);
    assert_eq!(events.iter().filter(|kind| *kind == "session.ended").count(), 2, "{events:?}");
    assert_eq!(events.iter().filter(|kind| *kind == "password.changed").count(), 1, "{events:?}");
}

#[test]
fn a_disabled_client_is_out_until_enabled() {
    let (service, client, user) = cast();
    let own = service.act_as(&client, &["users:get"]);
    own.get("/users").expect(200);
    command(&service, "disable");
    is_refused_soon(&user);
    is_refused_soon(&own);
    let grant = [("grant_type", "client_credentials")];
    assert_eq!(service.ask_as(&client, &grant).expect(401)["error"], "invalid_client");
    assert_eq!(service.try_refresh_as(&client, user.refresh()).expect(401)["error"], "invalid_client");
    let answer = service.post_form_as(&client, "/oauth/revoke", &[("token", user.refresh())]);
    assert_eq!(answer.expect(401)["error"], "invalid_client");
    // People signed in through other clients do not notice.
    service.sign_in(&user.email, &user.password).get("/user").expect(200);
    command(&service, "enable");
    within_a_second("the tokens of the client", || user.get("/user").status == 200);
    service.ask_as(&client, &grant).expect(200);
}

#[test]
fn a_deleted_client_is_out_and_so_is_whoever_signed_in_through_it() {
    let (service, client, user) = cast();
    let own = service.act_as(&client, &["users:get"]);
    own.get("/users").expect(200);
    let elsewhere = service.sign_in(&user.email, &user.password);
    command(&service, "delete");
    is_refused_soon(&user);
    is_refused_soon(&own);
    assert_eq!(service.try_refresh_as(&client, user.refresh()).expect(401)["error"], "invalid_client");
    elsewhere.get("/user").expect(200);
    let mut database = service.database();
    assert_eq!(database.count("SELECT count(*) AS value FROM sessions WHERE client_id = 'backend'"), 0);
    assert_eq!(database.events_about("backend"), ["client.created", "client.disabled", "client.deleted"]);
    assert!(database.events_about(&user.id).contains(&"session.ended".to_owned()));
    database.assert_sound();
    // Another client of that name does not inherit the sessions.
    let again = service.register_client("backend", &[]);
    assert_eq!(service.try_refresh_as(&again, user.refresh()).expect(400)["error"], "invalid_grant");
    user.get("/user").expect_problem(401, "invalid_token");
}

#[test]
fn the_old_secret_of_a_client_is_refused() {
    let (service, client, user) = cast();
    let printed = service.command(["client", "rotate-secret", "--json", "--id", "backend"]).succeed().json();
    assert_eq!(printed.as_object().unwrap().len(), 2);
    assert_eq!(printed["client_id"], "backend");
    let secret = printed["client_secret"].as_str().unwrap().to_owned();
    assert_ne!(secret, client.secret);
    let grant = [("grant_type", "client_credentials")];
    within_a_second("the end of the old secret", || service.ask_as(&client, &grant).status == 401);
    assert_eq!(service.try_refresh_as(&client, user.refresh()).expect(401)["error"], "invalid_client");
    let renewed = ClientCredentials { secret, ..client };
    service.ask_as(&renewed, &grant).expect(200);
    // The sessions of its people go on.
    user.get("/user").expect(200);
    service.try_refresh_as(&renewed, user.refresh()).expect(200);
}

#[test]
fn an_administrator_made_from_a_person_has_to_sign_in_anew() {
    let service = Service::start();
    let user = service.user("tech");
    user.get("/user").expect(200);
    service
        .command(["admin", "create", "--email", &user.email, "--first-name", "R", "--last-name", "P"])
        .reading("canary-from-the-outside")
        .succeed();
    is_refused_soon(&user);
    assert_eq!(service.try_refresh(user.refresh()).expect(400)["error"], "invalid_grant");
    let restored = service.sign_in(&user.email, "canary-from-the-outside");
    assert_eq!(restored.get("/user").expect(200)["data"]["roles"], json!(["tech", "board"]));
}

#[test]
fn what_commands_did_holds_after_a_crash() {
    let (mut service, client, user) = cast();
    let other = service.sign_in(&user.email, &user.password);
    service
        .command(["user", "set-password", "--email", &user.email])
        .reading("canary-set-by-command")
        .succeed();
    command(&service, "disable");
    service.kill();
    service.restart();
    other.get("/user").expect_problem(401, "invalid_token");
    user.get("/user").expect_problem(401, "invalid_token");
    let grant = [("grant_type", "client_credentials")];
    assert_eq!(service.ask_as(&client, &grant).expect(401)["error"], "invalid_client");
    service.try_password(&user.email, "canary-set-by-command").expect(200);
}
