use actix_web::http::header::{HeaderMap, HeaderName};
use roster_domain::RequestId;
use roster_ports::Ids;

/// The header that carries the id of a request, both ways.
pub(super) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The caller's id where there is exactly one that is usable, else a new one. `None` is never expected: a UUID is usable.
pub(super) fn adopt(headers: &HeaderMap, ids: &dyn Ids) -> Option<RequestId> {
    let mut values = headers.get_all(X_REQUEST_ID);
    let given = values.next().filter(|_| values.next().is_none());
    let given = given.and_then(|value| value.to_str().ok()).and_then(|text| text.parse().ok());
    given.or_else(|| ids.uuid().to_string().parse().ok())
}
