use roster_domain::{AttemptId, Instant, LoginLimits};
use roster_ports::{Abort, Attempt, Pseudonym, ReadTx, Stored, WriteTx};
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use super::TryError;
use crate::{Ports, RequestContext};

/// Counts a try to prove a password before it is made, so that none slips through beside others.
///
/// What is kept are pseudonyms: whatever is typed as a user name may be a secret.
#[derive(Debug, Clone)]
pub(super) struct TryCounter {
    attempt: Attempt,
    /// The account from this address.
    account_here: Pseudonym,
    /// The address, whatever the account.
    address: Pseudonym,
    /// The account, from wherever.
    account: Pseudonym,
    limits: LoginLimits,
}

/// How a counted try goes on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counted {
    /// How much later its answer is given.
    pub(super) slowdown: Duration,
}

impl TryCounter {
    /// A try for the account of this name, from where the request comes.
    pub(super) fn new(ports: &Ports, context: &RequestContext, account: &str) -> Self {
        let network = network_of(context.address);
        let pseudonym = |purpose, name: &str| ports.seals.pseudonym(purpose, name.as_bytes());
        let account_here = pseudonym("tries/account-and-address", &format!("{network} {account}"));
        let address = pseudonym("tries/address", &network);
        let account = pseudonym("tries/account", account);
        let id = AttemptId::new(ports.ids.uuid());
        let counts_for = vec![account_here, address, account];
        let attempt = Attempt { id, at: ports.clock.now(), counts_for };
        Self { attempt, account_here, address, account, limits: ports.policy.login_limits }
    }

    /// Counts the try as failed; refuses, and does not count, where too many failed already.
    pub(super) fn count(&self, tx: &mut dyn WriteTx) -> Result<Counted, Abort<TryError>> {
        if let Some(retry_after) = self.locked(tx)? {
            return Err(Abort::Refused(TryError::TooMany { retry_after }));
        }
        let enough = self.limits.slowest_at();
        let failures = self.latest(tx, self.account, LoginLimits::HOUR, enough)?.len();
        let failures = u32::try_from(failures).unwrap_or(u32::MAX);
        let mut attempt = self.attempt.clone();
        // More would change nothing, and an attack must not fill the disk.
        attempt.counts_for.retain(|counted| *counted != self.account || failures < enough);
        tx.attempts_mut().count(&attempt)?;
        Ok(Counted { slowdown: self.limits.slowdown(failures) })
    }

    /// For how long no other try is worth making, if so.
    pub(super) fn locked(&self, tx: &mut dyn ReadTx) -> Stored<Option<Duration>> {
        let here = self.locked_for(tx, self.account_here, self.limits.per_account)?;
        let address = self.locked_for(tx, self.address, self.limits.per_address)?;
        Ok(here.max(address))
    }

    /// Takes the try back: it was no failure.
    pub(super) fn take_back(&self, tx: &mut dyn WriteTx) -> Stored<()> {
        tx.attempts_mut().take_back(&self.attempt)
    }

    fn locked_for(&self, tx: &mut dyn ReadTx, of: Pseudonym, limit: u32) -> Stored<Option<Duration>> {
        let latest = self.latest(tx, of, self.limits.window, limit)?;
        Ok(self.limits.locked_for(limit, &latest, self.attempt.at))
    }

    /// The latest tries that count. After a clock went back some lie ahead: those of one window are still believed.
    fn latest(
        &self,
        tx: &mut dyn ReadTx,
        of: Pseudonym,
        window: Duration,
        take: u32,
    ) -> Stored<Vec<Instant>> {
        let now = self.attempt.at;
        tx.attempts().latest(of, now - window, now + self.limits.window, take)
    }
}

/// The address, or of IPv6 the /64 in which one machine can have as many as it likes.
fn network_of(address: Option<IpAddr>) -> String {
    match address {
        None => "unknown".to_owned(),
        Some(IpAddr::V4(address)) => address.to_string(),
        Some(IpAddr::V6(address)) => {
            let network = address.to_bits() >> 64 << 64;
            format!("{}/64", Ipv6Addr::from_bits(network))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{NOW, World, at, context};
    use std::sync::{Arc, Mutex};

    /// A store that remembers what was counted, as the real one does.
    fn remembering(world: &mut World) -> Arc<Mutex<Vec<Attempt>>> {
        let kept: Arc<Mutex<Vec<Attempt>>> = Arc::default();
        let (counting, taking, looking) = (kept.clone(), kept.clone(), kept.clone());
        world.tx.attempts_mut.expect_count().returning(move |attempt| {
            counting.lock().unwrap().push(attempt.clone());
            Ok(())
        });
        world.tx.attempts_mut.expect_take_back().returning(move |attempt| {
            taking.lock().unwrap().retain(|kept| kept.id != attempt.id);
            Ok(())
        });
        world.tx.attempts.expect_latest().returning(move |of, after, until, take| {
            let kept = looking.lock().unwrap();
            let counted = kept.iter().rev().filter(|attempt| attempt.counts_for.contains(&of));
            let within = counted.map(|attempt| attempt.at).filter(|at| after < *at && *at <= until);
            Ok(within.take(take as usize).collect())
        });
        kept
    }

    struct Door {
        ports: Ports,
        store: Arc<roster_ports::mocks::MockStore>,
        kept: Arc<Mutex<Vec<Attempt>>>,
    }

    fn door() -> Door {
        let mut world = World::new();
        let kept = remembering(&mut world);
        let (ports, store) = world.ports();
        Door { ports, store, kept }
    }

    impl Door {
        async fn fail(&self, account: &str, address: &str) -> Result<Duration, Duration> {
            let context = RequestContext { address: address.parse().ok(), ..context() };
            let counter = TryCounter::new(&self.ports, &context, account);
            let store: &dyn roster_ports::Store = &*self.store;
            let answer = store
                .write::<_, TryError>(move |tx| Ok(roster_ports::Done::Bookkeeping(counter.count(tx)?)))
                .await;
            match answer {
                Ok(going_on) => Ok(going_on.slowdown),
                Err(Abort::Refused(TryError::TooMany { retry_after })) => Err(retry_after),
                Err(other) => panic!("{other:?}"),
            }
        }
    }

    #[tokio::test]
    async fn the_eleventh_failure_of_an_account_from_one_address_waits_and_others_do_not() {
        let door = door();
        for _ in 0..10 {
            assert_eq!(door.fail("ada", "192.0.2.1").await, Ok(Duration::ZERO));
        }
        assert_eq!(door.fail("ada", "192.0.2.1").await, Err(Duration::from_mins(5)));
        assert_eq!(door.kept.lock().unwrap().len(), 10, "a try while limited does not count");
        assert!(door.fail("ada", "192.0.2.2").await.is_ok(), "the owner is elsewhere");
        assert!(door.fail("bob", "192.0.2.1").await.is_ok(), "somebody else is here");
    }

    #[tokio::test]
    async fn the_thirty_first_failure_from_one_address_waits_whatever_the_account() {
        let door = door();
        for n in 0..30 {
            assert!(door.fail(&format!("user{n}"), "192.0.2.1").await.is_ok());
        }
        assert!(door.fail("another", "192.0.2.1").await.is_err());
        assert!(door.fail("another", "192.0.2.2").await.is_ok());
    }

    #[tokio::test]
    async fn the_addresses_of_one_ipv6_network_are_one() {
        let door = door();
        for n in 0..10 {
            assert!(door.fail("ada", &format!("2001:db8::{n}")).await.is_ok());
        }
        assert!(door.fail("ada", "2001:db8::ffff:1").await.is_err());
        assert!(door.fail("ada", "2001:db8:0:1::1").await.is_ok());
    }

    #[tokio::test]
    async fn many_failures_from_everywhere_slow_down_and_are_counted_up_to_the_slowest() {
        let door = door();
        for n in 0..300 {
            assert!(door.fail("ada", &format!("198.51.{}.{}", n / 200, n % 200)).await.is_ok());
        }
        assert_eq!(door.fail("ada", "192.0.2.1").await, Ok(Duration::from_secs(5)));
        let account =
            door.kept.lock().unwrap().iter().filter(|attempt| attempt.counts_for.len() == 3).count();
        assert_eq!(account, 200);
    }

    #[tokio::test]
    async fn a_try_taken_back_counts_no_more() {
        let door = door();
        let counter = TryCounter::new(&door.ports, &context(), "ada");
        for _ in 0..30 {
            let counter = counter.clone();
            let store: &dyn roster_ports::Store = &*door.store;
            store
                .write::<_, TryError>(move |tx| {
                    counter.count(tx)?;
                    counter.take_back(tx)?;
                    Ok(roster_ports::Done::Bookkeeping(()))
                })
                .await
                .unwrap();
        }
        assert!(door.kept.lock().unwrap().is_empty());
    }

    #[test]
    fn nothing_that_was_typed_is_kept() {
        let (ports, _) = World::new().ports();
        let counter = TryCounter::new(&ports, &context(), "a password typed in the wrong field");
        assert_eq!(counter.attempt.at, at(NOW));
        assert_eq!(counter.attempt.counts_for.len(), 3);
    }
}
