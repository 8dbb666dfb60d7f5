use thiserror::Error;

use crate::{ActionName, Grant, NoAccess, Status};

/// What is on record for a person at a facility: all that a decision about their access rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// Whether they are enabled.
    pub status: Status,
    /// Their grant, in force or expired.
    pub grant: Option<Grant>,
}

/// Why somebody may not do something at a facility. The first reason in this order is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum AccessDenial {
    /// There is no such person.
    #[error("there is no such user")]
    UnknownUser,
    /// The person is disabled: their grants allow nothing.
    #[error("the user is disabled")]
    UserDisabled,
    /// No grant of theirs names the action.
    #[error("no grant names the action")]
    NoGrant,
    /// The grant that names it is over.
    #[error("the grant has expired")]
    Expired,
}

impl AccessDenial {
    /// The stable `snake_case` word, as decisions carry it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnknownUser => "unknown_user",
            Self::UserDisabled => "user_disabled",
            Self::NoGrant => "no_grant",
            Self::Expired => "expired",
        }
    }
}

impl From<NoAccess> for AccessDenial {
    fn from(reason: NoAccess) -> Self {
        match reason {
            NoAccess::NoGrant => Self::NoGrant,
            NoAccess::Expired => Self::Expired,
        }
    }
}

impl Holding {
    /// Decides whether a person may do this at a facility now, by what is on record; `None` is a person who is unknown.
    ///
    /// The one rule behind every decision and every list of access.
    pub fn allows(
        holding: Option<&Self>,
        action: &ActionName,
        now: crate::Instant,
    ) -> Result<(), AccessDenial> {
        let holding = holding.ok_or(AccessDenial::UnknownUser)?;
        if holding.status == Status::Disabled {
            return Err(AccessDenial::UserDisabled);
        }
        Ok(Grant::allows(holding.grant.as_ref(), action, now)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Actions, Expiry, Instant, PrincipalId, UserId};
    use chrono::TimeZone;

    fn at(second: i64) -> Instant {
        chrono::Utc.timestamp_opt(second, 0).unwrap()
    }

    fn holding(status: Status, expiry: Option<Expiry>) -> Holding {
        let granted_by = PrincipalId::User(UserId::new(uuid::Uuid::nil()));
        let actions = Actions::of(["read".parse().unwrap()]).unwrap();
        let grant = expiry.map(|expiry| Grant { actions, expiry, granted_by, granted_at: at(0) });
        Holding { status, grant }
    }

    #[test]
    fn the_first_thing_that_is_missing_is_the_reason() {
        use AccessDenial::{Expired, NoGrant, UnknownUser, UserDisabled};
        let over = Some(Expiry::At(at(9)));
        for (status, expiry, action, expected) in [
            (Status::Enabled, Some(Expiry::Never), "read", Ok(())),
            (Status::Enabled, Some(Expiry::At(at(10))), "read", Ok(())),
            (Status::Enabled, over, "read", Err(Expired)),
            (Status::Enabled, over, "write", Err(NoGrant)),
            (Status::Enabled, None, "read", Err(NoGrant)),
            (Status::Disabled, Some(Expiry::Never), "read", Err(UserDisabled)),
            (Status::Disabled, over, "read", Err(UserDisabled)),
            (Status::Disabled, None, "read", Err(UserDisabled)),
        ] {
            let holding = holding(status, expiry);
            let decided = Holding::allows(Some(&holding), &action.parse().unwrap(), at(9));
            assert_eq!(decided, expected, "{holding:?} {action}");
        }
        assert_eq!(Holding::allows(None, &"read".parse().unwrap(), at(9)), Err(UnknownUser));
        let codes = [UnknownUser, UserDisabled, NoGrant, Expired].map(AccessDenial::code);
        assert_eq!(codes, ["unknown_user", "user_disabled", "no_grant", "expired"]);
    }
}
