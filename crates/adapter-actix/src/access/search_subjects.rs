use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use roster_domain::permission::{Operation, Target, decide};
use roster_usecases::decisions;

use super::asked::{Entities, Within, page};
use super::malformed::Malformed;
use super::{SUBJECT, found, parsed, read_permitted};
use crate::answer::Problem;
use crate::http::Http;
use crate::request::authenticate;
use crate::wire::authzen::{FoundEntitiesWire, SubjectSearchWire};

/// Searches for the users who may do something at a facility now, ordered by id.
#[utoipa::path(
    post, path = "/access/v1/search/subject", tag = "access", request_body = SubjectSearchWire,
    responses((status = 200, body = FoundEntitiesWire)),
    security(("bearer" = ["access:check"]))
)]
pub(crate) async fn search_subjects(
    http: Data<Http>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let caller = authenticate(&http, &request).await?.caller;
    decide(Operation::CheckAccess, Target::Another, &caller)?;
    let sent = read_permitted(&request, payload).await?;
    let body = parsed(&sent)?;
    let mut faults = Malformed::default();
    let entities = Entities::of(&body);
    entities.judge_context(Within::Body, &mut faults);
    let are_sought = entities.are_people_sought(&mut faults);
    let action = entities.action(Within::Body, &mut faults);
    let resource = entities.resource(Within::Body, &mut faults);
    let page = page(&body, &mut faults);
    let search = (|| Some((are_sought?, action?, resource?)))();
    let (are_sought, action, resource) = faults.judged(search)?;
    let action = action.filter(|_| are_sought);
    let found = decisions::search_subjects(&http.ports, &caller, action, resource, &page).await;
    found::entities(SUBJECT, &found.map_err(found::refused)?)
}
