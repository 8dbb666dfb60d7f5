use biscuit::Empty;
use biscuit::jwa::SignatureAlgorithm;
use biscuit::jws::{Compact, Header, RegisteredHeader, Secret};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RsaKeyPair};
use roster_domain::{KeyId, SigningAlgorithm};
use roster_ports::{KeyError, PublicKey};
use std::sync::Arc;
use zeroize::Zeroizing;

use super::public_key;

/// Of an ES256 signature (RFC 7518 §3.4).
const ES256_BYTES: usize = 64;

/// A key of either kind, both halves. Key and algorithm are one type, because biscuit panics on some pairs that do not
/// belong together.
pub(crate) struct SigningKey {
    public: PublicKey,
    algorithm: SigningAlgorithm,
    signing: Secret,
    verifying: Secret,
    signature_bytes: usize,
}

impl SigningKey {
    /// A new key for ES256 as PKCS#8.
    pub(super) fn generate_pkcs8() -> Result<Zeroizing<Vec<u8>>, KeyError> {
        EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
            .map(|document| Zeroizing::new(document.as_ref().to_vec()))
            .map_err(|_| KeyError::Failed)
    }

    /// A key for ES256.
    pub(super) fn of_ec(pair: EcdsaKeyPair) -> Option<Self> {
        let point = pair.public_key().as_ref().to_vec();
        Some(Self {
            public: public_key::of_ec(&point)?,
            algorithm: SigningAlgorithm::Es256,
            signing: Secret::EcdsaKeyPair(Arc::new(pair)),
            verifying: Secret::PublicKey(point),
            signature_bytes: ES256_BYTES,
        })
    }

    /// A key for RS256.
    pub(super) fn of_rsa(pair: RsaKeyPair) -> Option<Self> {
        let der = pair.public_key().as_ref().to_vec();
        Some(Self {
            public: public_key::of_rsa(&der)?,
            algorithm: SigningAlgorithm::Rs256,
            signature_bytes: pair.public().modulus_len(),
            signing: Secret::RsaKeyPair(Arc::new(pair)),
            verifying: Secret::PublicKey(der),
        })
    }

    /// Its name.
    pub(crate) fn id(&self) -> &KeyId {
        &self.public.id
    }

    /// The one algorithm for which it is used.
    pub(crate) fn algorithm(&self) -> SigningAlgorithm {
        self.algorithm
    }

    /// The length of each of its signatures, in bytes.
    pub(crate) fn signature_bytes(&self) -> usize {
        self.signature_bytes
    }

    /// Its public half.
    pub(super) fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Signs a payload; the header names this key and its algorithm.
    pub(crate) fn sign(&self, media_type: &str, payload: Vec<u8>) -> Result<String, KeyError> {
        let header = Header::<Empty>::from_registered_header(RegisteredHeader {
            algorithm: self.for_biscuit(),
            media_type: Some(media_type.to_owned()),
            key_id: Some(self.id().to_string()),
            ..RegisteredHeader::default()
        });
        match Compact::new_decoded(header, payload).into_encoded(&self.signing) {
            Ok(Compact::Encoded(token)) => Ok(token.encode()),
            Ok(Compact::Decoded { .. }) | Err(_) => Err(KeyError::Failed),
        }
    }

    /// The payload, unread, of a token that this key signed; `None` for every other. Judge the header before.
    pub(crate) fn verify(&self, token: &str) -> Option<Vec<u8>> {
        match Compact::<Vec<u8>, Empty>::new_encoded(token).into_decoded(&self.verifying, self.for_biscuit())
        {
            Ok(Compact::Decoded { payload, .. }) => Some(payload),
            Ok(Compact::Encoded(_)) | Err(_) => None,
        }
    }

    /// Whether the public half verifies what the private one signs. The halves of an RSA key are not compared before.
    pub(super) fn is_sound(&self) -> bool {
        self.sign("test", Vec::new()).is_ok_and(|token| self.verify(&token).is_some())
    }

    fn for_biscuit(&self) -> SignatureAlgorithm {
        match self.algorithm {
            SigningAlgorithm::Es256 => SignatureAlgorithm::ES256,
            SigningAlgorithm::Rs256 => SignatureAlgorithm::RS256,
        }
    }

    /// The bare signature over anything at all.
    #[cfg(test)]
    pub(crate) fn sign_bytes(&self, bytes: &[u8]) -> Vec<u8> {
        self.for_biscuit().sign(bytes, &self.signing).unwrap()
    }

    /// The public half of a key for ES256 alone.
    #[cfg(test)]
    pub(super) fn verifying(point: &[u8]) -> Self {
        Self {
            public: public_key::of_ec(point).unwrap(),
            algorithm: SigningAlgorithm::Es256,
            signing: Secret::None,
            verifying: Secret::PublicKey(point.to_vec()),
            signature_bytes: ES256_BYTES,
        }
    }
}
