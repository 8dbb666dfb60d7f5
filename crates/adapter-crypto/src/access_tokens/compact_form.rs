use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use roster_domain::SigningAlgorithm;
use roster_ports::InvalidToken;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{MEDIA_TYPE, refused};
use crate::signing_keys::SigningKey;

/// Our tokens have some 700 bytes.
const MAX_TOKEN: usize = 8 * 1024;
const MAX_HEADER: usize = 1024;

/// A token of the right form whose header is good, if the key fits.
pub(super) struct CompactForm {
    pub(super) key_id: String,
    algorithm: SigningAlgorithm,
    signature_bytes: usize,
}

/// Every member that a header may have; all are required. One that is given twice is refused as well.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireHeader {
    alg: String,
    typ: String,
    kid: String,
}

/// Refuses what is longer than any token of ours, before any work is done on it.
pub(super) fn check_length(token: &str) -> Result<(), InvalidToken> {
    if token.len() > MAX_TOKEN { Err(refused("too long")) } else { Ok(()) }
}

impl CompactForm {
    /// Refuses a token whose header or signature is not of this key's algorithm: the key says which, never the token.
    pub(super) fn check_key(&self, key: &SigningKey) -> Result<(), InvalidToken> {
        if self.algorithm != key.algorithm() {
            return Err(refused("another algorithm than its key's"));
        }
        if self.signature_bytes != key.signature_bytes() {
            return Err(refused("a signature of another length than its key's"));
        }
        Ok(())
    }
}

/// Reads the header of a token in the compact form of RFC 7515 §7.1: three parts of base64url without padding, of
/// which there is only one spelling.
pub(super) fn read(token: &str) -> Result<CompactForm, InvalidToken> {
    let mut parts = token.split('.');
    let (Some(header), Some(payload), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(refused("not three parts"));
    };
    let signature_bytes = decode(signature)?.len();
    decode(payload)?;
    let header = decode(header)?;
    if header.len() > MAX_HEADER {
        return Err(refused("too long a header"));
    }
    judge(read_object(&header).ok_or(refused("a header that is not ours"))?, signature_bytes)
}

/// Reads a JSON object without white space before it; serde alone would also fill a struct from an array.
pub(super) fn read_object<T: DeserializeOwned>(json: &[u8]) -> Option<T> {
    if json.starts_with(b"{") { serde_json::from_slice(json).ok() } else { None }
}

fn decode(part: &str) -> Result<Vec<u8>, InvalidToken> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| refused("not base64url"))
}

fn judge(header: WireHeader, signature_bytes: usize) -> Result<CompactForm, InvalidToken> {
    let algorithm = header.alg.parse().map_err(|_| refused("another algorithm"))?;
    // RFC 9068 §4 allows the long form, RFC 7515 §4.1.9 any letter case.
    let typ = header.typ.to_ascii_lowercase();
    if typ.strip_prefix("application/").unwrap_or(&typ) != MEDIA_TYPE {
        return Err(refused("not an access token"));
    }
    Ok(CompactForm { key_id: header.kid, algorithm, signature_bytes })
}
