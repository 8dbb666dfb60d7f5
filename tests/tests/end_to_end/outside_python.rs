//! Our tokens, keys and metadata before libraries of another language, as those who rely on them use them: the programs
//! in `tests/outside`.

use roster_tests::{PUBLIC_URL, Service, needed_outside_program};
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::token_forgery::Token;

/// How many ways of verifying a token there are in `verify_token.py`.
const VERIFIERS: usize = 3;

fn python() -> Option<PathBuf> {
    needed_outside_program("python", "no library of another language looked at tokens, keys and metadata")
}

/// Runs one of the programs on a question. What it answers, or its last words where it failed.
fn ask(python: &Path, program: &str, question: &Value) -> Result<Value, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("outside");
    let mut child = Command::new(python)
        .arg(folder.join(program))
        // Nothing of this machine shall matter, least of all its proxies.
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(question.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    if output.status.success() {
        return Ok(serde_json::from_slice(&output.stdout).unwrap());
    }
    Err(String::from_utf8_lossy(&output.stderr).trim_end().lines().next_back().unwrap_or_default().to_owned())
}

/// Those who verify a token: where, and for whom.
struct Verifiers<'a> {
    python: &'a Path,
    service: &'a Service,
    issuer: &'static str,
    audience: &'static str,
}

impl<'a> Verifiers<'a> {
    fn of(python: &'a Path, service: &'a Service) -> Self {
        Self { python, service, issuer: PUBLIC_URL, audience: PUBLIC_URL }
    }

    /// What each of them says.
    #[track_caller]
    fn say(&self, token: &str) -> Vec<String> {
        let question = json!({
            "service": format!("http://{}", self.service.address()),
            "issuer": self.issuer,
            "audience": self.audience,
            "token": token,
        });
        let answer = ask(self.python, "verify_token.py", &question).unwrap();
        let said = answer.as_object().unwrap().values();
        let said: Vec<String> = said.map(|word| word.as_str().unwrap().to_owned()).collect();
        assert_eq!(said.len(), VERIFIERS, "{answer}");
        said
    }

    #[track_caller]
    fn accept(&self, token: &str) {
        let said = self.say(token);
        assert!(said.iter().all(|word| word == "accepted"), "{said:?}");
    }

    /// By every one, and for this reason by one at least.
    #[track_caller]
    fn refuse(&self, token: &str, reason: &str) {
        let said = self.say(token);
        assert!(said.iter().all(|word| word != "accepted"), "{said:?}");
        assert!(said.iter().any(|word| word == reason), "not for {reason}: {said:?}");
    }
}

#[test]
fn a_library_of_another_language_accepts_our_tokens() {
    let Some(python) = python() else { return };
    let service = Service::start();
    let verifiers = Verifiers::of(&python, &service);
    verifiers.accept(&service.user("tech").token);
    verifiers.accept(&service.client("backend").token);
}

#[test]
fn a_library_of_another_language_refuses_a_forged_token() {
    let Some(python) = python() else { return };
    let service = Service::start();
    let (user, other) = (service.user("tech"), service.administrator());
    let verifiers = Verifiers::of(&python, &service);
    let token = Token::of(&user);
    for changes in
        [json!({ "sub": other.id }), json!({ "scope": "users:delete" }), json!({ "exp": 9_999_999_999_u64 })]
    {
        verifiers.refuse(&token.with_claims(changes).signed_with(&token.signature), "InvalidSignatureError");
    }
    verifiers.refuse(&token.signed_with(&Token::of(&other).signature), "InvalidSignatureError");
    verifiers.refuse(&token.with_header(json!({ "alg": "none" })).signed_with(""), "InvalidAlgorithmError");
    verifiers
        .refuse(&token.with_header(json!({ "kid": "unknown" })).signed_with(&token.signature), "unknown key");
    // Another service under the same name, with keys of its own.
    verifiers.refuse(&Service::start().user("tech").token, "unknown key");
}

#[test]
fn a_library_of_another_language_refuses_what_is_not_meant_for_it() {
    let Some(python) = python() else { return };
    let service = Service::start();
    let user = service.user("tech");
    let elsewhere = Verifiers { audience: "https://other.test", ..Verifiers::of(&python, &service) };
    elsewhere.refuse(&user.token, "InvalidAudienceError");
    let mistrustful = Verifiers { issuer: "https://other.test", ..Verifiers::of(&python, &service) };
    mistrustful.refuse(&user.token, "InvalidIssuerError");
}

#[test]
fn a_library_of_another_language_refuses_an_expired_token() {
    let Some(python) = python() else { return };
    let service = Service::options().with("ROSTER_ACCESS_TOKEN_TTL", "1").start();
    let user = service.administrator();
    let is_over = || (user.get("/user").status == 401).then_some(());
    roster_tests::eventually("the end of the access token", is_over);
    Verifiers::of(&python, &service).refuse(&user.token, "ExpiredSignatureError");
}

#[test]
fn what_is_published_is_what_the_standards_describe() {
    let Some(python) = python() else { return };
    let service = Service::start();
    let question =
        |issuer: &str| json!({ "service": format!("http://{}", service.address()), "issuer": issuer });
    let read = ask(&python, "check_published.py", &question(PUBLIC_URL)).unwrap();
    assert_eq!(read["endpoints"]["token_endpoint"], format!("{PUBLIC_URL}/oauth/token"));
    let header = jsonwebtoken::decode_header(service.administrator().token).unwrap();
    assert_eq!(read["keys"], json!([[header.kid, "EC", "ES256"]]));
    // Metadata that names another issuer must not be used.
    let refused = ask(&python, "check_published.py", &question("https://other.test")).unwrap_err();
    assert_eq!(refused, format!("AssertionError: {PUBLIC_URL}"));
}
