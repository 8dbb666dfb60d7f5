use roster_adapter_diesel::OpenError;
use roster_ports::StoreError;
use roster_usecases::Failure;
use roster_usecases::keys::SecretError;
use std::fmt::Display;
use std::process::ExitCode;
use thiserror::Error;

use crate::settings::SettingsError;

/// Why a command did not do what it was asked: one line for standard error, and the exit code.
#[derive(Debug, Error)]
pub(crate) enum Stop {
    /// It was asked wrongly, or the settings do not fit: exit code 2.
    #[error("{0}")]
    Usage(String),
    /// It failed: exit code 1.
    #[error("{0}")]
    Failure(String),
}

impl Stop {
    /// Asked wrongly.
    pub(crate) fn usage(cause: impl Display) -> Self {
        Self::Usage(cause.to_string())
    }

    /// Failed.
    pub(crate) fn failure(cause: impl Display) -> Self {
        Self::Failure(cause.to_string())
    }

    /// The exit code.
    pub(crate) fn code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            Self::Failure(_) => ExitCode::from(1),
        }
    }

    /// The message in one line, whatever is in it.
    pub(crate) fn line(&self) -> String {
        let text = self.to_string();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl From<SettingsError> for Stop {
    fn from(error: SettingsError) -> Self {
        Self::usage(error)
    }
}

impl From<OpenError> for Stop {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::TooNew { .. } => Self::usage(error),
            OpenError::Missing(_) | OpenError::Outdated { .. } => {
                Self::Failure(format!("{error} (roster db migrate)"))
            }
            other => Self::failure(other),
        }
    }
}

impl From<SecretError> for Stop {
    fn from(error: SecretError) -> Self {
        match error {
            SecretError::Strange => Self::Usage(format!("ROSTER_SECRET does not fit the database: {error}")),
            other => Self::failure(other),
        }
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::failure(error)
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::failure(failure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_of_several_lines_is_told_in_one() {
        assert_eq!(Stop::failure("a\n  b\r\nc").line(), "a b c");
    }
}
