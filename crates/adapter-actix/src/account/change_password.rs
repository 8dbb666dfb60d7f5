use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use roster_domain::permission::{Operation, Target, decide};
use roster_usecases::account::{self, PasswordChange};
use secrecy::SecretString;

use crate::answer::{Problem, message};
use crate::http::Http;
use crate::request::{Faults, Query, authenticate, context, json};
use crate::wire::account::PasswordChangeWire;

/// Changes the caller's password; ends every other session of theirs.
#[utoipa::path(
    put, path = "/user/password", tag = "account", request_body = PasswordChangeWire,
    responses((status = 200, description = "`Password changed`")),
    security(("bearer" = ["profile:modify"]))
)]
pub(crate) async fn change_password(
    http: Data<Http>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let authenticated = authenticate(&http, &request).await?;
    decide(Operation::ChangeAccount, Target::Oneself, &authenticated.caller)?;
    Query::none(&request)?;
    let context = context(&http, &request)?;
    let passwords = parse(json(&request, payload).await?)?;
    account::change_password(&http.ports, &authenticated, &context, passwords).await?;
    message("Password changed")
}

fn parse(wire: PasswordChangeWire) -> Result<PasswordChange, Problem> {
    let mut faults = Faults::default();
    let old = faults.note("/oldPassword", wire.old_password.required()).map(SecretString::from);
    let new = faults.note("/newPassword", wire.new_password.required()).map(SecretString::from);
    faults.judged(old.zip(new).map(|(old, new)| PasswordChange { old, new }))
}
