use diesel::dsl::case_when;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use roster_domain::permission::{EndSessions, Permit};
use roster_domain::{ClientId, Instant, Session, SessionId, UserId};
use roster_ports::{
    NewRefreshToken, ReadSessions, RefreshTokenRecord, Rotation, StoreError, Stored, TokenHash, WriteSessions,
};

use super::{Touched, Transaction};
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
    fn of_user(&mut self, user: UserId, now: Instant, take: u32) -> Stored<Vec<Session>> {
        let rows = self.run(|connection| {
            sessions::table
                .filter(sessions::user_id.eq(bytes(user.uuid())))
                .filter(sessions::expires_at.gt(micros(now)))
                .order((sessions::last_used_at.desc(), sessions::id.desc()))
                .limit(i64::from(take))
                .select(SessionRow::as_select())
                .load(connection)
        })?;
        rows.into_iter().map(Session::try_from).collect()
    }

    fn of_client(&mut self, client: &ClientId, take: u32) -> Stored<Vec<Session>> {
        let rows = self.run(|connection| {
            sessions::table
                .filter(sessions::client_id.eq(client.as_str()))
                .order(sessions::id.asc())
                .limit(i64::from(take))
                .select(SessionRow::as_select())
                .load(connection)
        })?;
        rows.into_iter().map(Session::try_from).collect()
    }
}

impl WriteSessions for Transaction<'_> {
    fn start(&mut self, session: &Session, refresh_token: Option<&NewRefreshToken>) -> Stored<()> {
        let record = SessionRecord::from(session);
        self.run(|connection| diesel::insert_into(sessions::table).values(&record).execute(connection))?;
        match refresh_token {
            Some(token) => self.insert_refresh_token(session.id, token, None),
            None => Ok(()),
        }
    }

    fn rotate(&mut self, rotation: &Rotation, session: &Session) -> Stored<()> {
        if let Some(predecessor) = self.mark_used(rotation, session.id)? {
            self.wipe_successors_of(&[predecessor])?;
        }
        self.insert_refresh_token(session.id, &rotation.successor, Some(&rotation.used))?;
        self.record_use(session)
    }

    fn end(&mut self, id: SessionId) -> Stored<()> {
        self.touch(Touched::CALLERS);
        self.run(|connection| {
            diesel::delete(sessions::table.filter(sessions::id.eq(bytes(id.uuid())))).execute(connection)
        })?;
        Ok(())
    }

    fn end_all(
        &mut self,
        _: &Permit<EndSessions>,
        user: UserId,
        but: Option<SessionId>,
    ) -> Stored<Vec<Session>> {
        self.touch(Touched::CALLERS);
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

    fn wipe_successors(&mut self, used_before: Instant, limit: u32) -> Stored<u32> {
        let hashes: Vec<Vec<u8>> = self.run(|connection| {
            refresh_tokens::table
                .filter(refresh_tokens::sealed_successor.is_not_null())
                .filter(refresh_tokens::used_at.lt(micros(used_before)))
                .order(refresh_tokens::used_at.asc())
                .limit(i64::from(limit))
                .select(refresh_tokens::hash)
                .load(connection)
        })?;
        self.wipe_successors_of(&hashes)
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
            self.touch(Touched::CALLERS);
            self.run_on_row("session", |connection| {
                diesel::delete(sessions::table.filter(sessions::id.eq(id))).execute(connection)
            })?;
            swept += 1;
        }
        Ok(swept)
    }

    /// Returns the hash of the predecessor, where there is one.
    fn mark_used(&mut self, rotation: &Rotation, session: SessionId) -> Stored<Option<Vec<u8>>> {
        use refresh_tokens::{hash, predecessor, sealed_successor, session_id, table, used_at};
        let presented = table
            .filter(hash.eq(rotation.used.0))
            .filter(session_id.eq(bytes(session.uuid())))
            .filter(used_at.is_null());
        let marked: Option<Option<Vec<u8>>> = self.run(|connection| {
            diesel::update(presented)
                .set((used_at.eq(micros(rotation.at)), sealed_successor.eq(&rotation.sealed.0)))
                .returning(predecessor)
                .get_result(connection)
                .optional()
        })?;
        marked.ok_or_else(|| StoreError::Failed("there is no such unused refresh token to change".to_owned()))
    }

    /// Returns of how many there was something to wipe.
    fn wipe_successors_of(&mut self, used: &[Vec<u8>]) -> Stored<u32> {
        use refresh_tokens::{hash, sealed_successor, table};
        let sealing = table.filter(hash.eq_any(used)).filter(sealed_successor.is_not_null());
        let wiped = self.run(|connection| {
            diesel::update(sealing).set(sealed_successor.eq(None::<Vec<u8>>)).execute(connection)
        })?;
        Ok(u32::try_from(wiped).unwrap_or(u32::MAX))
    }

    fn insert_refresh_token(
        &mut self,
        session: SessionId,
        token: &NewRefreshToken,
        successor_of: Option<&TokenHash>,
    ) -> Stored<()> {
        use refresh_tokens::{expires_at, hash, predecessor, session_id, table};
        self.run(|connection| {
            diesel::insert_into(table)
                .values((
                    hash.eq(token.hash.0),
                    session_id.eq(bytes(session.uuid())),
                    expires_at.eq(micros(token.expires_at)),
                    predecessor.eq(successor_of.map(|used| used.0)),
                ))
                .execute(connection)
        })?;
        Ok(())
    }

    /// Never makes the end earlier: an access token may outlive a refresh token.
    fn record_use(&mut self, session: &Session) -> Stored<()> {
        use sessions::{expires_at, id, last_ip, last_used_at, table, user_agent};
        let end = || micros(session.expires_at).into_sql::<BigInt>();
        self.run_on_row("session", |connection| {
            diesel::update(table.filter(id.eq(bytes(session.id.uuid()))))
                .set((
                    last_used_at.eq(micros(session.last_used_at)),
                    last_ip.eq(session.last_ip.as_deref()),
                    user_agent.eq(session.user_agent.as_deref()),
                    expires_at.eq(case_when(expires_at.lt(end()), end()).otherwise(expires_at)),
                ))
                .execute(connection)
        })
    }
}
