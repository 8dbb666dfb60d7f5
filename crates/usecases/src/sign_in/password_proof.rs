use roster_domain::{User, UserId};
use roster_ports::{Done, PasswordHash, ReadTx, Stored};
use secrecy::SecretString;

use super::TryError;
use super::password_try::{Account, try_password};
use crate::{Failure, Ports, RequestContext};

/// Proof that somebody knew the password of a user. It holds as long as the password stays the same.
#[derive(Debug, Clone)]
pub struct PasswordProof {
    user: UserId,
    hash: PasswordHash,
}

impl PasswordProof {
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
    let Some(right) = try_password(ports, context, account, password).await? else { return Ok(None) };
    let proof = PasswordProof { user: right.user, hash: right.kept().clone() };
    let settling = ports.store.write::<(), TryError>(move |tx| {
        right.settle(tx)?;
        Ok(Done::Bookkeeping(()))
    });
    settling.await.map_err(TryError::from)?;
    Ok(Some(proof))
}
