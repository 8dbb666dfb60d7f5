//! What becomes of a database that an earlier migration made, with all that is in it.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use roster_adapter_diesel::{OpenError, SqliteStore};
use roster_domain::{KeyTerm, SigningAlgorithm, Status};
use roster_ports::{ChosenBy, Fingerprint, PasswordRecord, SealedKey, TokenHash};
use std::time::Duration;

use crate::contract::people::{at, password, session_id, user_id};
use crate::contract::world::World;
use crate::database::{File, on};

macro_rules! migration {
    ($name:literal, $way:literal) => {
        include_str!(concat!("../../../../migrations/sqlite/", $name, "/", $way, ".sql"))
    };
}

const FIRST: &str = migration!("2026-11-22-000000_first_release", "up");
const UNDO_FIRST: &str = migration!("2026-11-22-000000_first_release", "down");
const UNDO_THIRD: &str = migration!("2026-11-29-000000_tell_the_past", "down");
const UNDO_SECOND: &str = migration!("2026-11-25-000000_withstand_attack", "down");

/// As the first release left it, having run its migration alone.
const NOTED: &str = "
    CREATE TABLE __diesel_schema_migrations (
        version VARCHAR(50) PRIMARY KEY NOT NULL,
        run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
    );
    INSERT INTO __diesel_schema_migrations (version) VALUES ('20261122000000');";

/// Three people of whom two have a password, a client with a secret, a sign-in that was refreshed, and what keeps keys.
const ROWS: &str = "
    INSERT INTO users (
        id, version, created_at, updated_at, email, email_key, email_verified, first_name, last_name, name_key,
        folding_version, roles, administrator, disabled
    )
    SELECT unhex(printf('%032x', value)), 1, 0, 0, 'a' || value || '@example.org', 'a' || value || '@example.org', 0,
        'Ada', 'Lovelace', 'lovelace', 1, 1, 0, 0
    FROM (SELECT 1 AS value UNION SELECT 2 UNION SELECT 3);
    INSERT INTO credentials (user_id, password_hash, chosen_by) VALUES
        (unhex(printf('%032x', 1)), 'v1$62e2a117$$2b$12$abcdefghijklmnopqrstuuO0kC9FpCWbfZ8Izx4zsqirez9g4g/sm', 1),
        (unhex(printf('%032x', 2)), 'v1$0a1b2c3d$$2b$04$abcdefghijklmnopqrstuuO0kC9FpCWbfZ8Izx4zsqirez9g4g/sm', 2);
    INSERT INTO clients VALUES ('backend', 1, zeroblob(32), 0, 1, 1, 0, 0);
    INSERT INTO sessions VALUES
        (unhex(printf('%032x', 1)), unhex(printf('%032x', 1)), 'backend', 1, 0, 0, NULL, NULL, 9000000000000000);
    INSERT INTO refresh_tokens VALUES
        (zeroblob(32), unhex(printf('%032x', 1)), 9000000000000000, 1),
        (unhex(printf('%064x', 1)), unhex(printf('%032x', 1)), 9000000000000000, 0);
    INSERT INTO signing_keys VALUES ('new', x'02', 1700000000050000), ('old', x'01', 1700000000000000);";

const SECRETS: &str = "
    INSERT INTO master_secrets VALUES
        (unhex('62e2a117' || printf('%056x', 0)), 2), (unhex('ffffffff' || printf('%056x', 0)), 1);";

fn execute(file: &File, sql: &str) {
    file.connection().batch_execute(&format!("PRAGMA foreign_keys = ON; {sql}")).unwrap();
}

/// What came after the first release.
const LATER: [&str; 2] = ["2026-11-25-000000_withstand_attack", "2026-11-29-000000_tell_the_past"];

/// A database of the first release with these rows.
fn of_first_release(rows: &str) -> File {
    let file = File::none();
    for sql in [FIRST, NOTED, rows] {
        execute(&file, sql);
    }
    file
}

#[derive(QueryableByName, PartialEq, Eq, Debug)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn lines(file: &File, sql: &str) -> Vec<String> {
    let lines: Vec<Line> = diesel::sql_query(sql).load(&mut file.connection()).unwrap();
    lines.into_iter().map(|line| line.line).collect()
}

/// All that there is, however its definition is set and quoted.
fn schema(file: &File) -> Vec<String> {
    let definitions = lines(
        file,
        "SELECT type || ' ' || name || ' ' || coalesce(sql, '') AS line FROM sqlite_schema ORDER BY type, name",
    );
    definitions.iter().map(|line| line.replace(['"', ' ', '\n'], "")).collect()
}

fn assert_sound(file: &File) {
    assert_eq!(lines(file, "SELECT integrity_check AS line FROM pragma_integrity_check"), ["ok"]);
    assert!(lines(file, "SELECT \"table\" AS line FROM pragma_foreign_key_check").is_empty());
}

fn upgraded(rows: &str) -> World {
    let file = of_first_release(rows);
    assert!(matches!(
        SqliteStore::open(&file.options()).err(),
        Some(OpenError::Outdated { pending }) if pending == LATER
    ));
    let ran = SqliteStore::migrate(&file.options()).unwrap();
    assert_eq!(ran, LATER);
    assert_sound(&file);
    World::of(on(file))
}

fn all_rows() -> String {
    format!("{ROWS}{SECRETS}")
}

#[test]
fn people_and_passwords_stay() {
    let world = upgraded(&all_rows());
    assert_eq!(world.user(user_id(3)).map(|user| user.status), Some(Status::Enabled));
    let kept = |n| world.read(move |tx| tx.credentials().password(user_id(n)));
    let hash = "v1$0a1b2c3d$$2b$04$abcdefghijklmnopqrstuuO0kC9FpCWbfZ8Izx4zsqirez9g4g/sm";
    assert_eq!(kept(2), Some(PasswordRecord { chosen_by: ChosenBy::Other, ..password(hash) }));
    assert_eq!(kept(3), None);
}

#[test]
fn what_the_hashes_are_of_is_known() {
    let world = upgraded(&all_rows());
    assert_eq!(world.read(|tx| tx.credentials().highest_cost()), Some(12));
    let counts = world.read(|tx| tx.credentials().by_secret());
    let secret = |text: &str| Some(text.parse().unwrap());
    assert_eq!(counts, [(secret("0a1b2c3d"), 1), (secret("62e2a117"), 1)]);
    assert!(world.read(|tx| tx.credentials().any_of_secret("62e2a117".parse().unwrap())));
}

#[test]
fn keys_sign_since_they_were_made_for_tokens_of_a_day_and_count_as_sealed_under_the_newest_secret() {
    let key = |id: &str, sealed: u8, created_at: i64, under: &str| SealedKey {
        id: id.parse().unwrap(),
        algorithm: SigningAlgorithm::Es256,
        sealed: vec![sealed],
        sealed_under: under.parse().unwrap(),
        created_at: at(created_at),
        term: KeyTerm { signs_from: at(created_at), longest_token: Duration::from_hours(24) },
    };
    let world = upgraded(&all_rows());
    let kept = world.read(|tx| tx.keys().signing_keys());
    assert_eq!(kept, [key("old", 1, 0, "62e2a117"), key("new", 2, 50, "62e2a117")]);
    let fingerprints = world.read(|tx| tx.keys().fingerprints());
    let ids: Vec<String> = fingerprints.iter().map(Fingerprint::id).map(|id| id.to_string()).collect();
    assert_eq!(ids, ["ffffffff", "62e2a117"]);

    let without_secrets = upgraded(ROWS);
    let kept = without_secrets.read(|tx| tx.keys().signing_keys());
    assert_eq!(kept, [key("old", 1, 0, "00000000"), key("new", 2, 50, "00000000")]);
}

#[test]
fn clients_stay_and_every_sign_in_ends() {
    let world = upgraded(&all_rows());
    let id = || "backend".parse().unwrap();
    assert_eq!(world.client(&id()).map(|client| client.status), Some(Status::Enabled));
    assert_eq!(world.read(move |tx| tx.clients().secret(&id())), Some(TokenHash([0; 32])));
    assert_eq!(world.session(session_id(1)), None);
    assert_eq!(world.refresh_token(0), None);
    assert_eq!(world.read(move |tx| tx.sessions().of_client(&id(), 9)), []);
}

#[test]
fn the_second_migration_can_be_taken_back() {
    let file = of_first_release(&all_rows());
    let before = schema(&file);
    SqliteStore::migrate(&file.options()).unwrap();
    assert_ne!(schema(&file), before);
    execute(
        &file,
        "INSERT INTO signing_keys VALUES ('rsa', 'RS256', x'03', '62e2a117', 0, 0, 0);
         INSERT INTO login_attempts VALUES (zeroblob(16), 0, zeroblob(16));",
    );
    execute(&file, UNDO_THIRD);
    execute(&file, UNDO_SECOND);
    assert_eq!(schema(&file), before);
    assert_sound(&file);
    assert_eq!(lines(&file, "SELECT id AS line FROM signing_keys ORDER BY id"), ["new", "old"]);
    assert_eq!(lines(&file, "SELECT password_hash AS line FROM credentials").len(), 2);
    assert_eq!(lines(&file, "SELECT id AS line FROM clients"), ["backend"]);

    execute(&file, "DELETE FROM __diesel_schema_migrations WHERE version <> '20261122000000'");
    assert_eq!(SqliteStore::migrate(&file.options()).unwrap().len(), LATER.len());
    assert_sound(&file);
}

#[test]
fn every_migration_can_be_taken_back() {
    let file = File::migrated();
    execute(&file, UNDO_THIRD);
    execute(&file, UNDO_SECOND);
    execute(&file, UNDO_FIRST);
    assert!(schema(&file).iter().all(|line| line.contains("diesel") || line.contains("sqlite_")));
    execute(&file, "DELETE FROM __diesel_schema_migrations");
    assert_eq!(SqliteStore::migrate(&file.options()).unwrap().len(), LATER.len() + 1);
}
