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

    #[test]
    fn administration_is_empty_until_it_asks_for_something() {
        assert!(Administration::default().is_empty());
        for asked in [
            Administration { roles: Roles::from_bits(1), ..Administration::default() },
            Administration { status: Some(Status::Enabled), ..Administration::default() },
            Administration { group_id: Patch::Clear, ..Administration::default() },
            Administration {
                email_verification: Some(EmailVerification::Unverified),
                ..Administration::default()
            },
        ] {
            assert!(!asked.is_empty(), "{asked:?}");
        }
    }

    #[test]
    fn the_account_change_sets_both_names_and_sets_or_clears_the_title() {
        let account = |job_title: Option<JobTitle>| {
            let (first_name, last_name) = ("Ada".parse().unwrap(), "Byron".parse().unwrap());
            UserChange::from(AccountChange { first_name, last_name, job_title })
        };
        let expected = UserChange {
            first_name: Some("Ada".parse().unwrap()),
            last_name: Some("Byron".parse().unwrap()),
            job_title: Patch::Clear,
            ..UserChange::default()
        };
        assert_eq!(account(None), expected);
        let title: JobTitle = "Countess".parse().unwrap();
        assert_eq!(account(Some(title.clone())), UserChange { job_title: Patch::Set(title), ..expected });
    }
}
