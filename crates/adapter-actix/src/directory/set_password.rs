use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use roster_domain::UserId;
use roster_domain::permission::{Operation, Target, decide};
use roster_ports::ChosenBy;
use roster_usecases::directory::{self, NewPassword};
use secrecy::SecretString;

use crate::answer::{Problem, json};
use crate::http::Http;
use crate::request::{Query, authenticate, context, path_id, read_json};
use crate::wire::directory::{ChangedWire, NewPasswordWire};

/// Sets the password of somebody else, and ends all of their sessions. A temporary one, the usual kind, is one that its
/// owner is told to change.
#[utoipa::path(
    put, path = "/users/{id}/password", tag = "directory", params(("id" = uuid::Uuid, Path)),
    request_body = NewPasswordWire,
    responses((status = 200, body = ChangedWire)),
    security(("bearer" = ["users:modify"]))
)]
pub(crate) async fn set_password(
    http: Data<Http>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let caller = authenticate(&http, &request).await?.caller;
    let id: Option<UserId> = path_id(&request, "id");
    decide(Operation::SetPassword, id.map_or(Target::Another, |id| caller.target(id)), &caller)?;
    Query::none(&request)?;
    let context = context(&http, &request)?;
    let wire: NewPasswordWire = read_json(&request, payload).await?;
    let is_temporary = wire.temporary.optional().unwrap_or(true);
    let new = NewPassword {
        password: wire.new_password.optional().map(SecretString::from),
        chosen_by: if is_temporary { ChosenBy::Other } else { ChosenBy::Owner },
    };
    directory::set_password(&http.ports, &caller, &context, id, new).await?;
    json(StatusCode::OK, &ChangedWire { changed: true })
}
