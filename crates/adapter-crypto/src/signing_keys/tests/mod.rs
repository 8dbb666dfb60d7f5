mod import;
mod known_keys;
mod ring;

use roster_domain::Instant;
use secrecy::SecretString;

use crate::{KeyRing, MasterSecrets};

const COUNTING: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const OTHER: &str = "BAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// A key ring under these master secrets.
fn ring(secrets: &str) -> KeyRing {
    KeyRing::new(&MasterSecrets::parse(&SecretString::from(secrets)).unwrap())
}

fn now() -> Instant {
    at(0)
}

/// So many seconds after now.
fn at(second: i64) -> Instant {
    Instant::from_timestamp_secs(1_800_000_000 + second).unwrap()
}
