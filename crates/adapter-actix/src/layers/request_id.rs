use actix_web::http::header::{HeaderMap, HeaderName};
use roster_domain::RequestId;
use roster_usecases::{Ports, fresh_request_id};

/// The header that carries the id of a request, both ways.
pub(super) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The caller's id where there is exactly one that is usable, else a new one.
pub(super) fn adopt(headers: &HeaderMap, ports: &Ports) -> RequestId {
    let mut values = headers.get_all(X_REQUEST_ID);
    let given = values.next().filter(|_| values.next().is_none());
    let given = given.and_then(|value| value.to_str().ok()).and_then(|text| text.parse().ok());
    given.unwrap_or_else(|| fresh_request_id(ports))
}
