use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use roster_domain::permission::{Caller, Operation, Target, decide};
use roster_domain::{ActionName, Actions, Expiry, ExpiryChange, Fault};
use roster_usecases::facilities::{self, AccessToGive};
use roster_usecases::values;

use super::named_user;
use crate::answer::{Problem, json};
use crate::http::Http;
use crate::request::{Faults, Member, Query, authenticate, path_id, read_once};
use crate::wire::directory::{AccessAnswer, GiveAccessWire};
use crate::wire::{AccessWire, IdempotencyHeader};

/// Gives a user, or the caller, actions at a facility beside those that they hold.
#[utoipa::path(
    post, path = "/facilities/{facilityId}/give_access", tag = "facilities",
    params(("facilityId" = uuid::Uuid, Path), IdempotencyHeader), request_body = GiveAccessWire,
    responses((status = 200, body = AccessAnswer)),
    security(("bearer" = ["users:write"]))
)]
pub(crate) async fn give_access(
    http: Data<Http>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let caller = authenticate(&http, &request).await?.caller;
    decide(Operation::GiveAccess, Target::Another, &caller)?;
    Query::none(&request)?;
    let (context, wire) = read_once(&http, &request, payload, &caller).await?;
    let give = parse(&http, &caller, wire)?;
    let facility = path_id(&request, "facilityId");
    let access = facilities::give_access(&http.ports, &caller, &context, facility, give).await?;
    let message = "Access given to the user";
    json(StatusCode::OK, &AccessAnswer { status: "ok", message, data: AccessWire::from(&access) })
}

fn parse(http: &Http, caller: &Caller, wire: GiveAccessWire) -> Result<AccessToGive, Problem> {
    let mut faults = Faults::default();
    let actions =
        faults.note_items::<ActionName>("/actions", wire.actions.required(), Actions::MAX_PER_REQUEST);
    let user = faults.note("/userId", named_user(caller, wire.user_id));
    let expiry = faults.note("/expiresAt", expiry(http, wire.expires_at));
    let give = (|| Some(AccessToGive { user: user?, actions: Actions::of(actions?)?, expiry: expiry? }))();
    faults.judged(give)
}

fn expiry(http: &Http, member: Member<String>) -> Result<ExpiryChange, Fault> {
    match member {
        Member::Absent => Ok(ExpiryChange::Keep),
        Member::Null => Ok(ExpiryChange::Set(Expiry::Never)),
        Member::Value(text) => values::expiry(&http.ports, &text).map(ExpiryChange::Set),
    }
}
