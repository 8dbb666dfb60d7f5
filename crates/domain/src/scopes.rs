use std::fmt;
use std::str::FromStr;

use crate::Fault;

/// What a token may be used for (RFC 6749 §3.3). A right needs the scope and, where the rules say so, a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Read the directory.
    UsersGet,
    /// Create people.
    UsersCreate,
    /// Change people.
    UsersModify,
    /// Delete people.
    UsersDelete,
    /// Give, remove and read facility access.
    UsersWrite,
    /// Read oneself.
    ProfileGet,
    /// Change oneself.
    ProfileModify,
    /// Ask for decisions about others.
    AccessCheck,
    /// Read the feed of events.
    EventsRead,
    /// Register webhooks.
    WebhooksManage,
}

impl Scope {
    /// Every scope, in the order in which answers list them.
    pub const ALL: [Self; 10] = [
        Self::UsersGet,
        Self::UsersCreate,
        Self::UsersModify,
        Self::UsersDelete,
        Self::UsersWrite,
        Self::ProfileGet,
        Self::ProfileModify,
        Self::AccessCheck,
        Self::EventsRead,
        Self::WebhooksManage,
    ];

    /// The scope's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UsersGet => "users:get",
            Self::UsersCreate => "users:create",
            Self::UsersModify => "users:modify",
            Self::UsersDelete => "users:delete",
            Self::UsersWrite => "users:write",
            Self::ProfileGet => "profile:get",
            Self::ProfileModify => "profile:modify",
            Self::AccessCheck => "access:check",
            Self::EventsRead => "events:read",
            Self::WebhooksManage => "webhooks:manage",
        }
    }

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

impl FromStr for Scope {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text).ok_or(Fault::UnknownScope)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of scopes; may be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Scopes(u16);

impl Scopes {
    /// No scope at all.
    pub const NONE: Self = Self(0);

    /// Every scope.
    pub const ALL: Self = Self((1 << Scope::ALL.len()) - 1);

    /// The set of these scopes.
    pub fn of(scopes: impl IntoIterator<Item = Scope>) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }

    /// The set that [`Scopes::bits`] gave; `None` for bits that stand for no scope.
    pub const fn from_bits(bits: u16) -> Option<Self> {
        if bits > Self::ALL.0 { None } else { Some(Self(bits)) }
    }

    /// The set as bits, the first scope of [`Scope::ALL`] lowest: the form for storing.
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// Whether this scope is among them.
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Whether any of these scopes is among them.
    pub fn contains_any(self, scopes: &[Scope]) -> bool {
        scopes.iter().any(|scope| self.contains(*scope))
    }

    /// Whether all of the other set are among them.
    pub const fn include(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// What both sets hold.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The scopes in the order of [`Scope::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.contains(*scope))
    }
}

impl fmt::Display for Scopes {
    /// The space-separated form of RFC 6749 §3.3.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope.as_str())?;
        }
        Ok(())
    }
}

impl FromStr for Scopes {
    type Err = Fault;

    /// Reads the space-separated form; any unknown scope is a fault.
    fn from_str(text: &str) -> Result<Self, Fault> {
        text.split(' ')
            .filter(|word| !word.is_empty())
            .map(str::parse)
            .collect::<Result<Vec<_>, _>>()
            .map(Self::of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_form_is_space_separated_in_a_fixed_order() {
        let scopes: Scopes = "profile:get users:get  users:get".parse().unwrap();
        assert_eq!(scopes.to_string(), "users:get profile:get");
        assert_eq!("".parse(), Ok(Scopes::NONE));
        assert_eq!(Scopes::from_bits(scopes.bits()), Some(scopes));
        assert_eq!(Scopes::from_bits(1 << 10), None);
    }

    #[test]
    fn near_misses_are_unknown() {
        for text in
            ["users:ge", "users:getx", "all", "*", "users:get,users:delete", "USERS:GET", "users:get\tx"]
        {
            assert_eq!(text.parse::<Scopes>(), Err(Fault::UnknownScope), "{text}");
        }
    }

    #[test]
    fn set_algebra() {
        let (get, both) = (Scopes::of([Scope::UsersGet]), Scopes::of([Scope::UsersGet, Scope::UsersDelete]));
        assert!(both.include(get) && !get.include(both));
        assert_eq!(both.and(get), get);
        assert!(both.contains_any(&[Scope::ProfileGet, Scope::UsersDelete]));
        assert!(!both.contains_any(&[Scope::ProfileGet]));
        assert!(Scopes::NONE.is_empty() && !get.is_empty());
    }

    #[test]
    fn each_scope_has_a_bit_of_its_own_in_the_order_of_all() {
        for (n, scope) in Scope::ALL.into_iter().enumerate() {
            let alone = Scopes::of([scope]);
            assert_eq!((alone.bits(), alone.to_string().as_str()), (1 << n, scope.as_str()));
            assert_eq!(
                (scope.to_string().parse(), alone.iter().collect::<Vec<_>>()),
                (Ok(scope), vec![scope])
            );
            assert!(Scopes::ALL.contains(scope) && !Scopes::NONE.contains(scope));
        }
        assert_eq!(Scopes::from_bits(1023), Some(Scopes::ALL));
        assert_eq!(Scopes::of(Scope::ALL), Scopes::ALL);
    }
}
