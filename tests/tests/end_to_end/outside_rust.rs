//! Our tokens before a Rust library that is not the one that made them: jsonwebtoken.
//!
//! Each of its own backends brings a crate that is banned here, so it checks signatures with ring.

use jsonwebtoken::crypto::{CryptoProvider, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::signature::{self, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind, Validation, decode, decode_header};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use roster_tests::{PUBLIC_URL, Service};
use serde_json::{Value, json};

use crate::token_forgery::Token;

static RING: CryptoProvider = CryptoProvider {
    signer_factory: |_, _| Err(ErrorKind::UnsupportedAlgorithm.into()),
    verifier_factory: |algorithm, key| Ok(Box::new(Ring { algorithm: *algorithm, key: key.clone() })),
    key_utils: KeyUtils::new_unimplemented(),
};

struct Ring {
    algorithm: Algorithm,
    key: DecodingKey,
}

impl Verifier<Vec<u8>> for Ring {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        let verified = match (self.algorithm, self.key.kind()) {
            (Algorithm::ES256, DecodingKeyKind::SecretOrDer(point)) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature)
            }
            (Algorithm::RS256, DecodingKeyKind::RsaModulusExponent { n, e }) => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
            _ => Err(ring::error::Unspecified),
        };
        verified.map_err(|_| signature::Error::new())
    }
}

impl JwtVerifier for Ring {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

/// Verifies as a resource server would that knows nothing but the published keys. The claims, or why not.
fn verify(service: &Service, token: &str) -> Result<Value, Error> {
    let keys: JwkSet =
        serde_json::from_value(service.nobody().get("/.well-known/jwks.json").expect(200)).unwrap();
    let header = decode_header(token)?;
    let key = header.kid.and_then(|kid| keys.find(&kid)).ok_or(ErrorKind::InvalidKeyFormat)?;
    let data = verify_with(key, token)?;
    assert_eq!(data.header.typ.as_deref(), Some("at+jwt"));
    Ok(data.claims)
}

fn verify_with(key: &Jwk, token: &str) -> Result<jsonwebtoken::TokenData<Value>, Error> {
    // Only the first test to get here installs it; for the others it is there.
    RING.install_default().ok();
    let algorithm = key.common.key_algorithm.ok_or(ErrorKind::InvalidAlgorithm)?;
    let mut validation = Validation::new(algorithm.to_string().parse()?);
    validation.leeway = 0;
    validation.set_issuer(&[PUBLIC_URL]);
    validation.set_audience(&[PUBLIC_URL]);
    validation.set_required_spec_claims(&["iss", "sub", "aud", "exp"]);
    decode(token, &DecodingKey::from_jwk(key)?, &validation)
}

#[test]
fn another_rust_library_accepts_our_tokens() {
    let service = Service::start();
    let user = service.user("tech");
    let claims = verify(&service, &user.token).unwrap();
    assert_eq!((&claims["sub"], &claims["client_id"]), (&json!(user.id), &json!(roster_tests::CLIENT)));
    let claims = verify(&service, &service.client("backend").token).unwrap();
    assert_eq!((&claims["sub"], &claims["client_id"]), (&json!("backend"), &json!("backend")));
}

#[test]
fn another_rust_library_refuses_a_forged_token() {
    let service = Service::start();
    let (user, other) = (service.user("tech"), service.administrator());
    let token = Token::of(&user);
    let refused = |token: &str| verify(&service, token).unwrap_err().into_kind();
    for changes in [json!({ "sub": other.id }), json!({ "exp": 9_999_999_999_u64 })] {
        let forged = token.with_claims(changes).signed_with(&token.signature);
        assert_eq!(refused(&forged), ErrorKind::InvalidSignature);
    }
    let swapped = token.signed_with(&Token::of(&other).signature);
    assert_eq!(refused(&swapped), ErrorKind::InvalidSignature);
    let confused = token.with_header(json!({ "alg": "HS256" })).signed_with(&token.signature);
    assert_eq!(refused(&confused), ErrorKind::InvalidAlgorithm);
    assert_eq!(refused(&Service::start().user("tech").token), ErrorKind::InvalidKeyFormat, "an unknown key");
}

#[test]
fn another_rust_library_refuses_an_expired_token() {
    let service = Service::options().with("ROSTER_ACCESS_TOKEN_TTL", "1").start();
    let user = service.administrator();
    let refused = || verify(&service, &user.token).err().map(Error::into_kind);
    let reason = roster_tests::eventually("the end of the access token", refused);
    assert_eq!(reason, ErrorKind::ExpiredSignature);
}

#[test]
fn that_library_on_ring_tells_good_rsa_signatures_from_bad_ones() {
    // RFC 7515, appendix A.2.
    const MODULUS: &str = concat!(
        "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZ",
        "S-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2",
        "R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcD",
        "TW9gb54h4FRWyuXpoQ",
    );
    const TOKEN: &str = concat!(
        "eyJhbGciOiJSUzI1NiJ9",
        ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
        ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CU",
        "Ar7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_d",
        "O--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0ig",
        "cN_IoypGlUPQGe77Rw",
    );
    let key = json!({ "kty": "RSA", "alg": "RS256", "n": MODULUS, "e": "AQAB" });
    let key: Jwk = serde_json::from_value(key).unwrap();
    let refused = |token: &str| verify_with(&key, token).unwrap_err().into_kind();
    // The signature is good, so what is looked at next is wrong: it has no subject and no audience.
    assert!(matches!(refused(TOKEN), ErrorKind::MissingRequiredClaim(_)));
    assert_eq!(refused(&TOKEN.replace(".cC4h", ".cC4i")), ErrorKind::InvalidSignature);
}
