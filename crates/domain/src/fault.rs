use thiserror::Error;

/// What is wrong with a value that a caller sent.
///
/// `Display` is the explanation for people; [`Fault::code`] the stable word for programs. Neither repeats the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// A required value is absent or null.
    #[error("is required")]
    Required,
    /// Nothing is left after trimming, or a list has no item.
    #[error("must not be empty")]
    Empty,
    /// More characters, or items, than allowed.
    #[error("must have at most {max}")]
    TooLong {
        /// The most that is allowed.
        max: usize,
    },
    /// Fewer characters than required.
    #[error("must have at least {min} characters")]
    TooShort {
        /// The fewest that are allowed.
        min: usize,
    },
    /// A control character where text is expected.
    #[error("must not contain control characters")]
    ControlCharacter,
    /// U+0000, which no text may contain.
    #[error("must not contain U+0000")]
    NulCharacter,
    /// Not an e-mail address in the form that Roster accepts.
    #[error("must be an e-mail address: an unquoted ASCII local part and a domain name")]
    InvalidEmail,
    /// Not a valid number by the numbering plan of the region.
    #[error("must be a valid phone number of the region")]
    InvalidPhoneNumber,
    /// Not a region that has a numbering plan.
    #[error("must be an ISO 3166-1 alpha-2 region with a numbering plan")]
    InvalidRegion,
    /// Not one of the six roles.
    #[error("must be one of tech, hr, finance, com, business, board")]
    UnknownRole,
    /// Not one of the scopes.
    #[error("is not a scope of this service")]
    UnknownScope,
    /// Not the name of an action.
    #[error("must be runs of a-z and 0-9 joined by single `:`, `.`, `_` or `-`, 64 characters at most")]
    InvalidAction,
    /// Not a UUID.
    #[error("must be a UUID")]
    InvalidUuid,
    /// Not an RFC 3339 time.
    #[error("must be an RFC 3339 time")]
    InvalidTime,
    /// A moment that has gone by where a coming one is needed.
    #[error("must lie in the future")]
    InThePast,
    /// A moment that is still to come where one that has gone by is needed.
    #[error("must not lie in the future")]
    InTheFuture,
    /// Not a BCP 47 language tag.
    #[error("must be a BCP 47 language tag")]
    InvalidLanguageTag,
    /// A password that is easily guessed from what is known of its owner.
    #[error("must not be made of the person's e-mail address or names")]
    PasswordPersonal,
    /// A password that everybody tries first, or one of those again and again.
    #[error("must not be a common password")]
    PasswordCommon,
    /// A password of one character again and again.
    #[error("must not be one character repeated")]
    PasswordRepetitive,
    /// The password given as proof is not the right one.
    #[error("is not the current password")]
    WrongPassword,
    /// No such user.
    #[error("is not a user")]
    UnknownUser,
    /// Not an identifier of a client.
    #[error("must be 1 to 64 letters, digits, `.`, `_` or `-`")]
    InvalidClientId,
}

impl Fault {
    /// The stable `snake_case` word for this fault, as problem documents carry it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Empty => "empty",
            Self::TooLong { .. } => "too_long",
            Self::TooShort { .. } => "too_short",
            Self::ControlCharacter => "control_character",
            Self::NulCharacter => "nul_character",
            Self::InvalidEmail => "invalid_email",
            Self::InvalidPhoneNumber => "invalid_phone_number",
            Self::InvalidRegion => "invalid_region",
            Self::UnknownRole => "unknown_role",
            Self::UnknownScope => "unknown_scope",
            Self::InvalidAction => "invalid_action",
            Self::InvalidUuid => "invalid_uuid",
            Self::InvalidTime => "invalid_time",
            Self::InThePast => "in_the_past",
            Self::InTheFuture => "in_the_future",
            Self::InvalidLanguageTag => "invalid_language_tag",
            Self::PasswordPersonal => "password_personal",
            Self::PasswordCommon => "password_common",
            Self::PasswordRepetitive => "password_repetitive",
            Self::WrongPassword => "wrong_password",
            Self::UnknownUser => "unknown_user",
            Self::InvalidClientId => "invalid_client_id",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_its_stable_code() {
        for (fault, code) in [
            (Fault::Required, "required"),
            (Fault::Empty, "empty"),
            (Fault::TooLong { max: 7 }, "too_long"),
            (Fault::TooShort { min: 7 }, "too_short"),
            (Fault::ControlCharacter, "control_character"),
            (Fault::NulCharacter, "nul_character"),
            (Fault::InvalidEmail, "invalid_email"),
            (Fault::InvalidPhoneNumber, "invalid_phone_number"),
            (Fault::InvalidRegion, "invalid_region"),
            (Fault::UnknownRole, "unknown_role"),
            (Fault::UnknownScope, "unknown_scope"),
            (Fault::InvalidAction, "invalid_action"),
            (Fault::InvalidUuid, "invalid_uuid"),
            (Fault::InvalidTime, "invalid_time"),
            (Fault::InThePast, "in_the_past"),
            (Fault::InTheFuture, "in_the_future"),
            (Fault::InvalidLanguageTag, "invalid_language_tag"),
            (Fault::PasswordPersonal, "password_personal"),
            (Fault::PasswordCommon, "password_common"),
            (Fault::PasswordRepetitive, "password_repetitive"),
            (Fault::WrongPassword, "wrong_password"),
            (Fault::UnknownUser, "unknown_user"),
            (Fault::InvalidClientId, "invalid_client_id"),
        ] {
            assert_eq!(fault.code(), code);
            assert!(!fault.to_string().is_empty());
        }
        assert_eq!(Fault::TooLong { max: 7 }.to_string(), "must have at most 7");
    }
}
