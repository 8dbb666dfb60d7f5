//! What comes after the body: what the path names, and which version of it is meant.

use roster_adapter_actix::{Needs, Route};
use roster_tests::{Answer, Body, Form, Picture};
use serde_json::json;

use super::table::{self, Carries};
use super::{Stage, name, routes_with};

impl Stage {
    /// Calls as it would succeed, but for the path and these headers.
    fn call(&self, route: &Route, path: &str, headers: &[(&str, &str)]) -> Answer {
        let body = match route.method {
            "GET" | "DELETE" => Body::Empty,
            _ => match table::row(&name(route)).carries {
                Carries::Json(_) => Body::Json(self.good_body(&name(route))),
                Carries::Picture => Body::Form(Form::image(Picture::png(8, 8))),
                Carries::Standard => Body::Json(json!({})),
                Carries::Parameters => Body::Fields(Vec::new()),
            },
        };
        self.administrator.send(route.method, path, headers, &body)
    }
}

#[test]
fn an_id_that_is_no_uuid_is_nobodys() {
    let stage = Stage::new();
    let with_id = |route: &&Route| route.path.contains("Id}") || route.path.contains("{id}");
    for route in routes_with(&["GET", "POST", "PUT", "PATCH", "DELETE"]).filter(with_id) {
        for odd in [
            "no-uuid",
            "%00",
            "%ff",
            "..%2fx",
            "{16f0cbe3-bc75-45ea-9168-52e52c941ada}",
            "00000000-0000-0000-0000-000000000000",
        ] {
            let path = route.path.replace("{id}", odd).replace("{facilityId}", odd);
            let is_a_facility = route.path.starts_with("/facilities") && odd.starts_with("00000000");
            if is_a_facility {
                continue;
            }
            let answer = stage.call(route, &path, &[]);
            assert_eq!(answer.status, 404, "{} {odd}: {answer}", name(route));
            answer.expect_problem(404, "not_found");
        }
    }
}

#[test]
fn faults_of_the_body_are_told_before_that_there_is_nobody() {
    let stage = Stage::new();
    for row in table::ROWS {
        let (method, template) = row.call.split_once(' ').unwrap();
        let has_id = template.contains("{id}") || template.contains("{facilityId}");
        let Some(text) = row.members().iter().find(|member| member.need == table::Need::Required) else {
            continue;
        };
        if has_id {
            let path = template.replace("{id}", "no-uuid").replace("{facilityId}", "no-uuid");
            let mut body = stage.good_body(row.call);
            body[text.name] = json!(null);
            stage
                .administrator
                .send(method, &path, &[], &body.into())
                .expect_problem(422, "validation_failed");
        }
    }
}

#[test]
fn every_change_of_a_user_or_a_part_of_one_obeys_if_match() {
    let stage = Stage::new();
    stage
        .administrator
        .send("PATCH", "/user/picture", &[], &Body::Form(Form::image(Picture::png(9, 9))))
        .expect(200);
    let changing = routes_with(&["PUT", "PATCH", "DELETE"]).filter(|route| route.needs == Needs::Token);
    for route in changing {
        let path = stage.path(route.path);
        for tag in ["\"999\"", "\"999-abc\"", "W/\"1-abc\"", "\"nonsense\""] {
            let answer = stage.call(route, &path, &[("if-match", tag)]);
            assert_eq!(answer.status, 412, "{} {tag}: {answer}", name(route));
            answer.expect_problem(412, "version_mismatch");
        }
        stage.call(route, &path, &[("if-match", "999")]).expect_problem(400, "malformed_request");
    }
}

#[test]
fn every_post_about_people_takes_an_idempotency_key() {
    let stage = Stage::new();
    let about_people = |route: &&Route| ["/users", "/facilities"].iter().any(|it| route.path.starts_with(it));
    let posts = routes_with(&["POST"]).filter(about_people);
    for route in posts {
        let path = stage.path(route.path);
        let key = roster_tests::invented();
        let body = Body::Json(stage.good_body(&name(route)));
        let send = |key: &str| stage.administrator.send("POST", &path, &[("idempotency-key", key)], &body);
        let first = send(&key);
        assert!(first.status < 300, "{first}");
        assert_eq!(send(&key).body, first.body, "{}", name(route));
        send("").expect_problem(400, "malformed_request");
    }
}
