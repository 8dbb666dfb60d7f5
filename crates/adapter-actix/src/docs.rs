use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use std::borrow::Cow;
use std::sync::{Arc, LazyLock};
use utoipa_swagger_ui::{Config, serve};

use crate::answer::{Problem, ProblemKind, in_pieces};

/// Swagger UI sets styles on its elements; all else comes from this service alone.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Relative references work behind a prefix too. The validator would be somebody else's server.
static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
    Arc::new(Config::from("../openapi.json").validator_url("none").use_base_layout().try_it_out_enabled(true))
});

/// The reference lies in the folder `/docs/`, so that its files find each other.
#[utoipa::path(
    get, path = "/docs", tag = "operations",
    responses((status = 308, description = "To the reference for people, which works without internet."))
)]
pub(crate) async fn redirect() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "docs/")).finish()
}

/// Serves Swagger UI from the binary.
pub(crate) async fn read_file(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let name = request.match_info().get("file").unwrap_or_default();
    let file = serve(name, Arc::clone(&CONFIG)).map_err(|error| Problem::internal(&error))?;
    let file = file.ok_or(Problem::new(ProblemKind::NotFound))?;
    let bytes = match file.bytes {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => bytes.into(),
    };
    Ok(HttpResponse::Ok()
        .content_type(file.content_type)
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .body(in_pieces(bytes)))
}
