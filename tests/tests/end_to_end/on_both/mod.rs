//! What holds between a service on SQLite and one on PostgreSQL.

mod database_copy;
mod same_answers;
