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
