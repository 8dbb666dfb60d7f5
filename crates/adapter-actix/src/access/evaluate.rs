use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use roster_usecases::decisions;

use super::asked::{Entities, Within};
use super::malformed::Malformed;
use super::{parsed, read};
use crate::answer::{Problem, json};
use crate::http::Http;
use crate::request::authenticate;
use crate::wire::authzen::{DecisionWire, EvaluationWire};

/// Decides whether a user may do something at a facility now.
///
/// About others than oneself it takes `access:check`, and an administrator or a client.
#[utoipa::path(
    post, path = "/access/v1/evaluation", tag = "access", request_body = EvaluationWire,
    responses((status = 200, body = DecisionWire)),
    security(("bearer" = ["access:check"]), ("bearer" = ["profile:get"]))
)]
pub(crate) async fn evaluate(
    http: Data<Http>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let caller = authenticate(&http, &request).await?.caller;
    let sent = read(&request, payload, &caller).await?;
    let body = parsed(&sent)?;
    let mut faults = Malformed::default();
    let question = Entities::of(&body).question(Within::Body, &mut faults);
    let question = faults.judged(question)?;
    let decision = decisions::evaluate(&http.ports, &caller, &question).await?;
    json(StatusCode::OK, &DecisionWire::from(decision))
}
