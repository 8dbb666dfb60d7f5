use std::fmt;
use std::str::FromStr;

use crate::Fault;

/// What a person does in the organisation. `hr` and `board` administer (see [`Roles::administer`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Technology.
    Tech,
    /// Human resources; administers.
    Hr,
    /// Finance.
    Finance,
    /// Communication.
    Com,
    /// Business.
    Business,
    /// The board; administers.
    Board,
}

impl Role {
    /// Every role, in the order in which answers list them.
    pub const ALL: [Self; 6] = [Self::Tech, Self::Hr, Self::Finance, Self::Com, Self::Business, Self::Board];

    /// The role's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tech => "tech",
            Self::Hr => "hr",
            Self::Finance => "finance",
            Self::Com => "com",
            Self::Business => "business",
            Self::Board => "board",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl FromStr for Role {
    type Err = Fault;

    /// Reads a role by its exact name; `rh`, a spelling of the published directory API, is `hr`.
    fn from_str(text: &str) -> Result<Self, Fault> {
        match text {
            "tech" => Ok(Self::Tech),
            "hr" | "rh" => Ok(Self::Hr),
            "finance" => Ok(Self::Finance),
            "com" => Ok(Self::Com),
            "business" => Ok(Self::Business),
            "board" => Ok(Self::Board),
            _ => Err(Fault::UnknownRole),
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The roles of a person: at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Roles(u8);

impl Roles {
    /// The set of these roles; `None` when there is none.
    pub fn of(roles: impl IntoIterator<Item = Role>) -> Option<Self> {
        Self::from_bits(roles.into_iter().fold(0, |bits, role| bits | role.bit()))
    }

    /// The set that [`Roles::bits`] gave; `None` for the empty set and for bits that stand for no role.
    pub const fn from_bits(bits: u8) -> Option<Self> {
        if bits == 0 || bits >= 1 << Role::ALL.len() { None } else { Some(Self(bits)) }
    }

    /// The set as bits, the first role of [`Role::ALL`] lowest: the form for storing.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The set with this role in it.
    #[must_use]
    pub const fn with(self, role: Role) -> Self {
        Self(self.0 | role.bit())
    }

    /// Whether this role is among them.
    pub const fn contains(self, role: Role) -> bool {
        self.0 & role.bit() != 0
    }

    /// Whether their holder administers: holds `hr` or `board`.
    pub const fn administer(self) -> bool {
        self.contains(Role::Hr) || self.contains(Role::Board)
    }

    /// The roles in the order of [`Role::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |role| self.contains(*role))
    }
}

impl From<Role> for Roles {
    fn from(role: Role) -> Self {
        Self(role.bit())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rh_is_hr_and_other_spellings_are_errors() {
        assert_eq!("rh".parse(), Ok(Role::Hr));
        for text in ["HR", "hr ", "RH", "ｈｒ", "superuser", ""] {
            assert_eq!(text.parse::<Role>(), Err(Fault::UnknownRole), "{text}");
        }
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
    }

    #[test]
    fn roles_are_a_set_in_a_fixed_order() {
        let roles = Roles::of([Role::Board, Role::Tech, Role::Board]).unwrap();
        assert_eq!(roles.iter().collect::<Vec<_>>(), [Role::Tech, Role::Board]);
        assert_eq!(Roles::from_bits(roles.bits()), Some(roles));
        assert_eq!(Roles::of([]), None);
        assert_eq!(Roles::from_bits(64), None);
    }

    #[test]
    fn a_role_that_is_added_stands_beside_the_others_and_once() {
        let tech = Roles::from(Role::Tech);
        let both = tech.with(Role::Board);
        assert_eq!(both, Roles::of([Role::Tech, Role::Board]).unwrap());
        assert_eq!(both.with(Role::Tech), both);
        assert_eq!(tech.with(Role::Tech), tech);
    }

    #[test]
    fn hr_and_board_administer() {
        let administering: Vec<Role> =
            Role::ALL.into_iter().filter(|role| Roles::of([*role]).unwrap().administer()).collect();
        assert_eq!(administering, [Role::Hr, Role::Board]);
    }

    #[test]
    fn each_role_has_a_bit_of_its_own_in_the_order_of_all() {
        for (n, role) in Role::ALL.into_iter().enumerate() {
            let alone = Roles::of([role]).unwrap();
            assert_eq!((alone.bits(), role.to_string().as_str()), (1 << n, role.as_str()));
            assert!(Role::ALL.into_iter().all(|other| alone.contains(other) == (other == role)));
        }
        assert_eq!(Roles::from_bits(63), Roles::of(Role::ALL));
        assert_eq!(Roles::from_bits(0), None);
    }
}
