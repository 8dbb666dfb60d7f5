use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use roster_domain::GrantType;
use roster_ports::ChosenBy;
use roster_usecases::sign_in::{self, TokenAnswer, TokenRequest};
use secrecy::ExposeSecret;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};

use super::parameters::Parameters;
use super::{OAuthError, client, grant};
use crate::answer::json;
use crate::http::Http;
use crate::request::context;

/// How many characters of a `User-Agent` are kept.
const USER_AGENT: usize = 512;

/// What to send.
#[derive(ToSchema)]
#[schema(as = TokenRequest)]
#[expect(dead_code, reason = "it describes; the parameters are read one by one")]
struct TokenRequestWire {
    #[schema(schema_with = grant_types)]
    grant_type: String,
    /// The client, unless `Basic` names it.
    client_id: Option<String>,
    /// Its secret, unless it has none or `Basic` carries it.
    client_secret: Option<String>,
    /// For `password`: the e-mail address.
    username: Option<String>,
    /// For `password`: the password.
    #[schema(format = Password)]
    password: Option<String>,
    /// For `refresh_token`: the token.
    refresh_token: Option<String>,
    /// Scopes with spaces between them (in JSON also an array); all that the client is registered for where absent.
    scope: Option<String>,
}

fn grant_types() -> Object {
    let names = GrantType::ALL.map(GrantType::as_str);
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names)).build()
}

/// The tokens.
#[derive(Serialize, ToSchema)]
#[schema(as = TokenAnswer)]
struct TokenAnswerWire<'a> {
    access_token: &'a str,
    /// Always `Bearer`.
    token_type: &'static str,
    /// In seconds.
    expires_in: u64,
    /// Only for clients that may refresh.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    /// What was granted, with spaces between.
    scope: String,
    /// For people: whether somebody else chose the password. It informs and bars nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    need_password_change: Option<bool>,
}

/// Issues tokens (RFC 6749 §3.2).
#[utoipa::path(
    post, path = "/oauth/token", tag = "tokens",
    request_body(content(
        (TokenRequestWire = "application/x-www-form-urlencoded"),
        (TokenRequestWire = "application/json"),
    )),
    responses((status = 200, body = TokenAnswerWire<'_>)),
    security((), ("client" = []))
)]
pub(crate) async fn issue_token(
    http: Data<Http>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, OAuthError> {
    let context = context(&http, &request)?;
    let mut parameters = Parameters::read(&request, payload).await?;
    let asked = TokenRequest {
        grant: grant::requested(&mut parameters)?,
        client: client::authentication(request.headers(), &mut parameters)?,
        scope: parameters.text("scope"),
        user_agent: user_agent(request.headers()),
    };
    let issued = sign_in::issue_token(&http.ports, &context, asked).await?;
    Ok(json(StatusCode::OK, &wire(&issued))?)
}

fn user_agent(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(header::USER_AGENT)?.to_str().ok()?;
    Some(text.chars().take(USER_AGENT).collect())
}

fn wire(issued: &TokenAnswer) -> TokenAnswerWire<'_> {
    TokenAnswerWire {
        access_token: issued.access_token.expose_secret(),
        token_type: "Bearer",
        expires_in: issued.expires_in,
        refresh_token: issued.refresh_token.as_ref().map(ExposeSecret::expose_secret),
        scope: issued.scope.to_string(),
        need_password_change: issued.password_chosen_by.map(|chosen_by| chosen_by == ChosenBy::Other),
    }
}
