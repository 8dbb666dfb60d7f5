use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use roster_domain::UserId;
use roster_domain::permission::{Operation, Target, decide};
use roster_usecases::directory;

use crate::answer::{Problem, json};
use crate::http::Http;
use crate::request::{Query, authenticate, context, path_id};
use crate::wire::directory::DeletedWire;

/// Erases a person with everything that is theirs.
#[utoipa::path(
    delete, path = "/users/{id}", tag = "directory", params(("id" = uuid::Uuid, Path)),
    responses((status = 200, body = DeletedWire)),
    security(("bearer" = ["users:delete"]))
)]
pub(crate) async fn delete_user(http: Data<Http>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let caller = authenticate(&http, &request).await?.caller;
    let id: Option<UserId> = path_id(&request, "id");
    decide(Operation::DeleteUser, id.map_or(Target::Another, |id| caller.target(id)), &caller)?;
    Query::none(&request)?;
    directory::delete_user(&http.ports, &caller, &context(&http, &request)?, id).await?;
    json(StatusCode::OK, &DeletedWire { deleted: true })
}
