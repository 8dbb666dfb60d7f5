use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::Problem;

/// A JSON body.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Result<HttpResponse, Problem> {
    let bytes = serde_json::to_vec(body).map_err(|error| Problem::internal(&error))?;
    Ok(HttpResponse::build(status).content_type("application/json").body(bytes))
}

/// The answer to a change that has nothing to tell but that it is done.
#[derive(Serialize, ToSchema)]
#[schema(as = Done)]
pub(crate) struct DoneAnswer<'a> {
    status: &'static str,
    message: &'a str,
}

/// `{"status":"ok","message":…}`
pub(crate) fn message(message: &str) -> Result<HttpResponse, Problem> {
    json(StatusCode::OK, &DoneAnswer { status: "ok", message })
}
