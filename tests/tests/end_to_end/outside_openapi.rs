//! The answers of the service before its own OpenAPI document: schemathesis makes requests from the document, good ones
//! and bad ones, and looks whether what comes back is what the document promises.

use roster_tests::{ADMINISTRATOR_EMAIL, ADMINISTRATOR_PASSWORD, Actor, Service, needed_outside_program};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Calls that must have succeeded too, since refusals alone prove little.
const SUCCEED: [&str; 10] = [
    "POST /oauth/token",
    "POST /oauth/revoke",
    "POST /oauth/introspect",
    "GET /.well-known/jwks.json",
    "GET /.well-known/jwks/{kid}.pem",
    "GET /.well-known/oauth-authorization-server",
    "GET /user",
    "GET /user/sessions",
    "PUT /user/password",
    "DELETE /users/{id}/sessions",
];

fn schemathesis() -> Option<PathBuf> {
    needed_outside_program("schemathesis", "no answer was compared with the OpenAPI document")
}

/// What schemathesis found.
struct Findings {
    is_good: bool,
    report: Value,
    told: String,
}

/// Lets it loose on a service, by this document.
fn examine(program: &Path, service: &Service, document: &Value, arguments: &[&str]) -> Findings {
    // It leaves files behind where it runs.
    let folder = tempfile::tempdir().unwrap();
    let (kept, report) = (folder.path().join("openapi.json"), folder.path().join("report.json"));
    fs::write(&kept, document.to_string()).unwrap();
    let client = service.register_client("judge", &[]);
    let output = Command::new(program)
        .arg("--config-file")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("outside/schemathesis.toml"))
        .arg("run")
        .arg(&kept)
        .args(["--url", &format!("http://{}", service.address()), "--no-color", "--report", "json"])
        .arg("--report-json-path")
        .arg(&report)
        .args(arguments)
        .env_clear()
        .env("TOKEN", service.administrator().token)
        .env("CLIENT_ID", client.id)
        .env("CLIENT_SECRET", client.secret)
        .env("EMAIL", ADMINISTRATOR_EMAIL)
        .env("PASSWORD", ADMINISTRATOR_PASSWORD)
        .env("OTHER_SESSION", session_of(&service.administrator()))
        .env("OTHER_PERSON", service.user("tech").id)
        .current_dir(folder.path())
        .output()
        .unwrap();
    let told = [output.stdout, output.stderr].concat();
    let told = String::from_utf8_lossy(&told).into_owned();
    let report = fs::read(&report).unwrap_or_else(|error| panic!("no report ({error}): {told}"));
    Findings { is_good: output.status.success(), report: serde_json::from_slice(&report).unwrap(), told }
}

/// The id of the session of somebody's token.
fn session_of(actor: &Actor) -> String {
    let claims: Value = jsonwebtoken::dangerous::insecure_decode_claims(&actor.token).unwrap();
    claims["sid"].as_str().unwrap().to_owned()
}

fn document(service: &Service) -> Value {
    service.nobody().get("/openapi.json").expect(200)
}

#[test]
fn answers_keep_to_the_openapi_document() {
    let Some(program) = schemathesis() else { return };
    let service = Service::options().with("ROSTER_ACCESS_TOKEN_TTL", "3600").start();
    // The files of the docs page are none of its business.
    let found = examine(&program, &service, &document(&service), &["--exclude-path", "/docs"]);
    assert!(found.is_good, "{}", found.told);
    assert_eq!(found.report["failures"], json!([]), "{}", found.told);
    for call in SUCCEED {
        let phases = found.report["valid_rates"][call].as_object();
        let accepted = phases.into_iter().flatten().filter_map(|(_, phase)| phase["accepted"].as_u64());
        assert!(accepted.sum::<u64>() > 0, "{call} never succeeded: {}", found.report["valid_rates"][call]);
    }
    let panics = service.log().lines().iter().filter(|line| line.contains("panicked")).count();
    assert_eq!(panics, 0);
}

#[test]
fn a_document_that_promises_too_much_is_found_out() {
    let Some(program) = schemathesis() else { return };
    let service = Service::start();
    let mut document = document(&service);
    document["components"]["schemas"]["KeySet"]["required"] = json!(["keys", "promise"]);
    let found = examine(&program, &service, &document, &["--include-path", "/.well-known/jwks.json"]);
    assert!(!found.is_good && found.told.contains("\"promise\" is a required property"), "{}", found.told);
}
