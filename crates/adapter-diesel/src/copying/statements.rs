//! What a copy asks of a database, written once and compiled for each.

use diesel::Connection as _;
use diesel::connection::SimpleConnection;
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use roster_domain::PictureName;

use super::Connection;
use super::copy_side::{BEGIN_SNAPSHOT, LAST_NUMBER, LENGTH, keep_last_number, waiting_events};
use super::statements::is_unfinished_copy;
use super::statements::pictures::{lacking_names, referenced_names};
use crate::copying::{
    AccessCopy, AttemptCopy, CLEAR, ClientCopy, CredentialCopy, DoomedPictureCopy, EventCopy,
    KeptOutcomeCopy, MasterSecretCopy, NameColumns, PictureCopy, RefreshTokenCopy, SessionCopy, Shelf, Side,
    SignInCopy, SigningKeyCopy, UserCopy,
};
use crate::rows::format_code;
use crate::schema::{
    clients, credentials, doomed_pictures, events, facility_access, kept_outcomes, login_attempts,
    master_secrets, pictures, refresh_tokens, sessions, sign_in_statistics, signing_keys, users,
};

/// The rows of a table with a key of one, two or three columns; what comes after its last row is another function's
/// business where one is named.
macro_rules! shelf {
    ($table:ident of $row:ident by $a:ident $(then $rest:ident)?) => {
        shelf!(@ $table $row, [$a], |last| $table::$a.gt(&last.$a) $(, $rest)?);
    };
    ($table:ident of $row:ident by $a:ident, $b:ident) => {
        shelf!(@ $table $row, [$a, $b], |last| $table::$a
            .ge(&last.$a)
            .and($table::$a.gt(&last.$a).or($table::$b.gt(&last.$b))));
    };
    ($table:ident of $row:ident by $a:ident, $b:ident, $c:ident) => {
        // The first condition lets the index find the place; the second is exact.
        shelf!(@ $table $row, [$a, $b, $c], |last| $table::$a.ge(&last.$a).and(
            $table::$a
                .gt(&last.$a)
                .or($table::$b.gt(&last.$b))
                .or($table::$b.eq(&last.$b).and($table::$c.gt(&last.$c)))
        ));
    };
    (@ $table:ident $row:ident, [$($key:ident),+], |$last:ident| $is_after:expr $(, $rest:ident)?) => {
        impl Shelf<$row> for Connection {
            fn after(&mut self, last: Option<&$row>, take: i64) -> QueryResult<Vec<$row>> {
                let mut page = $table::table
                    .select($row::as_select())
                    .order(($($table::$key.asc(),)+))
                    .limit(take)
                    .into_boxed();
                if let Some($last) = last {
                    page = page.filter($is_after);
                }
                let page: Vec<$row> = page.load(self)?;
                $(let page = $rest(self, page, last, take)?;)?
                Ok(page)
            }

            fn last(&mut self) -> QueryResult<Option<$row>> {
                let backwards = $table::table.select($row::as_select()).order(($($table::$key.desc(),)+));
                backwards.first(self).optional()
            }

            fn put(&mut self, rows: &[$row]) -> QueryResult<()> {
                diesel::insert_into($table::table).values(rows).execute(self).map(drop)
            }
        }
    };
}

shelf!(users of UserCopy by id);
shelf!(sign_in_statistics of SignInCopy by user_id);
shelf!(credentials of CredentialCopy by user_id);
shelf!(facility_access of AccessCopy by user_id, facility_id);
shelf!(clients of ClientCopy by id);
shelf!(sessions of SessionCopy by id);
shelf!(refresh_tokens of RefreshTokenCopy by hash);
shelf!(login_attempts of AttemptCopy by counts_for, at, id);
shelf!(signing_keys of SigningKeyCopy by id);
shelf!(master_secrets of MasterSecretCopy by fingerprint);
shelf!(doomed_pictures of DoomedPictureCopy by sha256, format);
shelf!(pictures of PictureCopy by sha256, format);
shelf!(kept_outcomes of KeptOutcomeCopy by asked_as);
shelf!(events of EventCopy by seq then waiting_events);

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Source {
    #[diesel(sql_type = Text)]
    source: String,
}

fn number(connection: &mut Connection, statement: &str) -> QueryResult<i64> {
    diesel::sql_query(statement).get_result::<Number>(connection).map(|row| row.number)
}

impl Side for Connection {
    fn begin_snapshot(&mut self) -> QueryResult<()> {
        self.batch_execute(BEGIN_SNAPSHOT)
    }

    fn end_snapshot(&mut self) -> QueryResult<()> {
        self.batch_execute("ROLLBACK")
    }

    fn last_number(&mut self) -> QueryResult<i64> {
        number(self, LAST_NUMBER)
    }

    fn keep_last_number(&mut self, number: i64) -> QueryResult<()> {
        self.batch_execute(&keep_last_number(number))
    }

    fn unfinished_source(&mut self) -> QueryResult<Option<String>> {
        if !is_unfinished_copy(self)? {
            return Ok(None);
        }
        let noted = diesel::sql_query("SELECT source FROM unfinished_copy");
        noted.get_result::<Source>(self).map(|row| Some(row.source))
    }

    fn begin_copy(&mut self, source: &str) -> QueryResult<()> {
        self.transaction(|connection| {
            connection.batch_execute(
                "CREATE TABLE IF NOT EXISTS unfinished_copy (source TEXT NOT NULL); DELETE FROM unfinished_copy;",
            )?;
            CLEAR.iter().try_for_each(|table| connection.batch_execute(&format!("DELETE FROM {table}")))?;
            // It is hexadecimal.
            connection.batch_execute(&format!("INSERT INTO unfinished_copy (source) VALUES ('{source}')"))
        })
    }

    fn end_copy(&mut self) -> QueryResult<()> {
        self.batch_execute("DROP TABLE unfinished_copy")
    }

    fn referenced(&mut self, after: Option<PictureName>, take: u32) -> QueryResult<Vec<NameColumns>> {
        referenced_names(after, take).load(self)
    }

    fn lacking(&mut self, after: Option<PictureName>, take: u32) -> QueryResult<Vec<NameColumns>> {
        lacking_names(after, take).load(self)
    }

    fn held(&mut self, name: PictureName) -> QueryResult<Option<PictureCopy>> {
        let picture = pictures::table.find((name.sha256, format_code(name.format)));
        picture.select(PictureCopy::as_select()).first(self).optional()
    }

    fn release_unreferenced(&mut self) -> QueryResult<()> {
        let holders = users::table
            .filter(users::picture_sha256.eq(pictures::sha256.nullable()))
            .filter(users::picture_format.eq(pictures::format.nullable()));
        diesel::delete(pictures::table.filter(not(exists(holders)))).execute(self).map(drop)
    }

    fn length(&mut self) -> QueryResult<i64> {
        number(self, LENGTH)
    }
}
