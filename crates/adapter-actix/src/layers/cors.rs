use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderValue};

const ALLOW_HEADERS: HeaderValue = HeaderValue::from_static(
    "authorization, content-type, idempotency-key, if-match, if-none-match, x-request-id",
);
const EXPOSE_HEADERS: HeaderValue =
    HeaderValue::from_static("ETag, Link, Location, Retry-After, WWW-Authenticate, X-Request-Id");
const VARY: HeaderValue = HeaderValue::from_static("Origin");
/// How many seconds a browser may remember what a path allows.
const MAX_AGE: HeaderValue = HeaderValue::from_static("600");

/// The origins whose pages may call, compared exactly (Fetch Standard §3.2). Without any, nothing is said about CORS.
///
/// Tokens travel in a header that pages set themselves, so credentials in the sense of the standard are never allowed.
#[derive(Debug)]
pub(crate) struct Cors {
    origins: Vec<String>,
}

impl Cors {
    pub(crate) const fn new(origins: Vec<String>) -> Self {
        Self { origins }
    }

    /// Tells a browser whether the page may have this answer; `Allow` of a path is what its preflight is told.
    pub(super) fn mark(&self, method: &Method, asked: &HeaderMap, answer: &mut HeaderMap) {
        if self.origins.is_empty() {
            return;
        }
        answer.append(header::VARY, VARY);
        let Some(origin) = self.admitted(asked) else { return };
        answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        let is_preflight =
            method == Method::OPTIONS && asked.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        match answer.get(header::ALLOW).cloned().filter(|_| is_preflight) {
            Some(allow) => {
                answer.insert(header::ACCESS_CONTROL_ALLOW_METHODS, allow);
                answer.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOW_HEADERS);
                answer.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
            }
            None => {
                answer.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSE_HEADERS);
            }
        }
    }

    fn admitted(&self, asked: &HeaderMap) -> Option<HeaderValue> {
        let mut values = asked.get_all(header::ORIGIN);
        let origin = values.next().filter(|_| values.next().is_none())?;
        // `null` is whatever a browser will not name: a sandbox of anybody's.
        let is_listed = self.origins.iter().any(|listed| origin == listed.as_str());
        (is_listed && origin != "null").then(|| origin.clone())
    }
}
