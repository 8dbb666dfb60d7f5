use icu_normalizer::ComposingNormalizerBorrowed;
use std::fmt;
use std::str::FromStr;

use crate::Fault;

macro_rules! text {
    ($($(#[$doc:meta])* $name:ident = $parse:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Fault;

            fn from_str(text: &str) -> Result<Self, Fault> {
                let parse: fn(&str) -> Result<String, Fault> = $parse;
                parse(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

text! {
    /// A first or a last name: trimmed, NFC, 1–100 characters, no control characters.
    PersonName = |text| line(text, 100);
    /// What somebody does: trimmed, NFC, 1–100 characters, no control characters.
    JobTitle = |text| line(text, 100);
    /// A few words about somebody: at most 2,000 characters, kept as given but for U+0000.
    Description = |text| bounded(text, 2_000);
}

fn line(text: &str, max: usize) -> Result<String, Fault> {
    if text.contains('\0') {
        return Err(Fault::NulCharacter);
    }
    let text = ComposingNormalizerBorrowed::new_nfc().normalize(text.trim());
    if text.is_empty() {
        return Err(Fault::Empty);
    }
    if text.chars().any(char::is_control) {
        return Err(Fault::ControlCharacter);
    }
    bounded(&text, max)
}

fn bounded(text: &str, max: usize) -> Result<String, Fault> {
    if text.contains('\0') {
        return Err(Fault::NulCharacter);
    }
    if text.chars().count() > max { Err(Fault::TooLong { max }) } else { Ok(text.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_composed() {
        assert_eq!(" Zoe\u{308} ".parse::<PersonName>().unwrap().as_str(), "Zoë");
        assert_eq!("é".repeat(100).parse::<PersonName>().unwrap().as_str().chars().count(), 100);
    }

    #[test]
    fn bad_names_are_refused_with_the_reason() {
        assert_eq!("  ".parse::<PersonName>(), Err(Fault::Empty));
        assert_eq!("a\u{7}b".parse::<PersonName>(), Err(Fault::ControlCharacter));
        assert_eq!("a\0b".parse::<PersonName>(), Err(Fault::NulCharacter));
        assert_eq!("a".repeat(101).parse::<PersonName>(), Err(Fault::TooLong { max: 100 }));
        assert_eq!("a".repeat(101).parse::<JobTitle>(), Err(Fault::TooLong { max: 100 }));
    }

    #[test]
    fn descriptions_keep_their_lines() {
        assert_eq!("a\nb ".parse::<Description>().unwrap().as_str(), "a\nb ");
        assert_eq!("a".repeat(2_001).parse::<Description>(), Err(Fault::TooLong { max: 2_000 }));
        assert_eq!("\0".parse::<Description>(), Err(Fault::NulCharacter));
    }
}
