use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::Instant;

/// How an access token is signed (RFC 7518 §3.1). The service makes keys for the first; keys for both can be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SigningAlgorithm {
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256, on a key of at least 2048 bits.
    Rs256,
}

impl SigningAlgorithm {
    /// Every algorithm.
    pub const ALL: [Self; 2] = [Self::Es256, Self::Rs256];

    /// Its name (`alg`).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
        }
    }
}

impl fmt::Display for SigningAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Not a signing algorithm of this service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be ES256 or RS256")]
pub struct UnknownAlgorithm;

impl FromStr for SigningAlgorithm {
    type Err = UnknownAlgorithm;

    fn from_str(text: &str) -> Result<Self, UnknownAlgorithm> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == text).ok_or(UnknownAlgorithm)
    }
}

/// The time in which a signing key is used. It is published from the beginning until it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyTerm {
    /// From when on it signs, until a key with a later such instant does.
    pub signs_from: Instant,
    /// The longest lifetime of the tokens that it signed or may sign.
    pub longest_token: Duration,
}

/// How long a new key is published before it signs: whoever read the key set just before may keep it for 300 s, and
/// each instance needs a moment to learn of the key.
const LEAD: Duration = Duration::from_secs(310);

/// By how much the clocks of instances may differ.
const CLOCKS_DIFFER: Duration = Duration::from_mins(1);

impl KeyTerm {
    /// Signs from this instant on.
    pub const fn from(signs_from: Instant) -> Self {
        Self { signs_from, longest_token: Duration::ZERO }
    }

    /// Signs as soon as everybody who verifies can know of it.
    pub fn after_announcement(now: Instant) -> Self {
        Self::from(now + LEAD)
    }

    /// Which of the keys, ordered by when they begin to sign, signs at this instant: the last that has begun, or, should
    /// the clock have gone back, the first.
    pub fn signing(terms: &[Self], now: Instant) -> Option<usize> {
        let begun = terms.iter().rposition(|term| term.signs_from <= now);
        begun.or(if terms.is_empty() { None } else { Some(0) })
    }

    /// Whether each of the keys, ordered by when they begin to sign, is over: another signs, and whatever it signed has
    /// expired.
    pub fn are_over(terms: &[Self], now: Instant) -> Vec<bool> {
        let next = terms.iter().skip(1).map(Some).chain(std::iter::once(None));
        let is_over = |(term, next): (&Self, Option<&Self>)| {
            next.is_some_and(|next| next.signs_from + term.longest_token + CLOCKS_DIFFER <= now)
        };
        terms.iter().zip(next).map(is_over).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    fn at(second: i64) -> Instant {
        chrono::Utc.timestamp_opt(second, 0).unwrap()
    }

    fn terms(signs_from: &[i64]) -> Vec<KeyTerm> {
        let longest_token = Duration::from_mins(5);
        signs_from.iter().map(|second| KeyTerm { signs_from: at(*second), longest_token }).collect()
    }

    #[test]
    fn algorithms_have_their_registered_names() {
        for algorithm in SigningAlgorithm::ALL {
            assert_eq!(algorithm.to_string().parse(), Ok(algorithm));
        }
        for text in ["", "es256", "HS256", "none"] {
            assert_eq!(text.parse::<SigningAlgorithm>(), Err(UnknownAlgorithm));
        }
    }

    #[test]
    fn a_key_signs_from_its_instant_until_the_next_ones() {
        let terms = terms(&[0, 1_000]);
        assert_eq!(KeyTerm::signing(&terms, at(999)), Some(0));
        assert_eq!(KeyTerm::signing(&terms, at(1_000)), Some(1));
        assert_eq!(KeyTerm::signing(&terms, at(-1)), Some(0), "a clock that went back still signs");
        assert_eq!(KeyTerm::signing(&[], at(0)), None);
    }

    #[test]
    fn a_new_key_is_announced_for_longer_than_a_key_set_may_be_kept() {
        assert_eq!(KeyTerm::after_announcement(at(0)).signs_from, at(310));
    }

    #[test]
    fn a_key_is_over_when_another_signs_and_its_tokens_are_dead() {
        let terms = terms(&[0, 1_000, 2_000]);
        assert_eq!(KeyTerm::are_over(&terms, at(1_359)), [false, false, false]);
        assert_eq!(KeyTerm::are_over(&terms, at(1_360)), [true, false, false]);
        assert_eq!(KeyTerm::are_over(&terms, at(1_000_000)), [true, true, false], "the last one stays");
    }
}
