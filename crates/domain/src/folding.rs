use icu_casemap::CaseMapper;
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use icu_properties::props::{GeneralCategory, Script};
use icu_properties::{CodePointMapData, CodePointMapDataBorrowed};

use crate::PersonName;

/// The version of [`fold`]: stored beside what it made, so that a newer one can fold again.
pub const FOLDING_VERSION: u16 = 1;

/// Between the two folded names of a key. It sorts before every character that a name can have.
const SEPARATOR: char = '\u{1}';

/// Folds text for comparing and searching, so that case, accents and ligatures do not matter.
///
/// NFKD; full case folding; NFKD again; combining marks dropped on Latin, Greek and Cyrillic letters; some letters
/// without decomposition spelt out; NFC; runs of white space to one space.
pub fn fold(text: &str) -> String {
    let nfkd = DecomposingNormalizerBorrowed::new_nfkd();
    let folded = CaseMapper::new().fold_string(&nfkd.normalize(text)).into_owned();
    let plain = spelt_out(&nfkd.normalize(&folded));
    one_space(&ComposingNormalizerBorrowed::new_nfc().normalize(&plain))
}

fn spelt_out(decomposed: &str) -> String {
    let categories = CodePointMapData::<GeneralCategory>::new();
    let scripts = CodePointMapData::<Script>::new();
    let mut plain = String::with_capacity(decomposed.len());
    let mut on_plain_letter = false;
    for character in decomposed.chars() {
        match categories.get(character) {
            GeneralCategory::NonspacingMark if on_plain_letter => continue,
            GeneralCategory::NonspacingMark
            | GeneralCategory::SpacingMark
            | GeneralCategory::EnclosingMark => {}
            category => on_plain_letter = is_plain_letter(character, category, scripts),
        }
        match character {
            'æ' => plain.push_str("ae"),
            'œ' => plain.push_str("oe"),
            'ø' => plain.push('o'),
            'ł' => plain.push('l'),
            'đ' | 'ð' => plain.push('d'),
            'ħ' => plain.push('h'),
            'ŧ' => plain.push('t'),
            'þ' => plain.push_str("th"),
            'ı' => plain.push('i'),
            'ĸ' => plain.push('k'),
            'ŋ' => plain.push('n'),
            other => plain.push(other),
        }
    }
    plain
}

fn is_plain_letter(
    character: char,
    category: GeneralCategory,
    scripts: CodePointMapDataBorrowed<'_, Script>,
) -> bool {
    let is_letter = matches!(
        category,
        GeneralCategory::UppercaseLetter
            | GeneralCategory::LowercaseLetter
            | GeneralCategory::TitlecaseLetter
            | GeneralCategory::ModifierLetter
            | GeneralCategory::OtherLetter
    );
    is_letter && matches!(scripts.get(character), Script::Latin | Script::Greek | Script::Cyrillic)
}

fn one_space(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len());
    let mut in_space = false;
    for character in text.chars() {
        let is_space = character.is_whitespace();
        if !is_space {
            spaced.push(character);
        } else if !in_space {
            spaced.push(' ');
        }
        in_space = is_space;
    }
    spaced
}

/// The folded last and first name of a person: what lists are ordered by and searches look into.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameKey(String);

impl NameKey {
    /// The key of these names.
    pub fn of(first: &PersonName, last: &PersonName) -> Self {
        Self(format!("{}{SEPARATOR}{}", fold(last.as_str()), fold(first.as_str())))
    }

    /// The key that a store gave back.
    pub const fn from_stored(key: String) -> Self {
        Self(key)
    }

    /// The key as text, for storing. Compare it by bytes.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The words of a search: each must occur in the folded first or the folded last name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SearchWords(Vec<String>);

impl SearchWords {
    /// The longest search, in characters.
    pub const MAX: usize = 100;

    /// The words of this text, folded; `None` when it is blank.
    pub fn of(text: &str) -> Option<Self> {
        let words: Vec<String> = fold(text).split_whitespace().map(str::to_owned).collect();
        if words.is_empty() { None } else { Some(Self(words)) }
    }

    /// The words. A word never matches across the two names: none that could has a match at all.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether a name could match: control characters occur in no name, the separator of keys among them.
    pub fn can_match(&self) -> bool {
        !self.0.iter().any(|word| word.chars().any(char::is_control))
    }

    /// Whether a person of this key is found.
    pub fn match_name(&self, key: &NameKey) -> bool {
        self.can_match() && self.iter().all(|word| key.0.contains(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("Zoë", "zoe")]
    #[case("STRASSE", "strasse")]
    #[case("Straße", "strasse")]
    #[case("Ærøskøbing", "aeroskobing")]
    #[case("Łódź", "lodz")]
    #[case("Þórður Eiðsson", "thordur eidsson")]
    #[case("İSTANBUL ıI", "istanbul ii")]
    #[case("ﬁn", "fin")]
    #[case("Ａｌｉｃｅ", "alice")]
    #[case("Ёлка Йод", "елка иод")]
    #[case("Άλφας ΣΊΣΥΦΟΣ", "αλφασ σισυφοσ")]
    #[case("הַשָּׁנָה", "הַשָּׁנָה")]
    #[case("が", "が")]
    #[case("a \t\u{3000} b", "a b")]
    #[case("ŒĦŦŊĸĐ", "oehtnkd")]
    fn names_fold(#[case] text: &str, #[case] folded: &str) {
        let nfc = ComposingNormalizerBorrowed::new_nfc();
        assert_eq!(fold(text), nfc.normalize(folded));
    }

    proptest! {
        #[test]
        fn equal_under_normalisation_folds_equal(text in "\\PC{0,20}") {
            let nfd = DecomposingNormalizerBorrowed::new_nfd().normalize(&text).into_owned();
            prop_assert_eq!(fold(&text), fold(&nfd));
        }

        #[test]
        fn a_name_is_found_by_its_own_words(first in "\\pL{1,12}", last in "\\pL{1,12}") {
            let key = NameKey::of(&first.parse().unwrap(), &last.parse().unwrap());
            let words = SearchWords::of(&format!("{last}  {first}")).unwrap();
            prop_assert!(words.match_name(&key));
        }
    }

    #[test]
    fn no_word_matches_across_the_two_names() {
        let key = NameKey::of(&"Ann".parse().unwrap(), &"Bell".parse().unwrap());
        for text in ["bellann", "annbell", "\u{1}", "l\u{1}a", "a%", "_"] {
            assert!(!SearchWords::of(text).unwrap().match_name(&key), "{text:?}");
        }
        assert!(SearchWords::of("ell nn").unwrap().match_name(&key));
        assert_eq!(SearchWords::of(" \t "), None);
    }

    #[test]
    fn keys_sort_by_last_name_first() {
        let key = |first: &str, last: &str| NameKey::of(&first.parse().unwrap(), &last.parse().unwrap());
        assert!(key("Zed", "An") < key("Al", "Ann"));
        assert!(key("Al", "Ann") < key("Bo", "Ann"));
    }
}
