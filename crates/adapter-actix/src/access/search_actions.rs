use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use roster_usecases::decisions;

use super::asked::{Entities, Within, page};
use super::malformed::Malformed;
use super::{found, parsed, read};
use crate::answer::Problem;
use crate::http::Http;
use crate::request::authenticate;
use crate::wire::authzen::{ActionSearchWire, FoundActionsWire};

/// Searches for what a user may do at a facility now, ordered by name.
///
/// About others than oneself it takes `access:check`, and an administrator or a client.
#[utoipa::path(
    post, path = "/access/v1/search/action", tag = "access", request_body = ActionSearchWire,
    responses((status = 200, body = FoundActionsWire)),
    security(("bearer" = ["access:check"]), ("bearer" = ["profile:get"]))
)]
pub(crate) async fn search_actions(
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
    let resource = entities.resource(Within::Body, &mut faults);
    let page = page(&body, &mut faults);
    let (subject, resource) = faults.judged(subject.zip(resource))?;
    let found = decisions::search_actions(&http.ports, &caller, subject, resource, &page).await;
    found::actions(&found.map_err(found::refused)?)
}
