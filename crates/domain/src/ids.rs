use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

use crate::Fault;

macro_rules! uuid_id {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// The id with this UUID, of any version.
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }
            /// The UUID itself.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = Fault;

            /// Reads the hyphenated form in any letter case, and no other spelling of a UUID.
            fn from_str(text: &str) -> Result<Self, Fault> {
                hyphenated(text).map(Self)
            }
        }
    )+};
}

uuid_id! {
    /// Identifies a person.
    UserId;
    /// Identifies a facility of another service: any UUID is one.
    FacilityId;
    /// Identifies a group of another service.
    GroupId;
    /// Identifies a workspace of another service.
    WorkspaceId;
    /// Identifies one sign-in through one client.
    SessionId;
    /// Identifies one try to prove a password.
    AttemptId;
    /// Identifies an event.
    EventId;
    /// Identifies one access token (`jti`, RFC 7519 §4.1.7).
    TokenId;
}

fn hyphenated(text: &str) -> Result<Uuid, Fault> {
    if text.len() != 36 {
        return Err(Fault::InvalidUuid);
    }
    Uuid::try_parse(text).map_err(|_| Fault::InvalidUuid)
}

impl EventId {
    /// The `n`-th id after this one, so that a write that may be run again makes the same ids each time.
    #[must_use]
    pub fn after(self, n: usize) -> Self {
        let value = self.0.as_u128();
        let (kept, counted) = (value >> 32 << 32, u32::try_from(value & 0xffff_ffff).unwrap_or_default());
        let counted = counted.wrapping_add(u32::try_from(n).unwrap_or(u32::MAX));
        Self(Uuid::from_u128(kept | u128::from(counted)))
    }
}

/// Identifies a client of the token endpoint (`client_id`, RFC 6749 §2.2): 1–64 characters of `[A-Za-z0-9._-]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(String);

/// Names a signing key (`kid`, RFC 7517 §4.5): 1–64 characters of `[A-Za-z0-9._-]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(String);

pub(crate) fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

macro_rules! name_id {
    ($($name:ident)+) => {$(
        impl $name {
            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = Fault;

            fn from_str(text: &str) -> Result<Self, Fault> {
                if is_name(text) { Ok(Self(text.to_owned())) } else { Err(Fault::InvalidClientId) }
            }
        }
    )+};
}

name_id! { ClientId KeyId }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_in_any_case_and_answered_in_lower_case() {
        let id: UserId = "970DF7C4-843D-4A1D-9264-BD0CC5C5D927".parse().unwrap();
        assert_eq!(id.to_string(), "970df7c4-843d-4a1d-9264-bd0cc5c5d927");
        assert_eq!(UserId::new(id.uuid()), id);
    }

    #[test]
    fn other_spellings_of_a_uuid_are_refused() {
        for text in [
            "970df7c4843d4a1d9264bd0cc5c5d927",
            "{970df7c4-843d-4a1d-9264-bd0cc5c5d927}",
            "urn:uuid:970df7c4-843d-4a1d-9264-bd0cc5c5d927",
            "",
            "970df7c4-843d-4a1d-9264-bd0cc5c5d92g",
        ] {
            assert_eq!(text.parse::<UserId>(), Err(Fault::InvalidUuid), "{text}");
        }
    }

    #[test]
    fn ids_of_one_write_follow_each_other() {
        let first = EventId::new(Uuid::from_u128(7));
        assert_eq!(first.after(0), first);
        assert_eq!(first.after(3), EventId::new(Uuid::from_u128(10)));
        let high = 0x0193_9b5e_6f3a_7c40_8a51_2f6d_u128 << 32;
        let last = EventId::new(Uuid::from_u128(high | 0xffff_ffff));
        assert_eq!(last.after(2), EventId::new(Uuid::from_u128(high | 1)), "the time in front stays");
    }

    #[test]
    fn client_ids_are_short_names() {
        let longest = "a".repeat(64);
        for text in ["roster-cli", "A.b_9", longest.as_str()] {
            let id: ClientId = text.parse().unwrap();
            assert_eq!((id.as_str(), id.to_string().as_str()), (text, text));
        }
        for text in ["", "a b", "a:b", "é", &"a".repeat(65)] {
            assert_eq!(text.parse::<ClientId>(), Err(Fault::InvalidClientId), "{text}");
        }
    }
}
