use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use roster_domain::{Instant, PrincipalId};
use roster_usecases::sign_in::{self, ActiveToken};
use serde::Serialize;
use utoipa::ToSchema;

use super::OAuthError;
use super::revoke::{TokenQuestionWire, token_in_question};
use crate::answer::json;
use crate::http::Http;

/// What is known of a token. Of one that is not good now, nothing but that.
#[derive(Serialize, ToSchema, Default)]
#[schema(as = Introspection)]
struct IntrospectionWire<'a> {
    /// Whether it is good now.
    active: bool,
    /// What it may be used for, with spaces between.
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    /// The client to which it was issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    /// `Bearer`, for an access token.
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    /// Whom it speaks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    /// The session to which it belongs.
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    /// From when on it is refused, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    /// When it was issued, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
    /// Who issued it.
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<&'a str>,
    /// Whom it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<&'a str>,
}

/// Looks at a token on behalf of a confidential client (RFC 7662): whether it is good now, and for what.
#[utoipa::path(
    post, path = "/oauth/introspect", tag = "tokens",
    request_body(content(
        (TokenQuestionWire = "application/x-www-form-urlencoded"),
        (TokenQuestionWire = "application/json"),
    )),
    responses((status = 200, body = IntrospectionWire<'_>)),
    security(("client" = []), ())
)]
pub(crate) async fn introspect_token(
    http: Data<Http>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, OAuthError> {
    let (token, client) = token_in_question(&request, payload).await?;
    let active = sign_in::introspect_token(&http.ports, &client, &token).await?;
    let told = active.map_or_else(IntrospectionWire::default, |token| wire(&http, token));
    Ok(json(StatusCode::OK, &told)?)
}

fn wire(http: &Http, token: ActiveToken) -> IntrospectionWire<'_> {
    let issuer = http.public_url.as_str();
    match token {
        ActiveToken::Access { subject, client, session, scopes, id, issued_at, expires_at } => {
            IntrospectionWire {
                scope: Some(scopes.to_string()),
                token_type: Some("Bearer"),
                sid: session.map(|session| session.to_string()),
                iat: Some(issued_at.timestamp()),
                jti: Some(id.to_string()),
                aud: Some(issuer),
                ..known(issuer, &subject, &client.to_string(), expires_at)
            }
        }
        ActiveToken::Refresh { subject, client, session, scopes, expires_at } => IntrospectionWire {
            scope: Some(scopes.to_string()),
            sid: Some(session.to_string()),
            ..known(issuer, &subject, &client.to_string(), expires_at)
        },
    }
}

/// What is known of both kinds.
fn known<'a>(
    issuer: &'a str,
    subject: &PrincipalId,
    client: &str,
    expires_at: Instant,
) -> IntrospectionWire<'a> {
    IntrospectionWire {
        active: true,
        client_id: Some(client.to_owned()),
        sub: Some(subject.id()),
        exp: Some(expires_at.timestamp()),
        iss: Some(issuer),
        ..IntrospectionWire::default()
    }
}
