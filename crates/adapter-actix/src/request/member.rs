use roster_domain::{Fault, Patch};
use serde::{Deserialize, Deserializer};

/// A member of a JSON object: absent, null, or a value. The three mean different things.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Member<T> {
    #[default]
    Absent,
    Null,
    Value(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Member<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Null, Self::Value))
    }
}

impl<T> Member<T> {
    /// Whether the member is there at all.
    pub(crate) const fn is_present(&self) -> bool {
        !matches!(self, Self::Absent)
    }

    /// The value of a member that must have one.
    pub(crate) fn required(self) -> Result<T, Fault> {
        match self {
            Self::Value(value) => Ok(value),
            Self::Absent | Self::Null => Err(Fault::Required),
        }
    }

    /// The value of a member that may be absent but not null.
    pub(crate) fn not_null(self) -> Result<Option<T>, Fault> {
        match self {
            Self::Absent => Ok(None),
            Self::Value(value) => Ok(Some(value)),
            Self::Null => Err(Fault::Required),
        }
    }

    /// The value of a member that may be absent or null.
    pub(crate) fn optional(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// What to do with an optional value: absent keeps it, null clears it.
    pub(crate) fn patch<R>(self, parse: impl FnOnce(T) -> Result<R, Fault>) -> Result<Patch<R>, Fault> {
        match self {
            Self::Absent => Ok(Patch::Keep),
            Self::Null => Ok(Patch::Clear),
            Self::Value(value) => parse(value).map(Patch::Set),
        }
    }
}
