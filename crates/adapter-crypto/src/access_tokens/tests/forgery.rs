use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use roster_domain::KeyId;
use roster_ports::{SealedKey, SigningKeys};
use secrecy::SecretString;
use std::sync::Arc;

use super::{ISSUER, USER, now};
use crate::{JwtAccessTokens, KeyRing, MasterSecrets};

/// A service whose signing key the tests can use for anything.
pub(super) struct Forge {
    pub(super) ring: Arc<KeyRing>,
    pub(super) tokens: JwtAccessTokens,
    pub(super) key: SealedKey,
}

impl Forge {
    pub(super) fn new() -> Self {
        Self::with(|ring| ring.generate(now(), now()).unwrap())
    }

    /// One that signs with this RSA key.
    pub(super) fn rsa(pem: &str) -> Self {
        Self::with(|ring| ring.import(&SecretString::from(pem), now(), now()).unwrap())
    }

    fn with(key: impl Fn(&KeyRing) -> SealedKey) -> Self {
        let ring = Arc::new(KeyRing::new(&MasterSecrets::generate().0));
        let key = key(&ring);
        ring.install(std::slice::from_ref(&key)).unwrap();
        Self { tokens: JwtAccessTokens::new(ISSUER.to_owned(), Arc::clone(&ring)), ring, key }
    }

    pub(super) fn kid(&self) -> &KeyId {
        &self.key.id
    }

    /// The header of a good token.
    pub(super) fn header(&self) -> String {
        self.header_with(self.key.algorithm.as_str())
    }

    /// The header of a good token but for its algorithm.
    pub(super) fn header_with(&self, alg: &str) -> String {
        format!(r#"{{"alg":"{alg}","typ":"at+jwt","kid":"{}"}}"#, self.kid())
    }

    /// A token with a right signature over whatever this is.
    pub(super) fn sign(&self, header: &[u8], payload: &[u8]) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let signature = self.ring.installed().signing_at(now()).unwrap().sign_bytes(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// A token with the header of a good one.
    pub(super) fn with_payload(&self, payload: &str) -> String {
        self.sign(self.header().as_bytes(), payload.as_bytes())
    }

    /// A token with the payload of a good one.
    pub(super) fn with_header(&self, header: &str) -> String {
        self.sign(header.as_bytes(), payload().as_bytes())
    }
}

/// The claims of a good token, each as its JSON text.
pub(super) fn good_claims() -> Vec<(&'static str, String)> {
    vec![
        ("iss", format!(r#""{ISSUER}""#)),
        ("aud", format!(r#""{ISSUER}""#)),
        ("sub", format!(r#""{USER}""#)),
        ("exp", "1800000300".to_owned()),
        ("iat", "1800000000".to_owned()),
        ("jti", r#""0190163d-8694-739b-aea5-966c26f8ad91""#.to_owned()),
        ("client_id", r#""roster-cli""#.to_owned()),
        ("scope", r#""users:get profile:get""#.to_owned()),
        ("sid", r#""0190163d-8694-7000-8000-000000000001""#.to_owned()),
    ]
}

/// The payload of a good token.
pub(super) fn payload() -> String {
    object(&good_claims())
}

/// The payload of a good token but for one claim, which is replaced, added, or left out.
pub(super) fn payload_with(name: &'static str, value: Option<&str>) -> String {
    let mut claims = good_claims();
    claims.retain(|(claim, _)| *claim != name);
    claims.extend(value.map(|value| (name, value.to_owned())));
    object(&claims)
}

fn object(claims: &[(&str, String)]) -> String {
    let members: Vec<_> = claims.iter().map(|(name, value)| format!(r#""{name}":{value}"#)).collect();
    format!("{{{}}}", members.join(","))
}
