use std::fmt;
use std::str::FromStr;
use unicode_normalization::UnicodeNormalization;

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
    PersonName = name;
    /// What somebody does: at most 100 characters, kept as given, without U+0000.
    JobTitle = |text| bounded(text, 100);
    /// A few words about somebody: at most 2,000 characters, kept as given, without U+0000.
    Description = |text| bounded(text, 2_000);
}

fn name(text: &str) -> Result<String, Fault> {
    if text.contains('\0') {
        return Err(Fault::NulCharacter);
    }
    let text: String = text.trim().nfc().collect();
    if text.is_empty() {
        return Err(Fault::Empty);
    }
    if text.chars().any(char::is_control) {
        return Err(Fault::ControlCharacter);
    }
    bounded(&text, 100)
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
    use proptest::prelude::*;

    fn name(text: &str) -> Result<PersonName, Fault> {
        text.parse()
    }

    #[test]
    fn names_are_trimmed_and_composed() {
        assert_eq!(name(" Zoe\u{308} ").unwrap().as_str(), "Zoë");
        assert_eq!(name("\t\u{3000}Ada Maria\n").unwrap().to_string(), "Ada Maria");
    }

    #[test]
    fn names_count_characters_after_trimming_and_composing() {
        for long in ["é".repeat(100), "e\u{301}".repeat(100), format!("  {}  ", "😀".repeat(100))] {
            assert_eq!(name(&long).unwrap().as_str().chars().count(), 100, "{long}");
        }
        assert_eq!(name(&"a".repeat(101)), Err(Fault::TooLong { max: 100 }));
    }

    #[test]
    fn bad_names_are_refused_with_the_reason() {
        for blank in ["", "  ", "\t\u{a0}\u{2003}\n"] {
            assert_eq!(name(blank), Err(Fault::Empty), "{blank:?}");
        }
        for text in ["a\u{7}b", "a\nb", "\u{1b}[31mAda", "a\u{7f}", "a\u{9b}b"] {
            assert_eq!(name(text), Err(Fault::ControlCharacter), "{text:?}");
        }
        for text in ["\0", "a\0b", "\0 "] {
            assert_eq!(name(text), Err(Fault::NulCharacter), "{text:?}");
        }
    }

    #[test]
    fn descriptions_and_job_titles_are_kept_as_given() {
        for text in ["", " a\nb ", "e\u{301}"] {
            assert_eq!(text.parse::<Description>().unwrap().as_str(), text);
            assert_eq!(text.parse::<JobTitle>().unwrap().as_str(), text);
        }
    }

    #[test]
    fn descriptions_and_job_titles_are_bounded() {
        assert!("é".repeat(2_000).parse::<Description>().is_ok());
        assert_eq!("a".repeat(2_001).parse::<Description>(), Err(Fault::TooLong { max: 2_000 }));
        assert_eq!("a\0".parse::<Description>(), Err(Fault::NulCharacter));
        assert!("é".repeat(100).parse::<JobTitle>().is_ok());
        assert_eq!("a".repeat(101).parse::<JobTitle>(), Err(Fault::TooLong { max: 100 }));
        assert_eq!("a\0".parse::<JobTitle>(), Err(Fault::NulCharacter));
    }

    proptest! {
        #[test]
        fn a_name_read_again_is_the_same(text in any::<String>()) {
            if let Ok(once) = name(&text) {
                prop_assert_eq!(name(once.as_str()), Ok(once));
            }
        }
    }
}
