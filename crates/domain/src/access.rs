use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

use crate::{FacilityId, Fault, Instant, PrincipalId, UserId};

/// The name of something one can do at a facility: runs of `[a-z0-9]` joined by single `:`, `.`, `_` or `-`,
/// 1–64 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActionName(String);

impl ActionName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ActionName {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let is_run = |run: &str| {
            !run.is_empty() && run.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        let well_formed = text.len() <= 64 && text.split([':', '.', '_', '-']).all(is_run);
        if well_formed { Ok(Self(text.to_owned())) } else { Err(Fault::InvalidAction) }
    }
}

impl fmt::Display for ActionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A non-empty set of actions, sorted by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actions(BTreeSet<ActionName>);

impl Actions {
    /// How many actions one request may name.
    pub const MAX_PER_REQUEST: usize = 64;

    /// The set of these actions; `None` when there is none.
    pub fn of(actions: impl IntoIterator<Item = ActionName>) -> Option<Self> {
        let set: BTreeSet<_> = actions.into_iter().collect();
        if set.is_empty() { None } else { Some(Self(set)) }
    }

    /// Whether this action is among them.
    pub fn contains(&self, action: &ActionName) -> bool {
        self.0.contains(action)
    }

    /// The actions, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &ActionName> {
        self.0.iter()
    }

    fn with(&self, more: &Self) -> Self {
        Self(self.0.union(&more.0).cloned().collect())
    }

    fn without(&self, fewer: &Self) -> Option<Self> {
        Self::of(self.0.difference(&fewer.0).cloned())
    }
}

/// Until when a grant holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Expiry {
    /// Until it is removed.
    Never,
    /// Until just before this moment: at the moment itself the grant is over.
    At(Instant),
}

impl Expiry {
    /// Whether the grant is over at this time.
    pub fn is_over(self, now: Instant) -> bool {
        matches!(self, Self::At(end) if end <= now)
    }

    /// The moment, where there is one.
    pub const fn instant(self) -> Option<Instant> {
        match self {
            Self::Never => None,
            Self::At(end) => Some(end),
        }
    }
}

/// What a giving says about the expiry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExpiryChange {
    /// Nothing: a grant keeps its own, a new one has none.
    Keep,
    /// This one from now on.
    Set(Expiry),
}

/// What a person may do at one facility, until when, and who gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// What they may do.
    pub actions: Actions,
    /// Until when.
    pub expiry: Expiry,
    /// Who gave, at the last giving that changed something.
    pub granted_by: PrincipalId,
    /// When that was.
    pub granted_at: Instant,
}

/// Why an action is not allowed at a facility.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum NoAccess {
    /// Nobody gave it.
    #[error("no grant names the action")]
    NoGrant,
    /// It was given, and the time is over.
    #[error("the grant has expired")]
    Expired,
}

impl Grant {
    /// Decides whether this grant, or its absence, allows the action now.
    ///
    /// The grants of a disabled user allow nothing: ask for the user's status first.
    pub fn allows(grant: Option<&Self>, action: &ActionName, now: Instant) -> Result<(), NoAccess> {
        let grant = grant.filter(|grant| grant.actions.contains(action)).ok_or(NoAccess::NoGrant)?;
        if grant.expiry.is_over(now) { Err(NoAccess::Expired) } else { Ok(()) }
    }

    /// The grant as far as it still counts: an expired one counts as absent.
    pub fn in_force(grant: Option<Self>, now: Instant) -> Option<Self> {
        grant.filter(|grant| !grant.expiry.is_over(now))
    }

    /// The grant after giving these actions; equal to the one before where nothing changes.
    #[must_use]
    pub fn given(
        current: Option<&Self>,
        actions: &Actions,
        expiry: ExpiryChange,
        by: PrincipalId,
        at: Instant,
    ) -> Self {
        let Some(current) = current.filter(|grant| !grant.expiry.is_over(at)) else {
            let expiry = match expiry {
                ExpiryChange::Keep => Expiry::Never,
                ExpiryChange::Set(expiry) => expiry,
            };
            return Self { actions: actions.clone(), expiry, granted_by: by, granted_at: at };
        };
        let given_actions = current.actions.with(actions);
        let given_expiry = match expiry {
            ExpiryChange::Keep => current.expiry,
            ExpiryChange::Set(expiry) => expiry,
        };
        if given_actions == current.actions && given_expiry == current.expiry {
            return current.clone();
        }
        Self { actions: given_actions, expiry: given_expiry, granted_by: by, granted_at: at }
    }

    /// What is left of the grant after removing these actions.
    pub fn removed(&self, actions: &Actions) -> Option<Self> {
        self.actions.without(actions).map(|left| Self { actions: left, ..self.clone() })
    }
}

/// What one person holds at one facility: a grant in force, or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// The person.
    pub user: UserId,
    /// The facility.
    pub facility: FacilityId,
    /// What they hold.
    pub grant: Option<Grant>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;
    use proptest::prelude::*;

    fn at(second: i64) -> Instant {
        chrono::Utc.timestamp_opt(second, 0).unwrap()
    }

    fn actions(names: &[&str]) -> Actions {
        Actions::of(names.iter().map(|name| name.parse().unwrap())).unwrap()
    }

    fn by(n: u128) -> PrincipalId {
        PrincipalId::User(UserId::new(uuid::Uuid::from_u128(n)))
    }

    fn give(current: Option<&Grant>, names: &[&str], expiry: ExpiryChange, who: u128, second: i64) -> Grant {
        Grant::given(current, &actions(names), expiry, by(who), at(second))
    }

    #[test]
    fn action_names_are_lower_case_runs_joined_by_single_marks() {
        for name in ["read", "cameras:read", "a.b_c-d:e", "0", &"a".repeat(64)] {
            let action: ActionName = name.parse().unwrap();
            assert_eq!((action.as_str(), action.to_string().as_str()), (name, name));
        }
        for name in ["", "Read", ":a", "a:", "a::b", "a.:b", "a b", "é", "a\0", "a/b", &"a".repeat(65)] {
            assert_eq!(name.parse::<ActionName>(), Err(Fault::InvalidAction), "{name}");
        }
    }

    #[test]
    fn a_grant_allows_its_actions_until_the_instant_it_expires() {
        let grant = give(None, &["read"], ExpiryChange::Set(Expiry::At(at(10))), 1, 0);
        let (read, write) = ("read".parse().unwrap(), "write".parse().unwrap());
        assert_eq!(Grant::allows(Some(&grant), &read, at(9)), Ok(()));
        assert_eq!(Grant::allows(Some(&grant), &read, at(10)), Err(NoAccess::Expired));
        assert_eq!(Grant::allows(Some(&grant), &write, at(9)), Err(NoAccess::NoGrant));
        assert_eq!(Grant::allows(None, &read, at(9)), Err(NoAccess::NoGrant));
        assert_eq!(Grant::in_force(Some(grant.clone()), at(9)), Some(grant.clone()));
        assert_eq!(Grant::in_force(Some(grant.clone()), at(10)), None);
        assert_eq!((grant.expiry.instant(), Expiry::Never.instant()), (Some(at(10)), None));
    }

    #[test]
    fn actions_are_a_sorted_set_that_is_never_empty() {
        let names: Vec<String> = actions(&["b", "a", "b"]).iter().map(ActionName::to_string).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(Actions::of([]), None);
    }

    #[test]
    fn a_grant_without_end_allows_for_ever() {
        let grant = give(None, &["read"], ExpiryChange::Keep, 1, 0);
        assert_eq!(Grant::allows(Some(&grant), &"read".parse().unwrap(), Instant::MAX_UTC), Ok(()));
    }

    #[test]
    fn giving_with_another_expiry_changes_it() {
        let held = give(None, &["read"], ExpiryChange::Set(Expiry::At(at(100))), 1, 0);
        let longer = give(Some(&held), &["read"], ExpiryChange::Set(Expiry::Never), 2, 5);
        assert_eq!((longer.expiry, longer.granted_by, longer.granted_at), (Expiry::Never, by(2), at(5)));
    }

    #[test]
    fn giving_what_is_held_changes_nothing() {
        let held = give(None, &["read", "write"], ExpiryChange::Keep, 1, 0);
        assert_eq!(give(Some(&held), &["read"], ExpiryChange::Keep, 2, 5), held);
        assert_eq!(give(Some(&held), &["read"], ExpiryChange::Set(Expiry::Never), 2, 5), held);
    }

    #[test]
    fn giving_more_names_the_giver_and_keeps_the_expiry() {
        let held = give(None, &["read"], ExpiryChange::Set(Expiry::At(at(100))), 1, 0);
        let more = give(Some(&held), &["write"], ExpiryChange::Keep, 2, 5);
        assert_eq!(more.actions, actions(&["read", "write"]));
        assert_eq!((more.expiry, more.granted_by, more.granted_at), (Expiry::At(at(100)), by(2), at(5)));
    }

    #[test]
    fn giving_after_the_expiry_starts_afresh() {
        let held = give(None, &["read"], ExpiryChange::Set(Expiry::At(at(10))), 1, 0);
        let fresh = give(Some(&held), &["write"], ExpiryChange::Keep, 2, 10);
        assert_eq!((fresh.actions, fresh.expiry), (actions(&["write"]), Expiry::Never));
    }

    #[test]
    fn removing_keeps_giver_and_time() {
        let held = give(None, &["read", "write"], ExpiryChange::Keep, 1, 0);
        let left = held.removed(&actions(&["write", "never-held"])).unwrap();
        assert_eq!((left.actions.clone(), left.granted_at), (actions(&["read"]), at(0)));
        assert_eq!(left.removed(&actions(&["read"])), None);
    }

    proptest! {
        #[test]
        fn giving_and_removing_are_set_algebra(
            given in proptest::collection::btree_set("[a-d]", 1..4),
            removed in proptest::collection::btree_set("[a-d]", 1..4),
        ) {
            let names = |set: &BTreeSet<String>| Actions::of(set.iter().map(|name| name.parse().unwrap())).unwrap();
            let grant = Grant::given(None, &names(&given), ExpiryChange::Keep, by(1), at(0));
            let left: BTreeSet<String> = given.difference(&removed).cloned().collect();
            let held = grant.removed(&names(&removed)).map(|grant| grant.actions);
            prop_assert_eq!(held, Actions::of(left.iter().map(|name| name.parse().unwrap())));
        }
    }
}
