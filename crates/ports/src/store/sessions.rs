use roster_domain::{Instant, Session, SessionId, UserId};

use super::Stored;
use crate::TokenHash;

/// Whether a refresh token was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshTokenState {
    /// Not yet.
    Unused,
    /// It was exchanged for its successor; whoever shows it again replays it.
    Used,
}

/// A refresh token on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshTokenRecord {
    /// The sign-in that it continues.
    pub session: SessionId,
    /// From when on it is refused.
    pub expires_at: Instant,
    /// Whether it was used.
    pub state: RefreshTokenState,
}

/// A refresh token to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRefreshToken {
    /// The hash of the secret.
    pub hash: TokenHash,
    /// From when on it is refused.
    pub expires_at: Instant,
}

/// Reads sign-ins.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait ReadSessions {
    /// The living sign-in, or `None`.
    fn session(&mut self, id: SessionId) -> Stored<Option<Session>>;

    /// The refresh token of this hash, or `None`. Those of ended sessions are gone with them.
    fn refresh_token(&mut self, hash: &TokenHash) -> Stored<Option<RefreshTokenRecord>>;
}

/// Writes sign-ins.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait WriteSessions {
    /// Starts a sign-in, with the first refresh token of its chain where there is one. `expires_at` is when the last of
    /// its tokens is over.
    fn start<'a>(
        &mut self,
        session: &Session,
        expires_at: Instant,
        refresh_token: Option<&'a NewRefreshToken>,
    ) -> Stored<()>;

    /// Marks a refresh token used, and keeps its successor and the session's last use.
    fn rotate(&mut self, used: &TokenHash, successor: &NewRefreshToken, session: &Session) -> Stored<()>;

    /// Ends a sign-in with all its tokens.
    fn end(&mut self, id: SessionId) -> Stored<()>;

    /// Ends every sign-in of the user but this one; returns those that ended.
    fn end_all(&mut self, user: UserId, but: Option<SessionId>) -> Stored<Vec<Session>>;

    /// Removes what is over since before `now`, refresh tokens first and then sign-ins: at most `limit` rows of both
    /// together. Returns how many.
    fn sweep(&mut self, now: Instant, limit: u32) -> Stored<u32>;
}
