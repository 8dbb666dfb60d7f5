//! Tokens made by hand with a right signature, in which only the attacked thing is wrong.

mod algorithms;
mod claims;
mod forgery;
mod headers;
mod lifecycle;

use forgery::Forge;
use roster_domain::Instant;

const ISSUER: &str = "https://roster.example";
const USER: &str = "970df7c4-843d-4a1d-9264-bd0cc5c5d927";

/// When the tests take place: second 1,800,000,000.
fn now() -> Instant {
    Instant::from_timestamp_secs(1_800_000_000).unwrap()
}

fn assert_refused(forge: &Forge, token: &str, reason: &str) {
    use roster_ports::AccessTokens;
    match forge.tokens.verify(token, now()) {
        Ok(_) => panic!("accepted {token}"),
        Err(refusal) => assert_eq!(refusal.reason, reason, "{token}"),
    }
}
