use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// A method of HTTP: a token (RFC 9110 §5.6.2), compared exactly, of 32 characters at most.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Method(String);

/// Not a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be a method of HTTP, such as GET")]
pub struct NotAMethod;

impl Method {
    const LONGEST: usize = 32;

    /// The method as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Method {
    type Err = NotAMethod;

    fn from_str(text: &str) -> Result<Self, NotAMethod> {
        let is_short = (1..=Self::LONGEST).contains(&text.len());
        if is_short && text.bytes().all(is_token) { Ok(Self(text.to_owned())) } else { Err(NotAMethod) }
    }
}

const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~')
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_is_a_token_and_keeps_its_case() {
        for text in ["GET", "get", "M-SEARCH", "VERSION-CONTROL", "!#$%&'*+-.^_`|~09azAZ"] {
            assert_eq!(text.parse::<Method>().unwrap().to_string(), text);
        }
        assert_ne!("GET".parse::<Method>(), "get".parse::<Method>());
    }

    #[test]
    fn what_is_no_token_is_no_method() {
        let long = "A".repeat(33);
        for text in ["", " ", "GET ", "GET,POST", "GET/", "G\tT", "G\"T", "(GET)", "GÉT", "\u{7f}", &long] {
            assert_eq!(text.parse::<Method>(), Err(NotAMethod), "{text:?}");
        }
        assert!("A".repeat(32).parse::<Method>().is_ok());
    }
}
