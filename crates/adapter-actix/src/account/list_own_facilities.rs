use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use roster_domain::permission::{Operation, Target, decide};
use roster_usecases::account;

use crate::answer::{Problem, data};
use crate::http::Http;
use crate::request::{Query, authenticate};
use crate::wire::account::GrantWire;

/// Lists what the caller may do at facilities, ordered by facility.
#[utoipa::path(
    get, path = "/user/facilities", tag = "account",
    responses((status = 200, description = "`data` lists the grants", body = [GrantWire])),
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
    data(&held.iter().map(GrantWire::from).collect::<Vec<_>>())
}
