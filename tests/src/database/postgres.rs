use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;

use crate::server_database::connect;

pub(super) const TABLES: &str = "\
    SELECT table_name AS value FROM information_schema.tables \
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY table_name COLLATE \"C\"";

/// All events under one name, whether they have their number already or will get it; it goes with the connection.
const ALL_EVENTS: &str = "\
    CREATE TEMPORARY VIEW events AS
    SELECT seq, id, type, time, actor_type, actor_id, subject_type, subject_id, request_id, data,
        facility_id FROM public.events
    UNION ALL
    SELECT (SELECT last FROM public.event_numbering) + row_number() OVER (ORDER BY place), id, type, time, actor_type,
        actor_id, subject_type, subject_id, request_id, data, facility_id FROM public.fresh_events;";

/// The functions of SQLite that tests use; they go with the connection.
const MAKE_FUNCTIONS: &str = "\
    CREATE FUNCTION pg_temp.hex(bytea) RETURNS text LANGUAGE sql AS 'SELECT upper(encode($1, ''hex''))';
    CREATE FUNCTION pg_temp.instr(text, text) RETURNS integer LANGUAGE sql AS 'SELECT position($2 IN $1)';
    CREATE FUNCTION pg_temp.zeroblob(integer) RETURNS bytea LANGUAGE sql AS 'SELECT decode(repeat(''00'', $1), ''hex'')';";

/// The functions of SQLite that PostgreSQL finds by their full names alone.
const FUNCTIONS: [&str; 3] = ["hex", "instr", "zeroblob"];

/// Lets every column hold whatever its type can.
const FORGET_CHECKS: &str = "\
    DO $$ DECLARE made record; BEGIN
        FOR made IN SELECT conrelid::regclass AS of_table, conname FROM pg_constraint
            WHERE contype = 'c' AND connamespace = 'public'::regnamespace
        LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', made.of_table, made.conname); END LOOP;
    END $$;";

/// Gives events that wait their numbers, as a service does soon after they were told.
const NUMBER_EVENTS: &str = "\
    BEGIN;
    SELECT last FROM event_numbering FOR UPDATE;
    WITH moving AS (DELETE FROM fresh_events RETURNING *)
    INSERT INTO events (seq, id, type, time, actor_type, actor_id, subject_type, subject_id, request_id, data)
    SELECT (SELECT last FROM event_numbering) + row_number() OVER (ORDER BY place), id, type, time, actor_type,
        actor_id, subject_type, subject_id, request_id, data FROM moving;
    UPDATE event_numbering SET last = coalesce((SELECT max(seq) FROM events), last);
    COMMIT;";

pub(super) fn columns_of(table: &str) -> String {
    format!(
        "SELECT column_name AS value FROM information_schema.columns \
         WHERE table_schema = 'public' AND table_name = '{table}' ORDER BY ordinal_position"
    )
}

/// An expression for each column of a table: what it holds as bytes.
pub(super) fn bytes_of_columns(table: &str) -> String {
    format!(
        "SELECT CASE data_type WHEN 'bytea' THEN format('coalesce(%I, '''')', column_name) \
         ELSE format('coalesce(convert_to(%I::text, ''UTF8''), '''')', column_name) END AS value \
         FROM information_schema.columns WHERE table_schema = 'public' AND table_name = '{table}'"
    )
}

pub(super) fn time_in(seconds: i64) -> String {
    format!(
        "SELECT to_char((clock_timestamp() AT TIME ZONE 'UTC') + interval '{seconds} seconds', \
         'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') AS value"
    )
}

pub(super) fn open(url: &str) -> PgConnection {
    let mut connection = connect(url).unwrap_or_else(|error| panic!("{error}"));
    let all = format!(
        "{ALL_EVENTS} {MAKE_FUNCTIONS} SET default_transaction_read_only = on; SET statement_timeout = '10s'"
    );
    connection.batch_execute(&all).unwrap_or_else(|error| panic!("{error}"));
    connection
}

/// Each key, each reference and what columns may hold is minded.
pub(super) fn change(url: &str, statements: &str) {
    let mut connection = connect(url).unwrap_or_else(|error| panic!("{error}"));
    let respelled = with_functions_found(statements);
    for batch in [NUMBER_EVENTS, MAKE_FUNCTIONS, &respelled] {
        connection.batch_execute(batch).unwrap_or_else(|error| panic!("{batch}: {error}"));
    }
}

/// Like [`change`], where neither references nor what columns may hold are minded.
pub(super) fn change_unminded(url: &str, statements: &str) {
    change(url, &format!("{FORGET_CHECKS} SET session_replication_role = replica; {statements}"));
}

/// The same statement as PostgreSQL takes it, with its `value` of this type.
pub(super) fn respelled(statement: &str, of_type: &str) -> String {
    format!("SELECT value::{of_type} AS value FROM ({}) AS told", with_functions_found(statement))
}

fn with_functions_found(statements: &str) -> String {
    let mut respelled = String::new();
    let mut rest = statements;
    while let Some((before, after)) = rest.split_once('(') {
        let is_of_a_name = |sign: char| sign.is_alphanumeric() || ['_', '.'].contains(&sign);
        let (text, name) = before.split_at(before.trim_end_matches(is_of_a_name).len());
        let place = if FUNCTIONS.contains(&name) { "pg_temp." } else { "" };
        respelled.extend([text, place, name, "("]);
        rest = after;
    }
    respelled + rest
}

#[cfg(test)]
mod tests {
    use super::respelled;

    #[test]
    fn functions_of_sqlite_are_found_where_they_are() {
        assert_eq!(
            respelled("SELECT lower(hex(id)) AS value FROM unhex(zeroblob(16))", "text"),
            "SELECT value::text AS value FROM \
             (SELECT lower(pg_temp.hex(id)) AS value FROM unhex(pg_temp.zeroblob(16))) AS told"
        );
    }
}
