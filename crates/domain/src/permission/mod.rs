//! Who may call what: one pure rule over operation, scopes, roles or trust, and whether it is about oneself.
//!
//! A right is the scope *and* the role. [`decide`] answers; [`permit`] answers with a [`Permit`], which writes ask
//! for, so that a forgotten check does not compile. Decide from what the store holds now, not from what it held when
//! the token was issued.

mod permit;

pub use permit::{
    AdministerUser, ChangeAccount, ChangeUser, CreateUser, DeleteUser, EndSessions, GiveAccess, Permit,
    Permitted, RemoveAccess, SetPassword, operator, permit,
};

use thiserror::Error;

use crate::{ClientId, PrincipalId, Roles, Scope, Scopes, SessionId, Trust, UserId};

/// Somebody who calls, as the store knows them now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Who it is and what they are.
    pub principal: Principal,
    /// What the token may be used for.
    pub scopes: Scopes,
    /// The client through which the call comes.
    pub client: ClientId,
    /// The sign-in to which the token belongs; a client's own token belongs to none.
    pub session: Option<SessionId>,
}

/// A person with their roles, or a client on its own behalf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// A person.
    User {
        /// Who.
        id: UserId,
        /// The roles that they hold now.
        roles: Roles,
    },
    /// A client with a token of its own. It is nobody: it has no self and no roles.
    Client {
        /// Which.
        id: ClientId,
        /// Whether it counts as an administrator.
        trust: Trust,
    },
}

impl Principal {
    /// Whether it counts as an administrator, within its scopes.
    pub const fn administers(&self) -> bool {
        match self {
            Self::User { roles, .. } => roles.administer(),
            Self::Client { trust, .. } => matches!(trust, Trust::Trusted),
        }
    }

    /// The person, where it is one.
    pub const fn user(&self) -> Option<UserId> {
        match self {
            Self::User { id, .. } => Some(*id),
            Self::Client { .. } => None,
        }
    }

    /// Its name.
    pub fn id(&self) -> PrincipalId {
        match self {
            Self::User { id, .. } => PrincipalId::User(*id),
            Self::Client { id, .. } => PrincipalId::Client(id.clone()),
        }
    }
}

impl Caller {
    /// Whether this user is the caller.
    pub fn target(&self, user: UserId) -> Target {
        if self.principal.user() == Some(user) { Target::Oneself } else { Target::Another }
    }

    /// The scopes of the token that the caller's standing lets them use now: what gateways are told.
    ///
    /// A scope is usable when the caller meets the role rule of its operations about another; a `profile` scope, when
    /// there is a self to use it for. That some scopes also serve for oneself does not count: a person who does not
    /// administer has `users:get` and the `profile` scopes at most.
    pub fn usable_scopes(&self) -> Scopes {
        Scopes::of(self.scopes.iter().filter(|scope| standing_for(*scope).is_met_by(&self.principal)))
    }
}

/// Whether an operation is about the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// The caller themselves. A client is never itself.
    Oneself,
    /// Anybody else, also somebody who does not exist.
    Another,
}

/// What one can ask to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Read the caller's own account.
    ReadAccount,
    /// Change the caller's own account.
    ChangeAccount,
    /// List the directory.
    ListUsers,
    /// Read one person of the directory.
    ReadUser,
    /// Create a person.
    CreateUser,
    /// Change a person.
    ChangeUser,
    /// Change anyone's roles, status, group or verified flag, one's own included.
    AdministerUser,
    /// Set the password of somebody else.
    SetPassword,
    /// End all sessions of a person.
    EndSessions,
    /// Delete a person.
    DeleteUser,
    /// Give facility access.
    GiveAccess,
    /// Remove facility access.
    RemoveAccess,
    /// Read the facility access of a person.
    ReadUserAccess,
    /// List who has access to a facility.
    ListFacilityAccess,
    /// Ask for a decision about a person's facility access.
    CheckAccess,
    /// Read the feed of events.
    ReadEvents,
    /// Register, list and delete webhooks.
    ManageWebhooks,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 17] = [
        Self::ReadAccount,
        Self::ChangeAccount,
        Self::ListUsers,
        Self::ReadUser,
        Self::CreateUser,
        Self::ChangeUser,
        Self::AdministerUser,
        Self::SetPassword,
        Self::EndSessions,
        Self::DeleteUser,
        Self::GiveAccess,
        Self::RemoveAccess,
        Self::ReadUserAccess,
        Self::ListFacilityAccess,
        Self::CheckAccess,
        Self::ReadEvents,
        Self::ManageWebhooks,
    ];
}

/// Why a right is missing. The first reason in the order client, scope, role, self is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum Denied {
    /// It is about oneself, and a client is nobody.
    #[error("a client's own token is nobody: this call is about the person who signed in")]
    NotForClients,
    /// The token has none of the scopes that would do.
    #[error("the token lacks the scope")]
    InsufficientScope {
        /// The scopes of which one is needed.
        any_of: &'static [Scope],
    },
    /// The caller does not administer.
    #[error("this needs an administrator: the role hr or board, or a trusted client")]
    InsufficientRole,
    /// It is only for others: for oneself there is another way.
    #[error("this is for other people's accounts, not for one's own")]
    NotForOneself,
}

/// Who, beyond the scope, may do a thing.
#[derive(Clone, Copy)]
enum Standing {
    Anyone,
    Person,
    Administrator,
    AdministratorOrClient,
}

impl Standing {
    const fn is_met_by(self, principal: &Principal) -> bool {
        match self {
            Self::Anyone => true,
            Self::Person => matches!(principal, Principal::User { .. }),
            Self::Administrator => principal.administers(),
            Self::AdministratorOrClient => {
                principal.administers() || matches!(principal, Principal::Client { .. })
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Rule {
    scopes: &'static [Scope],
    standing: Standing,
}

/// Decides whether the caller may do this; the one place where rights are decided.
///
/// A client is never itself: for one, [`Target::Oneself`] counts as [`Target::Another`]. The account operations are
/// about oneself; asked about another, they need what reading or changing that person needs.
pub fn decide(operation: Operation, target: Target, caller: &Caller) -> Result<(), Denied> {
    let principal = &caller.principal;
    let is_client = matches!(principal, Principal::Client { .. });
    if is_client && matches!(operation, Operation::ReadAccount | Operation::ChangeAccount) {
        return Err(Denied::NotForClients);
    }
    let target = if is_client { Target::Another } else { target };
    let rule = rule(operation, target);
    if !caller.scopes.contains_any(rule.scopes) {
        return Err(Denied::InsufficientScope { any_of: rule.scopes });
    }
    if !rule.standing.is_met_by(principal) {
        return Err(Denied::InsufficientRole);
    }
    if matches!((operation, target), (Operation::SetPassword, Target::Oneself)) {
        return Err(Denied::NotForOneself);
    }
    Ok(())
}

const fn rule(operation: Operation, target: Target) -> Rule {
    use Scope::{
        AccessCheck, EventsRead, ProfileGet, ProfileModify, UsersCreate, UsersDelete, UsersGet, UsersModify,
        UsersWrite, WebhooksManage,
    };
    use Standing::{Administrator, AdministratorOrClient, Anyone, Person};
    use Target::{Another, Oneself};

    let (scopes, standing): (&'static [Scope], Standing) = match (operation, target) {
        (Operation::ReadAccount, Oneself) => (&[ProfileGet], Person),
        (Operation::ChangeAccount, Oneself) => (&[ProfileModify], Person),
        (Operation::ListUsers, _) | (Operation::ReadUser | Operation::ReadAccount, Another) => {
            (&[UsersGet], Anyone)
        }
        (Operation::ReadUser | Operation::ReadUserAccess, Oneself) => (&[ProfileGet, UsersGet], Anyone),
        (Operation::CreateUser, _) => (&[UsersCreate], Administrator),
        (Operation::ChangeUser, Oneself) => (&[ProfileModify, UsersModify], Anyone),
        (Operation::ChangeUser | Operation::ChangeAccount, Another)
        | (Operation::AdministerUser | Operation::SetPassword | Operation::EndSessions, _) => {
            (&[UsersModify], Administrator)
        }
        (Operation::DeleteUser, _) => (&[UsersDelete], Administrator),
        (Operation::GiveAccess | Operation::RemoveAccess | Operation::ListFacilityAccess, _)
        | (Operation::ReadUserAccess, Another) => (&[UsersWrite], Administrator),
        (Operation::CheckAccess, Oneself) => (&[AccessCheck, ProfileGet], Anyone),
        (Operation::CheckAccess, Another) => (&[AccessCheck], AdministratorOrClient),
        (Operation::ReadEvents, _) => (&[EventsRead], Administrator),
        (Operation::ManageWebhooks, _) => (&[WebhooksManage], Administrator),
    };
    Rule { scopes, standing }
}

/// Who can use a scope for what it is there for: for others, or, the `profile` scopes, for oneself.
const fn standing_for(scope: Scope) -> Standing {
    match scope {
        Scope::UsersGet => Standing::Anyone,
        Scope::ProfileGet | Scope::ProfileModify => Standing::Person,
        Scope::AccessCheck => Standing::AdministratorOrClient,
        Scope::UsersCreate
        | Scope::UsersModify
        | Scope::UsersDelete
        | Scope::UsersWrite
        | Scope::EventsRead
        | Scope::WebhooksManage => Standing::Administrator,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Role;
    use uuid::Uuid;

    fn caller(role: Role, scopes: &str) -> Caller {
        let roles = Roles::of([role]).unwrap();
        let id = UserId::new(Uuid::from_u128(1));
        Caller {
            principal: Principal::User { id, roles },
            scopes: scopes.parse().unwrap(),
            client: "app".parse().unwrap(),
            session: None,
        }
    }

    #[test]
    fn only_the_same_person_is_oneself() {
        let person = caller(Role::Tech, "");
        assert_eq!(person.target(UserId::new(Uuid::from_u128(1))), Target::Oneself);
        assert_eq!(person.target(UserId::new(Uuid::from_u128(2))), Target::Another);
        let client = Principal::Client { id: "app".parse().unwrap(), trust: Trust::Trusted };
        assert_eq!((client.user(), client.id()), (None, PrincipalId::Client("app".parse().unwrap())));
        let client = Caller { principal: client, ..person.clone() };
        assert_eq!(client.target(UserId::new(Uuid::from_u128(1))), Target::Another);
        assert_eq!(person.principal.id(), PrincipalId::User(UserId::new(Uuid::from_u128(1))));
    }

    #[test]
    fn a_permit_is_given_as_decided() {
        let person = caller(Role::Tech, "profile:modify users:create");
        assert!(permit::<ChangeAccount>(Target::Oneself, &person).is_ok());
        assert!(permit::<ChangeAccount>(Target::Another, &person).is_err());
        assert_eq!(permit::<CreateUser>(Target::Another, &person).unwrap_err(), Denied::InsufficientRole);
        assert!(permit::<CreateUser>(Target::Another, &caller(Role::Board, "users:create")).is_ok());
    }
}
