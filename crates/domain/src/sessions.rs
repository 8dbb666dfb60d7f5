use crate::{ClientId, EventKind, Instant, PrincipalId, Scopes, SessionId, TokenId, UserId};

/// One sign-in of a person through one client: its access tokens and its chain of refresh tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Which.
    pub id: SessionId,
    /// Who signed in.
    pub user: UserId,
    /// Through which client.
    pub client: ClientId,
    /// What was granted at sign-in; no refresh widens it.
    pub scopes: Scopes,
    /// When they signed in.
    pub created_at: Instant,
    /// When a token was last issued in it.
    pub last_used_at: Instant,
    /// The address of that request.
    pub last_ip: Option<String>,
    /// The `User-Agent` of that request.
    pub user_agent: Option<String>,
    /// From when on it is over: the last of its tokens has expired by then.
    pub expires_at: Instant,
}

impl Session {
    /// Whether all of its tokens have expired.
    pub fn is_over(&self, now: Instant) -> bool {
        self.expires_at <= now
    }

    /// What to tell of those of these sessions that lived until now and were ended.
    pub fn ends_of(ended: impl IntoIterator<Item = Self>, now: Instant) -> impl Iterator<Item = EventKind> {
        let living = ended.into_iter().filter(move |session| !session.is_over(now));
        living.map(|session| EventKind::SessionEnded { session: session.id, client: session.client })
    }
}

/// What an access token says (RFC 9068 §2.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessToken {
    /// Its own id (`jti`).
    pub id: TokenId,
    /// Whom it speaks for (`sub`).
    pub subject: PrincipalId,
    /// The client to which it was issued (`client_id`).
    pub client: ClientId,
    /// The sign-in to which it belongs (`sid`); none for a client's own.
    pub session: Option<SessionId>,
    /// What it may be used for (`scope`).
    pub scopes: Scopes,
    /// When it was issued (`iat`).
    pub issued_at: Instant,
    /// From when on it is refused (`exp`).
    pub expires_at: Instant,
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    fn at(second: i64) -> Instant {
        chrono::Utc.timestamp_opt(second, 0).unwrap()
    }

    fn session(number: u128, expires_at: Instant) -> Session {
        Session {
            id: SessionId::new(uuid::Uuid::from_u128(number)),
            user: UserId::new(uuid::Uuid::nil()),
            client: "app".parse().unwrap(),
            scopes: Scopes::NONE,
            created_at: at(0),
            last_used_at: at(0),
            last_ip: None,
            user_agent: None,
            expires_at,
        }
    }

    #[test]
    fn a_session_is_over_from_its_last_instant_on() {
        let session = session(1, at(10));
        assert!(!session.is_over(at(9)) && session.is_over(at(10)) && session.is_over(at(11)));
    }

    #[test]
    fn the_end_of_a_session_is_told_unless_it_was_over() {
        let all = [session(1, at(11)), session(2, at(10)), session(3, at(12))];
        let told: Vec<EventKind> = Session::ends_of(all.clone(), at(10)).collect();
        let [first, _, third] = all;
        let ended =
            |session: Session| EventKind::SessionEnded { session: session.id, client: session.client };
        assert_eq!(told, [ended(first), ended(third)]);
    }
}
