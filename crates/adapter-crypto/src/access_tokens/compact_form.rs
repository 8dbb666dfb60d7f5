use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use roster_ports::InvalidToken;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{MEDIA_TYPE, refused};

/// Our tokens have some 700 bytes.
const MAX_TOKEN: usize = 8 * 1024;
const MAX_HEADER: usize = 1024;
/// Of an ES256 signature (RFC 7518 §3.4).
const SIGNATURE_BYTES: usize = 64;

/// What the header of a good token says beyond what it must say.
pub(super) struct Header {
    pub(super) key_id: String,
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

/// Reads the header of a token in the compact form of RFC 7515 §7.1: three parts of base64url without padding, of
/// which there is only one spelling.
pub(super) fn read_header(token: &str) -> Result<Header, InvalidToken> {
    let mut parts = token.split('.');
    let (Some(header), Some(payload), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(refused("not three parts"));
    };
    if decode(signature)?.len() != SIGNATURE_BYTES {
        return Err(refused("not a signature of ES256"));
    }
    decode(payload)?;
    let header = decode(header)?;
    if header.len() > MAX_HEADER {
        return Err(refused("too long a header"));
    }
    judge(read_object(&header).ok_or(refused("a header that is not ours"))?)
}

/// Reads a JSON object without white space before it; serde alone would also fill a struct from an array.
pub(super) fn read_object<T: DeserializeOwned>(json: &[u8]) -> Option<T> {
    if json.starts_with(b"{") { serde_json::from_slice(json).ok() } else { None }
}

fn decode(part: &str) -> Result<Vec<u8>, InvalidToken> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| refused("not base64url"))
}

fn judge(header: WireHeader) -> Result<Header, InvalidToken> {
    if header.alg != "ES256" {
        return Err(refused("another algorithm"));
    }
    // RFC 9068 §4 allows the long form, RFC 7515 §4.1.9 any letter case.
    let typ = header.typ.to_ascii_lowercase();
    if typ.strip_prefix("application/").unwrap_or(&typ) != MEDIA_TYPE {
        return Err(refused("not an access token"));
    }
    Ok(Header { key_id: header.kid })
}
