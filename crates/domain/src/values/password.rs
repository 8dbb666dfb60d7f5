use std::fmt;
use unicode_normalization::UnicodeNormalization;

use super::common_passwords;
use crate::{Email, Fault, PersonName, fold};

/// A password that its owner may choose: NFC, long enough, neither common nor made of what is known of the person.
///
/// Any character counts, and all of them do; there are no rules of composition (NIST SP 800-63B-4 §3.1.1.2).
#[derive(Clone)]
pub struct Password(String);

/// What is known of a person and must not be their password.
#[derive(Debug, Clone, Copy)]
pub struct PersonalWords<'a> {
    /// Their address.
    pub email: &'a Email,
    /// Their first name.
    pub first_name: &'a PersonName,
    /// Their last name.
    pub last_name: &'a PersonName,
}

impl Password {
    /// The longest password, in code points after NFC.
    pub const MAX: usize = 256;

    /// The lowest bound for the shortest password, in code points: no setting goes below it.
    pub const LEAST_MIN: usize = 8;

    /// Reads a password to be set, by the rules for choosing one.
    ///
    /// `min` is the fewest code points after NFC, and counts as [`Password::LEAST_MIN`] where it is less. Common and
    /// personal words are refused in any letter case, with or without accents, once or repeated. Of a word that is both,
    /// as many a first name is, the person is told that it is personal.
    pub fn choose(text: &str, min: usize, person: PersonalWords<'_>) -> Result<Self, Fault> {
        let text = composed(text, min)?;
        let folded = fold(&text);
        if person.guess(&folded) {
            return Err(Fault::PasswordPersonal);
        }
        if is_common(&folded) { Err(Fault::PasswordCommon) } else { Ok(Self(text)) }
    }

    /// Judges a password by every rule of [`Password::choose`] that needs no person: for telling all faults of a request
    /// that does not name the person well.
    pub fn judge(text: &str, min: usize) -> Result<(), Fault> {
        let text = composed(text, min)?;
        if is_common(&fold(&text)) { Err(Fault::PasswordCommon) } else { Ok(()) }
    }

    /// The password itself, for hashing.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(***)")
    }
}

impl PersonalWords<'_> {
    /// Whether the folded text is one of the words, or one of them again and again.
    fn guess(&self, folded: &str) -> bool {
        let local_part = self.email.as_str().rsplit_once('@').map_or("", |(local, _)| local);
        let (first, last) = (self.first_name.as_str(), self.last_name.as_str());
        let words = [
            self.email.as_str(),
            self.email.key().as_str(),
            local_part,
            first,
            last,
            &format!("{first}{last}"),
            &format!("{first} {last}"),
            &format!("{last}{first}"),
            &format!("{last} {first}"),
        ]
        .map(fold);
        repeated_words(folded).any(|word| words.iter().any(|known| known == word))
    }
}

/// The text in NFC, if it is long enough, not too long, and more than one character repeated.
fn composed(text: &str, min: usize) -> Result<String, Fault> {
    let min = min.max(Password::LEAST_MIN);
    let text: String = text.nfc().collect();
    let length = text.chars().count();
    if length < min {
        return Err(Fault::TooShort { min });
    }
    if length > Password::MAX {
        return Err(Fault::TooLong { max: Password::MAX });
    }
    let first = text.chars().next();
    if text.chars().all(|character| Some(character) == first) {
        return Err(Fault::PasswordRepetitive);
    }
    Ok(text)
}

/// Whether the folded text is a common password, or one again and again.
fn is_common(folded: &str) -> bool {
    repeated_words(folded).any(common_passwords::contains)
}

/// Every word that makes the text when written once or again and again, the shortest first and the text itself last.
///
/// There are as many at most as the length in bytes has divisors, so that whoever has a list of words looks up a few
/// instead of trying each of the list.
fn repeated_words(text: &str) -> impl Iterator<Item = &str> {
    let length = text.len();
    let parts = (1..=length).filter(move |part| length.is_multiple_of(*part));
    parts
        .filter_map(|part| text.get(..part))
        .filter(|word| text.as_bytes().chunks_exact(word.len()).all(|chunk| chunk == word.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn choose_from(min: usize, text: &str) -> Result<Password, Fault> {
        let email =
            Email::parse("ada.byron@Bücher.example", |_| Some("xn--bcher-kva.example".to_owned())).unwrap();
        let person = PersonalWords {
            email: &email,
            first_name: &"Ada".parse().unwrap(),
            last_name: &"Býron".parse().unwrap(),
        };
        Password::choose(text, min, person)
    }

    fn choose(text: &str) -> Result<Password, Fault> {
        choose_from(15, text)
    }

    #[rstest]
    #[case("fourteen chars", Fault::TooShort { min: 15 })]
    #[case("aaaaaaaaaaaaaaaaaaaa", Fault::PasswordRepetitive)]
    #[case("               ", Fault::PasswordRepetitive)]
    #[case("ada.byron@Bücher.example", Fault::PasswordPersonal)]
    #[case("ADA.BYRON@xn--bcher-kva.example", Fault::PasswordPersonal)]
    #[case("Ada.Byronada.byronADA.BYRON", Fault::PasswordPersonal)]
    #[case("AdaAdaAdaAdaAda", Fault::PasswordPersonal)]
    #[case("byronBýronByron", Fault::PasswordPersonal)]
    #[case("AdaByronAdaByron", Fault::PasswordPersonal)]
    #[case("ByronAdaByronAda", Fault::PasswordPersonal)]
    #[case("Ada ByronAda Byron", Fault::PasswordPersonal)]
    #[case("Byron AdaByron Ada", Fault::PasswordPersonal)]
    #[case("123456789012345", Fault::PasswordCommon)]
    #[case("passwordPASSWORD", Fault::PasswordCommon)]
    #[case("passwordpassword", Fault::PasswordCommon)]
    #[case("pássWördPASSWORD", Fault::PasswordCommon)]
    #[case("121212121212121212", Fault::PasswordCommon)]
    #[case("DogDogDogDogDog", Fault::PasswordCommon)]
    #[case("qwertyqwertyqwerty", Fault::PasswordCommon)]
    #[case("correct horse battery staple", Fault::PasswordCommon)]
    fn guessable_passwords_are_refused_with_the_reason(#[case] text: &str, #[case] fault: Fault) {
        assert_eq!(choose(text).map(|_| ()), Err(fault));
    }

    #[test]
    fn length_counts_code_points_after_composition() {
        assert!(choose(&"😀😁".repeat(128)).is_ok());
        assert_eq!(choose(&"ab".repeat(129)).map(|_| ()), Err(Fault::TooLong { max: 256 }));
        assert_eq!(choose(&"e\u{301}x".repeat(7)).map(|_| ()), Err(Fault::TooShort { min: 15 }));
        assert_eq!(choose("e\u{301}xxxxxxxxxxxxxx").unwrap().reveal(), "éxxxxxxxxxxxxxx");
    }

    #[test]
    fn no_setting_allows_fewer_than_eight() {
        assert_eq!(choose_from(0, "seven 7").map(|_| ()), Err(Fault::TooShort { min: 8 }));
        assert!(choose_from(0, "eight 88").is_ok());
        assert_eq!(choose_from(9, "eight 88").map(|_| ()), Err(Fault::TooShort { min: 9 }));
    }

    #[test]
    fn anything_else_is_allowed() {
        for text in [
            "all lower case words",
            "               x",
            "ada byron wrote this",
            "passwordpasswords",
            "password password",
            "a dragon in the shadow",
            "plover gusset anvil thyme",
            "AdaAdaAdaAdaAdaA",
            "\u{0}nul is a character",
        ] {
            assert!(choose(text).is_ok(), "{text:?}");
        }
    }

    #[rstest]
    #[case("", &[])]
    #[case("ab", &["ab"])]
    #[case("ababab", &["ab", "ababab"])]
    #[case("aaaa", &["a", "aa", "aaaa"])]
    #[case("ababa", &["ababa"])]
    #[case("éé", &["é", "éé"])]
    #[case("éè", &["éè"])]
    fn a_repetition_tells_its_words(#[case] text: &str, #[case] words: &[&str]) {
        assert_eq!(repeated_words(text).collect::<Vec<_>>(), words);
    }

    proptest! {
        #[test]
        fn two_spellings_of_a_password_are_one(text in "[a-zé\u{301}àが\u{3099}]{15,30}") {
            let nfd: String = text.nfd().collect();
            let chosen = |text: &str| choose(text).map(|password| password.reveal().to_owned());
            prop_assert_eq!(chosen(&text), chosen(&nfd));
        }
    }

    #[test]
    fn a_password_is_never_printed() {
        assert_eq!(format!("{:?}", choose("correct horse battery").unwrap()), "Password(***)");
    }
}
