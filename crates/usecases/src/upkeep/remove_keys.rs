use roster_domain::KeyTerm;
use roster_ports::Done;

use crate::{Failure, Ports, Refused};

/// Removes the signing keys that are over. Returns how many.
pub async fn remove_keys(ports: &Ports) -> Result<usize, Failure> {
    let now = ports.clock.now();
    let removing = ports.store.write::<_, Refused>(move |tx| {
        let keys = tx.keys().signing_keys()?;
        let terms: Vec<KeyTerm> = keys.iter().map(|key| key.term).collect();
        let over = keys.iter().zip(KeyTerm::are_over(&terms, now)).filter(|(_, is_over)| *is_over);
        let mut removed = 0;
        for (key, _) in over {
            tx.keys_mut().delete_signing_key(&key.id)?;
            removed += 1;
        }
        Ok(if removed == 0 { Done::Unchanged(0) } else { Done::Bookkeeping(removed) })
    });
    Ok(removing.await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{NOW, World, sealed_key};

    #[tokio::test]
    async fn only_keys_that_are_over_are_removed() {
        let mut world = World::new();
        world.tx.keys.expect_signing_keys().returning(|| {
            Ok(vec![sealed_key("over", 0), sealed_key("old", NOW - 360), sealed_key("new", NOW)])
        });
        world.tx.keys_mut.expect_delete_signing_key().once().returning(|id| {
            assert_eq!(id.as_str(), "over");
            Ok(())
        });
        assert_eq!(remove_keys(&world.ports().0).await.unwrap(), 1);
    }
}
