use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use biscuit::Empty;
use biscuit::jwa::SignatureAlgorithm;
use biscuit::jws::{Compact, Header, RegisteredHeader, Secret};
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use roster_domain::KeyId;
use roster_ports::{KeyError, PublicKey};
use std::sync::Arc;
use zeroize::Zeroizing;

const ALGORITHM: SignatureAlgorithm = SignatureAlgorithm::ES256;

/// The first byte of a point that is not compressed (SEC 1 §2.3.3).
const UNCOMPRESSED: u8 = 4;

/// An EC P-256 key for ES256, both halves. Key and algorithm are one type, because biscuit panics on some pairs that do
/// not belong together.
pub(crate) struct SigningKey {
    public: PublicKey,
    signing: Secret,
    verifying: Secret,
}

impl SigningKey {
    /// A new key as PKCS#8.
    pub(super) fn generate_pkcs8() -> Result<Zeroizing<Vec<u8>>, KeyError> {
        EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
            .map(|document| Zeroizing::new(document.as_ref().to_vec()))
            .map_err(|_| KeyError::Failed)
    }

    /// The key in a PKCS#8 document.
    pub(super) fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, KeyError> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8, &SystemRandom::new())
            .map_err(|_| KeyError::Unreadable)?;
        let point = pair.public_key().as_ref().to_vec();
        Ok(Self {
            public: public_key(&point)?,
            verifying: Secret::PublicKey(point),
            signing: Secret::EcdsaKeyPair(Arc::new(pair)),
        })
    }

    /// Its name.
    pub(crate) fn id(&self) -> &KeyId {
        &self.public.id
    }

    /// Its public half.
    pub(super) fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Signs a payload; the header names this key and its algorithm.
    pub(crate) fn sign(&self, media_type: &str, payload: Vec<u8>) -> Result<String, KeyError> {
        let header = Header::<Empty>::from_registered_header(RegisteredHeader {
            algorithm: ALGORITHM,
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
        match Compact::<Vec<u8>, Empty>::new_encoded(token).into_decoded(&self.verifying, ALGORITHM) {
            Ok(Compact::Decoded { payload, .. }) => Some(payload),
            Ok(Compact::Encoded(_)) | Err(_) => None,
        }
    }

    /// The bare signature over anything at all.
    #[cfg(test)]
    pub(crate) fn sign_bytes(&self, bytes: &[u8]) -> Vec<u8> {
        ALGORITHM.sign(bytes, &self.signing).unwrap()
    }
}

fn public_key(point: &[u8]) -> Result<PublicKey, KeyError> {
    let Some((&UNCOMPRESSED, coordinates)) = point.split_first() else { return Err(KeyError::Unreadable) };
    let (x, y) = coordinates.split_at_checked(32).ok_or(KeyError::Unreadable)?;
    let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
    Ok(PublicKey { id: thumbprint(&x, &y)?, x, y })
}

/// The thumbprint of RFC 7638 §3: the required members in the order of their names, without white space.
fn thumbprint(x: &str, y: &str) -> Result<KeyId, KeyError> {
    let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    let hash = digest(&SHA256, members.as_bytes());
    URL_SAFE_NO_PAD.encode(hash.as_ref()).parse().map_err(|_| KeyError::Failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The EC key of RFC 7517 appendix A.1; its thumbprint was computed elsewhere.
    #[test]
    fn the_thumbprint_is_the_known_one() {
        let (x, y) =
            ("MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM");
        assert_eq!(thumbprint(x, y).unwrap().as_str(), "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s");
    }

    /// The key and the token of RFC 7515 appendix A.3.
    #[test]
    fn the_example_of_the_standard_verifies_and_a_changed_one_does_not() {
        let decode = |text| URL_SAFE_NO_PAD.decode(text).unwrap();
        let (x, y) =
            ("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
        let point = [vec![UNCOMPRESSED], decode(x), decode(y)].concat();
        let public = public_key(&point).unwrap();
        assert_eq!((public.x.as_str(), public.y.as_str()), (x, y));
        let key = SigningKey { public, signing: Secret::None, verifying: Secret::PublicKey(point) };
        let token = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
        let payload = key.verify(token).unwrap();
        assert!(payload.starts_with(br#"{"iss":"joe""#));
        assert!(key.verify(&token.replace(".eyJpc3Mi", ".eyJpc3Nj")).is_none());
    }

    #[test]
    fn a_damaged_document_or_point_is_unreadable() {
        let pkcs8 = SigningKey::generate_pkcs8().unwrap();
        assert!(SigningKey::from_pkcs8(&pkcs8).is_ok());
        for damaged in [&b""[..], b"pkcs8", &pkcs8[..pkcs8.len() - 1]] {
            assert_eq!(SigningKey::from_pkcs8(damaged).err(), Some(KeyError::Unreadable));
        }
        for point in [&b""[..], &[UNCOMPRESSED, 1], &[2; 65]] {
            assert_eq!(public_key(point), Err(KeyError::Unreadable));
        }
    }
}
