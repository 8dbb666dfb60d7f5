use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use roster_domain::KeyId;
use roster_ports::PublicKey;
use roster_usecases::sign_in::publish_keys;

use super::CACHED;
use crate::answer::{Problem, ProblemKind};
use crate::http::Http;
use crate::request::path_id;

/// Reads one key that verifies access tokens, as PEM (RFC 7468 §13).
#[utoipa::path(
    get, path = "/.well-known/jwks/{kid}.pem", tag = "keys", params(("kid" = String, Path)),
    responses((status = 200, body = String, content_type = "application/x-pem-file"))
)]
pub(crate) async fn read_key(http: Data<Http>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let id: Option<KeyId> = path_id(&request, "kid");
    let key = publish_keys(&http.ports).into_iter().find(|key| Some(&key.id) == id.as_ref());
    let key = key.ok_or(Problem::new(ProblemKind::NotFound))?;
    Ok(HttpResponse::Ok().content_type("application/x-pem-file").insert_header(CACHED).body(pem(&key)))
}

/// Lines of 64 characters between the two that name the content (RFC 7468 §2).
fn pem(key: &PublicKey) -> String {
    let mut text = "-----BEGIN PUBLIC KEY-----\n".to_owned();
    for line in key.der.chunks(48) {
        text.push_str(&STANDARD.encode(line));
        text.push('\n');
    }
    text.push_str("-----END PUBLIC KEY-----\n");
    text
}
