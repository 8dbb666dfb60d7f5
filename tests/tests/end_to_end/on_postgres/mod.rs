//! What several instances on one PostgreSQL database promise, and what becomes of it when the database fails.
//!
//! Those that break the database have a server of their own.

mod consistency;
mod events;
mod fail_over;
mod killed_migration;
mod load;
mod locks;
mod network;
mod pictures;
mod races;
mod restarts;
mod revocation;
mod rolling_restart;
mod standby;
mod starting;
mod weather_report;
