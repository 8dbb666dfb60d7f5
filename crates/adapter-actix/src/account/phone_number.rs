use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use roster_domain::permission::{Operation, Target, decide};
use roster_domain::{Fault, Patch, PhoneNumber, UserChange};
use roster_usecases::{account, values};

use crate::answer::{DoneAnswer, Problem, message};
use crate::http::Http;
use crate::request::{Faults, Query, authenticate, context, read_json};
use crate::wire::account::PhoneNumberChangeWire;

/// Sets the caller's phone number, read as people of the region write it.
#[utoipa::path(
    patch, path = "/user/phone_number", tag = "account", request_body = PhoneNumberChangeWire,
    responses((status = 200, description = "`Phone number updated`", body = DoneAnswer<'_>)),
    security(("bearer" = ["profile:modify"]))
)]
pub(crate) async fn set_phone_number(
    http: Data<Http>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let caller = authenticate(&http, &request).await?.caller;
    decide(Operation::ChangeAccount, Target::Oneself, &caller)?;
    Query::none(&request)?;
    let context = context(&http, &request)?;
    let number = parse(&http, read_json(&request, payload).await?)?;
    let change = UserChange { phone_number: Patch::Set(number), ..UserChange::default() };
    account::change_account(&http.ports, &caller, &context, change).await?;
    message("Phone number updated")
}

/// Removes the caller's phone number.
#[utoipa::path(
    delete, path = "/user/phone_number", tag = "account",
    responses((status = 200, description = "`Phone number removed`", body = DoneAnswer<'_>)),
    security(("bearer" = ["profile:modify"]))
)]
pub(crate) async fn remove_phone_number(
    http: Data<Http>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let caller = authenticate(&http, &request).await?.caller;
    decide(Operation::ChangeAccount, Target::Oneself, &caller)?;
    Query::none(&request)?;
    let change = UserChange { phone_number: Patch::Clear, ..UserChange::default() };
    account::change_account(&http.ports, &caller, &context(&http, &request)?, change).await?;
    message("Phone number removed")
}

fn parse(http: &Http, wire: PhoneNumberChangeWire) -> Result<PhoneNumber, Problem> {
    let mut faults = Faults::default();
    let number = faults.note("/phoneNumber", wire.phone_number.required());
    let region = faults.note("/region", wire.region.required());
    let Some((number, region)) = number.zip(region) else { return faults.judged(None) };
    let read = values::phone_number(&http.ports, &number, &region);
    let place = if read == Err(Fault::InvalidRegion) { "/region" } else { "/phoneNumber" };
    let read = faults.note(place, read);
    faults.judged(read)
}
