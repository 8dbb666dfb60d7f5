use crate::{ClientId, Fault, Instant, Scopes};
use std::str::FromStr;

/// A way to get a token (RFC 6749 §1.3) that a client may be registered for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GrantType {
    /// The person's own password, for first-party clients alone (RFC 9700 §2.4).
    Password,
    /// A refresh token.
    RefreshToken,
    /// The client's own credentials.
    ClientCredentials,
}

impl GrantType {
    /// Every grant type.
    pub const ALL: [Self; 3] = [Self::Password, Self::RefreshToken, Self::ClientCredentials];

    /// Its name at the token endpoint.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// Not a grant type of this service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be one of password, refresh_token, client_credentials")]
pub struct UnknownGrantType;

impl FromStr for GrantType {
    type Err = UnknownGrantType;

    fn from_str(text: &str) -> Result<Self, UnknownGrantType> {
        Self::ALL.into_iter().find(|grant| grant.as_str() == text).ok_or(UnknownGrantType)
    }
}

/// A set of grant types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GrantTypes(u8);

impl GrantTypes {
    /// The set of these grant types.
    pub fn of(grants: impl IntoIterator<Item = GrantType>) -> Self {
        Self(grants.into_iter().fold(0, |bits, grant| bits | grant.bit()))
    }

    /// The set that [`GrantTypes::bits`] gave; `None` for bits that stand for no grant type.
    pub const fn from_bits(bits: u8) -> Option<Self> {
        if bits < 1 << GrantType::ALL.len() { Some(Self(bits)) } else { None }
    }

    /// The set as bits: the form for storing.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether this grant type is among them.
    pub const fn contains(self, grant: GrantType) -> bool {
        self.0 & grant.bit() != 0
    }

    /// The grant types in the order of [`GrantType::ALL`].
    pub fn iter(self) -> impl Iterator<Item = GrantType> {
        GrantType::ALL.into_iter().filter(move |grant| self.contains(*grant))
    }
}

/// Whether a client's own token counts as an administrator's within its scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trust {
    /// It does.
    Trusted,
    /// It does not.
    Untrusted,
}

/// Whether a client can keep a secret (RFC 6749 §2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClientKind {
    /// It cannot: it names itself and proves nothing.
    Public,
    /// It can, and authenticates with it.
    Confidential,
}

/// A registered client of the token endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Its `client_id`.
    pub id: ClientId,
    /// Whether it has a secret.
    pub kind: ClientKind,
    /// What its own tokens count as.
    pub trust: Trust,
    /// The grants that it may use.
    pub grants: GrantTypes,
    /// The widest scope that it can be given.
    pub scopes: Scopes,
    /// Whether it may be used at all.
    pub status: crate::Status,
    /// When it was registered.
    pub created_at: Instant,
}

impl Client {
    /// The scope to grant for what was asked: all that the client is registered for where nothing was.
    ///
    /// Fails with [`Fault::UnknownScope`] when more was asked than the client is registered for.
    pub fn grantable(&self, asked: Option<Scopes>) -> Result<Scopes, Fault> {
        match asked {
            None => Ok(self.scopes),
            Some(asked) if self.scopes.include(asked) => Ok(asked),
            Some(_) => Err(Fault::UnknownScope),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(scopes: &str) -> Client {
        Client {
            id: "app".parse().unwrap(),
            kind: ClientKind::Public,
            trust: Trust::Untrusted,
            grants: GrantTypes::of([GrantType::Password]),
            scopes: scopes.parse().unwrap(),
            status: crate::Status::Enabled,
            created_at: Instant::UNIX_EPOCH,
        }
    }

    #[test]
    fn grant_types_have_one_spelling_each() {
        for (grant, text) in GrantType::ALL.iter().zip(["password", "refresh_token", "client_credentials"]) {
            assert_eq!((grant.as_str(), text.parse()), (text, Ok(*grant)));
        }
        for text in ["", "Password", "authorization_code", "password "] {
            assert_eq!(text.parse::<GrantType>(), Err(UnknownGrantType), "{text:?}");
        }
    }

    #[test]
    fn grant_types_are_a_set_in_a_fixed_order() {
        let both = GrantTypes::of([GrantType::ClientCredentials, GrantType::Password, GrantType::Password]);
        assert_eq!(both.iter().collect::<Vec<_>>(), [GrantType::Password, GrantType::ClientCredentials]);
        assert!(both.contains(GrantType::Password) && !both.contains(GrantType::RefreshToken));
        assert_eq!((both.bits(), GrantTypes::from_bits(both.bits())), (0b101, Some(both)));
        assert_eq!(GrantTypes::from_bits(0), Some(GrantTypes::of([])));
        assert_eq!((GrantTypes::from_bits(7).is_some(), GrantTypes::from_bits(8)), (true, None));
    }

    #[test]
    fn a_client_is_granted_what_it_asks_for_within_its_registration() {
        let client = client("users:get profile:get");
        let scopes = |text: &str| text.parse::<Scopes>().unwrap();
        assert_eq!(client.grantable(None), Ok(client.scopes));
        assert_eq!(client.grantable(Some(scopes("profile:get"))), Ok(scopes("profile:get")));
        assert_eq!(client.grantable(Some(scopes("profile:get users:delete"))), Err(Fault::UnknownScope));
    }
}
