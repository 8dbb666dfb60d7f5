use roster_domain::{User, UserId};
use roster_ports::{Done, PasswordHash, ReadTx, Stored};
use secrecy::SecretString;

use super::TryError;
use super::password_try::{Account, RightPassword, Settled, try_password};
use crate::{Failure, Ports, RequestContext};

/// Proof that somebody knew the password of a user. It holds as long as the password stays the same.
#[derive(Debug, Clone)]
pub struct PasswordProof {
    user: UserId,
    hash: PasswordHash,
}

impl PasswordProof {
    fn of(right: &RightPassword) -> Self {
        Self { user: right.user, hash: right.kept().clone() }
    }

    /// Whether the proof still holds in this transaction.
    pub(crate) fn holds(&self, tx: &mut dyn ReadTx, user: UserId) -> Stored<bool> {
        let password = tx.credentials().password(user)?;
        Ok(self.user == user && password.is_some_and(|password| password.hash == self.hash))
    }
}

/// Verifies the password of somebody who is signed in; `None` when it is wrong, which counts as a failed sign-in under the
/// same limits.
pub async fn prove_password(
    ports: &Ports,
    context: &RequestContext,
    user: &User,
    password: SecretString,
) -> Result<Option<PasswordProof>, Failure> {
    let account = Account::Email(user.email.key().clone());
    let Some(right) = try_password(ports, context, account, password.clone()).await? else { return Ok(None) };
    let by_now = match settle(ports, &right).await? {
        Settled::Kept(_) => return Ok(Some(PasswordProof::of(&right))),
        Settled::AnotherHash(by_now) => by_now,
        Settled::Gone => return Ok(None),
    };
    // The same password may have been hashed anew meanwhile, by a sign-in.
    let Some(right) = right.against(ports, by_now, password).await? else { return Ok(None) };
    let settled = settle(ports, &right).await?;
    Ok(matches!(settled, Settled::Kept(_)).then(|| PasswordProof::of(&right)))
}

async fn settle(ports: &Ports, right: &RightPassword) -> Result<Settled, TryError> {
    let right = right.clone();
    Ok(ports.store.write::<_, TryError>(move |tx| Ok(Done::Bookkeeping(right.settle(tx)?))).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{World, context, password, user};
    use roster_domain::Role;
    use roster_ports::Verdict;

    /// Whether a proof is had where the hash on record is another by the time of the write, which verifies thus.
    async fn proves(second: Verdict) -> bool {
        let ada = user(1, &[Role::Tech]);
        let mut world = World::new().with_users(&[&ada]).with_endless_tries();
        let mut reads = 0;
        world.tx.credentials.expect_password().returning(move |_| {
            reads += 1;
            Ok(Some(password(if reads == 1 { "of old" } else { "by now" })))
        });
        world.passwords.expect_verify().times(2).returning(move |_, _, against, _| {
            let is_of_old = against.is_some_and(|hash| hash.0 == "of old");
            Ok(if is_of_old { Verdict::Right } else { second })
        });
        let (ports, _) = world.ports();
        let proof = prove_password(&ports, &context(), &ada, SecretString::from("typed")).await.unwrap();
        if let Some(proof) = &proof {
            assert_eq!(proof.hash.0, "by now", "it holds for what is on record");
        }
        proof.is_some()
    }

    #[tokio::test]
    async fn a_password_hashed_anew_meanwhile_is_proved_and_another_is_not() {
        assert!(proves(Verdict::Right).await);
        assert!(!proves(Verdict::Wrong).await);
    }
}
