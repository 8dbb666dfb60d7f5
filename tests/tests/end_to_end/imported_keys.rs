//! Signing keys that others made: what is imported, what it signed, and what is refused.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use roster_tests::{Actor, Finished, Service, header_of, within_a_second};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::commands::complains;
use crate::keys::{announced_for, keys, pem_status, published, row, signer, told};

/// The key `ec-p256`, and what it signed far from here: a token of the client `outside`, good until the year 2100.
const EC: (&str, &str) = ("pK0vZDPXUKZcHFH7v9-rg6CLM9lJl3dZ3KuG2AaIxYg", EC_TOKEN);
/// The key `rsa-2048`, and the same token signed with it.
const RSA: (&str, &str) = ("jbtBZ-YV1xjpwUI_vziHnmikDKLSVqHhNYDQlHI5Goo", RSA_TOKEN);

const EC_TOKEN: &str = concat!(
    "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFUzI1NiIsImtpZCI6InBLMHZaRFBYVUtaY0hGSDd2OS1yZzZDTE05bEpsM2RaM0t1RzJB",
    "YUl4WWcifQ.eyJpc3MiOiJodHRwczovL3Jvc3Rlci50ZXN0IiwiYXVkIjoiaHR0cHM6Ly9yb3N0ZXIudGVzdCIsInN1YiI6Im91d",
    "HNpZGUiLCJleHAiOjQxMDI0NDQ4MDAsImlhdCI6MTU3NzgzNjgwMCwianRpIjoiMDE5OWQ2YTAtMDAwMC03MDAwLTgwMDAtMDAwM",
    "DAwMDAwMDAxIiwiY2xpZW50X2lkIjoib3V0c2lkZSIsInNjb3BlIjoidXNlcnM6Z2V0In0.rLcOO3zIL1vdRnYxiVfvz4pg0LIep",
    "szg8nzWuPoCsQhwA1yprPeXJkmGDiMSZs5P-eXEe9936rGw5BE5AOD-vA",
);

const RSA_TOKEN: &str = concat!(
    "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJSUzI1NiIsImtpZCI6ImpidEJaLVlWMXhqcHdVSV92emlIbm1pa0RLTFNWcUhoTllEUWxI",
    "STVHb28ifQ.eyJpc3MiOiJodHRwczovL3Jvc3Rlci50ZXN0IiwiYXVkIjoiaHR0cHM6Ly9yb3N0ZXIudGVzdCIsInN1YiI6Im91d",
    "HNpZGUiLCJleHAiOjQxMDI0NDQ4MDAsImlhdCI6MTU3NzgzNjgwMCwianRpIjoiMDE5OWQ2YTAtMDAwMC03MDAwLTgwMDAtMDAwM",
    "DAwMDAwMDAxIiwiY2xpZW50X2lkIjoib3V0c2lkZSIsInNjb3BlIjoidXNlcnM6Z2V0In0.ihPx1aku3ExhUbNYtTV6-q1rcN_SC",
    "V5vu42MX8ACyL_7MUR11JOzrtC4ZgInJyahdQ5l0RdnhN3jj6ganZa0KWYMOHRgs9Zs9HSorDpo5WOtGa52WEEOaLvXARYlNW3Hz",
    "h9jwMUR-GdBkzkWHPNAG4YSpKb12oLTuTiRyC27Y6BsKooc9vSg2t-i-dhLWrGTV7qsJ0q3QtvJ79lr-CQHWKlZ9zGXCLK1Q3o4e",
    "dfekOhoVMLfxWMfqywtQYJLyifrY7HIQmOsmD1ZZ_NuEppXmO5D6_xbwoT0-gMqbNvfmdWprkN-TNW1q-KEmi_76e5hyvL7nlwWG",
    "443sX68aC5qSw",
);

/// One of the keys that prove what can be imported; they were made for tests and are worth nothing.
fn content(name: &str) -> String {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/adapter-crypto/src/signing_keys/tests/keys");
    fs::read_to_string(folder.join(format!("{name}.pem"))).unwrap()
}

/// A file of this mode, in the service's own folder.
fn file(service: &Service, content: &str, mode: u32) -> PathBuf {
    let path = service.data().join("to-import.pem");
    fs::write(&path, content).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    path
}

fn import(service: &Service, name: &str) -> Finished {
    let path = file(service, &content(name), 0o600);
    keys(service, &["import", path.to_str().unwrap()])
}

/// Imports a key, which must succeed and be published within a second.
fn imported(service: &Service, name: &str) -> Value {
    let key = told(&import(service, name));
    let kid = key["kid"].as_str().unwrap().to_owned();
    within_a_second("the imported key in the key set", || published(service).contains(&kid));
    key
}

/// The client about which the tokens from outside are, with one of them.
fn outside(service: &Service, token: &str) -> Actor {
    service.register_client("outside", &[]);
    service.nobody().with_token(token)
}

#[test]
fn what_an_imported_key_signed_is_accepted_at_once() {
    for (name, (kid, token), kind, algorithm) in
        [("ec-p256", EC, "EC", "ES256"), ("rsa-2048", RSA, "RSA", "RS256")]
    {
        let service = Service::start();
        let outside = outside(&service, token);
        outside.get("/users").expect_problem(401, "invalid_token");
        let key = told(&import(&service, name));
        within_a_second("the acceptance of its token", || outside.get("/users").status == 200);
        assert_eq!((&key["kid"], &key["alg"]), (&json!(kid), &json!(algorithm)));
        let set = service.nobody().get("/.well-known/jwks.json").expect(200);
        let row = set["keys"].as_array().unwrap().iter().find(|key| key["kid"] == kid).unwrap().clone();
        assert_eq!((&row["kty"], &row["alg"], &row["use"]), (&json!(kind), &json!(algorithm), &json!("sig")));
        for secret in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert!(row.get(secret).is_none(), "no private part: {row}");
        }
        let public = service.nobody().get(&format!("/.well-known/jwks/{kid}.pem")).expect_status(200).text();
        assert_eq!(public, content(&format!("{name}.public")));
        // What is not as it was signed is refused.
        let forged = outside.with_token(token.replacen("eyJpc3Mi", "eyJpc3Mj", 1));
        forged.get("/users").expect_problem(401, "invalid_token");
        let told = told(&keys(&service, &["revoke", kid]));
        assert_eq!(told["revoked"], true);
        within_a_second("the end of the imported key", || outside.get("/users").status == 401);
    }
}

#[test]
fn an_imported_key_signs_like_a_rotated_one() {
    for (name, (kid, _), algorithm) in [("ec-p256", EC, "ES256"), ("rsa-2048", RSA, "RS256")] {
        let mut service = Service::start();
        let user = service.user("tech");
        let own = signer(&user);
        let key = imported(&service, name);
        assert!(announced_for(&service, kid) >= 300);
        assert_eq!(
            (&row(&service, kid)["state"], &row(&service, kid)["signs_from"]),
            (&json!("next"), &key["signs_from"])
        );
        assert_eq!(signer(&service.refreshed(&user)), own);
        service.age_keys(320);
        let later = service.sign_in(&user.email, &user.password);
        assert_eq!(header_of(&later.token), json!({ "typ": "at+jwt", "alg": algorithm, "kid": kid }));
        later.get("/user").expect(200);
        user.get("/user").expect(200);
    }
}

#[test]
fn a_key_from_outside_signs_with_its_own_algorithm_alone() {
    let service = Service::start();
    let outside = outside(&service, EC.1);
    imported(&service, "ec-p256");
    imported(&service, "rsa-2048");
    within_a_second("the acceptance of both", || {
        outside.get("/users").status == 200 && outside.with_token(RSA.1).get("/users").status == 200
    });
    for (signed, other) in [(EC, RSA), (RSA, EC)] {
        let (_, rest) = signed.1.split_once('.').unwrap();
        for algorithm in ["ES256", "RS256", "PS256", "HS256", "ES512", "none"] {
            let header = json!({ "typ": "at+jwt", "alg": algorithm, "kid": other.0 }).to_string();
            let header = URL_SAFE_NO_PAD.encode(header);
            let forged = outside.with_token(format!("{header}.{rest}"));
            forged.get("/users").expect_problem(401, "invalid_token");
        }
    }
}

#[test]
fn longer_rsa_keys_are_imported_too() {
    let service = Service::start();
    for name in ["rsa-3072", "rsa-4096"] {
        assert_eq!(imported(&service, name)["alg"], "RS256", "{name}");
    }
    assert_eq!(published(&service).len(), 3);
}

#[test]
fn keys_that_cannot_sign_here_are_refused_in_one_line_that_tells_nothing_of_them() {
    let service = Service::start();
    for name in [
        "rsa-1024",
        "rsa-exponent-3",
        "rsa-pkcs1",
        "ec-p384",
        "ec-secp256k1",
        "ec-sec1",
        "ed25519",
        "encrypted",
        "ec-p256.public",
    ] {
        let line = complains(&import(&service, name), 1);
        assert!(line.contains("to-import.pem"), "{name}: {line}");
        let content = content(name);
        let secrets =
            content.lines().filter(|line| !line.starts_with("--")).map(|line| &line[..line.len().min(16)]);
        for secret in secrets {
            assert!(!line.contains(secret), "{name}: {line}");
        }
    }
    assert_eq!(published(&service).len(), 1, "nothing was imported");
}

#[test]
fn a_key_is_imported_once() {
    let service = Service::start();
    imported(&service, "ec-p256");
    let line = complains(&import(&service, "ec-p256"), 1);
    assert!(line.contains("to-import.pem"), "{line}");
    assert_eq!(told(&keys(&service, &["list"])).as_array().unwrap().len(), 2);
    // A key that was revoked may come back.
    told(&keys(&service, &["revoke", EC.0]));
    imported(&service, "ec-p256");
    assert_eq!(pem_status(&service, EC.0), 200);
}

#[test]
fn a_key_that_others_may_read_is_refused() {
    let service = Service::start();
    for mode in [0o644, 0o640, 0o604, 0o660] {
        let path = file(&service, &content("ec-p256"), mode);
        let finished = keys(&service, &["import", path.to_str().unwrap()]);
        let line = complains(&finished, 2);
        assert!(line.contains("to-import.pem") && line.contains("0600") && !line.contains("MIGH"), "{line}");
    }
    assert_eq!(published(&service).len(), 1);
}

#[test]
fn what_cannot_be_read_is_named() {
    let service = Service::start();
    let line = complains(&keys(&service, &["import", "/no/such/key.pem"]), 2);
    assert!(line.contains("/no/such/key.pem"), "{line}");
    let path = file(&service, "canary, but no key", 0o600);
    let line = complains(&keys(&service, &["import", path.to_str().unwrap()]), 1);
    assert!(line.contains("to-import.pem") && !line.contains("canary"), "{line}");
}

#[test]
fn an_imported_key_is_sealed_in_the_database() {
    let service = Service::start();
    imported(&service, "ec-p256");
    fs::remove_file(service.data().join("to-import.pem")).unwrap();
    let mut all = service.stored();
    service.terminate();
    all.extend(service.stored());
    let text: String = content("ec-p256").lines().filter(|line| !line.starts_with("--")).collect();
    let der = STANDARD.decode(&text).unwrap();
    // Where PKCS#8 has the secret number of a key on P-256.
    let scalar = &der[36..68];
    let found =
        |needle: &[u8]| all.iter().any(|bytes| bytes.windows(needle.len()).any(|window| window == needle));
    assert!(found(EC.0.as_bytes()), "the search finds what is there");
    assert!(!found(&der) && !found(scalar) && !found(&text.as_bytes()[..40]));
}
