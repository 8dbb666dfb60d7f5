//! Keys, metadata, health, the OpenAPI document, and the pages that explain problems.

use roster_tests::Service;
use serde_json::json;

#[test]
fn keys_are_published_as_jwks_and_pem() {
    let service = Service::start();
    let nobody = service.nobody();
    let answer = nobody.get("/.well-known/jwks.json");
    let keys = answer.expect(200)["keys"].as_array().unwrap().clone();
    let age = answer.header("cache-control").and_then(|value| value.split("max-age=").nth(1));
    let age: u32 = age.and_then(|age| age.split(',').next()?.parse().ok()).unwrap();
    assert!(age <= 300, "{answer}");
    for key in &keys {
        assert_eq!((&key["kty"], &key["crv"], &key["alg"]), (&json!("EC"), &json!("P-256"), &json!("ES256")));
        assert_eq!(key["use"], "sig");
        assert!(key.get("d").is_none(), "no private part");
        let pem = nobody.get(&format!("/.well-known/jwks/{}.pem", key["kid"].as_str().unwrap()));
        assert!(pem.expect_status(200).text().starts_with("-----BEGIN PUBLIC KEY-----\n"), "{pem}");
    }
    let token = service.administrator().token;
    let header = header_of(&token);
    assert!(keys.iter().any(|key| key["kid"] == header["kid"]), "{header}");
    nobody.get("/.well-known/jwks/unknown.pem").expect_problem(404, "not_found");
}

fn header_of(token: &str) -> serde_json::Value {
    use base64::Engine as _;
    let header = token.split('.').next().unwrap();
    serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap()
}

#[test]
fn metadata_names_what_is_there_and_nothing_else() {
    let service = Service::start();
    let metadata = service.nobody().get("/.well-known/oauth-authorization-server").expect(200);
    assert_eq!(metadata["issuer"], "https://roster.test");
    assert_eq!(metadata["token_endpoint"], "https://roster.test/oauth/token");
    assert_eq!(metadata["jwks_uri"], "https://roster.test/.well-known/jwks.json");
    let mut grants: Vec<&str> = metadata["grant_types_supported"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|grant| grant.as_str())
        .collect();
    grants.sort_unstable();
    assert_eq!(grants, ["client_credentials", "password", "refresh_token"]);
    let scopes = metadata["scopes_supported"].as_array().unwrap();
    assert_eq!(scopes.len(), roster_tests::ALL_SCOPES.len());
    assert!(metadata.get("authorization_endpoint").is_none());
}

#[test]
fn health_needs_no_token() {
    let service = Service::start();
    service.nobody().get("/health/live").expect_status(200);
    service.nobody().get("/health/ready").expect_status(200);
    let listen = service.address().to_string();
    service.command(["healthcheck"]).with("ROSTER_LISTEN", listen).succeed();
}

#[test]
fn the_openapi_document_is_the_same_everywhere() {
    let service = Service::start();
    let served = service.nobody().get("/openapi.json").expect(200);
    assert!(
        served["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")),
        "{}",
        served["openapi"]
    );
    let printed = service.command(["openapi"]).succeed().stdout;
    assert_eq!(serde_json::from_str::<serde_json::Value>(&printed).unwrap(), served);
}

#[test]
fn every_route_is_in_the_openapi_document() {
    let service = Service::start();
    let document = service.nobody().get("/openapi.json").expect(200);
    for route in roster_adapter_actix::ROUTES {
        let path = route.path.replace(":.*}", "}");
        let described = &document["paths"][&path];
        // Where every method is answered alike, and for the files of the docs page, one line says enough.
        let method = if route.method == "ANY" { "get".to_owned() } else { route.method.to_lowercase() };
        let is_page = path.starts_with("/docs");
        assert!(is_page || described[&method].is_object(), "{} {path}", route.method);
    }
}

#[test]
fn every_problem_has_a_page() {
    let service = Service::start();
    let problem = service.nobody().get("/user").expect_problem(401, "missing_token");
    let page = service.nobody().get(problem["type"].as_str().unwrap());
    assert!(page.expect_status(200).text().contains("missing_token"), "{page}");
    service.nobody().get("/problems/unheard_of").expect_problem(404, "not_found");
}
