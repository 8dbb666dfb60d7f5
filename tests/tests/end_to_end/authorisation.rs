//! Who may call what, route by route: an independent table against the service, for every kind of caller.
//!
//! The routes come from the service's own list, so a route without a row here fails the test.

use roster_adapter_actix::ROUTES;
use roster_tests::{Actor, Answer, Body, Service};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const FACILITY: &str = "16f0cbe3-bc75-45ea-9168-52e52c941ada";

/// Whom a call is about.
#[derive(Clone, Copy, PartialEq)]
enum About {
    /// Always the caller.
    Oneself,
    /// The person in the path.
    Person,
    /// Everybody, or nobody in particular.
    Anyone,
}

/// Who, beyond the scope, may call.
#[derive(Clone, Copy, PartialEq)]
enum Who {
    Anybody,
    People,
    Administrators,
    AdministratorsAndClients,
    /// Nobody, since it is about oneself; administrators are told so.
    OnlyOthers,
}

/// One row: the scopes of which one is needed and who may, about oneself and about others.
struct Rule {
    call: &'static str,
    about: About,
    own: (&'static [&'static str], Who),
    others: (&'static [&'static str], Who),
}

const fn account(call: &'static str, scopes: &'static [&'static str]) -> Rule {
    Rule { call, about: About::Oneself, own: (scopes, Who::People), others: (scopes, Who::People) }
}

const fn anyone(call: &'static str, scopes: &'static [&'static str], who: Who) -> Rule {
    Rule { call, about: About::Anyone, own: (scopes, who), others: (scopes, who) }
}

const fn person(
    call: &'static str,
    own: (&'static [&'static str], Who),
    others: (&'static [&'static str], Who),
) -> Rule {
    Rule { call, about: About::Person, own, others }
}

const RULES: &[Rule] = &[
    account("GET /user", &["profile:get"]),
    account("PATCH /user", &["profile:modify"]),
    account("PATCH /user/picture", &["profile:modify"]),
    account("DELETE /user/picture", &["profile:modify"]),
    account("PATCH /user/phone_number", &["profile:modify"]),
    account("DELETE /user/phone_number", &["profile:modify"]),
    account("PUT /user/password", &["profile:modify"]),
    account("GET /user/facilities", &["profile:get"]),
    account("GET /user/sessions", &["profile:get"]),
    account("DELETE /user/sessions/{id}", &["profile:modify"]),
    account("GET /users/me", &["profile:get"]),
    anyone("GET /users", &["users:get"], Who::Anybody),
    anyone("POST /users", &["users:create"], Who::Administrators),
    person("GET /users/{id}", (&["profile:get", "users:get"], Who::People), (&["users:get"], Who::Anybody)),
    person(
        "PUT /users/{id}",
        (&["profile:modify", "users:modify"], Who::People),
        (&["users:modify"], Who::Administrators),
    ),
    person(
        "PATCH /users/{id}",
        (&["profile:modify", "users:modify"], Who::People),
        (&["users:modify"], Who::Administrators),
    ),
    person(
        "DELETE /users/{id}",
        (&["users:delete"], Who::Administrators),
        (&["users:delete"], Who::Administrators),
    ),
    person(
        "PUT /users/{id}/password",
        (&["users:modify"], Who::OnlyOthers),
        (&["users:modify"], Who::Administrators),
    ),
    person(
        "DELETE /users/{id}/sessions",
        (&["users:modify"], Who::Administrators),
        (&["users:modify"], Who::Administrators),
    ),
    person(
        "GET /users/{id}/facilities",
        (&["profile:get", "users:get"], Who::People),
        (&["users:write"], Who::Administrators),
    ),
    anyone("POST /facilities/{facilityId}/give_access", &["users:write"], Who::Administrators),
    anyone("POST /facilities/{facilityId}/remove_access", &["users:write"], Who::Administrators),
    // About whom these ask only the body says: here anybody may ask about themselves.
    anyone("POST /access/v1/evaluation", &["access:check", "profile:get"], Who::Anybody),
    anyone("POST /access/v1/evaluations", &["access:check", "profile:get"], Who::Anybody),
    anyone("POST /access/v1/search/subject", &["access:check"], Who::AdministratorsAndClients),
    anyone("POST /access/v1/search/resource", &["access:check", "profile:get"], Who::Anybody),
    anyone("POST /access/v1/search/action", &["access:check", "profile:get"], Who::Anybody),
    anyone("GET /facilities/{facilityId}/access", &["users:write"], Who::Administrators),
];

/// What anybody may call, with a token or without.
const OPEN: &[&str] = &[
    "GET /.well-known/jwks.json",
    "GET /.well-known/jwks/{kid}.pem",
    "GET /.well-known/oauth-authorization-server",
    "GET /.well-known/authzen-configuration",
    "GET /pictures/{name}",
    "GET /problems/{code}",
    "GET /health/live",
    "GET /health/ready",
    "GET /openapi.json",
    "GET /docs",
    "GET /docs/{file}",
];

/// What has tests of its own for who may call: the endpoints about tokens and the doors for gateways.
const ELSEWHERE: &[&str] = &[
    "POST /oauth/token",
    "POST /oauth/revoke",
    "POST /oauth/introspect",
    "ANY /authorize",
    "ANY /authorize/forward/{policy}",
    "ANY /authorize/nginx/{policy}",
    "ANY /authorize/envoy/{policy}/{path}",
];

/// Everybody who may try, all with every scope.
struct Cast {
    service: Service,
    administrator: Actor,
    hr: Actor,
    tech: Actor,
    client: Actor,
    trusted: Actor,
}

impl Cast {
    fn new() -> Self {
        let service = Service::start();
        let administrator = service.administrator();
        let hr = service.user_made_by(&administrator, "hr");
        let tech = service.user_made_by(&administrator, "tech");
        let (client, trusted) = (service.client("plain"), service.trusted_client("trusted"));
        Self { service, administrator, hr, tech, client, trusted }
    }
}

impl Rule {
    fn method(&self) -> &'static str {
        self.call.split(' ').next().unwrap()
    }

    /// The path, about this person; with a query that no call knows, so that whoever may call gets a 400 and nothing happens.
    fn path(&self, about: &str) -> String {
        let path = self.call.split(' ').nth(1).unwrap();
        format!("{}?nonsense", path.replace("{id}", about).replace("{facilityId}", FACILITY))
    }

    /// Sends the call with everything wrong that comes after the right to call.
    fn spoiled(&self, by: &Actor, about: &str) -> Answer {
        let body =
            if self.method() == "GET" { Body::Empty } else { Body::Bytes("text/plain", vec![b'x'; 70_000]) };
        by.send(self.method(), &self.path(about), &[], &body)
    }

    /// The row that counts for this caller about this person.
    fn standing(&self, by: &Actor, about: &str) -> (&'static [&'static str], Who) {
        let is_own = self.about == About::Oneself || (self.about == About::Person && by.id == about);
        if is_own { self.own } else { self.others }
    }
}

#[track_caller]
fn is_let_in(answer: &Answer) {
    answer.expect_problem(400, "malformed_request");
}

/// What an administrator with the scope is answered.
#[track_caller]
fn is_let_in_unless_it_is_for_others(answer: &Answer, who: Who) {
    if who == Who::OnlyOthers {
        answer.expect_problem(403, "not_for_oneself");
    } else {
        is_let_in(answer);
    }
}

fn route_calls() -> Vec<String> {
    ROUTES.iter().map(|route| format!("{} {}", route.method, route.path.replace(":.*}", "}"))).collect()
}

#[test]
fn every_route_has_a_row() {
    let known: BTreeSet<String> = RULES
        .iter()
        .map(|rule| rule.call)
        .chain(OPEN.iter().copied())
        .chain(ELSEWHERE.iter().copied())
        .map(str::to_owned)
        .collect();
    let served: BTreeSet<String> = route_calls().into_iter().collect();
    assert_eq!(served, known);
}

#[test]
fn without_a_valid_token_nothing_else_is_looked_at() {
    let mut service = Service::options().with("ROSTER_ACCESS_TOKEN_TTL", "1").start();
    let administrator = service.administrator();
    roster_tests::eventually("the end of the token", || {
        (administrator.get("/user").status == 401).then_some(())
    });
    service.kill();
    service.restart_with("ROSTER_ACCESS_TOKEN_TTL", "300");
    let forged = service.administrator();
    let (start, signature) = forged.token.rsplit_once('.').unwrap();
    let forged = forged.with_token(format!("{start}.{}", signature.chars().rev().collect::<String>()));
    for rule in RULES {
        let missing = rule.spoiled(&service.nobody(), &administrator.id);
        missing.expect_problem(401, "missing_token");
        assert_eq!(missing.header("www-authenticate"), Some("Bearer"), "{missing}");
        for actor in [&administrator, &forged] {
            let invalid = rule.spoiled(actor, &administrator.id);
            invalid.expect_problem(401, "invalid_token");
            assert_eq!(
                invalid.header("www-authenticate"),
                Some("Bearer error=\"invalid_token\""),
                "{invalid}"
            );
        }
    }
}

#[test]
fn without_the_scope_nobody_is_let_in() {
    let cast = Cast::new();
    for rule in RULES {
        for (by, about) in [
            (&cast.administrator, &cast.administrator),
            (&cast.administrator, &cast.tech),
            (&cast.hr, &cast.tech),
            (&cast.tech, &cast.tech),
            (&cast.tech, &cast.hr),
        ] {
            let (scopes, _) = rule.standing(by, &about.id);
            let answer = rule.spoiled(&cast.service.sign_in_without(by, scopes), &about.id);
            answer.expect_problem(403, "insufficient_scope");
            let named = answer.header("www-authenticate").unwrap_or_default();
            assert!(scopes.iter().all(|scope| named.contains(scope)), "{}: {answer}", rule.call);
        }
    }
}

#[test]
fn one_of_the_scopes_is_enough() {
    let cast = Cast::new();
    for rule in RULES {
        for (by, about) in [(&cast.administrator, &cast.tech), (&cast.administrator, &cast.administrator)] {
            let (scopes, who) = rule.standing(by, &about.id);
            for scope in scopes {
                let answer = rule.spoiled(&cast.service.sign_in_with(by, &[scope]), &about.id);
                is_let_in_unless_it_is_for_others(&answer, who);
            }
        }
    }
}

#[test]
fn people_are_let_in_by_their_role() {
    let cast = Cast::new();
    for rule in RULES {
        for administrator in [&cast.administrator, &cast.hr] {
            for about in [administrator, &cast.tech] {
                let who = rule.standing(administrator, &about.id).1;
                is_let_in_unless_it_is_for_others(&rule.spoiled(administrator, &about.id), who);
            }
        }
        for about in [&cast.tech, &cast.hr] {
            let answer = rule.spoiled(&cast.tech, &about.id);
            match rule.standing(&cast.tech, &about.id).1 {
                Who::Administrators | Who::AdministratorsAndClients | Who::OnlyOthers => {
                    drop(answer.expect_problem(403, "insufficient_role"));
                }
                Who::Anybody | Who::People => is_let_in(&answer),
            }
        }
    }
}

#[test]
fn every_role_but_two_is_alike() {
    let service = Service::start();
    let administrator = service.administrator();
    for role in ["tech", "finance", "com", "business"] {
        let actor = service.user_made_by(&administrator, role);
        for rule in RULES.iter().filter(|rule| rule.others.1 == Who::Administrators) {
            rule.spoiled(&actor, &administrator.id).expect_problem(403, "insufficient_role");
        }
    }
}

#[test]
fn a_client_is_nobody_and_a_trusted_one_administers() {
    let cast = Cast::new();
    for rule in RULES {
        for (client, is_trusted) in [(&cast.client, false), (&cast.trusted, true)] {
            let answer = rule.spoiled(client, &cast.tech.id);
            match (rule.about, rule.others.1) {
                (About::Oneself, _) => drop(answer.expect_problem(403, "not_for_clients")),
                (_, Who::Administrators) if !is_trusted => {
                    drop(answer.expect_problem(403, "insufficient_role"));
                }
                _ => is_let_in(&answer),
            }
        }
    }
}

#[test]
fn a_clients_scopes_bound_it_trusted_or_not() {
    let service = Service::start();
    let credentials = service.register_client("trusted", &["--trusted"]);
    for rule in RULES.iter().filter(|rule| rule.about != About::Oneself) {
        let others: Vec<&str> =
            roster_tests::ALL_SCOPES.into_iter().filter(|scope| !rule.others.0.contains(scope)).collect();
        let client = service.act_as(&credentials, &others);
        rule.spoiled(&client, FACILITY).expect_problem(403, "insufficient_scope");
    }
}

#[test]
fn what_is_open_asks_for_nothing() {
    let service = Service::start();
    let forged = service.nobody().with_token("forged");
    for call in OPEN {
        let path = call.split(' ').nth(1).unwrap().replace("{kid}", "x").replace("{name}", "x");
        let path = path.replace("{code}", "not_found").replace("{file}", "");
        for actor in [&service.nobody(), &forged] {
            let answer = actor.get(&path);
            assert!(![401, 403, 405].contains(&answer.status), "{call}: {answer}");
        }
    }
}

#[test]
fn unknown_people_are_told_only_to_whom_may_ask() {
    let cast = Cast::new();
    let bodies: [(&str, Value); 4] = [
        ("GET", Value::Null),
        ("PATCH", json!({ "description": "x" })),
        ("PUT", json!({ "description": "x" })),
        ("DELETE", Value::Null),
    ];
    for unknown in ["ae34bc53-660c-4d7b-94df-393baed04f32", "no-uuid"] {
        for (method, body) in &bodies {
            let body = if body.is_null() { Body::Empty } else { body.clone().into() };
            let path = format!("/users/{unknown}");
            cast.administrator.send(method, &path, &[], &body).expect_problem(404, "not_found");
            let answer = cast.tech.send(method, &path, &[], &body);
            if *method == "GET" {
                answer.expect_problem(404, "not_found");
            } else {
                answer.expect_problem(403, "insufficient_role");
            }
        }
    }
}
