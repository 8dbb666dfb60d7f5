use roster_ports::{Fingerprint, SecretId, Store, Stored};
use std::collections::BTreeSet;

/// What was found of the master secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretsFound {
    /// Those on which passwords or signing keys hang and of which the store has no fingerprint.
    pub not_on_record: Vec<SecretId>,
    /// Whether none of those that are given is on record.
    pub is_strange: bool,
}

/// Looks whether the store knows each master secret on which anything hangs, and one of those that are given.
pub async fn check_secrets(store: &dyn Store, given: Option<&[Fingerprint]>) -> Stored<SecretsFound> {
    let given = given.map(<[_]>::to_vec);
    store
        .read(move |tx| {
            let known = tx.keys().fingerprints()?;
            let peppers = tx.credentials().by_secret()?.into_iter().filter_map(|(secret, _)| secret);
            let seals = tx.keys().signing_keys()?.into_iter().map(|key| key.sealed_under);
            let used: BTreeSet<SecretId> = peppers.chain(seals).collect();
            let on_record: BTreeSet<SecretId> = known.iter().map(Fingerprint::id).collect();
            let is_known =
                |given: &Vec<Fingerprint>| given.iter().any(|fingerprint| known.contains(fingerprint));
            Ok(SecretsFound {
                not_on_record: used.difference(&on_record).copied().collect(),
                is_strange: !known.is_empty() && given.as_ref().is_some_and(|given| !is_known(given)),
            })
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{World, sealed_key};
    use roster_ports::SealedKey;

    const KNOWN: Fingerprint = Fingerprint([1; 32]);
    const PEPPER: Fingerprint = Fingerprint([2; 32]);
    const SEAL: Fingerprint = Fingerprint([3; 32]);

    async fn found(on_record: &'static [Fingerprint], given: Option<&[Fingerprint]>) -> SecretsFound {
        let mut world = World::new();
        world.tx.keys.expect_fingerprints().returning(|| Ok(on_record.to_vec()));
        world
            .tx
            .credentials
            .expect_by_secret()
            .returning(|| Ok(vec![(None, 4), (Some(KNOWN.id()), 1), (Some(PEPPER.id()), 1)]));
        world.tx.keys.expect_signing_keys().returning(|| {
            Ok(vec![
                SealedKey { sealed_under: KNOWN.id(), ..sealed_key("a", 0) },
                SealedKey { sealed_under: SEAL.id(), ..sealed_key("b", 0) },
            ])
        });
        check_secrets(&*world.ports().1, given).await.unwrap()
    }

    #[tokio::test]
    async fn a_secret_that_is_used_is_on_record() {
        assert_eq!(found(&[KNOWN], None).await.not_on_record, [PEPPER.id(), SEAL.id()]);
        assert_eq!(found(&[SEAL, KNOWN, PEPPER], None).await.not_on_record, []);
    }

    #[tokio::test]
    async fn one_of_the_given_secrets_is_on_record() {
        for (given, is_strange) in
            [(None, false), (Some(&[SEAL, KNOWN][..]), false), (Some(&[SEAL]), true), (Some(&[]), true)]
        {
            assert_eq!(found(&[KNOWN], given).await.is_strange, is_strange);
        }
        assert!(!found(&[], Some(&[SEAL])).await.is_strange);
    }
}
