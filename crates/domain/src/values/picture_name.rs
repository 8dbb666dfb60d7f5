use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// The form in which a picture is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PictureFormat {
    /// JPEG, for pictures without transparency.
    Jpeg,
    /// PNG, for pictures with transparency.
    Png,
}

impl PictureFormat {
    /// The ending of file names.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
        }
    }

    /// The media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }
}

/// Names a picture by the SHA-256 of its bytes: `{64 hex digits}.{jpg|png}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PictureName {
    /// The SHA-256 of the stored bytes.
    pub sha256: [u8; 32],
    /// The form in which it is kept.
    pub format: PictureFormat,
}

/// The text names no picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not the name of a picture")]
pub struct NotAPictureName;

impl fmt::Display for PictureName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.sha256 {
            write!(f, "{byte:02x}")?;
        }
        write!(f, ".{}", self.format.extension())
    }
}

impl FromStr for PictureName {
    type Err = NotAPictureName;

    /// Reads the one spelling that [`fmt::Display`] writes.
    fn from_str(text: &str) -> Result<Self, NotAPictureName> {
        let (hex, extension) = text.split_once('.').ok_or(NotAPictureName)?;
        let format = match extension {
            "jpg" => PictureFormat::Jpeg,
            "png" => PictureFormat::Png,
            _ => return Err(NotAPictureName),
        };
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if hex.len() != 64 || !hex.bytes().all(is_hex) {
            return Err(NotAPictureName);
        }
        let mut sha256 = [0; 32];
        for (index, byte) in sha256.iter_mut().enumerate() {
            let digits = hex.get(index * 2..index * 2 + 2).ok_or(NotAPictureName)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| NotAPictureName)?;
        }
        Ok(Self { sha256, format })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_and_the_media_type_are_of_one_format() {
        let told = |format: PictureFormat| (format.extension(), format.media_type());
        assert_eq!(told(PictureFormat::Jpeg), ("jpg", "image/jpeg"));
        assert_eq!(told(PictureFormat::Png), ("png", "image/png"));
    }

    #[test]
    fn a_name_has_one_spelling() {
        let name = PictureName { sha256: [0xab; 32], format: PictureFormat::Png };
        let text = format!("{}.png", "ab".repeat(32));
        assert_eq!(name.to_string(), text);
        assert_eq!(text.parse(), Ok(name));
        let mut sha256 = [0; 32];
        sha256.iter_mut().zip(1..).for_each(|(byte, number)| *byte = number * 7);
        for format in [PictureFormat::Jpeg, PictureFormat::Png] {
            let name = PictureName { sha256, format };
            assert_eq!(name.to_string().parse(), Ok(name));
        }
        let (longer, signed) = (format!("ab{text}"), text.replacen("ab", "+b", 1));
        for text in [
            text.to_uppercase(),
            text.replace(".png", ".gif"),
            format!("{text}x"),
            "../x.png".to_owned(),
            longer,
            signed,
        ] {
            assert_eq!(text.parse::<PictureName>(), Err(NotAPictureName), "{text}");
        }
    }
}
