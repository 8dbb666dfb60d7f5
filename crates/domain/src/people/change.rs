use super::user::EmailVerification;
use crate::{
    Description, Email, GroupId, JobTitle, LanguageTag, PersonName, PhoneNumber, PictureName, Roles, Status,
    WorkspaceId,
};

/// What to do with an optional value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Patch<T> {
    /// Leave it.
    #[default]
    Keep,
    /// Unset it.
    Clear,
    /// Set it.
    Set(T),
}

impl<T> Patch<T> {
    /// Does it.
    pub fn apply(self, value: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *value = None,
            Self::Set(new) => *value = Some(new),
        }
    }
}

/// A change of what a person may change of themselves; what is `None` or kept stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserChange {
    /// A new address.
    pub email: Option<Email>,
    /// The other address.
    pub fallback_email: Patch<Email>,
    /// A new first name.
    pub first_name: Option<PersonName>,
    /// A new last name.
    pub last_name: Option<PersonName>,
    /// The few words.
    pub description: Patch<Description>,
    /// What they do.
    pub job_title: Patch<JobTitle>,
    /// The language they prefer.
    pub locale: Patch<LanguageTag>,
    /// The workspace they work in.
    pub active_workspace: Patch<WorkspaceId>,
    /// Their picture.
    pub picture: Patch<PictureName>,
    /// Their phone number.
    pub phone_number: Patch<PhoneNumber>,
}

/// A change that only administrators may make, of themselves too; what is `None` or kept stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Administration {
    /// New roles.
    pub roles: Option<Roles>,
    /// Enable or disable.
    pub status: Option<Status>,
    /// The group.
    pub group_id: Patch<GroupId>,
    /// Whether the address is verified.
    pub email_verification: Option<EmailVerification>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_keeps_clears_or_sets() {
        for (patch, before, after) in [
            (Patch::Keep, Some(1), Some(1)),
            (Patch::Keep, None, None),
            (Patch::Clear, Some(1), None),
            (Patch::Set(2), Some(1), Some(2)),
            (Patch::Set(2), None, Some(2)),
        ] {
            let mut value = before;
            patch.clone().apply(&mut value);
            assert_eq!(value, after, "{patch:?} of {before:?}");
        }
    }
}
