use actix_web::http::StatusCode;

/// The kinds of problem that callers can be told of; each has a stable code and a page that explains it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProblemKind {
    MalformedRequest,
    MissingToken,
    InvalidToken,
    InsufficientScope,
    InsufficientRole,
    NotForClients,
    NotForOneself,
    DeniedByPolicy,
    NotFound,
    MethodNotAllowed,
    RequestTimeout,
    EmailAlreadyUsed,
    LastAdministrator,
    VersionMismatch,
    TooLarge,
    UnsupportedMediaType,
    ValidationFailed,
    IdempotencyKeyReused,
    TooManyRequests,
    Internal,
    Unavailable,
}

/// What is said of a kind of problem, always the same.
pub(crate) struct Said {
    /// The status of the answer.
    pub(crate) status: u16,
    /// The stable word for programs.
    pub(crate) code: &'static str,
    /// A few words for people.
    pub(crate) title: &'static str,
    /// What it means and what to do about it.
    pub(crate) explanation: &'static str,
}

impl ProblemKind {
    pub(crate) const ALL: [Self; 21] = [
        Self::MalformedRequest,
        Self::MissingToken,
        Self::InvalidToken,
        Self::InsufficientScope,
        Self::InsufficientRole,
        Self::NotForClients,
        Self::NotForOneself,
        Self::DeniedByPolicy,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::RequestTimeout,
        Self::EmailAlreadyUsed,
        Self::LastAdministrator,
        Self::VersionMismatch,
        Self::TooLarge,
        Self::UnsupportedMediaType,
        Self::ValidationFailed,
        Self::IdempotencyKeyReused,
        Self::TooManyRequests,
        Self::Internal,
        Self::Unavailable,
    ];

    pub(crate) fn status(self) -> StatusCode {
        StatusCode::from_u16(self.said().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    #[expect(clippy::too_many_lines, reason = "it is a table")]
    pub(crate) const fn said(self) -> Said {
        let (status, code, title, explanation) = match self {
            Self::MalformedRequest => (
                400,
                "malformed_request",
                "The request cannot be read",
                "The body is not the JSON object that the call asks for, a member is unknown, given twice or of a wrong type, \
                 a query parameter is bad, unknown or repeated, or a header cannot be read.",
            ),
            Self::MissingToken => (
                401,
                "missing_token",
                "A token is needed",
                "Send an access token as `Authorization: Bearer <token>`; the token endpoint is `/oauth/token`.",
            ),
            Self::InvalidToken => (
                401,
                "invalid_token",
                "The token is not valid",
                "The access token is not one of this service, has expired, or its user, client or session ended or was \
                 disabled. Get a new one from `/oauth/token`.",
            ),
            Self::InsufficientScope => (
                403,
                "insufficient_scope",
                "The token lacks a scope",
                "The header `WWW-Authenticate` names the scopes of which the call needs one. Ask for it when you get the token.",
            ),
            Self::InsufficientRole => (
                403,
                "insufficient_role",
                "An administrator is needed",
                "The call needs the role hr or board, or a trusted client. Roles count as they are now, not as they were when \
                 the token was issued.",
            ),
            Self::NotForClients => (
                403,
                "not_for_clients",
                "The call is about a person",
                "A client's own token is nobody: calls about oneself need the token of a person who signed in.",
            ),
            Self::NotForOneself => (
                403,
                "not_for_oneself",
                "The call is about other people",
                "For one's own account there is another call under `/user`.",
            ),
            Self::DeniedByPolicy => (
                403,
                "denied_by_policy",
                "The policy of the gateway says no",
                "A gateway asked whether a request may pass. Either no rule of its policy is about the request, or the rule that \
                 is asks for a right that is missing, or the path is one that programs read differently, or there is no such \
                 policy; `detail` says which.",
            ),
            Self::NotFound => {
                (404, "not_found", "There is no such thing", "The path, or what it names, does not exist.")
            }
            Self::MethodNotAllowed => (
                405,
                "method_not_allowed",
                "The method is not allowed here",
                "The header `Allow` lists the methods of this path.",
            ),
            Self::RequestTimeout => (
                408,
                "request_timeout",
                "The request took too long to arrive",
                "The body did not arrive in time.",
            ),
            Self::EmailAlreadyUsed => (
                409,
                "email_already_used",
                "The e-mail address is already used",
                "Another user has this address. Addresses are compared without regard to case and by the A-labels of their \
                 domain.",
            ),
            Self::LastAdministrator => (
                409,
                "last_administrator",
                "The last administrator must stay",
                "Nobody who is enabled, can sign in and holds hr or board would be left. Make another administrator first.",
            ),
            Self::VersionMismatch => (
                412,
                "version_mismatch",
                "The record has changed meanwhile",
                "The version in `If-Match` is not the current one. Read the record again and decide anew.",
            ),
            Self::TooLarge => (
                413,
                "too_large",
                "The body is too large",
                "JSON bodies have 64 KiB at most, pictures 5 MiB.",
            ),
            Self::UnsupportedMediaType => (
                415,
                "unsupported_media_type",
                "The media type is not supported",
                "The call takes `application/json`, or for pictures `multipart/form-data` with a JPEG, PNG or WebP; no \
                 `Content-Encoding`.",
            ),
            Self::ValidationFailed => (
                422,
                "validation_failed",
                "Values break rules",
                "Each entry of `errors` points at a value and says what is wrong with it. All of them are listed at once.",
            ),
            Self::IdempotencyKeyReused => (
                422,
                "idempotency_key_reused",
                "The idempotency key was used for another request",
                "Within a day, a key in `Idempotency-Key` is good for one request: the same method, path and body get the same \
                 answer again. Make a new key for another request.",
            ),
            Self::TooManyRequests => (
                429,
                "too_many_requests",
                "Too many passwords were wrong",
                "Too many tries to prove a password failed, of this account from this address or from this address in all. \
                 Try again after `Retry-After`; tries before that are not looked at, and do not count.",
            ),
            Self::Internal => (
                500,
                "internal",
                "The service failed",
                "Something broke that should not have. The log of the service has the cause under the request id.",
            ),
            Self::Unavailable => (
                503,
                "unavailable",
                "The service is unavailable",
                "Something that it needs does not answer, or too much is waiting. Try again after `Retry-After`.",
            ),
        };
        Said { status, code, title, explanation }
    }
}
