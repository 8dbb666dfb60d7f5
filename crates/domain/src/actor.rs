use std::fmt;
use std::str::FromStr;

use crate::ids::is_name;
use crate::{ClientId, KeyId, UserId};

/// Names whoever can act with a token: a person, or a client on its own behalf.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrincipalId {
    /// A person.
    User(UserId),
    /// A client with a token of its own (`client_credentials`).
    Client(ClientId),
}

/// Who caused an event.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Actor {
    /// Somebody with a token.
    Principal(PrincipalId),
    /// The service itself, or whoever holds its command line.
    System,
}

/// Whom or what an event is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A person.
    User(UserId),
    /// A client.
    Client(ClientId),
    /// A signing key.
    Key(KeyId),
}

macro_rules! type_and_id {
    ($($name:ident { $($pattern:pat => $kind:literal, $id:expr;)+ })+) => {$(
        impl $name {
            /// The word for its kind, as answers and events spell it.
            pub const fn kind(&self) -> &'static str {
                #[expect(unused_variables, reason = "the patterns bind what `id` needs")]
                match self { $($pattern => $kind,)+ }
            }
            /// Its identifier within the kind.
            pub fn id(&self) -> String {
                match self { $($pattern => $id,)+ }
            }
        }
    )+};
}

type_and_id! {
    PrincipalId {
        Self::User(id) => "user", id.to_string();
        Self::Client(id) => "client", id.to_string();
    }
    Subject {
        Self::User(id) => "user", id.to_string();
        Self::Client(id) => "client", id.to_string();
        Self::Key(id) => "key", id.to_string();
    }
}

impl Actor {
    /// The word for its kind, as events spell it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Principal(principal) => principal.kind(),
            Self::System => "system",
        }
    }

    /// Its identifier within the kind.
    pub fn id(&self) -> String {
        match self {
            Self::Principal(principal) => principal.id(),
            Self::System => "roster".to_owned(),
        }
    }
}

/// Names one request in answers, logs and events: 1–64 characters of `[A-Za-z0-9._-]`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RequestId(String);

impl RequestId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<uuid::Uuid> for RequestId {
    fn from(uuid: uuid::Uuid) -> Self {
        Self(uuid.as_hyphenated().to_string())
    }
}

impl FromStr for RequestId {
    type Err = NotARequestId;

    fn from_str(text: &str) -> Result<Self, NotARequestId> {
        if is_name(text) { Ok(Self(text.to_owned())) } else { Err(NotARequestId) }
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is not usable as a request id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a request id")]
pub struct NotARequestId;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_is_named_by_kind_and_id() {
        let user = UserId::new(uuid::Uuid::from_u128(7));
        let client: ClientId = "app".parse().unwrap();
        let user_id = "00000000-0000-0000-0000-000000000007";
        for (principal, kind, id) in [
            (PrincipalId::User(user), "user", user_id),
            (PrincipalId::Client(client.clone()), "client", "app"),
        ] {
            let actor = Actor::Principal(principal.clone());
            assert_eq!((principal.kind(), principal.id().as_str()), (kind, id));
            assert_eq!((actor.kind(), actor.id().as_str()), (kind, id));
        }
        assert_eq!((Actor::System.kind(), Actor::System.id().as_str()), ("system", "roster"));
        for (subject, kind, id) in [
            (Subject::User(user), "user", user_id),
            (Subject::Client(client), "client", "app"),
            (Subject::Key("k1".parse().unwrap()), "key", "k1"),
        ] {
            assert_eq!((subject.kind(), subject.id().as_str()), (kind, id));
        }
    }

    #[test]
    fn request_ids_are_short_names() {
        let longest = "a".repeat(64);
        for text in ["a", "A-z_0.9", longest.as_str()] {
            let id: RequestId = text.parse().unwrap();
            assert_eq!((id.as_str(), id.to_string().as_str()), (text, text));
        }
        for text in ["", "a b", "a\n", "é", "a/b", &"a".repeat(65)] {
            assert_eq!(text.parse::<RequestId>(), Err(NotARequestId), "{text:?}");
        }
    }
}
