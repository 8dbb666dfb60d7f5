use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde::Serialize;

use super::Problem;

/// A JSON body.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Result<HttpResponse, Problem> {
    let bytes = serde_json::to_vec(body).map_err(|error| Problem::internal(&error))?;
    Ok(HttpResponse::build(status).content_type("application/json").body(bytes))
}

/// The account API's envelope of an answer.
#[derive(Serialize)]
struct Envelope<'a, T> {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<T>,
}

/// `{"status":"ok","data":…}`
pub(crate) fn data(data: &impl Serialize) -> Result<HttpResponse, Problem> {
    json(StatusCode::OK, &Envelope { status: "ok", message: None, data: Some(data) })
}

/// `{"status":"ok","message":…}`
pub(crate) fn message(message: &str) -> Result<HttpResponse, Problem> {
    json(StatusCode::OK, &Envelope::<()> { status: "ok", message: Some(message), data: None })
}

/// `{"status":"ok","message":…,"data":…}`
pub(crate) fn done(message: &str, data: &impl Serialize) -> Result<HttpResponse, Problem> {
    json(StatusCode::OK, &Envelope { status: "ok", message: Some(message), data: Some(data) })
}
