//! Values parsed once: whoever holds one need not check it again.

mod common_passwords;
mod email;
mod language_tag;
mod password;
mod phone_number;
mod picture_name;
mod text;

pub use email::{Email, EmailKey};
pub use language_tag::LanguageTag;
pub use password::{Password, PersonalWords};
pub use phone_number::PhoneNumber;
pub use picture_name::{PictureFormat, PictureName};
pub use text::{Description, JobTitle, PersonName};
