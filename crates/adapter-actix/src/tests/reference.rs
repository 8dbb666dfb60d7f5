use roster_domain::PictureName;
use serde_json::Value;
use std::collections::BTreeSet;

use super::fixture::{World, get};
use crate::answer::ProblemKind;
use crate::{ROUTES, openapi_json};

fn document() -> Value {
    serde_json::from_str(&openapi_json()).unwrap()
}

#[test]
fn the_document_and_the_routes_agree() {
    let document = document();
    let mut described = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        described
            .extend(item.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone())));
    }
    let served = ROUTES.iter().filter(|route| route.path != "/docs/{file:.*}").map(|route| {
        let method = if route.method == "ANY" { "GET" } else { route.method };
        (method.to_owned(), route.path.replace(":.*}", "}"))
    });
    assert_eq!(described, served.collect());
}

#[test]
fn the_document_is_openapi_3_1_with_one_description_of_problems() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    let schemes = document["components"]["securitySchemes"].as_object().unwrap();
    assert_eq!(schemes.keys().collect::<Vec<_>>(), ["bearer", "client", "oauth2"]);
    let read_account = &document["paths"]["/user"]["get"];
    assert_eq!(read_account["responses"]["default"]["$ref"], "#/components/responses/Problem");
    assert_eq!(read_account["security"][1]["oauth2"][0], "profile:get");
    let token = &document["paths"]["/oauth/token"]["post"]["responses"]["default"];
    assert_eq!(token["$ref"], "#/components/responses/OAuthError");
    assert!(openapi_json().ends_with("}\n"));
}

#[test]
fn every_reference_of_the_document_leads_somewhere() {
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
                members.values().for_each(|member| references(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    let (document, mut found) = (document(), Vec::new());
    references(&document, &mut found);
    assert!(!found.is_empty());
    for reference in found {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
}

#[test]
fn every_answer_is_described() {
    for item in document()["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            for (status, response) in operation["responses"].as_object().unwrap() {
                let described = response["description"].as_str().is_some_and(|text| !text.is_empty());
                assert!(described || status == "default", "{}: {status}", operation["operationId"]);
            }
        }
    }
}

#[test]
fn who_needs_a_token_is_described_so() {
    let document = document();
    for route in ROUTES.iter().filter(|route| route.path != "/docs/{file:.*}") {
        let method = if route.method == "ANY" { "get".to_owned() } else { route.method.to_lowercase() };
        let security = &document["paths"][route.path.replace(":.*}", "}")][method]["security"];
        let takes_token = security.to_string().contains("bearer");
        let needs_token = matches!(route.needs, crate::Needs::Token | crate::Needs::Policy);
        assert_eq!(takes_token, needs_token, "{} {}", route.method, route.path);
    }
}

#[actix_web::test]
async fn the_reference_needs_nobody_elses_server() {
    let redirect = World::new().answer(get("/docs")).await;
    assert_eq!((redirect.status.as_u16(), redirect.header("Location")), (308, "docs/"));
    for (path, media_type) in [
        ("/docs/", "text/html"),
        ("/docs/swagger-ui-bundle.js", "text/javascript"),
        ("/docs/swagger-ui.css", "text/css"),
    ] {
        let answer = World::new().answer(get(path)).await;
        assert_eq!(answer.status.as_u16(), 200, "{path}");
        assert!(answer.header("Content-Type").starts_with(media_type), "{path}");
        assert!(answer.header("Content-Security-Policy").starts_with("default-src 'none'"), "{path}");
    }
    let start = World::new().answer(get("/docs/swagger-initializer.js")).await;
    let start = String::from_utf8(start.body).unwrap();
    assert!(start.contains("../openapi.json") && start.contains("\"validatorUrl\": \"none\""), "{start}");
    assert_eq!(World::new().answer(get("/docs/..%2fx")).await.status.as_u16(), 404);
}

#[actix_web::test]
async fn every_problem_has_its_page() {
    for kind in ProblemKind::ALL {
        let code = kind.said().code;
        let answer = World::new().answer(get(&format!("/problems/{code}"))).await;
        assert_eq!(answer.status.as_u16(), 200, "{code}");
        assert!(answer.header("Content-Security-Policy").starts_with("default-src 'none'"));
        let page = String::from_utf8(answer.body).unwrap();
        assert!(page.contains(kind.said().title) && page.contains(code) && !page.contains('`'), "{page}");
    }
    assert_eq!(World::new().answer(get("/problems/other")).await.refusal(), (404, "not_found".to_owned()));
}

#[actix_web::test]
async fn a_picture_is_served_for_good_under_its_one_name() {
    let name: PictureName = format!("{}.png", "ab".repeat(32)).parse().unwrap();
    let mut world = World::new();
    let kept = move |asked: &PictureName| Ok((*asked == name).then(|| b"pixels".to_vec()));
    world.picture_keeper.expect_load().returning(kept);
    let answers = world
        .answer_each([
            get(&format!("/pictures/{name}")),
            get(&format!("/pictures/{}.jpg", "ab".repeat(32))),
            get("/pictures/..%2fx.png"),
        ])
        .await;
    assert_eq!(answers[0].body, b"pixels");
    assert_eq!(answers[0].header("Content-Type"), "image/png");
    assert_eq!(answers[0].header("Cache-Control"), "public, max-age=31536000, immutable");
    assert_eq!(answers[0].header("Content-Security-Policy"), "default-src 'none'");
    assert_eq!(answers[1].refusal(), (404, "not_found".to_owned()));
    assert_eq!(answers[2].refusal(), (404, "not_found".to_owned()));
}
