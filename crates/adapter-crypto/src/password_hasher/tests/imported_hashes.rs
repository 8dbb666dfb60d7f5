//! Plain bcrypt hashes, made by another implementation.

use super::*;

const OF_HORSE: &str = "$2a$04$abcdefghijklmnopqrstuuqREtd3VJD2QVZbuFskFSLk6eRIrQoOS";
const OF_ZOE: &str = "$2b$04$abcdefghijklmnopqrstuuzN9CPkpzOJqxQijxtga5E5UT7s2C4Zu";
const OF_A: &str = "$2b$04$abcdefghijklmnopqrstuuMFdJu9yVgmagVAIC24fOZkaFqd3s9JC";
const OF_72_A: &str = "$2b$04$abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe";

async fn verify_plain(password: &str, stored: &str) -> Result<Verdict, HashingError> {
    verify(password, &PasswordHash(stored.to_owned())).await
}

#[rstest]
#[case::a(OF_HORSE)]
#[case::b(&OF_HORSE.replacen("2a", "2b", 1))]
#[case::y("$2y$05$abcdefghijklmnopqrstuuD3mHdCr44zlIZ.VZCaYRpfQhXMYnEo.")]
#[tokio::test]
async fn a_plain_hash_is_verified_and_always_outdated(#[case] stored: &str) {
    assert_eq!(verify_plain("correct horse battery", stored).await, Ok(Verdict::RightButOutdated));
    assert_eq!(verify_plain("correct horse batterz", stored).await, Ok(Verdict::Wrong));
    assert_eq!(verify_plain("", stored).await, Ok(Verdict::Wrong));
}

#[tokio::test]
async fn a_plain_hash_is_of_the_bytes_as_they_were_typed() {
    assert_eq!(verify_plain("Zo\u{eb}", OF_ZOE).await, Ok(Verdict::RightButOutdated));
    assert_eq!(verify_plain("Zoe\u{308}", OF_ZOE).await, Ok(Verdict::Wrong));
}

#[rstest]
#[case::one_short(71, Verdict::Wrong)]
#[case::exact(72, Verdict::RightButOutdated)]
#[case::one_more(73, Verdict::RightButOutdated)]
#[case::longest(256, Verdict::RightButOutdated)]
#[tokio::test]
async fn a_plain_hash_is_of_72_bytes_at_most(#[case] length: usize, #[case] verdict: Verdict) {
    assert_eq!(verify_plain(&"a".repeat(length), OF_72_A).await, Ok(verdict));
}

#[tokio::test]
async fn a_password_with_a_nul_is_wrong_for_a_plain_hash() {
    assert_eq!(verify_plain("a", OF_A).await, Ok(Verdict::RightButOutdated));
    for password in ["a\0", "a\0a", "a\0a\0", "\0a", "\0"] {
        assert_eq!(verify_plain(password, OF_A).await, Ok(Verdict::Wrong), "{password:?}");
    }
    let late = format!("{}\0", "a".repeat(72));
    assert_eq!(verify_plain(&late, OF_72_A).await, Ok(Verdict::Wrong));
}

#[rstest]
#[case::too_cheap(&OF_HORSE.replacen("$04$", "$03$", 1))]
#[case::too_slow(&OF_HORSE.replacen("$04$", "$15$", 1))]
#[case::hours(&OF_HORSE.replacen("$04$", "$31$", 1))]
#[case::of_a_faulty_implementation(&OF_HORSE.replacen("2a", "2x", 1))]
#[case::unknown_form(&OF_HORSE.replacen("2a", "2c", 1))]
#[case::first_form(&OF_HORSE.replacen("$2a$", "$2$", 1))]
#[case::one_short(OF_HORSE.split_at(59).0)]
#[case::one_more(&format!("{OF_HORSE}S"))]
#[case::white_space(&format!(" {OF_HORSE}"))]
#[tokio::test]
async fn a_plain_hash_of_another_form_is_broken(#[case] stored: &str) {
    assert_eq!(verify_plain("correct horse battery", stored).await, Err(HashingError::Broken));
}
