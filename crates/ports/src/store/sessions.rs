use roster_domain::permission::{EndSessions, Permit};
use roster_domain::{ClientId, Instant, Session, SessionId, UserId};

use super::Stored;
use crate::{SealedSuccessor, TokenHash};

/// Whether a refresh token was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefreshTokenState {
    /// Not yet.
    Unused,
    /// It was exchanged for its successor; whoever shows it again repeats or replays it.
    Used {
        /// When.
        at: Instant,
        /// The successor, as long as that is unused and was not wiped.
        successor: Option<SealedSuccessor>,
    },
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

/// The exchange of a refresh token for its successor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// The token that is used now.
    pub used: TokenHash,
    /// When.
    pub at: Instant,
    /// Its successor.
    pub successor: NewRefreshToken,
    /// The successor's secret, for whoever did not get the answer.
    pub sealed: SealedSuccessor,
}

/// Reads sign-ins.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait ReadSessions {
    /// The sign-in that did not end, or `None`.
    fn session(&mut self, id: SessionId) -> Stored<Option<Session>>;

    /// The refresh token of this hash, or `None`. Those of ended sessions are gone with them.
    fn refresh_token(&mut self, hash: &TokenHash) -> Stored<Option<RefreshTokenRecord>>;

    /// At most `take` living sign-ins of a person, the one that was used last first.
    fn of_user(&mut self, user: UserId, now: Instant, take: u32) -> Stored<Vec<Session>>;

    /// At most `take` sign-ins through a client, over or not.
    fn of_client(&mut self, client: &ClientId, take: u32) -> Stored<Vec<Session>>;
}

/// Writes sign-ins.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait WriteSessions {
    /// Starts a sign-in, with the first refresh token of its chain where there is one.
    fn start<'a>(&mut self, session: &Session, refresh_token: Option<&'a NewRefreshToken>) -> Stored<()>;

    /// Marks a refresh token used, keeps its successor and the session's last use and end, and wipes what is sealed of
    /// the token itself for its own predecessor.
    fn rotate(&mut self, rotation: &Rotation, session: &Session) -> Stored<()>;

    /// Ends a sign-in with all its tokens.
    fn end(&mut self, id: SessionId) -> Stored<()>;

    /// Ends every sign-in of the user but this one; returns those that were on record, over or not, ordered by id.
    fn end_all(
        &mut self,
        permit: &Permit<EndSessions>,
        user: UserId,
        but: Option<SessionId>,
    ) -> Stored<Vec<Session>>;

    /// Wipes what is sealed of successors for tokens that were used before this instant: at most `limit` of them.
    /// Returns how many.
    fn wipe_successors(&mut self, used_before: Instant, limit: u32) -> Stored<u32>;

    /// Removes what is over since before `now`, refresh tokens first and then sign-ins: at most `limit` rows of both
    /// together. Returns how many.
    fn sweep(&mut self, now: Instant, limit: u32) -> Stored<u32>;
}
