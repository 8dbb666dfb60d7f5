//! The one place where refusals of the use cases become problems.

use actix_web::http::header;
use roster_domain::gateway::Denial;
use roster_domain::permission::Denied;
use roster_domain::{Scope, Scopes};
use roster_ports::{PictureFault, StoreError};
use roster_usecases::gateway::NotAdmitted;
use roster_usecases::sign_in::AuthenticationError;
use roster_usecases::{Failure, Place, Refused};

use super::{FieldError, Problem, ProblemKind};

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refused) => refused.into(),
            Failure::Unavailable(cause) => Self::unavailable(&cause),
            Failure::Broken(cause) => Self::internal(&cause),
        }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::NoLongerSignedIn => Self::invalid_token(),
            Refused::Denied(denied) => denied.into(),
            Refused::UnknownCursor => {
                let error = FieldError::of_parameter("cursor", "unknown_cursor", refused.to_string());
                Self::new(ProblemKind::MalformedRequest).about(vec![error])
            }
            Refused::Picture(fault) => fault.into(),
            Refused::NotFound => Self::new(ProblemKind::NotFound),
            Refused::Invalid(faults) => {
                let errors = faults.into_iter().map(|(place, fault)| FieldError::at(pointer(place), fault));
                Self::new(ProblemKind::ValidationFailed).about(errors.collect())
            }
            Refused::EmailAlreadyUsed => Self::new(ProblemKind::EmailAlreadyUsed),
            Refused::LastAdministrator => Self::new(ProblemKind::LastAdministrator),
            Refused::VersionMismatch => Self::new(ProblemKind::VersionMismatch),
            Refused::TooManyTries { retry_after } => Self::too_many_requests(retry_after),
            Refused::IdempotencyKeyReused => Self::new(ProblemKind::IdempotencyKeyReused),
            // What only commands ask for.
            Refused::NoSecret | Refused::InUseAgain => Self::internal(&refused),
        }
    }
}

const fn pointer(place: Place) -> &'static str {
    match place {
        Place::CurrentPassword => "/currentPassword",
        Place::OldPassword => "/oldPassword",
        Place::NewPassword => "/newPassword",
        Place::UserId => "/userId",
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        let kind = match denied {
            Denied::NotForClients => ProblemKind::NotForClients,
            Denied::InsufficientScope { any_of } => return Self::insufficient_scope(any_of),
            Denied::InsufficientRole => ProblemKind::InsufficientRole,
            Denied::NotForOneself => ProblemKind::NotForOneself,
        };
        Self::new(kind)
    }
}

impl From<PictureFault> for Problem {
    fn from(fault: PictureFault) -> Self {
        let code = match fault {
            PictureFault::UnknownFormat => {
                return Self::new(ProblemKind::UnsupportedMediaType).saying(fault.to_string());
            }
            PictureFault::Busy => return Self::unavailable(&fault),
            PictureFault::Broken => "broken_picture",
            PictureFault::TooManyPixels { .. } => "too_many_pixels",
        };
        let error = FieldError {
            pointer: Some("/image".to_owned()),
            parameter: None,
            code,
            detail: fault.to_string(),
        };
        Self::new(ProblemKind::ValidationFailed).about(vec![error])
    }
}

impl From<AuthenticationError> for Problem {
    fn from(error: AuthenticationError) -> Self {
        match error {
            AuthenticationError::InvalidToken(reason) => {
                tracing::debug!(reason, "refused a token");
                Self::invalid_token()
            }
            AuthenticationError::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(cause) => Self::unavailable(&cause),
            other => Self::internal(&other),
        }
    }
}

impl From<NotAdmitted> for Problem {
    fn from(refusal: NotAdmitted) -> Self {
        match refusal {
            NotAdmitted::NoToken => Self::missing_token(),
            NotAdmitted::Token(error) => error.into(),
            NotAdmitted::Denied(Denial::MissingScope(scope)) => Self::insufficient_scope(&[scope]),
            NotAdmitted::Denied(denial) => Self::new(ProblemKind::DeniedByPolicy).saying(denial.to_string()),
            NotAdmitted::Store(error) => error.into(),
        }
    }
}

impl Problem {
    /// No token was sent (RFC 6750 §3.1: no error code then).
    pub(crate) fn missing_token() -> Self {
        Self::new(ProblemKind::MissingToken).with_header(header::WWW_AUTHENTICATE, "Bearer")
    }

    /// The token is not valid.
    pub(crate) fn invalid_token() -> Self {
        Self::new(ProblemKind::InvalidToken)
            .with_header(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")
    }

    fn insufficient_scope(any_of: &[Scope]) -> Self {
        let scopes = Scopes::of(any_of.iter().copied());
        Self::new(ProblemKind::InsufficientScope)
            .with_header(
                header::WWW_AUTHENTICATE,
                format!("Bearer error=\"insufficient_scope\", scope=\"{scopes}\""),
            )
            .saying(format!("The call needs one of the scopes: {scopes}"))
    }
}
