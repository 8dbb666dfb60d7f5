use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::Problem;

/// Answers one user with the tag of this representation: its version, and a hash of what this reader sees of it.
///
/// `If-None-Match` on a read compares the whole tag (RFC 9110 §13.1.2) and makes it a 304.
pub(crate) fn versioned(
    request: &HttpRequest,
    status: StatusCode,
    version: u64,
    body: &impl Serialize,
) -> Result<HttpResponse, Problem> {
    let bytes = serde_json::to_vec(body).map_err(|error| Problem::internal(&error))?;
    let tag = tag(version, &bytes);
    if request.method().is_safe() && none_match(request.headers(), &tag) {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, tag)).finish());
    }
    Ok(HttpResponse::build(status)
        .content_type("application/json")
        .insert_header((header::ETAG, tag))
        .body(bytes))
}

fn tag(version: u64, body: &[u8]) -> String {
    let digest = Sha256::digest(body);
    let hash = digest.iter().take(8).fold(0_u64, |hash, byte| hash << 8 | u64::from(*byte));
    format!("\"{version}-{hash:016x}\"")
}

fn none_match(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|listed| listed == "*" || listed.strip_prefix("W/").unwrap_or(listed) == tag)
}
