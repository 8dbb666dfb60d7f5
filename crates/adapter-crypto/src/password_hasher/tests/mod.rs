mod imported_hashes;
mod wrong_answers;

use super::*;
use proptest::prelude::*;
use rstest::rstest;

const COUNTING: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const OTHER: &str = "BAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

fn hasher(secrets: &str) -> BcryptHasher {
    BcryptHasher::new(&MasterSecrets::parse(&secret(secrets)).unwrap(), 4, 1, 8).unwrap()
}

fn secret(text: &str) -> SecretString {
    SecretString::from(text.to_owned())
}

async fn verify(password: &str, against: &PasswordHash) -> Result<Verdict, HashingError> {
    verify_by(&hasher(COUNTING), password, Some(against.clone()), None).await
}

async fn verify_by(
    hasher: &BcryptHasher,
    password: &str,
    against: Option<PasswordHash>,
    highest_cost: Option<u32>,
) -> Result<Verdict, HashingError> {
    hasher.verify(hasher.place().unwrap(), secret(password), against, highest_cost).await
}

/// Computed with other implementations of HMAC, NFC and bcrypt.
#[tokio::test]
async fn a_known_hash_is_verified() {
    let stored = "v1$62e2a117$$2b$04$abcdefghijklmnopqrstuuO0kC9FpCWbfZ8Izx4zsqirez9g4g/sm";
    let stored = PasswordHash(stored.to_owned());
    assert_eq!(verify("Zoë's correct horse", &stored).await, Ok(Verdict::Right));
    assert_eq!(verify("Zoe\u{308}'s correct horse", &stored).await, Ok(Verdict::Right));
    assert_eq!(verify("Zoe's correct horse", &stored).await, Ok(Verdict::Wrong));
}

#[rstest]
#[tokio::test]
async fn every_character_counts_at_any_length(
    #[values(15, 63, 64, 71, 72, 73, 128, 255, 256)] length: usize,
) {
    let password = "a".repeat(length - 1);
    let stored = hasher(COUNTING).hash(secret(&format!("{password}X"))).await.unwrap();
    assert_eq!(verify(&format!("{password}X"), &stored).await, Ok(Verdict::Right));
    assert_eq!(verify(&format!("{password}Y"), &stored).await, Ok(Verdict::Wrong));
    assert_eq!(verify(&password, &stored).await, Ok(Verdict::Wrong));
}

#[tokio::test]
async fn characters_of_many_bytes_count_too() {
    let password = "😀".repeat(256);
    let stored = hasher(COUNTING).hash(secret(&password)).await.unwrap();
    assert_eq!(verify(&password, &stored).await, Ok(Verdict::Right));
    assert_eq!(verify(&"😀".repeat(255), &stored).await, Ok(Verdict::Wrong));
}

#[tokio::test]
async fn nul_is_a_character_and_ends_nothing() {
    let password = "sixteen letters!";
    let stored = hasher(COUNTING).hash(secret(password)).await.unwrap();
    for other in [format!("{password}\0"), format!("{password}\0{password}"), format!("\0{password}")] {
        assert_eq!(verify(&other, &stored).await, Ok(Verdict::Wrong), "{other:?}");
    }
    let with_nul = hasher(COUNTING).hash(secret("one\0two")).await.unwrap();
    assert_eq!(verify("one\0two", &with_nul).await, Ok(Verdict::Right));
    assert_eq!(verify("one", &with_nul).await, Ok(Verdict::Wrong));
}

#[tokio::test]
async fn nobodys_password_is_always_wrong_and_costs_the_same() {
    let hasher = hasher(COUNTING);
    assert_eq!(verify_by(&hasher, "anything", None, None).await, Ok(Verdict::Wrong));
    for cost in COSTS {
        let nothing = StoredHash::of_nothing(&hasher.worker.peppers.current, cost).to_stored();
        assert_eq!(StoredHash::from_stored(&nothing).map(|hash| hash.cost), Ok(cost));
    }
}

#[tokio::test]
async fn a_hash_under_an_older_pepper_is_right_but_outdated_and_new_ones_are_under_the_first() {
    let old = hasher(COUNTING).hash(secret("password")).await.unwrap();
    let both = hasher(&format!("{OTHER},{COUNTING}"));
    let verdict = verify_by(&both, "password", Some(old.clone()), None).await;
    assert_eq!(verdict, Ok(Verdict::RightButOutdated));
    assert_eq!(verify_by(&both, "passwore", Some(old.clone()), None).await, Ok(Verdict::Wrong));
    let new = both.hash(secret("password")).await.unwrap();
    assert_eq!(verify_by(&hasher(OTHER), "password", Some(new), None).await, Ok(Verdict::Right));
    let verdict = verify_by(&hasher(OTHER), "password", Some(old), None).await;
    assert_eq!(verdict, Err(HashingError::Broken));
}

#[rstest]
#[case::cheaper(4, 5)]
#[case::slower(5, 4)]
#[tokio::test]
async fn a_hash_of_another_cost_than_todays_is_right_but_outdated(#[case] then: u32, #[case] now: u32) {
    let secrets = MasterSecrets::parse(&secret(COUNTING)).unwrap();
    let hasher = |cost| BcryptHasher::new(&secrets, cost, 1, 8).unwrap();
    let stored = hasher(then).hash(secret("password")).await.unwrap();
    let verdict = verify_by(&hasher(now), "password", Some(stored.clone()), Some(then)).await;
    assert_eq!(verdict, Ok(Verdict::RightButOutdated));
    let verdict = verify_by(&hasher(now), "passwore", Some(stored), Some(then)).await;
    assert_eq!(verdict, Ok(Verdict::Wrong));
}

#[rstest]
#[tokio::test]
async fn a_stored_hash_of_another_form_is_broken(
    #[values(
        "",
        "v1$62e2a117",
        "v1$62e2a117$",
        "v2$62e2a117$$2b$04$abcdefghijklmnopqrstuuO0kC9FpCWbfZ8Izx4zsqirez9g4g/sm",
        "v1$62e2a117$$2b$03$abcdefghijklmnopqrstuuO0kC9FpCWbfZ8Izx4zsqirez9g4g/sm",
        "v1$62e2a117$$2b$15$abcdefghijklmnopqrstuuO0kC9FpCWbfZ8Izx4zsqirez9g4g/sm",
        "v1$62e2a117$$2b$31$abcdefghijklmnopqrstuuO0kC9FpCWbfZ8Izx4zsqirez9g4g/sm",
        "v1$62e2a117$$2b$04$abcdefghijklmnopqrst£uO0kC9FpCWbfZ8Izx4zsqirez9g4g/sm",
        "v1$00000000$$2b$04$abcdefghijklmnopqrstuuO0kC9FpCWbfZ8Izx4zsqirez9g4g/sm",
        "v1$62e2a117$$2x$04$abcdefghijklmnopqrstuuO0kC9FpCWbfZ8Izx4zsqirez9g4g/sm",
        "v1$$2b$04$abcdefghijklmnopqrstuuO0kC9FpCWbfZ8Izx4zsqirez9g4g/sm",
        "v1$2b$04$abcdefghijklmnopqrstuuO0kC9FpCWbfZ8Izx4zsqirez9g4g/sm",
        "V1$62e2a117$$2b$04$abcdefghijklmnopqrstuuO0kC9FpCWbfZ8Izx4zsqirez9g4g/sm"
    )]
    stored: &str,
) {
    assert_eq!(verify("password", &PasswordHash(stored.to_owned())).await, Err(HashingError::Broken));
}

#[tokio::test]
async fn one_password_has_many_hashes_of_the_chosen_cost() {
    let hasher = hasher(COUNTING);
    let (one, two) = (hasher.hash(secret("password")).await, hasher.hash(secret("password")).await);
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_ne!(one, two);
    assert!(one.0.starts_with("v1$62e2a117$$2b$04$"), "{}", one.0);
    assert_eq!(format!("{one:?}"), "PasswordHash(***)");
}

#[rstest]
fn costs_outside_the_range_are_refused(#[values(0, 3, 15, 31, u32::MAX)] cost: u32) {
    let made = BcryptHasher::new(&MasterSecrets::generate().0, cost, 1, 1);
    assert_eq!(made.err().map(|error| error.kind()), Some(io::ErrorKind::InvalidInput));
}

proptest! {
    #[test]
    fn no_stored_text_panics(text: String, tail in "[./A-Za-z0-9$£]{0,64}") {
        for stored in [text.clone(), format!("v1$62e2a117${text}"), format!("v1$62e2a117$$2b${tail}"), format!("$2b${tail}")] {
            let read = StoredHash::from_stored(&PasswordHash(stored.clone()));
            prop_assert!(read.is_err() || read.is_ok_and(|hash| hash.to_stored().0 == stored));
        }
    }
}
