use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::{Error, HttpResponse};
use roster_domain::RequestId;

use crate::answer::{Problem, ProblemKind};
use crate::oauth::OAuthError;

/// Puts the body of the problem into an answer that has none yet.
pub(super) fn render(response: ServiceResponse, id: &RequestId) -> ServiceResponse {
    let Some(error) = response.response().error() else { return response };
    if error.as_error::<OAuthError>().is_some() {
        return response;
    }
    let answer = answer(error, response.request().path(), id);
    response.into_response(answer)
}

/// The answer to an error. Under `/oauth/` it is one of RFC 6749, whatever went wrong.
pub(super) fn answer(error: &Error, path: &str, id: &RequestId) -> HttpResponse {
    let framework = of_the_framework(error);
    let problem = error.as_error::<Problem>().unwrap_or(&framework);
    let answer = problem.answer(id);
    if path.starts_with("/oauth/") { OAuthError::from(problem).replace_body(answer) } else { answer }
}

/// What the framework refused before any of our code saw it.
fn of_the_framework(error: &Error) -> Problem {
    let kind = match error.as_response_error().status_code() {
        StatusCode::NOT_FOUND => ProblemKind::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => ProblemKind::MethodNotAllowed,
        StatusCode::REQUEST_TIMEOUT => ProblemKind::RequestTimeout,
        StatusCode::PAYLOAD_TOO_LARGE => ProblemKind::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ProblemKind::UnsupportedMediaType,
        status if status.is_client_error() => ProblemKind::MalformedRequest,
        _ => ProblemKind::Internal,
    };
    Problem::new(kind)
}
