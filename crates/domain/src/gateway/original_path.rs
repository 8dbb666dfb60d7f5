use thiserror::Error;

/// The path of a request to another service, in the one spelling by which rules compare.
///
/// Gateways, rules and the service behind must mean the same by a path. What programs are known to read differently is
/// refused, and of the two spellings of a harmless character, plain and percent-encoded, only the plain one is kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OriginalPath(String);

/// Why no rule looks at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum BadPath {
    /// It does not begin with a slash.
    #[error("the path does not begin with a slash")]
    NotAbsolute,
    /// It is longer than [`OriginalPath::LONGEST`].
    #[error("the path is too long")]
    TooLong,
    /// A segment stands for this folder or the one above, plainly or encoded or before a parameter.
    #[error("the path has a dot segment")]
    DotSegment,
    /// Two slashes follow each other.
    #[error("the path has an empty segment")]
    EmptySegment,
    /// `\`, which some take for a slash.
    #[error("the path has a backslash")]
    Backslash,
    /// A control character, a space, a `#` or a byte beyond ASCII stands in it.
    #[error("the path has a character that no path may have")]
    ForbiddenCharacter,
    /// A percent sign is not followed by two hexadecimal digits.
    #[error("the path has a percent sign that encodes nothing")]
    BrokenEncoding,
    /// What is encoded is a slash, a backslash, a control character, or no UTF-8.
    #[error("the path has an encoded character that no path may have")]
    ForbiddenEncoding,
    /// A character is encoded that never needs it (RFC 3986 §2.3).
    #[error("the path has an encoded character that needs no encoding")]
    NeedlessEncoding,
}

impl OriginalPath {
    /// How many bytes a path may have as it came.
    pub const LONGEST: usize = 2048;

    /// The path of a request target (RFC 9112 §3.2.1): what stands before its query.
    pub fn of_target(target: &[u8]) -> Result<Self, BadPath> {
        let path = target.split(|byte| *byte == b'?').next().unwrap_or_default();
        if path.len() > Self::LONGEST {
            return Err(BadPath::TooLong);
        }
        let rest = path.strip_prefix(b"/").ok_or(BadPath::NotAbsolute)?;
        let mut kept = String::with_capacity(path.len());
        let mut segments = rest.split(|byte| *byte == b'/').peekable();
        while let Some(segment) = segments.next() {
            if segment.is_empty() && segments.peek().is_some() {
                return Err(BadPath::EmptySegment);
            }
            kept.push('/');
            keep_segment(&mut kept, segment)?;
        }
        Ok(Self(kept))
    }

    /// The path in the spelling by which rules compare.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands between the slashes; at least one, and only the last can be empty.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').skip(1)
    }
}

fn keep_segment(kept: &mut String, segment: &[u8]) -> Result<(), BadPath> {
    let mut decoded = Vec::with_capacity(segment.len());
    let mut bytes = segment.iter();
    while let Some(&byte) = bytes.next() {
        if byte == b'%' {
            let encoded = hexadecimal(bytes.next(), bytes.next()).ok_or(BadPath::BrokenEncoding)?;
            keep_encoded(kept, encoded)?;
            decoded.push(encoded);
        } else {
            keep_plain(kept, byte)?;
            decoded.push(byte);
        }
    }
    // A parameter does not make another folder of it: `..;a` is `..` to those who know parameters.
    let name = decoded.split(|byte| *byte == b';').next().unwrap_or_default();
    if matches!(name, b"." | b"..") {
        return Err(BadPath::DotSegment);
    }
    // Overlong forms of a dot or a slash are no UTF-8.
    str::from_utf8(&decoded).map(|_| ()).map_err(|_| BadPath::ForbiddenEncoding)
}

fn keep_plain(kept: &mut String, byte: u8) -> Result<(), BadPath> {
    match byte {
        b'\\' => Err(BadPath::Backslash),
        b'#' => Err(BadPath::ForbiddenCharacter),
        0x21..=0x7e => {
            kept.push(char::from(byte));
            Ok(())
        }
        _ => Err(BadPath::ForbiddenCharacter),
    }
}

fn keep_encoded(kept: &mut String, byte: u8) -> Result<(), BadPath> {
    match byte {
        b'.' => return Err(BadPath::DotSegment),
        b'/' | b'\\' | 0..=0x1f | 0x7f => return Err(BadPath::ForbiddenEncoding),
        b'-' | b'_' | b'~' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
            return Err(BadPath::NeedlessEncoding);
        }
        // These mean something else where they stand plainly.
        b'%' | b'?' | b'#' | b' ' | 0x80.. => {
            let digit =
                |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default().to_ascii_uppercase();
            kept.extend(['%', digit(byte >> 4), digit(byte & 0xf)]);
        }
        _ => kept.push(char::from(byte)),
    }
    Ok(())
}

fn hexadecimal(high: Option<&u8>, low: Option<&u8>) -> Option<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    u8::try_from(digit(high?)? << 4 | digit(low?)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn path(target: &str) -> Result<String, BadPath> {
        OriginalPath::of_target(target.as_bytes()).map(|path| path.as_str().to_owned())
    }

    #[rstest]
    #[case("/", "/")]
    #[case("/a/b", "/a/b")]
    #[case("/a/", "/a/")]
    #[case("/a?b=/../%00//", "/a")]
    #[case("/?", "/")]
    #[case("/a;x=1/b", "/a;x=1/b")]
    #[case("/a;x=../b", "/a;x=../b")]
    #[case("/...", "/...")]
    #[case("/.well-known/a..b", "/.well-known/a..b")]
    #[case("/caf%c3%a9", "/caf%C3%A9")]
    #[case("/a%20b%25c%3fd%23", "/a%20b%25c%3Fd%23")]
    #[case("/a%3Ab%40%7c", "/a:b@|")]
    #[case("/100%25", "/100%25")]
    #[case("/%252e", "/%252e")]
    #[case("/a{b}[c]|\"^`", "/a{b}[c]|\"^`")]
    fn a_path_is_kept_in_one_spelling(#[case] target: &str, #[case] kept: &str) {
        assert_eq!(path(target), Ok(kept.to_owned()));
    }

    #[rstest]
    #[case("", BadPath::NotAbsolute)]
    #[case("a", BadPath::NotAbsolute)]
    #[case("*", BadPath::NotAbsolute)]
    #[case("?/a", BadPath::NotAbsolute)]
    #[case("http://x/a", BadPath::NotAbsolute)]
    #[case("/.", BadPath::DotSegment)]
    #[case("/..", BadPath::DotSegment)]
    #[case("/a/./b", BadPath::DotSegment)]
    #[case("/a/../b", BadPath::DotSegment)]
    #[case("/a/..?x", BadPath::DotSegment)]
    #[case("/a/..;x=1/b", BadPath::DotSegment)]
    #[case("/a/.;/b", BadPath::DotSegment)]
    #[case("/a/..%3bx/b", BadPath::DotSegment)]
    #[case("/a/%2e%2e/b", BadPath::DotSegment)]
    #[case("/a/.%2E/b", BadPath::DotSegment)]
    #[case("/a%2ejs", BadPath::DotSegment)]
    #[case("//", BadPath::EmptySegment)]
    #[case("//a", BadPath::EmptySegment)]
    #[case("/a//b", BadPath::EmptySegment)]
    #[case("/a//", BadPath::EmptySegment)]
    #[case("/a\\b", BadPath::Backslash)]
    #[case("/a%5cb", BadPath::ForbiddenEncoding)]
    #[case("/a%5Cb", BadPath::ForbiddenEncoding)]
    #[case("/a%2fb", BadPath::ForbiddenEncoding)]
    #[case("/a/..%2Fb", BadPath::ForbiddenEncoding)]
    #[case("/a%00b", BadPath::ForbiddenEncoding)]
    #[case("/a%0a", BadPath::ForbiddenEncoding)]
    #[case("/a%7F", BadPath::ForbiddenEncoding)]
    #[case("/%c0%ae", BadPath::ForbiddenEncoding)]
    #[case("/%c0%af", BadPath::ForbiddenEncoding)]
    #[case("/%ff", BadPath::ForbiddenEncoding)]
    #[case("/%61", BadPath::NeedlessEncoding)]
    #[case("/%41", BadPath::NeedlessEncoding)]
    #[case("/a%2Db", BadPath::NeedlessEncoding)]
    #[case("/%5f%7e", BadPath::NeedlessEncoding)]
    #[case("/%30", BadPath::NeedlessEncoding)]
    #[case("/%", BadPath::BrokenEncoding)]
    #[case("/%4", BadPath::BrokenEncoding)]
    #[case("/%4/1", BadPath::BrokenEncoding)]
    #[case("/%zz", BadPath::BrokenEncoding)]
    #[case("/%+1", BadPath::BrokenEncoding)]
    #[case("/a b", BadPath::ForbiddenCharacter)]
    #[case("/a\0b", BadPath::ForbiddenCharacter)]
    #[case("/a\nb", BadPath::ForbiddenCharacter)]
    #[case("/a\u{7f}", BadPath::ForbiddenCharacter)]
    #[case("/a#b", BadPath::ForbiddenCharacter)]
    #[case("/é", BadPath::ForbiddenCharacter)]
    fn what_others_may_read_otherwise_is_refused(#[case] target: &str, #[case] fault: BadPath) {
        assert_eq!(path(target), Err(fault), "{target:?}");
    }

    #[test]
    fn a_path_has_2048_bytes_at_most_and_its_query_does_not_count() {
        let longest = format!("/{}", "a".repeat(2047));
        assert_eq!(path(&longest), Ok(longest.clone()));
        assert_eq!(path(&format!("{longest}?{}", "b".repeat(5000))), Ok(longest.clone()));
        assert_eq!(path(&format!("{longest}a")), Err(BadPath::TooLong));
    }

    fn decoded(path: &str) -> Vec<u8> {
        let mut bytes = path.bytes();
        let mut decoded = Vec::new();
        while let Some(byte) = bytes.next() {
            let encoded = |high: u8, low: u8| hexadecimal(Some(&high), Some(&low)).unwrap();
            decoded.push(if byte == b'%' {
                encoded(bytes.next().unwrap(), bytes.next().unwrap())
            } else {
                byte
            });
        }
        decoded
    }

    proptest! {
        #[test]
        fn nothing_that_is_kept_changes_its_meaning_when_it_is_decoded(
            target in "/([a-c.;%/]|%[0-9a-fA-F]{2}|\\\\|#|:){0,12}"
        ) {
            if let Ok(kept) = OriginalPath::of_target(target.as_bytes()) {
                let plain = decoded(kept.as_str());
                prop_assert_eq!(&plain, &decoded(&target), "no character is lost");
                let slashes = |bytes: &[u8]| bytes.split(|byte| *byte == b'/').count();
                prop_assert_eq!(slashes(&plain), slashes(target.as_bytes()));
                prop_assert!(!plain.contains(&b'\\') && plain.iter().all(|byte| !byte.is_ascii_control()));
                let text = String::from_utf8(plain).unwrap();
                prop_assert!(text.split('/').all(|segment| !matches!(segment.split(';').next(), Some("." | ".."))));
                prop_assert!(!text.contains("//"));
                prop_assert_eq!(OriginalPath::of_target(kept.as_str().as_bytes()), Ok(kept), "kept once is kept");
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(kept) = OriginalPath::of_target(&bytes) {
                prop_assert!(kept.as_str().is_ascii() && kept.segments().count() >= 1);
            }
        }
    }
}
