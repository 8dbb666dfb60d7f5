//! Hashing, tokens, keys and seals: the only crate that touches bcrypt, biscuit and ring.
//!
//! Each purpose has a key of its own, derived from the [`MasterSecrets`]. Opaque tokens alone need none: they are random
//! enough by themselves.

mod access_tokens;
mod hex;
mod master_secret;
mod opaque_tokens;
mod password_hasher;
mod random;
mod sealed_box;
mod seals;
mod signing_keys;

pub use access_tokens::JwtAccessTokens;
pub use master_secret::{MasterSecrets, WeakSecret};
pub use opaque_tokens::RandomOpaqueTokens;
pub use password_hasher::BcryptHasher;
pub use seals::{HmacIntercomIdentity, HmacSeals};
pub use signing_keys::KeyRing;
