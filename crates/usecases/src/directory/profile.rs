use roster_domain::permission::{Caller, Target};
use roster_domain::{DirectoryEntry, SignIns, User};

/// Whether the private members of a person may be shown: how they sign in, and how to reach them otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disclosure {
    /// To themselves and to administrators.
    Private,
    /// To everybody else they are unset.
    Public,
}

/// A person as one reader of the directory may see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The person.
    pub user: User,
    /// Their sign-ins.
    pub sign_ins: SignIns,
    /// What of it may be shown.
    pub disclosure: Disclosure,
}

impl Profile {
    pub(super) fn seen_by(caller: &Caller, entry: DirectoryEntry) -> Self {
        let is_oneself = caller.target(entry.user.id) == Target::Oneself;
        let disclosure = if is_oneself || caller.principal.administers() {
            Disclosure::Private
        } else {
            Disclosure::Public
        };
        Self { user: entry.user, sign_ins: entry.sign_ins, disclosure }
    }
}
