use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use roster_domain::permission::{Operation, Target, decide};
use roster_usecases::account::{self, PasswordChange};
use secrecy::SecretString;

use crate::answer::{DoneAnswer, Problem, message};
use crate::http::Http;
use crate::request::{Member, Query, authenticate, context, read_json};
use crate::wire::account::PasswordChangeWire;

/// Changes the caller's password; ends every other session of theirs.
#[utoipa::path(
    put, path = "/user/password", tag = "account", request_body = PasswordChangeWire,
    responses((status = 200, description = "`Password changed`", body = DoneAnswer<'_>)),
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
    let wire: PasswordChangeWire = read_json(&request, payload).await?;
    let secret = |member: Member<String>| member.optional().map(SecretString::from);
    let passwords = PasswordChange { old: secret(wire.old_password), new: secret(wire.new_password) };
    account::change_password(&http.ports, &authenticated, &context, passwords).await?;
    message("Password changed")
}
