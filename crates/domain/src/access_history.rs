use crate::{Actions, Expiry, Grant, Instant, PrincipalId};

/// A change of what a person holds at a facility, as its event tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastChange {
    /// Whether something was given; else it was removed.
    pub is_giving: bool,
    /// By whom.
    pub by: PrincipalId,
    /// When.
    pub at: Instant,
    /// What was held afterwards.
    pub after: Option<(Actions, Expiry)>,
}

impl PastChange {
    /// What is on record after these changes, which come in their order. It may have expired since.
    pub fn outcome(changes: impl IntoIterator<Item = Self>) -> Option<Grant> {
        changes.into_iter().fold(None, |before, change| change.apply(before))
    }

    fn apply(self, before: Option<Grant>) -> Option<Grant> {
        let (actions, expiry) = self.after?;
        // Removing keeps who gave and when; what was removed from was given before, whatever the clocks said.
        let (granted_by, granted_at) = match before {
            Some(before) if !self.is_giving => (before.granted_by, before.granted_at),
            _ => (self.by, self.at),
        };
        Some(Grant { actions, expiry, granted_by, granted_at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ExpiryChange, UserId};
    use chrono::TimeZone;
    use proptest::prelude::*;

    fn at(second: i64) -> Instant {
        chrono::Utc.timestamp_opt(second, 0).unwrap()
    }

    fn by(n: u128) -> PrincipalId {
        PrincipalId::User(UserId::new(uuid::Uuid::from_u128(n)))
    }

    fn actions(names: &[String]) -> Actions {
        Actions::of(names.iter().map(|name| name.parse().unwrap())).unwrap()
    }

    fn held(grant: Option<&Grant>) -> Option<(Actions, Expiry)> {
        grant.map(|grant| (grant.actions.clone(), grant.expiry))
    }

    proptest! {
        /// What the changes tell is what was on record when the last of them happened.
        #[test]
        fn changes_tell_what_came_of_them(
            steps in proptest::collection::vec(
                (any::<bool>(), proptest::collection::vec("[a-c]", 1..3), proptest::option::of(0_i64..40), 1_u128..4),
                0..12,
            ),
        ) {
            let mut grant: Option<Grant> = None;
            let mut changes = Vec::new();
            for (second, (is_giving, names, expiry, who)) in (1..).zip(steps) {
                let now = at(second);
                let before = Grant::in_force(grant.clone(), now);
                let after = if is_giving {
                    let expiry = expiry.map_or(ExpiryChange::Keep, |more| {
                        ExpiryChange::Set(Expiry::At(at(second + 1 + more)))
                    });
                    Some(Grant::given(before.as_ref(), &actions(&names), expiry, by(who), now))
                } else {
                    before.as_ref().and_then(|before| before.removed(&actions(&names)))
                };
                if before != after {
                    changes.push(PastChange { is_giving, by: by(who), at: now, after: held(after.as_ref()) });
                    grant = after;
                }
            }
            prop_assert_eq!(PastChange::outcome(changes), grant);
        }
    }

    #[test]
    fn a_removal_without_a_giving_names_whoever_removed() {
        let change = PastChange {
            is_giving: false,
            by: by(1),
            at: at(1),
            after: Some((actions(&["a".to_owned()]), Expiry::Never)),
        };
        assert_eq!(PastChange::outcome([change]).unwrap().granted_by, by(1));
        assert_eq!(PastChange::outcome([]), None);
    }
}
