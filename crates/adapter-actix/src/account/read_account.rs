use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use roster_usecases::account;

use crate::answer::{Problem, versioned};
use crate::http::Http;
use crate::request::{Query, authenticate};
use crate::wire::account::{AccountAnswer, AccountWire};

/// Reads the caller's own account.
#[utoipa::path(
    get, path = "/user", tag = "account",
    responses((status = 200, body = AccountAnswer<'_>)),
    security(("bearer" = ["profile:get"]))
)]
pub(crate) async fn read_account(http: Data<Http>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let authenticated = authenticate(&http, &request).await?;
    let account = account::read_account(&http.ports, &authenticated)?;
    Query::none(&request)?;
    let answer = AccountAnswer { status: "ok", data: AccountWire::of(&http, &account) };
    versioned(&request, StatusCode::OK, account.user.version, &answer)
}
