use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use roster_domain::UserId;
use roster_domain::permission::{Operation, Target, decide};
use roster_usecases::directory;

use crate::answer::{Problem, json};
use crate::http::Http;
use crate::request::{Query, authenticate, context, path_id};
use crate::wire::directory::EndedWire;

/// Signs a person out everywhere.
#[utoipa::path(
    delete, path = "/users/{id}/sessions", tag = "directory", params(("id" = uuid::Uuid, Path)),
    responses((status = 200, body = EndedWire)),
    security(("bearer" = ["users:modify"]))
)]
pub(crate) async fn end_sessions(http: Data<Http>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let caller = authenticate(&http, &request).await?.caller;
    let id: Option<UserId> = path_id(&request, "id");
    decide(Operation::EndSessions, id.map_or(Target::Another, |id| caller.target(id)), &caller)?;
    Query::none(&request)?;
    let ended = directory::end_sessions(&http.ports, &caller, &context(&http, &request)?, id).await?;
    json(StatusCode::OK, &EndedWire { ended })
}
