//! Cursors, sealed successors, keys from outside and master secrets: opened or refused, never a panic.
#![no_main]

use chrono::{DateTime, Utc};
use libfuzzer_sys::fuzz_target;
use roster_adapter_crypto::{HmacSeals, KeyRing, MasterSecrets, RandomOpaqueTokens};
use roster_ports::{OpaqueTokens, SealedSuccessor, Seals, SigningKeys};
use secrecy::SecretString;
use std::sync::LazyLock;

static SECRETS: LazyLock<MasterSecrets> = LazyLock::new(|| MasterSecrets::generate().0);

fuzz_target!(|bytes: &[u8]| {
    let predecessor = SecretString::from("predecessor");
    assert!(RandomOpaqueTokens.open_successor(&predecessor, &SealedSuccessor(bytes.to_vec())).is_none());
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    assert!(HmacSeals::new(&SECRETS).open("cursor", text).is_none());
    let secret = SecretString::from(text);
    let _ = MasterSecrets::parse(&secret);
    let now = DateTime::<Utc>::UNIX_EPOCH;
    let _ = KeyRing::new(&SECRETS).import(&secret, now, now);
});
