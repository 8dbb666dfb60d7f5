use std::str::FromStr;

/// Names an attempt at a change, so that trying again does not change twice (`Idempotency-Key`): 1–255 printable
/// characters of ASCII.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for IdempotencyKey {
    type Err = NotAnIdempotencyKey;

    fn from_str(text: &str) -> Result<Self, NotAnIdempotencyKey> {
        let is_printable = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if (1..=255).contains(&text.len()) && is_printable {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAnIdempotencyKey)
        }
    }
}

/// The text is not usable as an idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an idempotency key has 1 to 255 printable ASCII characters")]
pub struct NotAnIdempotencyKey;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_printable_and_bounded() {
        let longest = "k".repeat(255);
        for text in ["k", "8e03978e-40d5-43dd-bc93-6894a57f9324", "\"quoted key\"", "~ !", &longest] {
            assert_eq!(text.parse::<IdempotencyKey>().unwrap().as_str(), text);
        }
        for text in ["", "é", "a\tb", "a\u{7f}", "\0", &"k".repeat(256)] {
            assert_eq!(text.parse::<IdempotencyKey>(), Err(NotAnIdempotencyKey), "{text:?}");
        }
    }
}
