use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use roster_domain::{Fault, RequestId};
use serde::Serialize;
use std::fmt;
use std::time::Duration;

use super::ProblemKind;

/// How many seconds to wait before trying an unavailable service again.
const RETRY_AFTER: &str = "1";

/// Why a request was not fulfilled, as RFC 9457 has it. The cause goes to the log alone.
#[derive(Debug)]
pub(crate) struct Problem {
    kind: ProblemKind,
    detail: Option<String>,
    errors: Vec<FieldError>,
    headers: Vec<(HeaderName, String)>,
}

/// One fault of a request, with the place that it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(crate) struct FieldError {
    /// A JSON pointer (RFC 6901) into the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pointer: Option<String>,
    /// The name of a query parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parameter: Option<String>,
    /// The stable word for programs.
    pub(crate) code: &'static str,
    /// What is wrong.
    pub(crate) detail: String,
}

impl FieldError {
    /// A fault of the value at this pointer.
    pub(crate) fn at(pointer: impl Into<String>, fault: Fault) -> Self {
        Self { pointer: Some(pointer.into()), parameter: None, code: fault.code(), detail: fault.to_string() }
    }

    /// A fault of this query parameter.
    pub(crate) fn of_parameter(parameter: &str, code: &'static str, detail: impl Into<String>) -> Self {
        Self { pointer: None, parameter: Some(parameter.to_owned()), code, detail: detail.into() }
    }
}

/// The body of a problem.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Problem)]
pub(crate) struct ProblemBody<'a> {
    /// A stable reference to the page that explains the problem.
    #[serde(rename = "type")]
    kind: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    /// The stable word for programs.
    code: &'a str,
    request_id: &'a str,
    #[serde(skip_serializing_if = "<[FieldError]>::is_empty")]
    errors: &'a [FieldError],
}

impl Problem {
    /// A problem of this kind.
    pub(crate) const fn new(kind: ProblemKind) -> Self {
        Self { kind, detail: None, errors: Vec::new(), headers: Vec::new() }
    }

    /// With these words instead of the usual ones.
    #[must_use]
    pub(crate) fn saying(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// With these faults.
    #[must_use]
    pub(crate) fn about(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors;
        self
    }

    /// With this header.
    #[must_use]
    pub(crate) fn with_header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The service failed; the cause is logged and not told.
    pub(crate) fn internal(cause: &dyn fmt::Display) -> Self {
        tracing::error!(%cause, "a request failed");
        Self::new(ProblemKind::Internal)
    }

    /// The service is unavailable for now; the cause is logged and not told.
    pub(crate) fn unavailable(cause: &dyn fmt::Display) -> Self {
        tracing::warn!(%cause, "a request found the service unavailable");
        Self::new(ProblemKind::Unavailable).with_header(header::RETRY_AFTER, RETRY_AFTER)
    }

    /// Too many tries failed: another is worth making after so long.
    pub(crate) fn too_many_requests(retry_after: Duration) -> Self {
        Self::new(ProblemKind::TooManyRequests).with_header(header::RETRY_AFTER, whole_seconds(retry_after))
    }

    /// Of which kind it is.
    pub(crate) const fn kind(&self) -> ProblemKind {
        self.kind
    }

    /// The answer, under the id of the request.
    pub(crate) fn answer(&self, request_id: &RequestId) -> HttpResponse {
        let said = self.kind.said();
        let body = ProblemBody {
            kind: format!("/problems/{}", said.code),
            title: said.title,
            status: said.status,
            detail: self.detail.as_deref().unwrap_or(said.explanation),
            code: said.code,
            request_id: request_id.as_str(),
            errors: &self.errors,
        };
        let mut response = HttpResponse::build(self.kind.status());
        for (name, value) in &self.headers {
            if let Ok(value) = HeaderValue::from_str(value) {
                response.insert_header((name.clone(), value));
            }
        }
        response.content_type("application/problem+json");
        response.body(serde_json::to_vec(&body).unwrap_or_default())
    }
}

/// Whole seconds for `Retry-After` (RFC 9110 §10.2.3), never too few.
pub(crate) fn whole_seconds(time: Duration) -> String {
    (time.as_secs() + u64::from(time.subsec_nanos() > 0)).to_string()
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.said().code)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> actix_web::http::StatusCode {
        self.kind.status()
    }

    /// An empty answer: the outermost layer, which knows the id of the request, puts the body in.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.kind.status())
    }
}
