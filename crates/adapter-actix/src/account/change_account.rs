use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use roster_domain::permission::{Operation, Target, decide};
use roster_domain::{Fault, JobTitle, Patch, UserChange};
use roster_usecases::account;

use crate::answer::{DoneAnswer, Problem, message};
use crate::http::Http;
use crate::request::{Faults, Member, Query, authenticate, context, read_json};
use crate::wire::account::AccountChangeWire;

/// Changes the caller's name and job title; all three are given, and `jobTitle: null` clears it.
#[utoipa::path(
    patch, path = "/user", tag = "account", request_body = AccountChangeWire,
    responses((status = 200, description = "`User updated`", body = DoneAnswer<'_>)),
    security(("bearer" = ["profile:modify"]))
)]
pub(crate) async fn change_account(
    http: Data<Http>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let caller = authenticate(&http, &request).await?.caller;
    decide(Operation::ChangeAccount, Target::Oneself, &caller)?;
    Query::none(&request)?;
    let context = context(&http, &request)?;
    let change = parse(read_json(&request, payload).await?)?;
    account::change_account(&http.ports, &caller, &context, change).await?;
    message("User updated")
}

fn parse(wire: AccountChangeWire) -> Result<UserChange, Problem> {
    let mut faults = Faults::default();
    let first_name = faults.note("/firstName", wire.first_name.required().and_then(|text| text.parse()));
    let last_name = faults.note("/lastName", wire.last_name.required().and_then(|text| text.parse()));
    let job_title = faults.note("/jobTitle", job_title(wire.job_title));
    let change = (|| {
        Some(UserChange {
            first_name: Some(first_name?),
            last_name: Some(last_name?),
            job_title: job_title?,
            ..UserChange::default()
        })
    })();
    faults.judged(change)
}

fn job_title(member: Member<String>) -> Result<Patch<JobTitle>, Fault> {
    if member.is_present() { member.patch(|text| text.parse()) } else { Err(Fault::Required) }
}
