//! Texts over which databases differ: scripts, case, composition, what is invisible, and what means something in a pattern.

use roster_tests::Dice;

const PIECES: [&str; 64] = [
    "Łukasz",
    "łukasz",
    "lukasz",
    "Żółć",
    "Σίσυφος",
    "ΣΙΣΥΦΟΣ",
    "σισυφοσ",
    "\u{390}",
    "\u{1FD3}",
    "İpek",
    "ipek",
    "Ipek",
    "ıpek",
    "I\u{307}pek",
    "Straße",
    "STRASSE",
    "STRAẞE",
    "ſtraße",
    "ﬁne",
    "fine",
    "FINE",
    "ﬃ",
    "é",
    "e\u{301}",
    "É",
    "e",
    "\u{1E9B}\u{323}",
    "\u{212B}",
    "Å",
    "A\u{30A}",
    "\u{212A}",
    "K",
    "田中",
    "さくら",
    "サクラ",
    "ｻｸﾗ",
    "각",
    "각",
    "محمد",
    "ﷺ",
    "שלום",
    "שָׁלוֹם",
    "हिन्दी",
    "ไทย",
    "👩‍👩‍👧",
    "🇩🇪",
    "\u{1F600}",
    "\u{10FFFF}",
    "ǅ",
    "ǆ",
    "\u{200B}",
    "\u{200D}",
    "\u{202E}abc",
    "\u{FEFF}",
    "O'Neil",
    "\"q\"",
    "%",
    "_",
    "\\",
    "100%_\\",
    "*",
    "－",
    "Zoë",
    "z",
];

/// What no name can have, or might be lost on the way.
const STRANGE: [&str; 14] = [
    "",
    " ",
    "\u{0}",
    "a\u{0}b",
    "a\tb",
    "a\nb",
    "\u{1b}[0m",
    "\u{7f}",
    "\u{85}",
    "\u{a0}",
    "\u{3000}",
    "\u{2028}",
    "\\u0000",
    "'; DROP TABLE users; --",
];

const LOCAL_PARTS: [&str; 24] = [
    "ada", "ADA", "Ada", "straße", "STRASSE", "strasse", "ipek", "İPEK", "ıpek", "é", "e\u{301}", "É",
    "o'neil", "a+b", "a.b", "a_b", "a%b", "ﬁ", "fi", "\u{212A}", "k", "田中", "σας", "ΣΑΣ",
];

const DOMAINS: [&str; 14] = [
    "example.com",
    "EXAMPLE.com",
    "Example.Com",
    "bücher.example",
    "BÜCHER.example",
    "bu\u{308}cher.example",
    "xn--bcher-kva.example",
    "faß.example",
    "fass.example",
    "xn--fa-hia.example",
    "example.com.",
    "ex_ample.com",
    "localhost",
    "例え.example",
];

/// A name of one to three pieces, or now and then something that is no name.
pub(super) fn name(dice: &mut Dice) -> String {
    match dice.roll(40) {
        0 => "x".repeat(dice.roll(300)),
        1 => "ﷺ".repeat(dice.roll(70)),
        2..=4 => (*dice.choose(&STRANGE)).to_owned(),
        _ => words(dice, 3),
    }
}

/// What somebody types who looks for somebody.
pub(super) fn search(dice: &mut Dice) -> String {
    match dice.roll(10) {
        0 => (*dice.choose(&STRANGE)).to_owned(),
        1..=5 => piece_of_a_word(dice),
        _ => words(dice, 2),
    }
}

fn words(dice: &mut Dice, most: usize) -> String {
    let count = 1 + dice.roll(most);
    let words: Vec<&str> = (0..count).map(|_| *dice.choose(&PIECES)).collect();
    words.join(if dice.happens(50) { " " } else { "" })
}

fn piece_of_a_word(dice: &mut Dice) -> String {
    let signs: Vec<char> = dice.choose(&PIECES).chars().collect();
    let from = dice.roll(signs.len());
    let to = from + 1 + dice.roll(signs.len() - from);
    signs[from..to].iter().collect()
}

/// An address, of few: most have a twin that is another spelling.
pub(super) fn address(dice: &mut Dice) -> String {
    if dice.happens(3) {
        return name(dice);
    }
    let (local, domain) =
        (*dice.choose(&LOCAL_PARTS), if dice.happens(60) { DOMAINS[0] } else { *dice.choose(&DOMAINS) });
    format!("{local}@{domain}")
}
