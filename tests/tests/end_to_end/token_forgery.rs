//! Forged access tokens: each is refused with an answer, and the service lives on.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use roster_tests::{Actor, Service, assert_in_time};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

use crate::account::hmac_sha256;

/// The pieces of a token, to be put together anew.
pub(crate) struct Token {
    header: Value,
    claims: Value,
    pub(crate) signature: String,
}

impl Token {
    pub(crate) fn of(actor: &Actor) -> Self {
        let pieces: Vec<&str> = actor.token.split('.').collect();
        let open = |piece: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(piece).unwrap()).unwrap();
        Self { header: open(pieces[0]), claims: open(pieces[1]), signature: pieces[2].to_owned() }
    }

    pub(crate) fn signed_with(&self, signature: &str) -> String {
        format!("{}.{signature}", self.unsigned())
    }

    fn unsigned(&self) -> String {
        let pack = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}", pack(&self.header), pack(&self.claims))
    }

    pub(crate) fn with_header(&self, changes: Value) -> Self {
        Self {
            header: merged(&self.header, changes),
            claims: self.claims.clone(),
            signature: self.signature.clone(),
        }
    }

    pub(crate) fn with_claims(&self, changes: Value) -> Self {
        Self {
            claims: merged(&self.claims, changes),
            header: self.header.clone(),
            signature: self.signature.clone(),
        }
    }
}

fn merged(base: &Value, changes: Value) -> Value {
    let mut merged = base.as_object().unwrap().clone();
    if let Value::Object(changes) = changes {
        merged.extend(changes);
    }
    Value::Object(merged)
}

#[track_caller]
fn refused(actor: &Actor, token: &str) {
    let answer = actor.with_token(token).get("/users/me");
    answer.expect_problem(401, "invalid_token");
    let challenge = answer.header("www-authenticate");
    assert_eq!(challenge, Some("Bearer error=\"invalid_token\""), "{token}");
}

#[test]
fn tokens_are_what_rfc_9068_says() {
    let service = Service::start();
    let user = service.user("tech");
    let token = Token::of(&user);
    assert_eq!((&token.header["typ"], &token.header["alg"]), (&json!("at+jwt"), &json!("ES256")));
    let claims = token.claims;
    assert_eq!((&claims["iss"], &claims["sub"]), (&json!("https://roster.test"), &json!(user.id)));
    assert!(
        claims["aud"] == "https://roster.test" || claims["aud"] == json!(["https://roster.test"]),
        "{claims}"
    );
    assert_eq!(claims["client_id"], roster_tests::CLIENT);
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 300);
    for member in ["jti", "sid", "scope"] {
        assert!(claims[member].as_str().is_some_and(|text| !text.is_empty()), "{member}: {claims}");
    }
    let client = service.client("backend");
    let claims = Token::of(&client).claims;
    assert_eq!((&claims["sub"], &claims["sid"]), (&json!("backend"), &Value::Null));
}

#[test]
fn a_token_without_signature_is_refused() {
    let service = Service::start();
    let (user, bystander) = (service.user("tech"), service.bystander());
    let token = Token::of(&user);
    for algorithm in ["none", "None", "nOnE", "NONE", "", "ES512", "RS256", "PS256", "HS256", "EdDSA"] {
        let forged = token.with_header(json!({ "alg": algorithm }));
        for signature in ["", token.signature.as_str(), "AAAA"] {
            refused(&user, &forged.signed_with(signature));
        }
    }
    refused(&user, &token.unsigned());
    refused(&user, &format!("{}.", token.unsigned()));
    service.assert_unharmed(&bystander);
}

#[test]
fn a_public_key_is_no_secret_to_sign_with() {
    let service = Service::start();
    let (user, bystander) = (service.user("tech"), service.bystander());
    let forged = Token::of(&user).with_header(json!({ "alg": "HS256" }));
    let nobody = service.nobody();
    let key = nobody.get("/.well-known/jwks.json").expect(200)["keys"][0].clone();
    let kid = key["kid"].as_str().unwrap();
    let pem = nobody.get(&format!("/.well-known/jwks/{kid}.pem")).expect_status(200).text();
    let der: String = pem.lines().filter(|line| !line.starts_with("--")).collect();
    let coordinate = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
    let secrets = [
        pem.clone().into_bytes(),
        pem.trim().as_bytes().to_vec(),
        base64::engine::general_purpose::STANDARD.decode(der).unwrap(),
        coordinate("x"),
        [vec![4], coordinate("x"), coordinate("y")].concat(),
        key.to_string().into_bytes(),
        Vec::new(),
    ];
    for secret in secrets {
        // A key longer than a block is hashed first.
        let secret = if secret.len() > 64 { sha256(&secret) } else { secret };
        let signature = URL_SAFE_NO_PAD.encode(hmac_sha256(&secret, forged.unsigned().as_bytes()));
        refused(&user, &forged.signed_with(&signature));
    }
    service.assert_unharmed(&bystander);
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).to_vec()
}

#[test]
fn a_changed_token_is_refused() {
    let service = Service::start();
    let (user, bystander) = (service.user("tech"), service.bystander());
    let other = service.administrator();
    let token = Token::of(&user);
    let claims = [
        json!({ "sub": other.id }),
        json!({ "scope": "users:get users:delete" }),
        json!({ "exp": 9_999_999_999_u64 }),
        json!({ "exp": 9_223_372_036_854_775_807_u64 }),
        json!({ "exp": 1e15 }),
        json!({ "exp": -1 }),
        json!({ "exp": "9999999999" }),
        json!({ "exp": null }),
        json!({ "aud": [] }),
        json!({ "iss": "https://roster.test/" }),
    ];
    for changes in claims {
        refused(&user, &token.with_claims(changes).signed_with(&token.signature));
    }
    let headers = [
        json!({ "kid": null }),
        json!({ "kid": "unknown" }),
        json!({ "kid": "../../etc/passwd" }),
        json!({ "kid": "' OR 1=1 --" }),
        json!({ "typ": "JWT" }),
        json!({ "crit": ["x"], "x": true }),
        json!({ "crit": [] }),
        json!({ "b64": false, "crit": ["b64"] }),
        json!({ "jku": "http://127.0.0.1:1/keys" }),
        json!({ "jwk": { "kty": "oct", "k": "" } }),
    ];
    for changes in headers {
        refused(&user, &token.with_header(changes).signed_with(&token.signature));
    }
    user.get("/users/me").expect(200);
    service.assert_unharmed(&bystander);
}

#[test]
fn a_signature_has_one_spelling() {
    let service = Service::start();
    let (user, bystander) = (service.user("tech"), service.bystander());
    let (unsigned, signature) = user.token.rsplit_once('.').unwrap();
    let raw = URL_SAFE_NO_PAD.decode(signature).unwrap();
    refused(&user, &format!("{unsigned}.{signature}="));
    refused(&user, &format!("{unsigned}.{signature}A"));
    refused(&user, &format!("{unsigned}.{}", URL_SAFE_NO_PAD.encode(&raw[..63])));
    refused(&user, &format!("{unsigned}.{}", URL_SAFE_NO_PAD.encode([0_u8; 64])));
    refused(&user, &format!("{unsigned}.{}", URL_SAFE_NO_PAD.encode([0xff_u8; 64])));
    for place in [0, 31, 32, 63] {
        let mut changed = raw.clone();
        changed[place] ^= 1;
        refused(&user, &format!("{unsigned}.{}", URL_SAFE_NO_PAD.encode(changed)));
    }
    service.assert_unharmed(&bystander);
}

#[test]
fn what_is_no_token_is_refused() {
    let service = Service::start();
    let (user, bystander) = (service.user("tech"), service.bystander());
    let long = "a".repeat(6_000);
    for token in
        ["a", "a.b", "a.b.c", "....", "e30.e30.e30", "bnVsbA.bnVsbA.", &user.token[1..], long.as_str()]
    {
        refused(&user, token);
    }
    service.assert_unharmed(&bystander);
}

#[test]
fn a_token_made_to_be_slow_is_refused_at_once() {
    let service = Service::start();
    let (user, bystander) = (service.user("tech"), service.bystander());
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let nested = format!("{}{}", "[".repeat(8_000), "]".repeat(8_000));
    let jwe =
        encode(r#"{"alg":"PBES2-HS256+A128KW","enc":"A128GCM","zip":"DEF","p2c":2147483648,"p2s":"AAAA"}"#);
    let large = format!("{{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"{}\"}}", "k".repeat(30_000));
    let tokens = [
        ".".repeat(60_000),
        "a.".repeat(30_000),
        format!("{}.e30.AAAA", "A".repeat(60_000)),
        format!("e30.{}.AAAA", "A".repeat(60_000)),
        format!("e30.e30.{}", "A".repeat(60_000)),
        format!("{jwe}.AAAA.AAAA.AAAA.AAAA"),
        format!("{}.e30.AAAA", encode(&nested)),
        format!("{}.e30.AAAA", encode(&format!("{{\"alg\":{nested}}}"))),
        format!("{}.{}.AAAA", encode(&large), encode(&nested)),
    ];
    let before = service.memory().resident;
    let start = Instant::now();
    for token in &tokens {
        refused(&user, token);
    }
    let took = start.elapsed();
    assert_in_time(Duration::from_millis(100) * u32::try_from(tokens.len()).unwrap(), took);
    service.report_attack(&format!("{} tokens made to be slow in {took:.1?}", tokens.len()));
    let grown = service.memory().resident.saturating_sub(before);
    assert!(grown < 10 << 20, "grown by {grown} bytes");
    // What is longer than a head may be is no request at all.
    let answer =
        user.with_token(".".repeat(300_000)).try_send("GET", "/users/me", &[], &roster_tests::Body::Empty);
    assert!(answer.is_err() || answer.is_ok_and(|answer| [400, 401, 431].contains(&answer.status)));
    service.assert_unharmed(&bystander);
}

#[test]
fn a_token_of_another_service_is_refused() {
    let (service, other) =
        (Service::start(), Service::options().with("ROSTER_PUBLIC_URL", "https://other.test").start());
    let here = service.user("tech");
    refused(&here, &other.user("tech").token);
    // The same data folder template means the same administrator, but not the same keys or issuer.
    refused(&here, &other.administrator().token);
}

#[test]
fn a_token_counts_in_the_header_alone() {
    let service = Service::start();
    let user = service.user("tech");
    let nobody = service.nobody();
    nobody.get(&format!("/user?access_token={}", user.token)).expect_problem(401, "missing_token");
    let cookie = format!("access_token={}", user.token);
    let empty = roster_tests::Body::Empty;
    nobody.send("GET", "/user", &[("cookie", &cookie)], &empty).expect_problem(401, "missing_token");
    let answer = nobody.send("GET", "/user", &[("authorization", "Basic YTpi")], &empty);
    answer.expect_problem(401, "missing_token");
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    let lower = format!("bearer {}", user.token);
    nobody.send("GET", "/user", &[("authorization", &lower)], &empty).expect(200);
    let twice = format!("Bearer {}", user.token);
    let twice = [("authorization", twice.as_str()), ("authorization", twice.as_str())];
    assert_eq!(nobody.send("GET", "/user", &twice, &empty).status, 401);
}
