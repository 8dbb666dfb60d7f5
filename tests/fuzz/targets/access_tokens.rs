//! Whatever stands in `Authorization: Bearer`: verified or refused, never a panic, and nothing verifies that we did not sign.
#![no_main]

use chrono::{DateTime, Utc};
use libfuzzer_sys::fuzz_target;
use roster_adapter_crypto::{JwtAccessTokens, KeyRing, MasterSecrets};
use roster_ports::{AccessTokens, SigningKeys};
use std::sync::{Arc, LazyLock};

static TOKENS: LazyLock<JwtAccessTokens> = LazyLock::new(|| {
    let (secrets, _) = MasterSecrets::generate();
    let keys = Arc::new(KeyRing::new(&secrets));
    let now = DateTime::<Utc>::UNIX_EPOCH;
    let key = keys.generate(now, now).expect("a key");
    keys.install(&[key]).expect("it can be installed");
    JwtAccessTokens::new("https://roster.test".to_owned(), keys)
});

fuzz_target!(|text: &str| {
    // The key is made anew in each run, so nobody can have signed what comes in.
    assert!(TOKENS.verify(text, DateTime::<Utc>::UNIX_EPOCH).is_err());
});
