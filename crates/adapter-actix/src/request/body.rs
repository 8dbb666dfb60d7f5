use actix_web::http::header;
use actix_web::web::{Bytes, BytesMut, Payload};
use actix_web::{HttpRequest, error::PayloadError};
use futures_util::StreamExt;
use std::time::Duration;

use crate::answer::{Problem, ProblemKind};

/// How long a body may take to arrive, so that whoever sends it slowly is out within fifteen seconds, with the second that it takes
/// to end their connection. The server's own timers end with the head of a request.
pub(super) const BODY_TIMEOUT: Duration = Duration::from_secs(13);

/// Reads a body of at most this many bytes, and not a byte more.
pub(crate) async fn read(request: &HttpRequest, payload: Payload, max: usize) -> Result<Bytes, Problem> {
    refuse_announced(request, max)?;
    let reading = collect(payload, max);
    tokio::time::timeout(BODY_TIMEOUT, reading)
        .await
        .map_err(|_| Problem::new(ProblemKind::RequestTimeout))?
}

/// Refuses a body that announces itself as too large.
pub(super) fn refuse_announced(request: &HttpRequest, max: usize) -> Result<(), Problem> {
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let announced = announced.and_then(|value| value.parse::<u64>().ok()).unwrap_or(0);
    if announced > u64::try_from(max).unwrap_or(u64::MAX) {
        return Err(Problem::new(ProblemKind::TooLarge));
    }
    Ok(())
}

/// Refuses any encoding of the body: what inflates is not read.
pub(crate) fn refuse_encoded(request: &HttpRequest) -> Result<(), Problem> {
    if request.headers().contains_key(header::CONTENT_ENCODING) {
        return Err(
            Problem::new(ProblemKind::UnsupportedMediaType).saying("No Content-Encoding is supported.")
        );
    }
    Ok(())
}

async fn collect(mut payload: Payload, max: usize) -> Result<Bytes, Problem> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| unreadable(&error))?;
        if body.len() + chunk.len() > max {
            return Err(Problem::new(ProblemKind::TooLarge));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn unreadable(error: &PayloadError) -> Problem {
    tracing::debug!(%error, "a body ended before its time");
    Problem::new(ProblemKind::MalformedRequest).saying("The body cannot be read.")
}
