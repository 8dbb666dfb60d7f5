//! No answer tells whether there is an account, or what is the matter with it.

use roster_tests::{Actor, Answer, CLIENT, Service};
use serde_json::json;

const WRONG: &str = "canary-wrong-password";
/// More tries than any limit of these tests.
const ENDLESS: &str = "1000000";

/// Somebody in each state in which nobody may sign in, with what happens to them after they signed in.
struct Cast {
    service: Service,
    disabled: Actor,
    deleted: Actor,
    /// Whose sessions an administrator ended.
    ended: Actor,
}

impl Cast {
    fn new() -> Self {
        let service = Service::options().with("ROSTER_LOGIN_FAILURES_PER_ADDRESS", ENDLESS).start();
        let administrator = service.administrator();
        let [disabled, deleted, ended] =
            ["tech", "hr", "com"].map(|role| service.user_made_by(&administrator, role));
        administrator.patch(&path(&disabled), json!({ "disabled": true })).expect(200);
        administrator.delete(&path(&deleted)).expect(200);
        administrator.delete(&format!("{}/sessions", path(&ended))).expect(200);
        Self { service, disabled, deleted, ended }
    }
}

fn path(person: &Actor) -> String {
    format!("/users/{}", person.id)
}

/// A way in which an administrator, or they themselves, end what somebody may do.
type TakeOut<'a> = &'a dyn Fn(&Actor) -> Answer;

/// Every one of the answers is like the first.
#[track_caller]
fn are_alike(answers: &[(&str, Answer)]) {
    let (_, first) = &answers[0];
    for (what, answer) in answers {
        assert_eq!(answer.likeness(), first.likeness(), "{what}");
    }
}

/// A person whose stored hash is of another cost than that of the service.
fn hashed_at(service: &Service, cost: &str, password: &str) -> Actor {
    let user = service.user("tech");
    let arguments = ["user", "set-password", "--email", &user.email];
    service.command(arguments).with("ROSTER_BCRYPT_COST", cost).reading(password).succeed();
    user
}

#[test]
fn whoever_cannot_sign_in_is_told_the_same() {
    let Cast { service, disabled, deleted, .. } = Cast::new();
    let bystander = service.bystander();
    let (cheap, dear) = (hashed_at(&service, "5", WRONG), hashed_at(&service, "8", WRONG));
    let known = service.user("tech");
    let long = format!("{}@example.com", "a".repeat(10_000));
    let attempts = [
        ("a wrong password", known.email.as_str(), WRONG),
        ("an unknown address", "nobody@example.com", WRONG),
        ("no address", "nobody", WRONG),
        ("an address with white space", " nobody@example.com", WRONG),
        ("an address with NUL", "nobody\0@example.com", WRONG),
        ("a long address", &long, WRONG),
        ("a wrong password of somebody disabled", &disabled.email, WRONG),
        ("the right password of somebody disabled", &disabled.email, &disabled.password),
        ("the right password of somebody deleted", &deleted.email, &deleted.password),
        ("a wrong password beside a cheaper hash", &cheap.email, &cheap.password),
        ("a wrong password beside a dearer hash", &dear.email, &dear.password),
        ("a password that is too long to be one", &known.email, &"x".repeat(10_000)),
        ("a password that is too short to be one", &known.email, "x"),
        ("a password with NUL", &known.email, &format!("{}\0", known.password)),
    ];
    let ask = |(what, email, password): (_, &str, &str)| (what, service.try_password(email, password));
    let answers = attempts.map(ask);
    answers[0].1.expect_oauth_error(400, "invalid_grant");
    are_alike(&answers);
    service.assert_unharmed(&bystander);
}

#[test]
fn whoever_cannot_refresh_is_told_the_same() {
    let Cast { service, disabled, deleted, ended } = Cast::new();
    let known = service.user("tech");
    let refresh_token = |person: &Actor| person.refresh_token.clone().unwrap();
    let attempts = [
        ("no such token", "canary-no-such-token".to_owned()),
        ("a token of the right form", "A".repeat(43)),
        ("an access token", known.token.clone()),
        ("that of somebody disabled", refresh_token(&disabled)),
        ("that of somebody deleted", refresh_token(&deleted)),
        ("that of a session that was ended", refresh_token(&ended)),
    ];
    let answers = attempts.map(|(what, token)| (what, service.try_refresh(&token)));
    answers[0].1.expect_oauth_error(400, "invalid_grant");
    are_alike(&answers);
}

#[test]
fn whoever_is_out_is_told_the_same_by_every_door() {
    let Cast { service: _service, disabled, deleted, ended } = Cast::new();
    let forged = disabled.with_token("forged.access.token");
    for door in ["/user", "/users/me", "/users", "/authorize", "/user/sessions", "/nowhere"] {
        let attempts =
            [("forged", &forged), ("disabled", &disabled), ("deleted", &deleted), ("ended", &ended)];
        let answers = attempts.map(|(what, person)| (what, person.get(door)));
        let expected = if door == "/nowhere" { 404 } else { 401 };
        answers[0].1.expect_status(expected);
        are_alike(&answers);
    }
    // Whoever is out cannot change anything either, whatever their body.
    for person in [&disabled, &deleted, &ended] {
        person.patch(&path(person), json!({ "disabled": false })).expect_problem(401, "invalid_token");
        let change = json!({ "oldPassword": person.password, "newPassword": "canary-another-password" });
        person.put("/user/password", change).expect_problem(401, "invalid_token");
    }
}

#[test]
fn whoever_is_out_is_inactive_to_those_who_ask() {
    let service = Service::start();
    let administrator = service.administrator();
    let backend = service.register_client("backend", &[]);
    let ask = |token: &str| service.post_form_as(&backend, "/oauth/introspect", &[("token", token)]);
    let nothing = ask("canary-no-token");
    assert_eq!(nothing.expect(200), json!({ "active": false }));
    let ways: [(&str, TakeOut<'_>); 4] = [
        ("disabled", &|person| administrator.patch(&path(person), json!({ "disabled": true }))),
        ("deleted", &|person| administrator.delete(&path(person))),
        ("ended", &|person| administrator.delete(&format!("{}/sessions", path(person)))),
        ("revoked", &|person| {
            let token = person.refresh_token.as_deref().unwrap();
            service.post_form_as(&backend, "/oauth/revoke", &[("token", token)])
        }),
    ];
    for (what, take_out) in ways {
        let person = service.user_made_by(&administrator, "tech");
        let person = service.sign_in_through(&backend, &person);
        let tokens = [person.token.as_str(), person.refresh_token.as_deref().unwrap()];
        for token in tokens {
            assert_eq!(ask(token).expect(200)["active"], true, "{what}");
        }
        take_out(&person).expect_status(200);
        for token in tokens {
            assert_eq!(ask(token).likeness(), nothing.likeness(), "{what}");
        }
    }
}

#[test]
fn clients_that_cannot_prove_themselves_are_told_the_same() {
    let service = Service::start();
    let (known, disabled) = (service.register_client("known", &[]), service.register_client("disabled", &[]));
    service.command(["client", "disable", "--id", "disabled"]).succeed();
    let ask = |id: &str, secret: &str| {
        let client = roster_tests::ClientCredentials { id: id.to_owned(), secret: secret.to_owned() };
        service.ask_as(&client, &[("grant_type", "client_credentials")])
    };
    roster_tests::eventually("the end of the client", || {
        (ask("disabled", &disabled.secret).status == 401).then_some(())
    });
    let answers = [
        ("a wrong secret", ask("known", WRONG)),
        ("a secret that begins right", ask("known", &known.secret[..42])),
        ("no secret", ask("known", "")),
        ("an unknown client", ask("stranger", WRONG)),
        ("no client id at all", ask("no client id", WRONG)),
        ("the right secret of a disabled client", ask("disabled", &disabled.secret)),
        ("a wrong secret of a disabled client", ask("disabled", WRONG)),
        ("a secret for a client that has none", ask(CLIENT, WRONG)),
        ("the secret of another client", ask("disabled", &known.secret)),
    ];
    answers[0].1.expect_oauth_error(401, "invalid_client");
    are_alike(&answers);
}

#[test]
fn somebody_disabled_comes_back_as_they_were() {
    let Cast { service, disabled, .. } = Cast::new();
    let administrator = service.administrator();
    administrator.patch(&path(&disabled), json!({ "disabled": false })).expect(200);
    let back = service.sign_in(&disabled.email, &disabled.password);
    assert_eq!(back.id, disabled.id);
    back.get("/authorize").expect_status(200);
    // What they held before is over for good.
    disabled.get("/user").expect_problem(401, "invalid_token");
    let refreshed = service.try_refresh(disabled.refresh_token.as_deref().unwrap());
    refreshed.expect_oauth_error(400, "invalid_grant");
}
