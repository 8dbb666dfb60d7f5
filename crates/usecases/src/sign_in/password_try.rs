use roster_domain::{EmailKey, Status, User, UserId};
use roster_ports::{
    ChosenBy, Done, HashingError, PasswordHash, PasswordRecord, Place, ReadTx, Stored, Verdict, WriteTx,
};
use secrecy::SecretString;

use super::TryError;
use super::try_counter::{Counted, TryCounter};
use crate::{Ports, RequestContext, values};

/// Whose password is tried.
#[derive(Debug, Clone)]
pub(super) enum Account {
    /// That of the person with this address.
    Email(EmailKey),
    /// That of nobody: what was typed is no address.
    Nobody(String),
}

impl Account {
    /// The account of whoever has this address, as typed. There may be nobody.
    pub(super) fn typed(ports: &Ports, username: &str) -> Self {
        match values::email(ports, username) {
            Ok(email) => Self::Email(email.key().clone()),
            Err(_) => Self::Nobody(username.to_lowercase()),
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Email(key) => key.as_str(),
            Self::Nobody(typed) => typed,
        }
    }

    /// The person and their password, if they have one and may use it. A disabled person is as good as none.
    fn find(&self, tx: &mut dyn ReadTx) -> Stored<Option<(User, PasswordRecord)>> {
        let Self::Email(key) = self else { return Ok(None) };
        let user = tx.users().by_email(key)?.filter(|user| user.status == Status::Enabled);
        let Some(user) = user else { return Ok(None) };
        Ok(tx.credentials().password(user.id)?.map(|password| (user, password)))
    }
}

/// A password that was found right.
///
/// The try counts as failed until [`RightPassword::settle`] is part of a write.
#[derive(Debug, Clone)]
pub(super) struct RightPassword {
    /// Whose it is.
    pub(super) user: UserId,
    /// The hash that it was verified against.
    pub(super) verified: PasswordHash,
    /// A better hash, where the kept one is of an old kind.
    better: Option<PasswordHash>,
    counter: TryCounter,
}

/// What became of a right password by the time of the write.
pub(super) enum Settled {
    /// It still is the password, and who chose it.
    Kept(ChosenBy),
    /// Another hash is on record, of the same password or of another, and nothing has been done:
    /// [`RightPassword::against`] tells.
    AnotherHash(PasswordHash),
    /// There is no password any more, and nothing has been done.
    Gone,
}

/// Tries a password: takes a place among those who are hashed, counts the try as failed, then hashes, then answers. `None`
/// for a wrong password, an unknown account and a disabled user alike, after the same time.
pub(super) async fn try_password(
    ports: &Ports,
    context: &RequestContext,
    account: Account,
    password: SecretString,
) -> Result<Option<RightPassword>, TryError> {
    let counter = TryCounter::new(ports, context, account.name());
    refuse_the_locked(ports, counter.clone()).await?;
    // In a flood most are refused, and those must not keep the store from everybody else by their writes.
    let place = ports.passwords.place().ok_or(TryError::Busy)?;
    let admitted = admit(ports, account, counter.clone()).await?;
    let hash = admitted.found.as_ref().map(|(_, hash)| hash.clone());
    let verdict = match verify(ports, place, &password, hash, admitted.highest_cost).await {
        Ok(verdict) => verdict,
        Err(busy) => {
            take_back(ports, counter).await?;
            return Err(busy);
        }
    };
    let right = match admitted.found.filter(|_| verdict != Verdict::Wrong) {
        None => None,
        Some((user, verified)) => {
            let better =
                if verdict == Verdict::RightButOutdated { anew(ports, password).await } else { None };
            Some(RightPassword { user, verified, better, counter })
        }
    };
    ports.pause.pause(admitted.going_on.slowdown).await;
    Ok(right)
}

/// What a try goes on with.
struct Admitted {
    going_on: Counted,
    found: Option<(UserId, PasswordHash)>,
    highest_cost: Option<u32>,
}

/// Whoever failed too often takes no place that others could have.
async fn refuse_the_locked(ports: &Ports, counter: TryCounter) -> Result<(), TryError> {
    match ports.store.read(move |tx| counter.locked(tx)).await? {
        None => Ok(()),
        Some(retry_after) => Err(TryError::TooMany { retry_after }),
    }
}

async fn admit(ports: &Ports, account: Account, counter: TryCounter) -> Result<Admitted, TryError> {
    let admitting = ports.store.write::<_, TryError>(move |tx| {
        let going_on = counter.count(tx)?;
        let found = account.find(tx)?.map(|(user, password)| (user.id, password.hash));
        let highest_cost = tx.credentials().highest_cost()?;
        Ok(Done::Bookkeeping(Admitted { going_on, found, highest_cost }))
    });
    Ok(admitting.await?)
}

/// A hash that cannot be read, or whose master secret is not given any more, is as good as a wrong password.
async fn verify(
    ports: &Ports,
    place: Place,
    password: &SecretString,
    hash: Option<PasswordHash>,
    highest_cost: Option<u32>,
) -> Result<Verdict, TryError> {
    match ports.passwords.verify(place, password.clone(), hash, highest_cost).await {
        Ok(verdict) => Ok(verdict),
        Err(HashingError::Busy) => Err(TryError::Busy),
        Err(HashingError::Broken) => {
            tracing::warn!("a password hash on record is damaged, or of a master secret that is not given");
            Ok(Verdict::Wrong)
        }
    }
}

/// A better hash is a favour: without one the old goes on to serve.
async fn anew(ports: &Ports, password: SecretString) -> Option<PasswordHash> {
    ports.passwords.hash(password).await.ok()
}

async fn take_back(ports: &Ports, counter: TryCounter) -> Result<(), TryError> {
    let taking = ports.store.write::<(), TryError>(move |tx| {
        counter.take_back(tx)?;
        Ok(Done::Bookkeeping(()))
    });
    Ok(taking.await?)
}

impl RightPassword {
    /// The same try against the hash that is on record by now: `None` where the password is another. It counts no second
    /// time.
    pub(super) async fn against(
        self,
        ports: &Ports,
        by_now: PasswordHash,
        password: SecretString,
    ) -> Result<Option<Self>, TryError> {
        let verdict = match ports.passwords.place() {
            Some(place) => verify(ports, place, &password, Some(by_now.clone()), None).await,
            None => Err(TryError::Busy),
        };
        match verdict {
            Ok(Verdict::Wrong) => Ok(None),
            Ok(Verdict::Right | Verdict::RightButOutdated) => {
                Ok(Some(Self { verified: by_now, better: None, ..self }))
            }
            Err(busy) => {
                take_back(ports, self.counter).await?;
                Err(busy)
            }
        }
    }

    /// Takes the try back, and keeps the better hash, unless the hash on record is another by now.
    pub(super) fn settle(&self, tx: &mut dyn WriteTx) -> Stored<Settled> {
        let Some(kept) = tx.credentials().password(self.user)? else { return Ok(Settled::Gone) };
        if kept.hash != self.verified {
            return Ok(Settled::AnotherHash(kept.hash));
        }
        self.counter.take_back(tx)?;
        if let Some(better) = &self.better {
            tx.credentials_mut().rehash(self.user, &self.verified, better)?;
        }
        Ok(Settled::Kept(kept.chosen_by))
    }

    /// The hash that is on record once this is settled.
    pub(super) fn kept(&self) -> &PasswordHash {
        self.better.as_ref().unwrap_or(&self.verified)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{World, context, disabled, email, password, user};
    use roster_domain::Role;
    use roster_ports::mocks::{MockPasswordHasher, MockPause};
    use std::sync::Arc;
    use std::time::Duration;

    fn world() -> World {
        let ada = user(1, &[Role::Tech]);
        let mut world = World::new().with_users(&[&ada]).with_endless_tries();
        world.tx.credentials.expect_password().returning(|_| Ok(Some(password("kept"))));
        world
    }

    async fn try_it(ports: &Ports, username: &str) -> Result<Option<RightPassword>, TryError> {
        let account = Account::typed(ports, username);
        try_password(ports, &context(), account, SecretString::from("typed")).await
    }

    #[tokio::test]
    async fn nobody_and_the_disabled_are_verified_against_nothing() {
        let ada = disabled(&user(1, &[Role::Tech]));
        for username in ["user1@example.org", "nobody@example.org", "no address"] {
            let mut world = World::new().with_users(&[&ada]).with_endless_tries();
            world.passwords.expect_verify().once().returning(|_, _, against, highest_cost| {
                assert_eq!((against, highest_cost), (None, Some(12)));
                Ok(Verdict::Wrong)
            });
            assert!(try_it(&world.ports().0, username).await.unwrap().is_none(), "{username}");
        }
    }

    #[tokio::test]
    async fn an_outdated_hash_is_made_anew_and_kept_once_the_try_is_settled() {
        let mut world = world();
        world.passwords.expect_verify().returning(|_, _, _, _| Ok(Verdict::RightButOutdated));
        world.passwords.expect_hash().once().returning(|_| Ok(PasswordHash("better".to_owned())));
        world.tx.credentials_mut.expect_rehash().once().returning(|_, from, to| {
            assert_eq!((from.0.as_str(), to.0.as_str()), ("kept", "better"));
            Ok(())
        });
        let (ports, _) = world.ports();
        let right = try_it(&ports, "user1@example.org").await.unwrap().unwrap();
        assert_eq!((right.verified.0.as_str(), right.kept().0.as_str()), ("kept", "better"));
        let settling = ports.store.write::<(), TryError>(move |tx| {
            right.settle(tx)?;
            Ok(Done::Bookkeeping(()))
        });
        settling.await.unwrap();
    }

    #[tokio::test]
    async fn a_try_that_was_not_made_is_taken_back() {
        let ada = user(1, &[Role::Tech]);
        let mut world = World::new().with_users(&[&ada]);
        world.tx.attempts.expect_latest().returning(|_, _, _, _| Ok(Vec::new()));
        world.tx.credentials.expect_highest_cost().returning(|| Ok(None));
        world.tx.credentials.expect_password().returning(|_| Ok(Some(password("kept"))));
        world.tx.attempts_mut.expect_count().once().returning(|_| Ok(()));
        world.tx.attempts_mut.expect_take_back().once().returning(|_| Ok(()));
        world.passwords.expect_verify().returning(|_, _, _, _| Err(HashingError::Busy));
        let answer = try_it(&world.ports().0, "user1@example.org").await;
        assert!(matches!(answer, Err(TryError::Busy)));
    }

    #[tokio::test]
    async fn whoever_failed_too_often_takes_no_place() {
        let mut world = World::new();
        world.passwords = MockPasswordHasher::new();
        world.tx.attempts.expect_latest().returning(|_, after, _, take| {
            let failures = usize::try_from(take).unwrap();
            Ok(vec![after + Duration::from_secs(1); failures])
        });
        let answer = try_it(&world.ports().0, "user1@example.org").await;
        assert!(matches!(answer, Err(TryError::TooMany { .. })));
    }

    #[tokio::test]
    async fn where_too_many_wait_nothing_is_counted() {
        let mut world = World::new();
        world.tx.attempts.expect_latest().returning(|_, _, _, _| Ok(Vec::new()));
        world.passwords = MockPasswordHasher::new();
        world.passwords.expect_place().returning(|| None);
        let answer = try_it(&world.ports().0, "user1@example.org").await;
        assert!(matches!(answer, Err(TryError::Busy)));
    }

    #[tokio::test]
    async fn a_hash_that_cannot_be_verified_is_a_wrong_password_after_one_turn() {
        let mut world = world();
        world.passwords.expect_verify().once().returning(|_, _, _, _| Err(HashingError::Broken));
        assert!(try_it(&world.ports().0, "user1@example.org").await.unwrap().is_none());
    }

    #[tokio::test]
    async fn an_account_under_attack_answers_later_whether_right_or_wrong() {
        for verdict in [Verdict::Right, Verdict::Wrong] {
            let ada = user(1, &[Role::Tech]);
            let mut world = World::new().with_users(&[&ada]);
            world.tx.attempts.expect_latest().returning(|_, after, _, take| {
                let failures = if take > 30 { 150 } else { 0 };
                Ok(vec![after + Duration::from_secs(1); failures])
            });
            world.tx.attempts_mut.expect_count().returning(|_| Ok(()));
            world.tx.credentials.expect_highest_cost().returning(|| Ok(None));
            world.tx.credentials.expect_password().returning(|_| Ok(Some(password("kept"))));
            world.passwords.expect_verify().returning(move |_, _, _, _| Ok(verdict));
            let (mut ports, _) = world.ports();
            let mut pause = MockPause::new();
            pause.expect_pause().once().returning(|time| assert_eq!(time, Duration::from_millis(2_500)));
            ports.pause = Arc::new(pause);
            let right = try_it(&ports, "user1@example.org").await.unwrap();
            assert_eq!(right.is_some(), verdict == Verdict::Right);
        }
    }

    #[test]
    fn what_is_typed_names_the_account_in_one_way() {
        let (ports, _) = World::new().ports();
        assert_eq!(Account::typed(&ports, "Ada@Example.ORG").name(), email("ada@example.org").key().as_str());
        assert_eq!(Account::typed(&ports, "No Address").name(), "no address");
    }
}
