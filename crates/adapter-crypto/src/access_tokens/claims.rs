use chrono::TimeDelta;
use roster_domain::{AccessToken, ClientId, Instant, PrincipalId, SessionId};
use roster_ports::InvalidToken;
use serde::{Deserialize, Deserializer, Serialize};
use std::str::FromStr;

use super::compact_form::read_object;
use super::refused;

/// The seconds that `iat` and `nbf` may lie ahead, for clocks that differ.
const MAX_AHEAD: TimeDelta = TimeDelta::seconds(60);

/// The first second of the year 10000, which no date of ours reaches.
const END_OF_DATES: i64 = 253_402_300_800;

/// Every claim that a token may have (RFC 9068 §2.2). One that is given twice is refused as well.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Claims {
    iss: String,
    aud: Audience,
    sub: String,
    exp: NumericDate,
    iat: NumericDate,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    nbf: Option<NumericDate>,
    jti: String,
    client_id: String,
    scope: String,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
}

/// `aud` may be written in two ways (RFC 7519 §4.1.3).
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Whole seconds since 1970 (RFC 7519 §2), between then and the year 10000.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "i64")]
struct NumericDate(i64);

impl TryFrom<i64> for NumericDate {
    type Error = &'static str;

    fn try_from(seconds: i64) -> Result<Self, Self::Error> {
        if 0 < seconds && seconds < END_OF_DATES { Ok(Self(seconds)) } else { Err("out of range") }
    }
}

impl NumericDate {
    fn of(instant: Instant) -> Option<Self> {
        instant.timestamp().try_into().ok()
    }

    fn instant(self) -> Result<Instant, InvalidToken> {
        Instant::from_timestamp_secs(self.0).ok_or(refused("a date out of range"))
    }
}

/// A member that may be absent, but not null.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// What a token that we issued says.
#[derive(Clone)]
pub(super) struct VerifiedClaims {
    pub(super) token: AccessToken,
    not_before: Option<Instant>,
}

impl Claims {
    /// The claims of a token; `None` where a date has no `NumericDate`.
    pub(super) fn of(token: &AccessToken, issuer: &str) -> Option<Self> {
        Some(Self {
            iss: issuer.to_owned(),
            aud: Audience::One(issuer.to_owned()),
            sub: token.subject.id(),
            exp: NumericDate::of(token.expires_at)?,
            iat: NumericDate::of(token.issued_at)?,
            nbf: None,
            jti: token.id.to_string(),
            client_id: token.client.to_string(),
            scope: token.scopes.to_string(),
            sid: token.session.map(|session| session.to_string()),
        })
    }

    /// Reads a payload whose signature was found right.
    pub(super) fn read(payload: &[u8]) -> Result<Self, InvalidToken> {
        read_object(payload).ok_or(refused("claims that are not ours"))
    }

    /// Judges all but the times.
    pub(super) fn verify(self, issuer: &str) -> Result<VerifiedClaims, InvalidToken> {
        if self.iss != issuer {
            return Err(refused("another issuer"));
        }
        if !self.aud.is_just(issuer) {
            return Err(refused("another audience"));
        }
        let client: ClientId = parse(&self.client_id)?;
        let session: Option<SessionId> = self.sid.as_deref().map(parse).transpose()?;
        let subject = match session {
            Some(_) => PrincipalId::User(parse(&self.sub)?),
            None if self.sub == self.client_id => PrincipalId::Client(client.clone()),
            None => return Err(refused("a subject without a session")),
        };
        let token = AccessToken {
            id: parse(&self.jti)?,
            subject,
            client,
            session,
            scopes: parse(&self.scope)?,
            issued_at: self.iat.instant()?,
            expires_at: self.exp.instant()?,
        };
        Ok(VerifiedClaims { token, not_before: self.nbf.map(NumericDate::instant).transpose()? })
    }
}

impl Audience {
    fn is_just(&self, issuer: &str) -> bool {
        match self {
            Self::One(audience) => audience == issuer,
            Self::Many(audiences) => audiences.as_slice() == [issuer],
        }
    }
}

fn parse<T: FromStr>(claim: &str) -> Result<T, InvalidToken> {
    claim.parse().map_err(|_| refused("a claim of another form"))
}

impl VerifiedClaims {
    /// `exp` has no leeway, and is the first instant at which the token is refused (RFC 7519 §4.1.4).
    pub(super) fn check_times(&self, now: Instant) -> Result<(), InvalidToken> {
        if now >= self.token.expires_at {
            return Err(refused("expired"));
        }
        let latest = now + MAX_AHEAD;
        if self.token.issued_at > latest {
            return Err(refused("issued in the future"));
        }
        if self.not_before.is_some_and(|not_before| not_before > latest) {
            return Err(refused("not valid yet"));
        }
        Ok(())
    }
}
