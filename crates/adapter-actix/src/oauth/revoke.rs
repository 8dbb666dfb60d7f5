use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use roster_usecases::sign_in::{self, ClientAuthentication};
use secrecy::SecretString;
use utoipa::ToSchema;

use super::parameters::Parameters;
use super::{OAuthError, client};
use crate::http::Http;
use crate::request::context;

/// The token in question.
#[derive(ToSchema)]
#[schema(as = TokenQuestion)]
#[expect(dead_code, reason = "it describes; the parameters are read one by one")]
pub(super) struct TokenQuestionWire {
    /// An access token or a refresh token.
    token: String,
    /// `access_token` or `refresh_token`; either is found without it.
    token_type_hint: Option<String>,
    /// The client, unless `Basic` names it.
    client_id: Option<String>,
    /// Its secret, unless it has none or `Basic` carries it.
    client_secret: Option<String>,
}

/// Ends the session of a token (RFC 7009): its access tokens and its refresh tokens are refused from then on. What is no
/// token, or no longer, is answered alike.
#[utoipa::path(
    post, path = "/oauth/revoke", tag = "tokens",
    request_body(content(
        (TokenQuestionWire = "application/x-www-form-urlencoded"),
        (TokenQuestionWire = "application/json"),
    )),
    responses((status = 200, description = "The token is of no use any more")),
    security((), ("client" = []))
)]
pub(crate) async fn revoke_token(
    http: Data<Http>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, OAuthError> {
    let context = context(&http, &request)?;
    let (token, client) = token_in_question(&request, payload).await?;
    sign_in::revoke_token(&http.ports, &context, &client, &token).await?;
    Ok(HttpResponse::Ok().finish())
}

/// The token in question, and the client that asks.
pub(super) async fn token_in_question(
    request: &HttpRequest,
    payload: Payload,
) -> Result<(SecretString, ClientAuthentication), OAuthError> {
    let mut parameters = Parameters::read(request, payload).await?;
    let token = parameters.secret("token");
    let token = token.ok_or(OAuthError::invalid_request("The parameter token is missing."))?;
    Ok((token, client::authentication(request.headers(), &mut parameters)?))
}
