use diesel::prelude::*;
use roster_domain::{Scopes, Session, SessionId, UserId};
use roster_ports::{RefreshTokenRecord, RefreshTokenState, SealedSuccessor, StoreError, Stored};

use super::table::{Table, bytes, micros};
use crate::schema::{refresh_tokens, sessions};

const SESSIONS: Table = Table("sessions");
const REFRESH_TOKENS: Table = Table("refresh_tokens");

/// A sign-in as read.
#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub(crate) struct SessionRow {
    id: Vec<u8>,
    user_id: Vec<u8>,
    client_id: String,
    scopes: i32,
    created_at: i64,
    last_used_at: i64,
    last_ip: Option<String>,
    user_agent: Option<String>,
    expires_at: i64,
}

impl TryFrom<SessionRow> for Session {
    type Error = StoreError;

    fn try_from(row: SessionRow) -> Stored<Self> {
        let scopes = u16::try_from(row.scopes).ok().and_then(Scopes::from_bits);
        Ok(Self {
            id: SessionId::new(SESSIONS.uuid("id", &row.id)?),
            user: UserId::new(SESSIONS.uuid("user_id", &row.user_id)?),
            client: SESSIONS.text("client_id", &row.client_id)?,
            scopes: scopes.ok_or(SESSIONS.broken("scopes"))?,
            created_at: SESSIONS.instant("created_at", row.created_at)?,
            last_used_at: SESSIONS.instant("last_used_at", row.last_used_at)?,
            last_ip: row.last_ip,
            user_agent: row.user_agent,
            expires_at: SESSIONS.instant("expires_at", row.expires_at)?,
        })
    }
}

/// A sign-in as written.
#[derive(Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
pub(crate) struct SessionRecord<'a> {
    id: [u8; 16],
    user_id: [u8; 16],
    client_id: &'a str,
    scopes: i32,
    created_at: i64,
    last_used_at: i64,
    last_ip: Option<&'a str>,
    user_agent: Option<&'a str>,
    expires_at: i64,
}

impl<'a> From<&'a Session> for SessionRecord<'a> {
    fn from(session: &'a Session) -> Self {
        Self {
            id: bytes(session.id.uuid()),
            user_id: bytes(session.user.uuid()),
            client_id: session.client.as_str(),
            scopes: i32::from(session.scopes.bits()),
            created_at: micros(session.created_at),
            last_used_at: micros(session.last_used_at),
            last_ip: session.last_ip.as_deref(),
            user_agent: session.user_agent.as_deref(),
            expires_at: micros(session.expires_at),
        }
    }
}

/// A refresh token as read.
#[derive(Queryable, Selectable)]
#[diesel(table_name = refresh_tokens)]
pub(crate) struct RefreshTokenRow {
    session_id: Vec<u8>,
    expires_at: i64,
    used_at: Option<i64>,
    sealed_successor: Option<Vec<u8>>,
}

impl TryFrom<RefreshTokenRow> for RefreshTokenRecord {
    type Error = StoreError;

    fn try_from(row: RefreshTokenRow) -> Stored<Self> {
        Ok(Self {
            session: SessionId::new(REFRESH_TOKENS.uuid("session_id", &row.session_id)?),
            expires_at: REFRESH_TOKENS.instant("expires_at", row.expires_at)?,
            state: match row.used_at {
                None => RefreshTokenState::Unused,
                Some(at) => RefreshTokenState::Used {
                    at: REFRESH_TOKENS.instant("used_at", at)?,
                    successor: row.sealed_successor.map(SealedSuccessor),
                },
            },
        })
    }
}
