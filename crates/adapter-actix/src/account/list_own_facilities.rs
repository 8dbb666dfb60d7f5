use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use roster_domain::permission::{Operation, Target, decide};
use roster_usecases::account;

use crate::answer::{Problem, json};
use crate::http::Http;
use crate::request::{Query, authenticate};
use crate::wire::account::{GrantWire, GrantsAnswer};

/// Lists what the caller may do at facilities, ordered by facility.
#[utoipa::path(
    get, path = "/user/facilities", tag = "account",
    responses((status = 200, body = GrantsAnswer)),
    security(("bearer" = ["profile:get"]))
)]
pub(crate) async fn list_own_facilities(
    http: Data<Http>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let caller = authenticate(&http, &request).await?.caller;
    decide(Operation::ReadAccount, Target::Oneself, &caller)?;
    Query::none(&request)?;
    let held = account::list_own_facilities(&http.ports, &caller).await?;
    json(StatusCode::OK, &GrantsAnswer { status: "ok", data: held.iter().map(GrantWire::from).collect() })
}
