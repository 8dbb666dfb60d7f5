use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use roster_usecases::upkeep;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::{Problem, json};
use crate::http::Http;
use crate::layers::Serving;

/// All is well.
#[derive(Serialize, ToSchema)]
#[schema(as = Health)]
struct HealthWire {
    /// Always `ok`.
    status: &'static str,
}

/// Tells that the process runs.
#[utoipa::path(get, path = "/health/live", tag = "operations", responses((status = 200, body = HealthWire)))]
pub(crate) async fn live() -> Result<HttpResponse, Problem> {
    ok()
}

/// Tells whether requests can be served: the database answers, its schema fits, and the service is not about to stop.
#[utoipa::path(
    get, path = "/health/ready", tag = "operations",
    responses((status = 200, body = HealthWire))
)]
pub(crate) async fn ready(http: Data<Http>, serving: Data<Serving>) -> Result<HttpResponse, Problem> {
    if serving.is_draining() {
        return Err(Problem::unavailable(&"the service is about to stop"));
    }
    upkeep::ready(&http.ports).await.map_err(|failure| Problem::unavailable(&failure))?;
    ok()
}

fn ok() -> Result<HttpResponse, Problem> {
    json(StatusCode::OK, &HealthWire { status: "ok" })
}
