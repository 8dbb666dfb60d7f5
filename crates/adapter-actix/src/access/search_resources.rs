use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use roster_usecases::decisions;

use super::asked::{Entities, Within, page};
use super::malformed::Malformed;
use super::{RESOURCE, found, parsed, read};
use crate::answer::Problem;
use crate::http::Http;
use crate::request::authenticate;
use crate::wire::authzen::{FoundEntitiesWire, ResourceSearchWire};

/// Searches for the facilities where a user may do something now, ordered by id.
///
/// About others than oneself it takes `access:check`, and an administrator or a client.
#[utoipa::path(
    post, path = "/access/v1/search/resource", tag = "access", request_body = ResourceSearchWire,
    responses((status = 200, body = FoundEntitiesWire)),
    security(("bearer" = ["access:check"]), ("bearer" = ["profile:get"]))
)]
pub(crate) async fn search_resources(
    http: Data<Http>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let caller = authenticate(&http, &request).await?.caller;
    let sent = read(&request, payload, &caller).await?;
    let body = parsed(&sent)?;
    let mut faults = Malformed::default();
    let entities = Entities::of(&body);
    entities.judge_context(Within::Body, &mut faults);
    let subject = entities.subject(Within::Body, &mut faults);
    let action = entities.action(Within::Body, &mut faults);
    let are_sought = entities.are_facilities_sought(&mut faults);
    let page = page(&body, &mut faults);
    let search = (|| Some((subject?, action?, are_sought?)))();
    let (subject, action, are_sought) = faults.judged(search)?;
    let action = action.filter(|_| are_sought);
    let found = decisions::search_resources(&http.ports, &caller, subject, action, &page).await;
    found::entities(RESOURCE, &found.map_err(found::refused)?)
}
