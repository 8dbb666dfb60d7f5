use actix_web::HttpResponse;
use actix_web::web::Data;
use roster_domain::SigningAlgorithm;
use roster_ports::{KeyParameters, PublicKey};
use roster_usecases::sign_in::publish_keys;
use serde::Serialize;
use utoipa::ToSchema;

use super::CACHED;
use crate::answer::Problem;
use crate::http::Http;

/// A set of public keys (RFC 7517 §5).
#[derive(Serialize, ToSchema)]
#[schema(as = KeySet)]
struct KeySetWire {
    keys: Vec<KeyWire>,
}

/// A public key (RFC 7517 §4, RFC 7518 §6): EC on P-256 for ES256, or an imported RSA key for RS256.
#[derive(Serialize, ToSchema, Default)]
#[schema(as = Key)]
struct KeyWire {
    /// `EC` or `RSA`.
    kty: &'static str,
    /// `P-256`, of an EC key.
    #[serde(skip_serializing_if = "Option::is_none")]
    crv: Option<&'static str>,
    /// Always `sig`.
    #[serde(rename = "use")]
    usage: &'static str,
    /// `ES256` or `RS256`.
    alg: &'static str,
    kid: String,
    /// The x coordinate of an EC key, base64url.
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    /// The y coordinate of an EC key, base64url.
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<String>,
    /// The modulus of an RSA key, base64url.
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<String>,
    /// The exponent of an RSA key, base64url.
    #[serde(skip_serializing_if = "Option::is_none")]
    e: Option<String>,
}

impl From<PublicKey> for KeyWire {
    fn from(key: PublicKey) -> Self {
        let shared = Self { usage: "sig", kid: key.id.to_string(), ..Self::default() };
        match key.parameters {
            KeyParameters::Ec { x, y } => Self {
                kty: "EC",
                alg: SigningAlgorithm::Es256.as_str(),
                crv: Some("P-256"),
                x: Some(x),
                y: Some(y),
                ..shared
            },
            KeyParameters::Rsa { n, e } => {
                Self { kty: "RSA", alg: SigningAlgorithm::Rs256.as_str(), n: Some(n), e: Some(e), ..shared }
            }
        }
    }
}

/// Reads the keys that verify access tokens.
#[utoipa::path(
    get, path = "/.well-known/jwks.json", tag = "keys",
    responses((status = 200, body = KeySetWire, content_type = "application/jwk-set+json"))
)]
pub(crate) async fn read_key_set(http: Data<Http>) -> Result<HttpResponse, Problem> {
    let keys = publish_keys(&http.ports).into_iter().map(KeyWire::from).collect();
    let body = serde_json::to_vec(&KeySetWire { keys }).map_err(|error| Problem::internal(&error))?;
    Ok(HttpResponse::Ok().content_type("application/jwk-set+json").insert_header(CACHED).body(body))
}
