//! The store on PostgreSQL: serializable transactions on a pool that gives up what hangs, hot reads asked together, and
//! events numbered after their commit.

mod check;
mod connections;
mod copy_side;
#[path = "../copying/statements.rs"]
mod copy_statements;
mod errors;
mod hot_reads;
mod link;
mod migrations;
mod numbering;
mod options;
mod pictures_of_many;
mod session;
mod shared_locks;
mod standby;
#[path = "../statements/mod.rs"]
mod statements;
mod store;
mod transactions;

pub(crate) use copy_side::{open_source, open_target};
pub use options::PostgresOptions;
pub use pictures_of_many::PicturesOfMany;
pub(crate) use session::place;
pub use shared_locks::SharedLocks;
pub use store::PostgresStore;

use diesel::dsl::Like;
use diesel::expression_methods::TextExpressionMethods as _;
use diesel::sql_types::Text;
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use errors::{Remedy, remedy, store_error};

/// Where events arrive: they get their number after their commit.
use crate::schema::fresh_events as arrivals;
use crate::schema::users;

type Connection = diesel::PgConnection;
type Database = diesel::pg::Pg;
/// How a whole table is read without holding it.
type RowByRow = diesel::pg::PgRowByRowLoadingMode;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");
const HAS_SCHEMA: &str = "to_regclass('schema_release') IS NOT NULL";
const HAS_UNFINISHED_COPY: &str = "to_regclass('unfinished_copy') IS NOT NULL";

diesel::define_sql_function! {
    /// Where the second text first occurs in the first, from 1; 0 where it does not. Every character is plain.
    #[sql_name = "strpos"]
    fn position_of(text: Text, part: Text) -> Integer;
}

/// Whether the folded names of a user hold this text, in the form that the index of their parts can answer.
fn names_hold(part: &str) -> Like<users::name_key, String> {
    let plain = part.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    users::name_key.like(format!("%{plain}%"))
}
