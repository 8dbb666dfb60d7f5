use roster_domain::{EmailKey, Status, User, UserId};
use roster_ports::{
    Abort, Done, HashingError, PasswordHash, PasswordRecord, ReadTx, StoreError, Stored, Verdict, WriteTx,
};
use secrecy::SecretString;
use std::time::Duration;
use thiserror::Error;

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

/// Why a password was not tried.
#[derive(Debug, Error)]
pub(crate) enum TryError {
    /// Too many failed already. This try does not count.
    #[error("too many passwords were wrong")]
    TooMany {
        /// How long no other try is worth making.
        retry_after: Duration,
    },
    /// Too many passwords wait to be hashed. This try does not count.
    #[error("too many passwords wait to be hashed")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Abort<Self>> for TryError {
    fn from(abort: Abort<Self>) -> Self {
        match abort {
            Abort::Refused(error) => error,
            Abort::Store(error) => error.into(),
        }
    }
}

/// Tries a password: counts the try as failed, then hashes, then answers. `None` for a wrong password, an unknown account
/// and a disabled user alike, after the same time.
pub(super) async fn try_password(
    ports: &Ports,
    context: &RequestContext,
    account: Account,
    password: SecretString,
) -> Result<Option<RightPassword>, TryError> {
    let counter = TryCounter::new(ports, context, account.name());
    let admitted = admit(ports, account, counter.clone()).await?;
    let hash = admitted.found.as_ref().map(|(_, hash)| hash.clone());
    let verdict = match verify(ports, &password, hash, admitted.highest_cost).await {
        Ok(verdict) => verdict,
        Err(busy) => {
            take_back(ports, counter).await?;
            return Err(busy);
        }
    };
    let right = match admitted.found.filter(|_| verdict != Verdict::Wrong) {
        None => None,
        Some((user, verified)) => {
            let better = if verdict == Verdict::RightButOutdated { anew(ports, password).await } else { None };
            Some(RightPassword { user, verified, better, counter })
        }
    };
    ports.pause.pause(admitted.counted.slowdown).await;
    Ok(right)
}

/// What a try goes on with.
struct Admitted {
    counted: Counted,
    found: Option<(UserId, PasswordHash)>,
    highest_cost: Option<u32>,
}

async fn admit(ports: &Ports, account: Account, counter: TryCounter) -> Result<Admitted, TryError> {
    let admitting = ports.store.write::<_, TryError>(move |tx| {
        let counted = counter.count(tx)?;
        let found = account.find(tx)?.map(|(user, password)| (user.id, password.hash));
        let highest_cost = tx.credentials().highest_cost()?;
        Ok(Done::Bookkeeping(Admitted { counted, found, highest_cost }))
    });
    Ok(admitting.await?)
}

/// A hash that cannot be read, or whose master secret is not given any more, is as good as a wrong password.
async fn verify(
    ports: &Ports,
    password: &SecretString,
    hash: Option<PasswordHash>,
    highest_cost: Option<u32>,
) -> Result<Verdict, TryError> {
    let verdict = match ports.passwords.verify(password.clone(), hash, highest_cost).await {
        Err(HashingError::Broken) => {
            tracing::error!("a password hash on record is damaged, or of a master secret that is not given");
            ports.passwords.verify(password.clone(), None, highest_cost).await
        }
        verdict => verdict,
    };
    verdict.map_err(|_| TryError::Busy)
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
    /// Takes the try back, and keeps the better hash unless the password is another by now.
    pub(super) fn settle(&self, tx: &mut dyn WriteTx) -> Stored<()> {
        self.counter.take_back(tx)?;
        match &self.better {
            Some(better) => tx.credentials_mut().rehash(self.user, &self.verified, better),
            None => Ok(()),
        }
    }

    /// The hash that is on record once this is settled.
    pub(super) fn kept(&self) -> &PasswordHash {
        self.better.as_ref().unwrap_or(&self.verified)
    }
}
