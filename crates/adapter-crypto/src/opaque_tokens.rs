use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use roster_ports::{OpaqueToken, OpaqueTokens, TokenHash};
use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::master_secret::{Keys, MasterSecrets, Purpose};
use crate::random::random_bytes;

/// Opaque tokens of 256 random bits, hashed with HMAC-SHA-256 under a key derived from the master secret.
///
/// New ones are hashed under the master secret in use; those of older ones are still recognised.
pub struct HmacOpaqueTokens {
    keys: Keys<hmac::Key>,
}

impl HmacOpaqueTokens {
    /// Opaque tokens under these master secrets.
    pub fn new(secrets: &MasterSecrets) -> Self {
        let keys = secrets.derive(Purpose::OpaqueTokens, |key| hmac::Key::new(hmac::HMAC_SHA256, &**key));
        Self { keys }
    }
}

impl OpaqueTokens for HmacOpaqueTokens {
    fn generate(&self) -> OpaqueToken {
        let bytes = Zeroizing::new(random_bytes::<32>());
        let secret = URL_SAFE_NO_PAD.encode(bytes.as_slice());
        OpaqueToken { hash: hash(&self.keys.current, &secret), secret: SecretString::from(secret) }
    }

    fn hashes(&self, presented: &str) -> Vec<TokenHash> {
        self.keys.iter().map(|key| hash(key, presented)).collect()
    }

    fn matches(&self, presented: &str, kept: &TokenHash) -> bool {
        self.keys.iter().any(|key| hmac::verify(key, presented.as_bytes(), &kept.0).is_ok())
    }
}

fn hash(key: &hmac::Key, presented: &str) -> TokenHash {
    let mut hash = [0; 32];
    hash.copy_from_slice(hmac::sign(key, presented.as_bytes()).as_ref());
    TokenHash(hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex::hex;
    use secrecy::ExposeSecret;
    use std::collections::HashSet;

    fn tokens(secrets: &str) -> HmacOpaqueTokens {
        HmacOpaqueTokens::new(&MasterSecrets::parse(&SecretString::from(secrets.to_owned())).unwrap())
    }

    const COUNTING: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    const OTHER: &str = "BAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    #[test]
    fn the_hash_is_the_known_one() {
        let hash = hex(&tokens(COUNTING).hashes("a-presented-token")[0].0);
        assert_eq!(hash, "555472c840eff26ba0cd9650077ce59ff1cdba02d5c713489e0cd5048fc03333");
    }

    #[test]
    fn a_token_has_256_random_bits_and_matches_its_hash_alone() {
        let tokens = tokens(COUNTING);
        let made: Vec<_> = (0..20).map(|_| tokens.generate()).collect();
        let distinct: HashSet<_> = made.iter().map(|token| token.secret.expose_secret()).collect();
        assert_eq!(distinct.len(), 20);
        for token in &made {
            assert_eq!(URL_SAFE_NO_PAD.decode(token.secret.expose_secret()).unwrap().len(), 32);
            assert_eq!(tokens.hashes(token.secret.expose_secret()), [token.hash]);
            assert!(tokens.matches(token.secret.expose_secret(), &token.hash));
            assert!(!tokens.matches("", &token.hash));
        }
        assert!(!tokens.matches(made[0].secret.expose_secret(), &made[1].hash));
    }

    #[test]
    fn tokens_of_an_older_secret_still_match_and_those_of_a_strange_one_do_not() {
        let token = tokens(COUNTING).generate();
        let presented = token.secret.expose_secret();
        let both = tokens(&format!("{OTHER},{COUNTING}"));
        assert!(both.matches(presented, &token.hash));
        assert_eq!(both.hashes(presented)[1], token.hash);
        assert!(!tokens(OTHER).matches(presented, &token.hash));
    }

    #[test]
    fn a_token_is_never_printed() {
        let token = tokens(COUNTING).generate();
        assert!(!format!("{token:?}").contains(token.secret.expose_secret()));
        assert_eq!(format!("{:?}", token.hash), "TokenHash(***)");
    }
}
