use actix_multipart::{Multipart, MultipartError};
use actix_web::http::header;
use actix_web::web::Payload;
use actix_web::{HttpRequest, Result};
use futures_util::{StreamExt, TryStreamExt};
use roster_domain::Fault;
use roster_ports::Upload;

use super::body::{BODY_TIMEOUT, refuse_announced, refuse_encoded};
use crate::answer::{FieldError, Problem, ProblemKind};
use crate::http::Http;
use crate::upload_room::{NoRoom, RoomyBytes, UploadRoom};

/// The largest picture, in bytes.
const MAX: usize = 5 * 1024 * 1024;
/// What the framing of a form with one part may add.
const FRAMING: usize = 64 * 1024;
/// Reads the one part `image` of a form (RFC 7578); its name and type are not looked at.
pub(crate) async fn upload(http: &Http, request: &HttpRequest, payload: Payload) -> Result<Upload, Problem> {
    refuse_announced(request, MAX + FRAMING)?;
    refuse_encoded(request)?;
    let is_form = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_form = is_form.is_some_and(|value| value.to_ascii_lowercase().starts_with("multipart/form-data"));
    if !is_form {
        return Err(
            Problem::new(ProblemKind::UnsupportedMediaType).saying("The body must be multipart/form-data.")
        );
    }
    let reading = read_form(Multipart::new(request.headers(), payload), &http.uploads);
    tokio::time::timeout(BODY_TIMEOUT, reading)
        .await
        .map_err(|_| Problem::new(ProblemKind::RequestTimeout))?
}

async fn read_form(mut form: Multipart, room: &UploadRoom) -> Result<Upload, Problem> {
    let mut image = None;
    while let Some(mut part) = form.try_next().await.map_err(|error| unreadable(&error))? {
        if part.name() != Some("image") || image.is_some() {
            return Err(malformed("The form must have one part, `image`, and no other."));
        }
        let mut bytes = room.bytes(MAX);
        while let Some(chunk) = part.next().await {
            let chunk = chunk.map_err(|error| unreadable(&error))?;
            bytes.extend(&chunk).map_err(|no_room| match no_room {
                NoRoom::TooLarge => Problem::new(ProblemKind::TooLarge),
                NoRoom::Busy => Problem::unavailable(&"too many uploads at once"),
            })?;
        }
        image = Some(bytes);
    }
    let missing = FieldError::at("/image", Fault::Required);
    image
        .map(RoomyBytes::finish)
        .ok_or_else(|| Problem::new(ProblemKind::ValidationFailed).about(vec![missing]))
}

fn unreadable(error: &MultipartError) -> Problem {
    tracing::debug!(%error, "a form cannot be read");
    malformed("The form cannot be read.")
}

fn malformed(detail: &str) -> Problem {
    Problem::new(ProblemKind::MalformedRequest).saying(detail)
}
