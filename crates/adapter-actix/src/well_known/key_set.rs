use actix_web::HttpResponse;
use actix_web::web::Data;
use roster_ports::PublicKey;
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

/// A public key (RFC 7517 §4, RFC 7518 §6.2).
#[derive(Serialize, ToSchema)]
#[schema(as = Key)]
struct KeyWire {
    /// Always `EC`.
    kty: &'static str,
    /// Always `P-256`.
    crv: &'static str,
    /// Always `sig`.
    #[serde(rename = "use")]
    usage: &'static str,
    /// Always `ES256`.
    alg: &'static str,
    kid: String,
    /// The x coordinate, base64url.
    x: String,
    /// The y coordinate, base64url.
    y: String,
}

impl From<PublicKey> for KeyWire {
    fn from(key: PublicKey) -> Self {
        let PublicKey { id, x, y } = key;
        Self { kty: "EC", crv: "P-256", usage: "sig", alg: "ES256", kid: id.to_string(), x, y }
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
