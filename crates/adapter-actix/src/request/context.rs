use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpMessage, HttpRequest};
use roster_domain::RequestId;
use roster_usecases::{ExpectedVersion, RequestContext};

use crate::answer::{Problem, ProblemKind};
use crate::http::Http;

/// What the request says beside its content.
pub(crate) fn context(http: &Http, request: &HttpRequest) -> Result<RequestContext, Problem> {
    Ok(RequestContext {
        request_id: request_id(request)?,
        address: http.trusted_proxies.client_address(request.peer_addr(), request.headers()),
        expected_version: expected_version(request)?,
        once: None,
    })
}

/// The id under which the outermost layer put the request.
fn request_id(request: &HttpRequest) -> Result<RequestId, Problem> {
    let id = request.extensions().get::<RequestId>().cloned();
    id.ok_or_else(|| Problem::internal(&"the request has no id"))
}

/// What `If-Match` says on the methods that change a record; elsewhere it has no meaning.
fn expected_version(request: &HttpRequest) -> Result<ExpectedVersion, Problem> {
    match *request.method() {
        Method::PUT | Method::PATCH | Method::DELETE => if_match(request.headers()),
        _ => Ok(ExpectedVersion::Any),
    }
}

/// `If-Match` compares the version alone, since the rest of a tag depends on the reader; weak tags never match
/// (RFC 9110 §13.1.1).
fn if_match(headers: &HeaderMap) -> Result<ExpectedVersion, Problem> {
    if !headers.contains_key(header::IF_MATCH) {
        return Ok(ExpectedVersion::Any);
    }
    let malformed =
        || Problem::new(ProblemKind::MalformedRequest).saying("The header If-Match cannot be read.");
    let mut versions = Vec::new();
    for value in headers.get_all(header::IF_MATCH) {
        for tag in value.to_str().map_err(|_| malformed())?.split(',').map(str::trim) {
            if tag == "*" {
                return Ok(ExpectedVersion::Any);
            }
            let strong = tag.strip_prefix("W/").unwrap_or(tag);
            let quoted =
                strong.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).ok_or_else(malformed)?;
            if strong.len() == tag.len() {
                versions.extend(quoted.split_once('-').and_then(|(version, _)| version.parse::<u64>().ok()));
            }
        }
    }
    Ok(ExpectedVersion::OneOf(versions))
}
