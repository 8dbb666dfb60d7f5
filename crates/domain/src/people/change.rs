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

impl Administration {
    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What the account API changes in one call: all three are given each time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountChange {
    /// The first name.
    pub first_name: PersonName,
    /// The last name.
    pub last_name: PersonName,
    /// What they do.
    pub job_title: Option<JobTitle>,
}

impl From<AccountChange> for UserChange {
    fn from(change: AccountChange) -> Self {
        Self {
            first_name: Some(change.first_name),
            last_name: Some(change.last_name),
            job_title: change.job_title.map_or(Patch::Clear, Patch::Set),
            ..Self::default()
        }
    }
}
