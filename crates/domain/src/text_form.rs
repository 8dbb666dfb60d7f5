//! With the feature `serde`: values with one text form are written as it and read by the same rules as anywhere else.

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::{Serialize, Serializer};
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use crate::{
    ActionName, ClientId, EventId, FacilityId, GroupId, KeyId, Role, Scope, SessionId, TokenId, UserId,
    WorkspaceId,
};

/// Reads a text by the type's own rules.
struct Parsed<T>(PhantomData<T>);

impl<T: FromStr<Err: fmt::Display>> Visitor<'_> for Parsed<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

macro_rules! text_form {
    ($($name:ident)+) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(Parsed(PhantomData))
            }
        }
    )+};
}

text_form! {
    ActionName ClientId EventId FacilityId GroupId KeyId Role Scope SessionId TokenId UserId WorkspaceId
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: for<'de> Deserialize<'de>>(json: &str) -> Result<T, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn values_are_written_as_their_text_and_read_back() {
        let id: UserId = "970df7c4-843d-4a1d-9264-bd0cc5c5d927".parse().unwrap();
        assert_eq!(serde_json::to_string(&id).unwrap(), r#""970df7c4-843d-4a1d-9264-bd0cc5c5d927""#);
        assert_eq!(read(r#""970DF7C4-843D-4A1D-9264-BD0CC5C5D927""#), Ok(id));
        for scope in Scope::ALL {
            let json = serde_json::to_string(&scope).unwrap();
            assert_eq!((json.as_str(), read(&json)), (format!("\"{scope}\"").as_str(), Ok(scope)));
        }
        for role in Role::ALL {
            let json = serde_json::to_string(&role).unwrap();
            assert_eq!((json.as_str(), read(&json)), (format!("\"{role}\"").as_str(), Ok(role)));
        }
        let action: ActionName = "cameras:read".parse().unwrap();
        assert_eq!(serde_json::to_string(&action).unwrap(), r#""cameras:read""#);
        assert_eq!(read(r#""cameras\u003aread""#), Ok(action));
    }

    #[test]
    fn what_the_rules_refuse_is_not_read() {
        assert!(
            read::<UserId>(r#""970df7c4843d4a1d9264bd0cc5c5d927""#).unwrap_err().contains("must be a UUID")
        );
        assert!(read::<UserId>("7").unwrap_err().contains("expected a text"));
        assert!(read::<Role>(r#""HR""#).is_err());
        assert!(read::<Scope>(r#""users:*""#).is_err());
        assert!(read::<ActionName>(r#""Cameras""#).is_err());
        assert!(read::<ClientId>(r#""a b""#).is_err());
    }
}
