use actix_web::HttpRequest;
use actix_web::web::{Bytes, Payload};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{body, has_media_type};
use crate::answer::{Problem, ProblemKind};

/// The largest JSON body, in bytes.
const MAX: usize = 64 * 1024;

/// Reads a JSON object strictly: no unknown or repeated member, no wrong type, nothing behind it.
pub(crate) async fn read_json<T: DeserializeOwned>(
    request: &HttpRequest,
    payload: Payload,
) -> Result<T, Problem> {
    Ok(read_json_and_bytes(request, payload).await?.0)
}

/// A body that should be a JSON object.
pub(crate) struct JsonBody(Bytes);

impl JsonBody {
    /// The object, which may borrow from what was sent.
    pub(crate) fn parse<'b, T: Deserialize<'b>>(&'b self) -> Result<T, Problem> {
        parse(&self.0)
    }
}

/// Reads a body of JSON, where the standard has one status for whatever cannot be read.
pub(crate) async fn read_json_of_a_standard(
    request: &HttpRequest,
    payload: Payload,
) -> Result<JsonBody, Problem> {
    let bytes = body::read(request, payload, MAX).await?;
    body::refuse_encoded(request)?;
    if !has_media_type(request, "application/json") {
        return Err(malformed("The body must be application/json."));
    }
    Ok(JsonBody(bytes))
}

/// Reads a JSON object like [`read_json`], and hands its bytes out beside it.
///
/// None of the bodies nests, so whatever nests deeper than allowed has a wrong type or an unknown member before.
pub(super) async fn read_json_and_bytes<T: DeserializeOwned>(
    request: &HttpRequest,
    payload: Payload,
) -> Result<(T, Bytes), Problem> {
    let bytes = body::read(request, payload, MAX).await?;
    body::refuse_encoded(request)?;
    if !has_media_type(request, "application/json") {
        return Err(
            Problem::new(ProblemKind::UnsupportedMediaType).saying("The body must be application/json.")
        );
    }
    Ok((parse(&bytes)?, bytes))
}

fn parse<'b, T: Deserialize<'b>>(bytes: &'b [u8]) -> Result<T, Problem> {
    let is_object = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    if !is_object {
        return Err(malformed("The body must be a JSON object."));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let Ok(value) = T::deserialize(&mut deserializer) else { return Err(explain_fault_of::<T>(bytes)) };
    deserializer.end().map_err(|_| malformed("Nothing may follow the JSON object."))?;
    Ok(value)
}

/// Reads again what cannot be read: to keep track of where one is costs more than the reading itself.
fn explain_fault_of<'b, T: Deserialize<'b>>(bytes: &'b [u8]) -> Problem {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Err(error) => explain(&error),
        Ok(_) => malformed("The body cannot be read."),
    }
}

fn malformed(detail: &str) -> Problem {
    Problem::new(ProblemKind::MalformedRequest).saying(detail)
}

/// Says where, and what is wrong by our own words: the parser's would repeat what was sent.
fn explain(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let place = error.path().to_string();
    let inner = error.inner();
    let known = inner.to_string();
    let what = if known.starts_with("unknown field") {
        "an unknown member"
    } else if known.starts_with("duplicate field") {
        "a member that is given twice"
    } else if inner.is_data() {
        "a value of a wrong type"
    } else {
        return malformed(&format!(
            "The body is not JSON, seen at line {}, column {}.",
            inner.line(),
            inner.column()
        ));
    };
    let place = if place == "." { String::new() } else { format!(" at `{place}`") };
    malformed(&format!("The body has {what}{place}, line {}, column {}.", inner.line(), inner.column()))
}
