use roster_ports::{Fingerprint, ReadTx, SecretId, Stored};

use crate::{Failure, Ports};

/// What hangs on a master secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretState {
    /// Which.
    pub id: SecretId,
    /// Whether it was given now.
    pub is_given: bool,
    /// Whether it is the one in use, under which everything new is made.
    pub is_in_use: bool,
    /// How many passwords can be verified with it alone.
    pub passwords: u64,
    /// How many signing keys can be opened with it alone.
    pub signing_keys: u64,
}

/// What hangs on which master secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretsReport {
    /// The secrets that the database knows and those that are given, the one in use first.
    pub secrets: Vec<SecretState>,
    /// How many passwords hang on none: they come from elsewhere, and get one at the next sign-in.
    pub passwords_without: u64,
}

/// Tells what still hangs on which master secret, so that an older one can be dropped once nothing does.
pub async fn secret_status(ports: &Ports, given: &[Fingerprint]) -> Result<SecretsReport, Failure> {
    let given = given.to_vec();
    Ok(ports.store.read(move |tx| report(tx, &given)).await?)
}

fn report(tx: &mut dyn ReadTx, given: &[Fingerprint]) -> Stored<SecretsReport> {
    let mut ids: Vec<SecretId> = given.iter().map(Fingerprint::id).collect();
    let in_use = ids.first().copied();
    let passwords = tx.credentials().by_secret()?;
    let keys = tx.keys().signing_keys()?;
    let known = tx.keys().fingerprints()?.into_iter().map(|fingerprint| fingerprint.id());
    let used = passwords.iter().filter_map(|(id, _)| *id).chain(keys.iter().map(|key| key.sealed_under));
    for id in known.chain(used) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let count = |wanted| passwords.iter().filter(|(id, _)| *id == wanted).map(|(_, count)| count).sum();
    let secrets = ids.into_iter().map(|id| SecretState {
        id,
        is_given: given.iter().any(|fingerprint| fingerprint.id() == id),
        is_in_use: in_use == Some(id),
        passwords: count(Some(id)),
        signing_keys: keys.iter().filter(|key| key.sealed_under == id).map(|_| 1).sum(),
    });
    Ok(SecretsReport { secrets: secrets.collect(), passwords_without: count(None) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{World, sealed_key};

    #[tokio::test]
    async fn each_secret_tells_what_hangs_on_it() {
        let (new, old, lost) = (Fingerprint([1; 32]), Fingerprint([2; 32]), Fingerprint([3; 32]));
        let mut world = World::new();
        world.tx.keys.expect_fingerprints().returning(move || Ok(vec![old, lost, new]));
        world.tx.keys.expect_signing_keys().returning(move || {
            Ok(vec![roster_ports::SealedKey { sealed_under: old.id(), ..sealed_key("a", 0) }])
        });
        world
            .tx
            .credentials
            .expect_by_secret()
            .returning(move || Ok(vec![(None, 4), (Some(new.id()), 5), (Some(lost.id()), 6)]));
        let report = secret_status(&world.ports().0, &[new, old]).await.unwrap();
        assert_eq!(report.passwords_without, 4);
        let rows: Vec<_> = report
            .secrets
            .iter()
            .map(|secret| {
                (secret.id, secret.is_given, secret.is_in_use, secret.passwords, secret.signing_keys)
            })
            .collect();
        assert_eq!(
            rows,
            [(new.id(), true, true, 5, 0), (old.id(), true, false, 0, 1), (lost.id(), false, false, 6, 0)]
        );
    }
}
