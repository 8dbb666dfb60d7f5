use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use roster_domain::permission::{Operation, Target, decide};
use roster_domain::{ActionName, Instant, UserId};
use roster_usecases::facilities::{self, FacilityAccessFilter};
use roster_usecases::values;

use super::page;
use crate::answer::Problem;
use crate::http::Http;
use crate::request::{Query, authenticate, path_id};
use crate::wire::directory::AccessPageWire;

/// Lists what a person may do at facilities, ordered by facility.
#[utoipa::path(
    get, path = "/users/{id}/facilities", tag = "facilities",
    params(
        ("id" = uuid::Uuid, Path),
        ("limit" = Option<u32>, Query, description = "1–100, default 20", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "`nextCursor` of another answer"),
        ("at" = Option<String>, Query, description = "What was held at this moment, which has gone by", format = DateTime),
    ),
    responses((status = 200, body = AccessPageWire)),
    security(("bearer" = ["users:write"]), ("bearer" = ["users:get"]), ("bearer" = ["profile:get"]))
)]
pub(crate) async fn list_user_access(
    http: Data<Http>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let caller = authenticate(&http, &request).await?.caller;
    let id: Option<UserId> = path_id(&request, "id");
    decide(Operation::ReadUserAccess, id.map_or(Target::Another, |id| caller.target(id)), &caller)?;
    let mut query = Query::parse(&request, &["limit", "cursor", "at"], &[])?;
    let limit = query.limit();
    let cursor = query.one("cursor").map(str::to_owned);
    let then = then(&http, &mut query);
    query.judged(Some(()))?;
    page(facilities::list_user_access(&http.ports, &caller, id, then, limit, cursor.as_deref()).await?)
}

/// Lists who may do something at a facility, ordered by user; with `action`, who may do that.
#[utoipa::path(
    get, path = "/facilities/{facilityId}/access", tag = "facilities",
    params(
        ("facilityId" = uuid::Uuid, Path),
        ("limit" = Option<u32>, Query, description = "1–100, default 20", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "`nextCursor` of another answer"),
        ("action" = Option<String>, Query, description = "Only who may do this"),
        ("at" = Option<String>, Query, description = "Who had access at this moment, which has gone by", format = DateTime),
    ),
    responses((status = 200, body = AccessPageWire)),
    security(("bearer" = ["users:write"]))
)]
pub(crate) async fn list_facility_access(
    http: Data<Http>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let caller = authenticate(&http, &request).await?.caller;
    decide(Operation::ListFacilityAccess, Target::Another, &caller)?;
    let mut query = Query::parse(&request, &["limit", "cursor", "action", "at"], &[])?;
    let limit = query.limit();
    let cursor = query.one("cursor").map(str::to_owned);
    let filter = FacilityAccessFilter { action: action(&mut query), then: then(&http, &mut query) };
    query.judged(Some(()))?;
    let facility = path_id(&request, "facilityId");
    let held =
        facilities::list_facility_access(&http.ports, &caller, facility, filter, limit, cursor.as_deref())
            .await?;
    page(held)
}

fn action(query: &mut Query) -> Option<ActionName> {
    match query.one("action")?.parse::<ActionName>() {
        Ok(action) => Some(action),
        Err(fault) => {
            query.refuse("action", fault.code(), &fault.to_string());
            None
        }
    }
}

/// The moment that is asked about; `None` is now.
fn then(http: &Http, query: &mut Query) -> Option<Instant> {
    match values::past(&http.ports, query.one("at")?) {
        Ok(then) => Some(then),
        Err(fault) => {
            query.refuse("at", fault.code(), &fault.to_string());
            None
        }
    }
}
