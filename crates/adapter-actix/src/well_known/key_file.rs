use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use roster_domain::KeyId;
use roster_ports::PublicKey;
use roster_usecases::sign_in::publish_keys;

use super::CACHED;
use crate::answer::{Problem, ProblemKind};
use crate::http::Http;
use crate::request::path_id;

/// What stands before the coordinates of a P-256 key in its `SubjectPublicKeyInfo` (RFC 5480 §2): the algorithm, and
/// that an uncompressed point follows.
const PREFIX: [u8; 27] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
    0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
];

/// Reads one key that verifies access tokens, as PEM (RFC 7468 §13).
#[utoipa::path(
    get, path = "/.well-known/jwks/{kid}.pem", tag = "keys", params(("kid" = String, Path)),
    responses((status = 200, body = String, content_type = "application/x-pem-file"))
)]
pub(crate) async fn read_key(http: Data<Http>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let id: Option<KeyId> = path_id(&request, "kid");
    let key = publish_keys(&http.ports).into_iter().find(|key| Some(&key.id) == id.as_ref());
    let key = key.ok_or(Problem::new(ProblemKind::NotFound))?;
    let pem = pem(&key).map_err(|error| Problem::internal(&error))?;
    Ok(HttpResponse::Ok().content_type("application/x-pem-file").insert_header(CACHED).body(pem))
}

fn pem(key: &PublicKey) -> Result<String, base64::DecodeError> {
    let (x, y) = (URL_SAFE_NO_PAD.decode(&key.x)?, URL_SAFE_NO_PAD.decode(&key.y)?);
    let encoded = STANDARD.encode([PREFIX.as_slice(), &x, &y].concat());
    let (first, second) = encoded.split_at_checked(64).unwrap_or((&encoded, ""));
    Ok(format!("-----BEGIN PUBLIC KEY-----\n{first}\n{second}\n-----END PUBLIC KEY-----\n"))
}
