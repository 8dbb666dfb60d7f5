use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use roster_usecases::sign_in::TokenError;
use serde::Serialize;
use std::fmt;
use std::time::Duration;

use crate::answer::{Problem, ProblemKind, whole_seconds};

/// How long to wait before trying an unavailable service again.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Why no token was issued, as RFC 6749 §5.2 has it.
#[derive(Debug)]
pub(crate) struct OAuthError {
    status: StatusCode,
    error: &'static str,
    description: &'static str,
    retry_after: Option<Duration>,
}

/// The body of such an answer.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = OAuthError)]
pub(crate) struct OAuthErrorBody {
    /// The stable word for programs.
    error: &'static str,
    /// What is wrong, for the developer of the client.
    error_description: &'static str,
}

impl OAuthError {
    /// The request breaks the protocol.
    pub(crate) const fn invalid_request(description: &'static str) -> Self {
        Self::bad_request("invalid_request", description)
    }

    /// The client did not prove itself.
    pub(crate) const fn invalid_client(description: &'static str) -> Self {
        Self { status: StatusCode::UNAUTHORIZED, error: "invalid_client", description, retry_after: None }
    }

    /// There is no such grant.
    pub(crate) const fn unsupported_grant_type() -> Self {
        let description = "The grant types are password, refresh_token and client_credentials.";
        Self::bad_request("unsupported_grant_type", description)
    }

    /// The scope cannot be one.
    pub(crate) const fn invalid_scope() -> Self {
        let description = "The scope is unknown, or wider than the client may have.";
        Self::bad_request("invalid_scope", description)
    }

    const fn bad_request(error: &'static str, description: &'static str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error, description, retry_after: None }
    }

    fn too_many_tries(retry_after: Duration) -> Self {
        let description = "Too many passwords were wrong. Try again after Retry-After.";
        Self {
            status: StatusCode::TOO_MANY_REQUESTS,
            error: "temporarily_unavailable",
            description,
            retry_after: Some(retry_after),
        }
    }

    const fn body(&self) -> OAuthErrorBody {
        OAuthErrorBody { error: self.error, error_description: self.description }
    }

    /// The answer to a problem with this body in place of the problem's.
    pub(crate) fn replace_body(&self, answer: HttpResponse) -> HttpResponse {
        let bytes = serde_json::to_vec(&self.body()).unwrap_or_default();
        let mut answer = answer.set_body(bytes).map_into_boxed_body();
        answer.headers_mut().insert(header::CONTENT_TYPE, JSON);
        answer
    }
}

const JSON: header::HeaderValue = header::HeaderValue::from_static("application/json");

impl From<TokenError> for OAuthError {
    fn from(error: TokenError) -> Self {
        let (error, description) = match error {
            TokenError::InvalidClient => {
                return Self::invalid_client("The client is unknown, disabled, or did not prove itself.");
            }
            TokenError::InvalidScope => return Self::invalid_scope(),
            TokenError::TooManyTries { retry_after } => return Self::too_many_tries(retry_after),
            TokenError::Unavailable(cause) => return Self::from(&Problem::unavailable(&cause)),
            TokenError::Broken(cause) => return Self::from(&Problem::internal(&cause)),
            TokenError::InvalidGrant => (
                "invalid_grant",
                "The user name with the password, or the token, is not valid for this client.",
            ),
            TokenError::UnsupportedTokenType => (
                "unsupported_token_type",
                "A client's own access token cannot be revoked; it expires by itself.",
            ),
            TokenError::UnauthorizedClient => {
                ("unauthorized_client", "The client is not registered for this grant type.")
            }
        };
        Self::bad_request(error, description)
    }
}

impl From<&Problem> for OAuthError {
    fn from(problem: &Problem) -> Self {
        let kind = problem.kind();
        let error = match kind {
            ProblemKind::Internal => "server_error",
            ProblemKind::Unavailable | ProblemKind::TooManyRequests => "temporarily_unavailable",
            _ => "invalid_request",
        };
        let retry_after = (kind == ProblemKind::Unavailable).then_some(RETRY_AFTER);
        Self { status: kind.status(), error, description: kind.said().title, retry_after }
    }
}

impl From<Problem> for OAuthError {
    fn from(problem: Problem) -> Self {
        Self::from(&problem)
    }
}

impl fmt::Display for OAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.error)
    }
}

impl ResponseError for OAuthError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status);
        if self.status == StatusCode::UNAUTHORIZED {
            answer.insert_header((header::WWW_AUTHENTICATE, "Basic realm=\"roster\""));
        }
        if let Some(retry_after) = self.retry_after {
            answer.insert_header((header::RETRY_AFTER, whole_seconds(retry_after)));
        }
        answer.json(self.body())
    }
}
