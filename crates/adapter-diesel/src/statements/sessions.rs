use diesel::prelude::*;
use roster_domain::{Instant, Session, SessionId, UserId};
use roster_ports::{NewRefreshToken, ReadSessions, RefreshTokenRecord, Stored, TokenHash, WriteSessions};

use super::Transaction;
use crate::rows::{RefreshTokenRow, SessionRecord, SessionRow, bytes, micros};
use crate::schema::{refresh_tokens, sessions};

impl ReadSessions for Transaction<'_> {
    fn session(&mut self, id: SessionId) -> Stored<Option<Session>> {
        let row = self.run(|connection| {
            sessions::table
                .filter(sessions::id.eq(bytes(id.uuid())))
                .select(SessionRow::as_select())
                .get_result(connection)
                .optional()
        })?;
        row.map(Session::try_from).transpose()
    }

    fn refresh_token(&mut self, hash: &TokenHash) -> Stored<Option<RefreshTokenRecord>> {
        let row = self.run(|connection| {
            refresh_tokens::table
                .filter(refresh_tokens::hash.eq(hash.0))
                .select(RefreshTokenRow::as_select())
                .get_result(connection)
                .optional()
        })?;
        row.map(RefreshTokenRecord::try_from).transpose()
    }
}

impl WriteSessions for Transaction<'_> {
    fn start(
        &mut self,
        session: &Session,
        expires_at: Instant,
        refresh_token: Option<&NewRefreshToken>,
    ) -> Stored<()> {
        let record = SessionRecord::of(session, expires_at);
        self.run(|connection| diesel::insert_into(sessions::table).values(&record).execute(connection))?;
        match refresh_token {
            Some(token) => self.insert_refresh_token(session.id, token),
            None => Ok(()),
        }
    }

    fn rotate(&mut self, used: &TokenHash, successor: &NewRefreshToken, session: &Session) -> Stored<()> {
        let presented = refresh_tokens::table
            .filter(refresh_tokens::hash.eq(used.0))
            .filter(refresh_tokens::session_id.eq(bytes(session.id.uuid())))
            .filter(refresh_tokens::used.eq(false));
        self.run_on_row("unused refresh token", |connection| {
            diesel::update(presented).set(refresh_tokens::used.eq(true)).execute(connection)
        })?;
        self.insert_refresh_token(session.id, successor)?;
        self.record_use(session)?;
        self.prolong(session.id, successor.expires_at)
    }

    fn end(&mut self, id: SessionId) -> Stored<()> {
        self.touch_callers();
        self.run(|connection| {
            diesel::delete(sessions::table.filter(sessions::id.eq(bytes(id.uuid())))).execute(connection)
        })?;
        Ok(())
    }

    fn end_all(&mut self, user: UserId, but: Option<SessionId>) -> Stored<Vec<Session>> {
        self.touch_callers();
        let of_user = sessions::user_id.eq(bytes(user.uuid()));
        let rows: Vec<SessionRow> = self.run(|connection| match but {
            None => diesel::delete(sessions::table.filter(of_user))
                .returning(SessionRow::as_returning())
                .get_results(connection),
            Some(but) => {
                let another = sessions::id.ne(bytes(but.uuid()));
                diesel::delete(sessions::table.filter(of_user).filter(another))
                    .returning(SessionRow::as_returning())
                    .get_results(connection)
            }
        })?;
        let mut ended: Vec<Session> = rows.into_iter().map(Session::try_from).collect::<Stored<_>>()?;
        ended.sort_unstable_by_key(|session| session.id);
        Ok(ended)
    }

    fn sweep(&mut self, now: Instant, limit: u32) -> Stored<u32> {
        let tokens = self.expired_tokens(now, limit)?;
        for hash in &tokens {
            self.run_on_row("refresh token", |connection| {
                diesel::delete(refresh_tokens::table.filter(refresh_tokens::hash.eq(hash)))
                    .execute(connection)
            })?;
        }
        let swept = u32::try_from(tokens.len()).unwrap_or(u32::MAX);
        Ok(swept + self.sweep_sessions(now, limit.saturating_sub(swept))?)
    }
}

impl Transaction<'_> {
    fn expired_tokens(&mut self, now: Instant, limit: u32) -> Stored<Vec<Vec<u8>>> {
        self.run(|connection| {
            refresh_tokens::table
                .filter(refresh_tokens::expires_at.lt(micros(now)))
                .order(refresh_tokens::expires_at.asc())
                .limit(i64::from(limit))
                .select(refresh_tokens::hash)
                .load(connection)
        })
    }

    fn sweep_sessions(&mut self, now: Instant, limit: u32) -> Stored<u32> {
        let over: Vec<Vec<u8>> = self.run(|connection| {
            sessions::table
                .filter(sessions::expires_at.lt(micros(now)))
                .order(sessions::expires_at.asc())
                .limit(i64::from(limit))
                .select(sessions::id)
                .load(connection)
        })?;
        let mut swept = 0;
        for id in &over {
            self.touch_callers();
            self.run_on_row("session", |connection| {
                diesel::delete(sessions::table.filter(sessions::id.eq(id))).execute(connection)
            })?;
            swept += 1;
        }
        Ok(swept)
    }

    fn insert_refresh_token(&mut self, session: SessionId, token: &NewRefreshToken) -> Stored<()> {
        use refresh_tokens::{expires_at, hash, session_id, table, used};
        self.run(|connection| {
            diesel::insert_into(table)
                .values((
                    hash.eq(token.hash.0),
                    session_id.eq(bytes(session.uuid())),
                    expires_at.eq(micros(token.expires_at)),
                    used.eq(false),
                ))
                .execute(connection)
        })?;
        Ok(())
    }

    fn record_use(&mut self, session: &Session) -> Stored<()> {
        use sessions::{id, last_ip, last_used_at, table, user_agent};
        self.run_on_row("session", |connection| {
            diesel::update(table.filter(id.eq(bytes(session.id.uuid()))))
                .set((
                    last_used_at.eq(micros(session.last_used_at)),
                    last_ip.eq(session.last_ip.as_deref()),
                    user_agent.eq(session.user_agent.as_deref()),
                ))
                .execute(connection)
        })
    }

    /// Never shortens: an access token may outlive a refresh token.
    fn prolong(&mut self, session: SessionId, until: Instant) -> Stored<()> {
        use sessions::{expires_at, id, table};
        let shorter = table.filter(id.eq(bytes(session.uuid()))).filter(expires_at.lt(micros(until)));
        self.run(|connection| diesel::update(shorter).set(expires_at.eq(micros(until))).execute(connection))?;
        Ok(())
    }
}
