//! Private keys as PKCS#8 documents (RFC 5958), bare and in PEM (RFC 7468 §10).

use pkcs1::RsaPrivateKeyRef;
use pkcs8::der::Decode;
use pkcs8::der::pem::PemLabel;
use pkcs8::{PrivateKeyInfoRef, SecretDocument};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RsaKeyPair};
use roster_ports::ImportError;
use sec1::EcPrivateKey;
use secrecy::{ExposeSecret, SecretString};

use super::public_key::P256;
use super::signing_key::SigningKey;

/// The sizes of RSA keys, in bits, that ring signs with, of those that are long enough for RS256 (RFC 7518 §3.3).
const RSA_BITS: [usize; 3] = [2048, 3072, 4096];

/// The document in a PEM text that holds it and nothing else but, perhaps, text before it. It is wiped when dropped.
pub(super) fn from_pem(pem: &SecretString) -> Result<SecretDocument, ImportError> {
    let (label, document) =
        SecretDocument::from_pem(pem.expose_secret().trim()).map_err(|_| ImportError::NotPkcs8)?;
    if label == PrivateKeyInfoRef::PEM_LABEL { Ok(document) } else { Err(ImportError::NotPkcs8) }
}

/// The key in a document.
pub(super) fn read(pkcs8: &[u8]) -> Result<SigningKey, ImportError> {
    let info = PrivateKeyInfoRef::try_from(pkcs8).map_err(|_| ImportError::NotPkcs8)?;
    let key = match info.algorithm.oid {
        sec1::ALGORITHM_OID if info.algorithm.parameters_oid() == Ok(P256) => {
            SigningKey::of_ec(read_ec(pkcs8, info.private_key.as_bytes())?)
        }
        pkcs1::ALGORITHM_OID => SigningKey::of_rsa(read_rsa(pkcs8, info.private_key.as_bytes())?),
        _ => None,
    };
    key.ok_or(ImportError::Unsupported)
}

fn read_ec(pkcs8: &[u8], private_key: &[u8]) -> Result<EcdsaKeyPair, ImportError> {
    let key = EcPrivateKey::try_from(private_key).map_err(|_| ImportError::Unsupported)?;
    if key.public_key.is_none() {
        return Err(ImportError::WithoutPublicKey);
    }
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8, &SystemRandom::new())
        .map_err(|_| ImportError::Unsupported)
}

fn read_rsa(pkcs8: &[u8], private_key: &[u8]) -> Result<RsaKeyPair, ImportError> {
    let key = RsaPrivateKeyRef::from_der(private_key).map_err(|_| ImportError::Unsupported)?;
    let modulus = key.modulus.as_bytes();
    let unused_bits = modulus.first().map_or(0, |first| first.leading_zeros() as usize);
    if !RSA_BITS.contains(&(modulus.len() * 8 - unused_bits)) {
        return Err(ImportError::WrongSize);
    }
    RsaKeyPair::from_pkcs8(pkcs8).map_err(|_| ImportError::Unsupported)
}
