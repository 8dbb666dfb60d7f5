use actix_web::HttpResponse;
use actix_web::http::header::{HeaderMap, HeaderValue};
use roster_domain::gateway::{BadPath, Method, OriginalPath};
use roster_usecases::gateway::{NotAdmitted, OriginalRequest, admit};

use super::identity::allow;
use crate::answer::{Problem, ProblemKind};
use crate::http::Http;
use crate::request::bearer;

/// The original method and path as two headers of the sub-request tell them.
pub(super) fn told_by(headers: &HeaderMap, method: &str, uri: &str) -> Result<OriginalRequest, Problem> {
    let told_method = only(headers, method)?.to_str().ok().and_then(|text| text.parse().ok());
    let target = only(headers, uri)?;
    let method = told_method.ok_or_else(|| malformed(format!("{method} is no method")))?;
    Ok(OriginalRequest { method, path: path(target.as_bytes())? })
}

/// The original path.
pub(super) fn path(target: &[u8]) -> Result<OriginalPath, Problem> {
    OriginalPath::of_target(target).map_err(|bad| denied(bad.to_string()))
}

/// The original method, where the sub-request has it itself.
pub(super) fn method(method: &actix_web::http::Method) -> Result<Method, Problem> {
    method.as_str().parse().map_err(|_| malformed("the method is too long".to_owned()))
}

/// What is not absolute, since it was not asked under the door's own path.
pub(super) fn not_below_the_door() -> Problem {
    denied(BadPath::NotAbsolute.to_string())
}

/// A header that says something about the original request only where it is there once.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a HeaderValue, Problem> {
    let mut values = headers.get_all(name);
    match (values.next(), values.next()) {
        (Some(value), None) => Ok(value),
        (None, _) => Err(malformed(format!("{name} is missing"))),
        (Some(_), Some(_)) => Err(malformed(format!("{name} is repeated"))),
    }
}

fn malformed(detail: String) -> Problem {
    Problem::new(ProblemKind::MalformedRequest).saying(detail)
}

pub(super) fn denied(detail: String) -> Problem {
    Problem::new(ProblemKind::DeniedByPolicy).saying(detail)
}

/// Answers whether the original request may pass, by the policy of this name.
pub(super) async fn decide(
    http: &Http,
    headers: &HeaderMap,
    policy: &str,
    original: &OriginalRequest,
) -> Result<HttpResponse, Problem> {
    let policies = http.policies.current();
    let policy = policies.named(policy).ok_or_else(|| denied("there is no such policy".to_owned()))?;
    let token = bearer(headers);
    match admit(&http.ports, policy, original, token.as_ref().ok().copied()).await {
        Ok(who) => allow(who.as_ref()),
        Err(NotAdmitted::NoToken) => Err(token.err().unwrap_or_else(Problem::missing_token)),
        Err(other) => Err(other.into()),
    }
}
