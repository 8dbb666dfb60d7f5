//! Copies between databases of both kinds, and backups that are such copies.

mod backups;
mod everything;
mod interrupted;
mod kept_from;
mod places;
