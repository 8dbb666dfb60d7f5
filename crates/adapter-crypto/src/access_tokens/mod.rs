//! Access tokens: JWTs by RFC 9068. Whatever is unknown in one is refused.

mod claims;
mod compact_form;
mod verified_tokens;

use roster_domain::{AccessToken, Instant};
use roster_ports::{AccessTokens, InvalidToken, KeyError};
use secrecy::SecretString;
use std::sync::Arc;

use crate::signing_keys::{InstalledKeys, KeyRing};
use claims::{Claims, VerifiedClaims};
use verified_tokens::VerifiedTokens;

const MEDIA_TYPE: &str = "at+jwt";

/// Signs and verifies access tokens with the keys of a [`KeyRing`]; issuer and audience are the service itself.
///
/// A token is judged in this order: its length and form, its header, the key that the header names and whether algorithm
/// and length of the signature are that key's, the signature, the claims, the times. biscuit sees only tokens that were
/// found good so far, and never reads a claim. Tokens that were found valid are remembered, a bounded number of them, until
/// the set of keys changes; their times are judged every time.
pub struct JwtAccessTokens {
    issuer: String,
    keys: Arc<KeyRing>,
    verified: VerifiedTokens,
}

impl JwtAccessTokens {
    /// Access tokens of this issuer, which is the public URL of the service.
    pub fn new(issuer: String, keys: Arc<KeyRing>) -> Self {
        Self { issuer, keys, verified: VerifiedTokens::default() }
    }

    fn read(&self, token: &str, keys: &InstalledKeys) -> Result<VerifiedClaims, InvalidToken> {
        let form = compact_form::read(token)?;
        let key = keys.find(&form.key_id).ok_or(refused("unknown key"))?;
        form.check_key(key)?;
        let payload = key.verify(token).ok_or(refused("wrong signature"))?;
        Claims::read(&payload)?.verify(&self.issuer)
    }
}

impl AccessTokens for JwtAccessTokens {
    fn issue(&self, token: &AccessToken) -> Result<SecretString, KeyError> {
        let claims = Claims::of(token, &self.issuer).ok_or(KeyError::Failed)?;
        let payload = serde_json::to_vec(&claims).map_err(|_| KeyError::Failed)?;
        self.keys.installed().signing_at(token.issued_at)?.sign(MEDIA_TYPE, payload).map(SecretString::from)
    }

    fn verify(&self, token: &str, now: Instant) -> Result<AccessToken, InvalidToken> {
        compact_form::check_length(token)?;
        let keys = self.keys.installed();
        let known = self.verified.find(token, keys.generation);
        if let Some(claims) = known {
            claims.check_times(now)?;
            return Ok(claims.token);
        }
        let claims = self.read(token, &keys)?;
        claims.check_times(now)?;
        self.verified.remember(token, keys.generation, claims.clone());
        Ok(claims.token)
    }
}

const fn refused(reason: &'static str) -> InvalidToken {
    InvalidToken { reason }
}

#[cfg(test)]
mod tests;
