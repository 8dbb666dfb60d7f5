use roster_domain::UserId;
use roster_ports::{PasswordHash, ReadTx, Stored, Verdict};
use secrecy::SecretString;

use crate::{Failure, Ports};

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

/// Verifies the password of a user; `None` when it is wrong. Takes as long either way.
pub async fn prove_password(
    ports: &Ports,
    user: UserId,
    password: SecretString,
) -> Result<Option<PasswordProof>, Failure> {
    let record = ports.store.read(move |tx| tx.credentials().password(user)).await?;
    let hash = record.map(|record| record.hash);
    let verdict = ports.passwords.verify(password, hash.clone()).await?;
    Ok(hash.filter(|_| verdict == Verdict::Right).map(|hash| PasswordProof { user, hash }))
}
