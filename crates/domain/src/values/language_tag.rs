use std::fmt;
use std::str::FromStr;

use crate::Fault;

/// A well-formed BCP 47 language tag (RFC 5646 §2.1), kept as given.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LanguageTag(String);

impl LanguageTag {
    /// The longest tag that is kept, in characters; RFC 5646 §4.4.1 asks for at least 35.
    pub const MAX: usize = 100;

    /// The tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LanguageTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for LanguageTag {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        if text.contains('\0') {
            return Err(Fault::NulCharacter);
        }
        if text.len() > Self::MAX {
            return Err(Fault::TooLong { max: Self::MAX });
        }
        let lower = text.to_ascii_lowercase();
        if IRREGULAR.contains(&lower.as_str()) || is_langtag(&lower) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Fault::InvalidLanguageTag)
        }
    }
}

/// The registered tags that do not follow the grammar (RFC 5646 §2.1, `irregular`).
const IRREGULAR: [&str; 17] = [
    "en-gb-oed",
    "i-ami",
    "i-bnn",
    "i-default",
    "i-enochian",
    "i-hak",
    "i-klingon",
    "i-lux",
    "i-mingo",
    "i-navajo",
    "i-pwn",
    "i-tao",
    "i-tay",
    "i-tsu",
    "sgn-be-fr",
    "sgn-be-nl",
    "sgn-ch-de",
];

fn is_langtag(tag: &str) -> bool {
    let mut subtags = tag.split('-').peekable();
    let alpha = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let alphanumeric = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());

    if subtags.peek() != Some(&"x") {
        let Some(language) = subtags.next().filter(|text| alpha(text) && (2..=8).contains(&text.len()))
        else {
            return false;
        };
        let mut extended = 0;
        while language.len() <= 3
            && extended < 3
            && subtags.next_if(|text| alpha(text) && text.len() == 3).is_some()
        {
            extended += 1;
        }
        subtags.next_if(|text| alpha(text) && text.len() == 4);
        subtags.next_if(|text| (alpha(text) && text.len() == 2) || (digits(text) && text.len() == 3));
        let mut variants = Vec::new();
        let is_variant = |text: &str| {
            alphanumeric(text)
                && ((5..=8).contains(&text.len())
                    || (text.len() == 4 && text.starts_with(|first: char| first.is_ascii_digit())))
        };
        while let Some(variant) = subtags.next_if(|text| is_variant(text)) {
            variants.push(variant);
        }
        let mut singletons = Vec::new();
        while let Some(singleton) =
            subtags.next_if(|text| alphanumeric(text) && text.len() == 1 && *text != "x")
        {
            singletons.push(singleton);
            let mut has_part = false;
            while subtags.next_if(|text| alphanumeric(text) && (2..=8).contains(&text.len())).is_some() {
                has_part = true;
            }
            if !has_part {
                return false;
            }
        }
        if has_twin(&mut variants) || has_twin(&mut singletons) {
            return false;
        }
    }
    if subtags.next_if_eq(&"x").is_some() {
        let mut private = subtags.peekable();
        return private.peek().is_some() && private.all(|text| alphanumeric(text) && text.len() <= 8);
    }
    subtags.next().is_none()
}

fn has_twin(subtags: &mut [&str]) -> bool {
    subtags.sort_unstable();
    subtags.windows(2).any(|pair| pair.first() == pair.last())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_rfc_5646_are_tags() {
        for tag in [
            "en",
            "de",
            "i-enochian",
            "zh-Hant",
            "zh-cmn-Hans-CN",
            "sr-Latn-RS",
            "sl-rozaj-biske",
            "de-CH-1901",
            "hy-Latn-IT-arevela",
            "es-419",
            "de-CH-x-phonebk",
            "x-whatever",
            "qaa-Qaaa-QM-x-southern",
            "en-US-u-islamcal",
            "zh-CN-a-myext-x-private",
            "en-a-myext-b-another",
            "ar-a-aaa-b-bbb",
            "en-GB-oed",
            "sgn-BE-FR",
            "art-lojban",
            "cel-gaulish",
            "zh-min-nan",
            "zh-xiang",
            "EN-us",
            "root",
            "abcde",
            "de-1996",
            "x-a-12345678",
            "en-x-a",
        ] {
            assert!(tag.parse::<LanguageTag>().is_ok(), "{tag}");
        }
    }

    #[test]
    fn what_breaks_the_grammar_is_refused() {
        for tag in [
            "",
            "e",
            "de-419-DE",
            "a-DE",
            "ar-a-aaa-b-bbb-a-ccc",
            "en_US",
            "en-",
            "-en",
            "en--US",
            "english-language-x",
            "x",
            "x-",
            "en-x",
            "de-1901-1901",
            "é",
            "en US",
            "en-a",
            "toolonglanguage",
            "abcd-abc",
            "zh-abc-abc-abc-abc",
            "de-DE-Latn",
            "en-US-GB",
            "en-ab1-cd",
            "en-abcd1234x",
            "en-1abcd1234",
            "en-ab1",
            "en-abcd-efgh",
            "en-u-abcdefghi",
            "en-u-a",
            "x-123456789",
            "i-unknown",
            " en",
            "en ",
        ] {
            assert_eq!(tag.parse::<LanguageTag>(), Err(Fault::InvalidLanguageTag), "{tag}");
        }
    }

    #[test]
    fn a_tag_is_kept_as_given_and_bounded() {
        assert_eq!("zh-hANT".parse::<LanguageTag>().unwrap().as_str(), "zh-hANT");
        assert_eq!("en-GB".parse::<LanguageTag>().unwrap().to_string(), "en-GB");
        let long =
            |parts: usize, last: usize| format!("en-x{}-{}", "-12345678".repeat(parts), "a".repeat(last));
        assert!(long(10, 5).parse::<LanguageTag>().is_ok());
        assert_eq!(long(10, 6).parse::<LanguageTag>(), Err(Fault::TooLong { max: 100 }));
        assert_eq!("en\0".parse::<LanguageTag>(), Err(Fault::NulCharacter));
    }
}
