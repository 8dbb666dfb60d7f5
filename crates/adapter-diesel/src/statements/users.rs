use diesel::dsl::{exists, not};
use diesel::helper_types::{IntoBoxed, LeftJoin};
use diesel::prelude::*;
use roster_domain::permission::{ChangeUser, CreateUser, DeleteUser, Permit};
use roster_domain::{DirectoryEntry, EmailKey, Instant, NameKey, SearchWords, User, UserId};
use roster_ports::{Position, ReadUsers, Slice, StoreError, Stored, UserFilter, WriteUsers};
use uuid::Uuid;

use super::{Database, Touched, Transaction, names_hold};
use crate::rows::{SignInRow, UserRecord, UserRow, bytes, entry, micros};
use crate::schema::{credentials, sign_in_statistics, users};

type Entries<'a> = IntoBoxed<'a, LeftJoin<users::table, sign_in_statistics::table>, Database>;

impl ReadUsers for Transaction<'_> {
    fn user(&mut self, id: UserId) -> Stored<Option<User>> {
        let row = self.run(|connection| {
            users::table
                .filter(users::id.eq(bytes(id.uuid())))
                .select(UserRow::as_select())
                .get_result(connection)
                .optional()
        })?;
        row.map(User::try_from).transpose()
    }

    fn entry(&mut self, id: UserId) -> Stored<Option<DirectoryEntry>> {
        let row = self.run(|connection| {
            users::table
                .left_join(sign_in_statistics::table)
                .filter(users::id.eq(bytes(id.uuid())))
                .select((UserRow::as_select(), Option::<SignInRow>::as_select()))
                .get_result(connection)
                .optional()
        })?;
        row.map(entry).transpose()
    }

    fn by_email(&mut self, email: &EmailKey) -> Stored<Option<User>> {
        let row = self.run(|connection| {
            users::table
                .filter(users::email_key.eq(email.as_str()))
                .select(UserRow::as_select())
                .get_result(connection)
                .optional()
        })?;
        row.map(User::try_from).transpose()
    }

    fn list(&mut self, filter: &UserFilter, from: &Slice, take: u32) -> Stored<Vec<DirectoryEntry>> {
        if selects_nobody(filter) {
            return Ok(Vec::new());
        }
        let last_skipped;
        let after = match from {
            Slice::Skip(0) => None,
            Slice::After(position) => Some(position),
            Slice::Skip(skipped) => match self.nth(filter, skipped - 1)? {
                None => return Ok(Vec::new()),
                Some(position) => {
                    last_skipped = position;
                    Some(&last_skipped)
                }
            },
        };
        let mut page = in_order(filtered(filter)).limit(i64::from(take));
        if let Some(position) = after {
            page = right_after(page, position);
        }
        let rows = self.run(|connection| {
            page.select((UserRow::as_select(), Option::<SignInRow>::as_select())).load(connection)
        })?;
        rows.into_iter().map(entry).collect()
    }

    fn count(&mut self, filter: &UserFilter) -> Stored<u64> {
        if selects_nobody(filter) {
            return Ok(0);
        }
        let count: i64 = self.run(|connection| filtered(filter).count().get_result(connection))?;
        u64::try_from(count).map_err(|_| StoreError::Failed("a count below zero".to_owned()))
    }

    fn another_administrator(&mut self, but: UserId) -> Stored<bool> {
        let others = users::table
            .inner_join(credentials::table)
            .filter(users::administrator)
            .filter(not(users::disabled))
            .filter(users::id.ne(bytes(but.uuid())))
            .select(users::id);
        self.run(|connection| diesel::select(exists(others)).get_result(connection))
    }
}

impl Transaction<'_> {
    /// Where the user of this number, from 0, stands. Only the index of the order is read for it.
    fn nth(&mut self, filter: &UserFilter, number: u64) -> Stored<Option<Position>> {
        let Ok(number) = i64::try_from(number) else {
            return Ok(None);
        };
        let row: Option<(String, i64, Vec<u8>)> = self.run(|connection| {
            in_order(filtered(filter))
                .limit(1)
                .offset(number)
                .select((users::name_key, users::created_at, users::id))
                .get_result(connection)
                .optional()
        })?;
        row.map(position).transpose()
    }
}

fn position((name_key, created_at, id): (String, i64, Vec<u8>)) -> Stored<Position> {
    let broken = |column| StoreError::BrokenRow { table: "users", column };
    Ok(Position {
        name_key: NameKey::from_stored(name_key),
        created_at: Instant::from_timestamp_micros(created_at).ok_or(broken("created_at"))?,
        id: UserId::new(Uuid::from_slice(&id).map_err(|_| broken("id"))?),
    })
}

fn selects_nobody(filter: &UserFilter) -> bool {
    filter.ids.as_ref().is_some_and(Vec::is_empty)
        || filter.search.as_ref().is_some_and(|words| !words.can_match())
}

fn filtered(filter: &UserFilter) -> Entries<'_> {
    let mut entries = users::table.left_join(sign_in_statistics::table).into_boxed();
    if let Some(email) = &filter.email {
        entries = entries.filter(users::email_key.eq(email.as_str()));
    }
    if let Some(ids) = &filter.ids {
        entries = entries.filter(users::id.eq_any(ids.iter().map(|id| bytes(id.uuid()))));
    }
    for word in filter.search.iter().flat_map(SearchWords::iter) {
        entries = entries.filter(names_hold(word));
    }
    entries
}

fn in_order(entries: Entries<'_>) -> Entries<'_> {
    entries.order((users::name_key.asc(), users::created_at.asc(), users::id.asc()))
}

/// The first condition lets the index of the order find the place; the second is exact.
fn right_after<'a>(entries: Entries<'a>, position: &'a Position) -> Entries<'a> {
    let name_key = position.name_key.as_str();
    let created_at = micros(position.created_at);
    let later = users::created_at
        .gt(created_at)
        .or(users::created_at.eq(created_at).and(users::id.gt(bytes(position.id.uuid()))));
    entries
        .filter(users::name_key.ge(name_key))
        .filter(users::name_key.gt(name_key).or(users::name_key.eq(name_key).and(later)))
}

impl WriteUsers for Transaction<'_> {
    fn insert(&mut self, _: &Permit<CreateUser>, user: &User) -> Stored<()> {
        let record = UserRecord::try_from(user)?;
        self.run(|connection| diesel::insert_into(users::table).values(&record).execute(connection))?;
        Ok(())
    }

    fn update(&mut self, _: &Permit<ChangeUser>, user: &User) -> Stored<()> {
        let record = UserRecord::try_from(user)?;
        self.touch(Touched::EVERYTHING);
        self.run_on_row("user", |connection| {
            diesel::update(users::table.filter(users::id.eq(bytes(user.id.uuid()))))
                .set(&record)
                .execute(connection)
        })
    }

    fn delete(&mut self, _: &Permit<DeleteUser>, id: UserId) -> Stored<()> {
        self.touch(Touched::EVERYTHING);
        self.run(|connection| {
            diesel::delete(users::table.filter(users::id.eq(bytes(id.uuid())))).execute(connection)
        })?;
        Ok(())
    }

    fn record_sign_in(&mut self, id: UserId, at: Instant, ip: Option<&str>) -> Stored<()> {
        use sign_in_statistics::{count, last_at, last_ip, table, user_id};
        self.run(|connection| {
            diesel::insert_into(table)
                .values((user_id.eq(bytes(id.uuid())), last_at.eq(micros(at)), last_ip.eq(ip), count.eq(1)))
                .on_conflict(user_id)
                .do_update()
                .set((last_at.eq(micros(at)), last_ip.eq(ip), count.eq(count + 1)))
                .execute(connection)
        })?;
        Ok(())
    }
}
