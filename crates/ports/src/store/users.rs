use roster_domain::permission::{ChangeUser, CreateUser, DeleteUser, Permit};
use roster_domain::{DirectoryEntry, EmailKey, Instant, NameKey, SearchWords, User, UserId};

use super::Stored;

/// Which people a list is about. What is `None` does not restrict; the others all must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserFilter {
    /// The one with this address.
    pub email: Option<EmailKey>,
    /// These; an empty list selects nobody.
    pub ids: Option<Vec<UserId>>,
    /// Those in whose folded first or last name every word occurs.
    pub search: Option<SearchWords>,
}

/// A place in the order of the directory: last name, first name (both folded), creation, id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The folded names.
    pub name_key: NameKey,
    /// When the record was made.
    pub created_at: Instant,
    /// The id.
    pub id: UserId,
}

impl Position {
    /// Where this user stands.
    pub fn of(user: &User) -> Self {
        Self { name_key: user.name_key(), created_at: user.created_at, id: user.id }
    }
}

/// Which part of a list to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slice {
    /// After skipping so many.
    Skip(u64),
    /// Right after this place. The cost does not depend on how far that is.
    After(Position),
}

/// Reads people.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait ReadUsers {
    /// The person, or `None`.
    fn user(&mut self, id: UserId) -> Stored<Option<User>>;

    /// The person with their sign-ins, or `None`.
    fn entry(&mut self, id: UserId) -> Stored<Option<DirectoryEntry>>;

    /// The person with the address of this key, or `None`.
    fn by_email(&mut self, email: &EmailKey) -> Stored<Option<User>>;

    /// At most `take` people in the order of the directory.
    fn list(&mut self, filter: &UserFilter, from: &Slice, take: u32) -> Stored<Vec<DirectoryEntry>>;

    /// How many people there are.
    fn count(&mut self, filter: &UserFilter) -> Stored<u64>;

    /// Whether somebody but this user administers, is enabled and has a password to sign in with.
    fn another_administrator(&mut self, but: UserId) -> Stored<bool>;
}

/// Writes people.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait WriteUsers {
    /// Inserts a person. MUST fail with [`Conflict::EmailAlreadyUsed`](super::Conflict) when the address is taken.
    fn insert(&mut self, permit: &Permit<CreateUser>, user: &User) -> Stored<()>;

    /// Replaces the record of this id. MUST fail as [`WriteUsers::insert`] does.
    fn update(&mut self, permit: &Permit<ChangeUser>, user: &User) -> Stored<()>;

    /// Erases a person with everything that is theirs: password, sign-ins, sessions, access.
    fn delete(&mut self, permit: &Permit<DeleteUser>, id: UserId) -> Stored<()>;

    /// Counts a sign-in.
    fn record_sign_in<'a>(&mut self, id: UserId, at: Instant, ip: Option<&'a str>) -> Stored<()>;
}
