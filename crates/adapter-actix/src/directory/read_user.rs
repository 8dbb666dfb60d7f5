use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use roster_domain::UserId;
use roster_domain::permission::{Operation, Target, decide};
use roster_usecases::directory;

use crate::answer::{Problem, versioned};
use crate::http::Http;
use crate::request::{Query, authenticate, path_id};
use crate::wire::directory::UserWire;

/// Reads one person.
#[utoipa::path(
    get, path = "/users/{id}", tag = "directory", params(("id" = uuid::Uuid, Path)),
    responses((status = 200, body = UserWire<'_>)),
    security(("bearer" = ["users:get"]), ("bearer" = ["profile:get"]))
)]
pub(crate) async fn read_user(http: Data<Http>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let caller = authenticate(&http, &request).await?.caller;
    let id: Option<UserId> = path_id(&request, "id");
    let target = id.map_or(Target::Another, |id| caller.target(id));
    decide(Operation::ReadUser, target, &caller)?;
    Query::none(&request)?;
    let profile = directory::read_user(&http.ports, &caller, id).await?;
    versioned(&request, StatusCode::OK, profile.user.version, &UserWire::of(&http, &profile))
}

/// Reads the caller as the directory shows them.
#[utoipa::path(
    get, path = "/users/me", tag = "directory",
    responses((status = 200, body = UserWire<'_>)),
    security(("bearer" = ["profile:get"]))
)]
pub(crate) async fn read_own_profile(
    http: Data<Http>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let caller = authenticate(&http, &request).await?.caller;
    decide(Operation::ReadAccount, Target::Oneself, &caller)?;
    Query::none(&request)?;
    let profile = directory::read_own_profile(&http.ports, &caller).await?;
    versioned(&request, StatusCode::OK, profile.user.version, &UserWire::of(&http, &profile))
}
