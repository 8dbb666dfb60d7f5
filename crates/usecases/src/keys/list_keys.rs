use roster_domain::{Instant, KeyId, KeyTerm, SigningAlgorithm};
use roster_ports::SecretId;

use crate::{Failure, Ports};

/// A signing key, as those who look after it see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedKey {
    /// Its name.
    pub id: KeyId,
    /// How it signs.
    pub algorithm: SigningAlgorithm,
    /// When it was made or imported.
    pub created_at: Instant,
    /// From when on it signs.
    pub signs_from: Instant,
    /// What it does now.
    pub state: KeyState,
    /// The master secret that protects it.
    pub sealed_under: SecretId,
}

/// What a signing key does now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It is published, and will sign.
    Next,
    /// It signs.
    Signing,
    /// It is published for the tokens that it signed.
    Verifying,
    /// Nothing: its tokens are dead, and it will be removed.
    Over,
}

impl KeyState {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Signing => "signing",
            Self::Verifying => "verifying",
            Self::Over => "over",
        }
    }
}

/// Every signing key, in the order in which they begin to sign.
pub async fn list_keys(ports: &Ports) -> Result<Vec<ListedKey>, Failure> {
    let now = ports.clock.now();
    let keys = ports.store.read(|tx| tx.keys().signing_keys()).await?;
    let terms: Vec<KeyTerm> = keys.iter().map(|key| key.term).collect();
    let states = states(&terms, now);
    let listed = keys.into_iter().zip(states).map(|(key, state)| ListedKey {
        id: key.id,
        algorithm: key.algorithm,
        created_at: key.created_at,
        signs_from: key.term.signs_from,
        state,
        sealed_under: key.sealed_under,
    });
    Ok(listed.collect())
}

fn states(terms: &[KeyTerm], now: Instant) -> Vec<KeyState> {
    let signing = KeyTerm::signing(terms, now);
    let over = KeyTerm::are_over(terms, now);
    let state = |(place, is_over)| match signing {
        _ if is_over => KeyState::Over,
        Some(signing) if place < signing => KeyState::Verifying,
        Some(signing) if place == signing => KeyState::Signing,
        _ => KeyState::Next,
    };
    over.into_iter().enumerate().map(state).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{NOW, World, sealed_key};

    #[tokio::test]
    async fn each_key_tells_what_it_does_now() {
        let mut world = World::new();
        world.tx.keys.expect_signing_keys().returning(|| {
            Ok(vec![
                sealed_key("over", 0),
                sealed_key("verifying", 1),
                sealed_key("signing", NOW),
                sealed_key("next", NOW + 1),
            ])
        });
        for key in list_keys(&world.ports().0).await.unwrap() {
            assert_eq!(key.id.as_str(), key.state.as_str());
        }
    }
}
