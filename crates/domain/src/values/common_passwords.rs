//! The passwords that everybody tries first.
//!
//! A list is text as it was shipped, about 165 kB in all: folded, sorted by bytes, each password once and on a line of
//! its own. It is searched where it lies in the binary and never copied. `docs/dependencies.md` says whence it is.

use std::cmp::Ordering;

/// The list that Django ships. Its licence is beside it.
const PUBLIC: &str = include_str!("../../data/common_passwords.txt");

/// What we add, mostly long: the public list has few words of the length that is asked for here.
const FURTHER: &str = include_str!("../../data/further_common_passwords.txt");

/// Whether this folded word is a common password.
pub(super) fn contains(word: &str) -> bool {
    [PUBLIC, FURTHER].into_iter().any(|list| has_line(list, word))
}

/// Whether one of the sorted lines is this word: looks at the line in the middle, and goes on in the half that remains.
fn has_line(sorted: &str, word: &str) -> bool {
    let mut lines = sorted;
    while !lines.is_empty() {
        let (before, after) = lines.split_at(lines.floor_char_boundary(lines.len() / 2));
        let (earlier, head) = before.rsplit_once('\n').unwrap_or(("", before));
        let (tail, later) = after.split_once('\n').unwrap_or((after, ""));
        lines = match head.bytes().chain(tail.bytes()).cmp(word.bytes()) {
            Ordering::Less => later,
            Ordering::Equal => return true,
            Ordering::Greater => earlier,
        };
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fault, Password, fold};
    use proptest::prelude::*;
    use proptest::sample::select;

    fn words() -> impl Iterator<Item = &'static str> {
        PUBLIC.lines().chain(FURTHER.lines())
    }

    #[test]
    fn the_lists_are_folded_sorted_and_say_nothing_twice() {
        for list in [PUBLIC, FURTHER] {
            let lines: Vec<&str> = list.lines().collect();
            assert!(lines.is_sorted_by(|one, next| one < next));
            assert_eq!(list.strip_suffix('\n'), Some(lines.join("\n").as_str()));
            for line in lines {
                assert!(!line.is_empty() && line == line.trim() && line == fold(line), "{line:?}");
            }
        }
        assert!(FURTHER.lines().all(|word| !PUBLIC.lines().any(|line| line == word)));
    }

    #[test]
    fn the_lists_are_long_and_take_little_room() {
        assert!(PUBLIC.lines().count() > 19_000);
        assert!(FURTHER.lines().any(|word| word == "correct horse battery staple"));
        assert!(PUBLIC.len() + FURTHER.len() < 170_000);
    }

    #[test]
    fn every_word_is_refused_alone_and_repeated_in_any_letter_case() {
        let is_refused =
            |text: &str| matches!(judge(text), Err(Fault::PasswordCommon | Fault::PasswordRepetitive));
        for word in words() {
            let repeated = word.repeat(15_usize.div_ceil(word.chars().count()));
            assert!(is_refused(&repeated) && is_refused(&repeated.to_uppercase()), "{repeated:?}");
            if word.chars().count() >= Password::LEAST_MIN {
                assert!(is_refused(word) && is_refused(&word.to_uppercase()), "{word:?}");
            }
        }
    }

    fn judge(text: &str) -> Result<(), Fault> {
        Password::judge(text, Password::LEAST_MIN)
    }

    /// Words near those of the lists: one of them, without its end, or with more at the end.
    fn near_a_word() -> impl Strategy<Value = String> {
        let listed = || select(words().collect::<Vec<_>>());
        prop_oneof![
            listed().prop_map(str::to_owned),
            listed().prop_map(|word| word.chars().take(word.chars().count() - 1).collect()),
            (listed(), "[ -~ья\n]").prop_map(|(word, more)| format!("{word}{more}")),
            "[a-c1]{1,4}",
        ]
    }

    proptest! {
        #[test]
        fn the_search_finds_what_reading_every_line_finds(word in near_a_word()) {
            prop_assert_eq!(contains(&word), words().any(|line| line == word));
        }

        #[test]
        fn common_is_what_repeats_a_word_and_nothing_else(
            word in near_a_word(), times in 1_usize..20, more in "[a1 ]{0,1}",
        ) {
            let text = format!("{}{more}", word.repeat(times));
            let folded = fold(&text);
            let repeats = |line: &str| folded.split(line).all(str::is_empty);
            match judge(&text) {
                Ok(()) => prop_assert!(!words().any(repeats), "{:?}", text),
                Err(Fault::PasswordCommon) => prop_assert!(words().any(repeats), "{:?}", text),
                Err(_) => {}
            }
        }
    }
}
