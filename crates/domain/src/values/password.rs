use icu_normalizer::ComposingNormalizerBorrowed;
use std::fmt;

use crate::{Email, Fault, PersonName, fold};

/// A password that its owner may choose: NFC, long enough, not made of what is known of the person.
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

    /// Reads a password to be set, by the rules for choosing one; `min` is the fewest code points.
    pub fn choose(text: &str, min: usize, person: PersonalWords<'_>) -> Result<Self, Fault> {
        let text = ComposingNormalizerBorrowed::new_nfc().normalize(text);
        let length = text.chars().count();
        if length < min {
            return Err(Fault::TooShort { min });
        }
        if length > Self::MAX {
            return Err(Fault::TooLong { max: Self::MAX });
        }
        let first = text.chars().next();
        if text.chars().all(|character| Some(character) == first) {
            return Err(Fault::PasswordRepetitive);
        }
        if person.guess(&text) {
            return Err(Fault::PasswordPersonal);
        }
        Ok(Self(text.into_owned()))
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
    /// Whether the text is one of the words, or one of them again and again.
    fn guess(&self, text: &str) -> bool {
        let text = fold(text);
        let local_part = self.email.as_str().rsplit_once('@').map_or("", |(local, _)| local);
        let (first, last) = (self.first_name.as_str(), self.last_name.as_str());
        let words = [
            self.email.as_str().to_owned(),
            local_part.to_owned(),
            first.to_owned(),
            last.to_owned(),
            format!("{first}{last}"),
            format!("{first} {last}"),
            format!("{last}{first}"),
            format!("{last} {first}"),
        ];
        words.iter().map(|word| fold(word)).any(|word| is_repetition(&text, &word))
    }
}

fn is_repetition(text: &str, word: &str) -> bool {
    !word.is_empty() && text.len().is_multiple_of(word.len()) && text.split(word).all(str::is_empty)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn choose(text: &str) -> Result<Password, Fault> {
        let email = Email::parse("ada.byron@example.org", |domain| Some(domain.to_owned())).unwrap();
        let person = PersonalWords {
            email: &email,
            first_name: &"Ada".parse().unwrap(),
            last_name: &"Byron".parse().unwrap(),
        };
        Password::choose(text, 15, person)
    }

    #[rstest]
    #[case("fourteen chars", Fault::TooShort { min: 15 })]
    #[case("aaaaaaaaaaaaaaaaaaaa", Fault::PasswordRepetitive)]
    #[case("ada.byron@example.org", Fault::PasswordPersonal)]
    #[case("Ada.Byronada.byronADA.BYRON", Fault::PasswordPersonal)]
    #[case("AdaAdaAdaAdaAda", Fault::PasswordPersonal)]
    #[case("byronByronByron", Fault::PasswordPersonal)]
    #[case("AdaByronAdaByron", Fault::PasswordPersonal)]
    fn guessable_passwords_are_refused_with_the_reason(#[case] text: &str, #[case] fault: Fault) {
        assert_eq!(choose(text).map(|_| ()), Err(fault));
    }

    #[test]
    fn length_counts_code_points_after_composition() {
        assert!(choose(&"😀😁".repeat(128)).is_ok());
        assert_eq!(choose(&"ab".repeat(129)).map(|_| ()), Err(Fault::TooLong { max: 256 }));
        assert!(choose(&"e\u{301}x".repeat(7)).is_err());
        assert_eq!(choose("e\u{301}xxxxxxxxxxxxxx").unwrap().reveal(), "éxxxxxxxxxxxxxx");
    }

    #[test]
    fn anything_else_is_allowed() {
        for text in
            ["all lower case words", "               x", "ada byron wrote this", "\u{0}nul is a character"]
        {
            assert!(choose(text).is_ok(), "{text:?}");
        }
    }

    #[test]
    fn a_password_is_never_printed() {
        assert_eq!(format!("{:?}", choose("correct horse battery").unwrap()), "Password(***)");
    }
}
