use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use roster_domain::permission::{Caller, Operation, Target, decide};
use roster_domain::{ActionName, Actions};
use roster_usecases::facilities::{self, AccessToRemove};

use super::named_user;
use crate::answer::{Problem, json};
use crate::http::Http;
use crate::request::{Faults, Query, authenticate, path_id, read_once};
use crate::wire::directory::{AccessAnswer, RemoveAccessWire};
use crate::wire::{AccessWire, IdempotencyHeader};

/// Removes actions of a user, or of the caller, at a facility; those that are not held are no fault.
#[utoipa::path(
    post, path = "/facilities/{facilityId}/remove_access", tag = "facilities",
    params(("facilityId" = uuid::Uuid, Path), IdempotencyHeader), request_body = RemoveAccessWire,
    responses((status = 200, body = AccessAnswer)),
    security(("bearer" = ["users:write"]))
)]
pub(crate) async fn remove_access(
    http: Data<Http>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let caller = authenticate(&http, &request).await?.caller;
    decide(Operation::RemoveAccess, Target::Another, &caller)?;
    Query::none(&request)?;
    let (context, wire) = read_once(&http, &request, payload, &caller).await?;
    let remove = parse(&caller, wire)?;
    let facility = path_id(&request, "facilityId");
    let access = facilities::remove_access(&http.ports, &caller, &context, facility, remove).await?;
    let message = "Access removed from the user";
    json(StatusCode::OK, &AccessAnswer { status: "ok", message, data: AccessWire::from(&access) })
}

fn parse(caller: &Caller, wire: RemoveAccessWire) -> Result<AccessToRemove, Problem> {
    let mut faults = Faults::default();
    let actions =
        faults.note_items::<ActionName>("/actions", wire.actions.required(), Actions::MAX_PER_REQUEST);
    let user = faults.note("/userId", named_user(caller, wire.user_id));
    let remove = (|| Some(AccessToRemove { user: user?, actions: Actions::of(actions?)? }))();
    faults.judged(remove)
}
