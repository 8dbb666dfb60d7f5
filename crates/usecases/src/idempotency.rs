use roster_domain::permission::Caller;
use roster_domain::{IdempotencyKey, Instant, PrincipalId};
use roster_ports::{Abort, Done, KeptOutcome, Outcome, OutcomeOwner, Pseudonym, ReadTx, Stored, WriteTx};
use std::time::Duration;

use crate::refused::refuse;
use crate::{Ports, Refused};

/// How long what came of a change is answered again.
pub(crate) const KEPT_FOR: Duration = Duration::from_hours(24);

/// A request that shall change things once, however often it is sent (`Idempotency-Key`).
///
/// What came of it is kept in the transaction of the change itself. Key and request are known by pseudonyms alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    asked_as: Pseudonym,
    request: Pseudonym,
    by: OutcomeOwner,
}

impl Once {
    /// This request of the caller, known by the key.
    pub fn new(
        ports: &Ports,
        caller: &Caller,
        key: &IdempotencyKey,
        method: &str,
        path: &str,
        body: &[u8],
    ) -> Self {
        let principal = caller.principal.id();
        let asked_as = format!("{} {} {}", principal.kind(), principal.id(), key.as_str());
        let request = [format!("{method} {path}\n").as_bytes(), body].concat();
        Self {
            asked_as: ports.seals.pseudonym("idempotency/key", asked_as.as_bytes()),
            request: ports.seals.pseudonym("idempotency/request", &request),
            by: match principal {
                PrincipalId::User(user) => OutcomeOwner::User(user),
                PrincipalId::Client(client) => OutcomeOwner::Client(client),
            },
        }
    }
}

impl Once {
    /// Whether what came of it is kept already.
    pub(crate) fn is_kept(&self, tx: &mut dyn ReadTx, now: Instant) -> Stored<bool> {
        Ok(tx.replays().outcome(self.asked_as, now - KEPT_FOR)?.is_some())
    }
}

/// Does a change once: answers what came of it before, or does it and keeps what comes of it. Without a key it is done.
///
/// Call it inside the write, after the permission was looked at.
pub(crate) fn once(
    tx: &mut dyn WriteTx,
    once: Option<&Once>,
    now: Instant,
    change: impl FnOnce(&mut dyn WriteTx) -> Result<Done<Outcome>, Abort<Refused>>,
) -> Result<Done<Outcome>, Abort<Refused>> {
    let Some(once) = once else { return change(tx) };
    if let Some(kept) = tx.replays().outcome(once.asked_as, now - KEPT_FOR)? {
        if kept.request != once.request {
            return refuse(Refused::IdempotencyKeyReused);
        }
        return Ok(Done::Unchanged(kept.outcome));
    }
    let done = change(tx)?;
    let (Done::Changed(outcome, _) | Done::Unchanged(outcome) | Done::Bookkeeping(outcome)) = &done;
    tx.replays_mut().keep(&KeptOutcome {
        asked_as: once.asked_as,
        request: once.request,
        by: once.by.clone(),
        at: now,
        outcome: outcome.clone(),
    })?;
    Ok(match done {
        Done::Unchanged(outcome) => Done::Bookkeeping(outcome),
        done => done,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{NOW, World, at, caller, user};
    use roster_domain::{Access, FacilityId, Role};
    use roster_ports::Store;
    use uuid::Uuid;

    fn outcome() -> Outcome {
        let facility = FacilityId::new(Uuid::from_u128(5));
        Outcome::AccessChanged(Access { user: user(1, &[Role::Hr]).id, facility, grant: None })
    }

    fn asked(ports: &Ports, key: &str, body: &str) -> Once {
        let hr = caller(&user(1, &[Role::Hr]));
        Once::new(ports, &hr, &key.parse().unwrap(), "POST", "/users", body.as_bytes())
    }

    /// Asks with a key in a world where this much is kept of the key already; tells whether the change was made.
    async fn ask(kept_body: Option<&'static str>) -> (Result<Outcome, Abort<Refused>>, bool) {
        let (names, _) = World::new().ports();
        let kept = kept_body.map(|body| {
            let Once { asked_as, request, by } = asked(&names, "k", body);
            KeptOutcome { asked_as, request, by, at: at(NOW), outcome: outcome() }
        });
        let mut world = World::new();
        world.tx.replays.expect_outcome().returning(move |_, after| {
            assert_eq!(after, at(NOW - 86_400));
            Ok(kept.clone())
        });
        let keeps = usize::from(kept_body.is_none());
        world.tx.replays_mut.expect_keep().times(keeps).returning(|kept| {
            assert_eq!((kept.at, &kept.outcome), (at(NOW), &outcome()));
            Ok(())
        });
        let (ports, store) = world.ports();
        let request = asked(&ports, "k", "body");
        let store: &dyn Store = &*store;
        let done = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let doing = done.clone();
        let answer = store
            .write(move |tx| {
                once(tx, Some(&request), at(NOW), |_| {
                    doing.store(true, std::sync::atomic::Ordering::SeqCst);
                    Ok(Done::Unchanged(outcome()))
                })
            })
            .await;
        (answer, done.load(std::sync::atomic::Ordering::SeqCst))
    }

    #[tokio::test]
    async fn a_change_is_made_once_and_what_came_of_it_told_again() {
        let (answer, made) = ask(None).await;
        assert_eq!((answer.unwrap(), made), (outcome(), true));
        let (answer, made) = ask(Some("body")).await;
        assert_eq!((answer.unwrap(), made), (outcome(), false));
    }

    #[tokio::test]
    async fn a_key_is_good_for_one_request() {
        let (answer, made) = ask(Some("another body")).await;
        assert!(matches!(answer, Err(Abort::Refused(Refused::IdempotencyKeyReused))));
        assert!(!made);
    }

    #[test]
    fn callers_and_keys_and_requests_are_told_apart() {
        let (ports, _) = World::new().ports();
        let hr = asked(&ports, "k", "body");
        assert_eq!(hr, asked(&ports, "k", "body"));
        assert_ne!(hr.asked_as, asked(&ports, "l", "body").asked_as);
        assert_ne!(hr.request, asked(&ports, "k", "other").request);
        let other = caller(&user(2, &[Role::Hr]));
        let other = Once::new(&ports, &other, &"k".parse().unwrap(), "POST", "/users", b"body");
        assert_ne!(hr.asked_as, other.asked_as);
    }
}
