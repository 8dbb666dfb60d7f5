use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpRequest};
use roster_domain::RequestId;
use std::time::{Duration, Instant};
use tracing::{Instrument, Span};

use super::unread_body::HeldBody;
use super::{Serving, rendering, request_id};
use crate::http::Http;

/// The longest path that is logged whole, in bytes.
const LOGGED_PATH: usize = 256;

/// Whatever an answer is, it is no page that may load or run anything, or be framed; the one that is says so itself.
const NO_CONTENT: &str = "default-src 'none'; frame-ancestors 'none'";

/// Names the request, has it answered, and finishes the answer: problems get their bodies, all get the common headers.
///
/// Logged are method, path, status and duration under the id; never headers or the query, which may hold secrets.
pub(crate) async fn outermost(
    http: Data<Http>,
    serving: Data<Serving>,
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse, Error> {
    let start = Instant::now();
    let id = request_id::adopt(request.headers(), &http.ports);
    request.extensions_mut().insert(id.clone());
    let span = span(&request, &id);
    let path = request.path().to_owned();
    let held = HeldBody::of(&mut request);
    let answered = next.call(request).instrument(span.clone()).await;
    let _logging = span.enter();
    match answered {
        Ok(response) => {
            let response = finish(&serving, response, &id);
            log(only_reads(response.request()), response.status(), start.elapsed());
            let Some(held) = held else { return Ok(response) };
            Ok(response.map_body(|_, body| held.beside(body)))
        }
        Err(error) => {
            let mut answer = rendering::answer(&error, &path, &id);
            mark(answer.headers_mut(), &id);
            tracing::warn!(%error, "a layer failed");
            Err(InternalError::from_response("already answered", answer).into())
        }
    }
}

fn span(request: &ServiceRequest, id: &RequestId) -> Span {
    let path = request.path();
    let path = path.get(..path.floor_char_boundary(LOGGED_PATH)).unwrap_or_default();
    tracing::info_span!("http.request", method = %request.method(), path, request_id = id.as_str())
}

fn finish(serving: &Serving, response: ServiceResponse, id: &RequestId) -> ServiceResponse {
    let mut response = rendering::render(response, id);
    let asked = response.request().clone();
    mark(response.headers_mut(), id);
    serving.cors.mark(asked.method(), asked.headers(), response.headers_mut());
    if serving.is_draining() {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    response
}

/// The headers of every answer. Unless the endpoint knows better, nobody keeps a copy.
fn mark(headers: &mut HeaderMap, id: &RequestId) {
    if let Ok(id) = HeaderValue::from_str(id.as_str()) {
        headers.insert(request_id::X_REQUEST_ID, id);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(NO_CONTENT));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// Whether a request could change nothing. Decisions and searches are asked for by `POST`, as their standard has it.
fn only_reads(request: &HttpRequest) -> bool {
    request.method().is_safe() || request.path().starts_with("/access/v1/")
}

/// Reads that succeed are the bulk and tell little: they are logged at `debug`.
fn log(only_reads: bool, status: StatusCode, duration: Duration) {
    let (status, micros) = (status.as_u16(), u64::try_from(duration.as_micros()).unwrap_or(u64::MAX));
    if status >= 500 {
        tracing::warn!(status, micros, "answered");
    } else if only_reads && status < 400 {
        tracing::debug!(status, micros, "answered");
    } else {
        tracing::info!(status, micros, "answered");
    }
}
