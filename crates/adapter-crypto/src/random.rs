use ring::rand::{SecureRandom, SystemRandom};

/// Fresh random bytes from the operating system.
#[expect(clippy::expect_used, reason = "a machine without a random source can serve nobody safely")]
pub(crate) fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}
