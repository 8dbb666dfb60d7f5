use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use roster_domain::SessionId;
use roster_domain::permission::{Operation, Target, decide};
use roster_usecases::account;

use crate::answer::{DoneAnswer, Problem, json, message};
use crate::http::Http;
use crate::request::{Query, authenticate, context, path_id};
use crate::wire::account::{SessionWire, SessionsAnswer};

/// Lists where the caller is signed in, what was used last first; at most a thousand.
#[utoipa::path(
    get, path = "/user/sessions", tag = "account",
    responses((status = 200, body = SessionsAnswer<'_>)),
    security(("bearer" = ["profile:get"]))
)]
pub(crate) async fn list_own_sessions(
    http: Data<Http>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let caller = authenticate(&http, &request).await?.caller;
    decide(Operation::ReadAccount, Target::Oneself, &caller)?;
    Query::none(&request)?;
    let sessions = account::list_own_sessions(&http.ports, &caller).await?;
    let wire = |session| SessionWire::of(session, caller.session);
    json(StatusCode::OK, &SessionsAnswer { status: "ok", data: sessions.iter().map(wire).collect() })
}

/// Ends a session of the caller, be it the one of this very token.
#[utoipa::path(
    delete, path = "/user/sessions/{id}", tag = "account", params(("id" = uuid::Uuid, Path)),
    responses((status = 200, description = "`Session ended`", body = DoneAnswer<'_>)),
    security(("bearer" = ["profile:modify"]))
)]
pub(crate) async fn end_own_session(http: Data<Http>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let caller = authenticate(&http, &request).await?.caller;
    decide(Operation::ChangeAccount, Target::Oneself, &caller)?;
    Query::none(&request)?;
    let session: Option<SessionId> = path_id(&request, "id");
    account::end_own_session(&http.ports, &caller, &context(&http, &request)?, session).await?;
    message("Session ended")
}
