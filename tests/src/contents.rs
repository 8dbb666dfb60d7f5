use std::collections::{BTreeMap, BTreeSet};

use crate::database::Database;

/// Everything that was in a database at a moment, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents(BTreeMap<String, BTreeSet<String>>);

impl Database {
    /// Everything that is in it now, to be compared with what is there later.
    pub fn contents(&mut self) -> Contents {
        let tables = self.tables().into_iter().filter(|table| !is_bookkeeping(table));
        let rows = |table: String| {
            let rows = self.rows(&table).into_iter().collect();
            (table, rows)
        };
        Contents(tables.map(rows).collect())
    }
}

/// Whether a database keeps a table for itself: what waits there for its number is among the `events` already.
fn is_bookkeeping(table: &str) -> bool {
    table.starts_with("sqlite_") || ["fresh_events", "event_numbering"].contains(&table)
}

impl Contents {
    /// The tables in which a row came, went or changed since then.
    pub fn changed_since(&self, earlier: &Self) -> Vec<&str> {
        let is_changed = |(table, rows): &(&String, &BTreeSet<String>)| earlier.0.get(*table) != Some(rows);
        self.0.iter().filter(is_changed).map(|(table, _)| table.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::Engine;
    use crate::home::Home;

    #[test]
    fn every_change_is_seen_and_named() {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            let home = Home::furnished(engine);
            let before = home.database().contents();
            assert_eq!(home.database().contents().changed_since(&before), [""; 0]);
            for (change, table) in [
                ("UPDATE users SET last_name = 'Else'", "users"),
                ("UPDATE credentials SET chosen_by = 1 - chosen_by", "credentials"),
                ("DELETE FROM clients", "clients"),
                ("INSERT INTO login_attempts SELECT id, 1, id FROM users", "login_attempts"),
            ] {
                let before = home.database().contents();
                home.change(change);
                assert_eq!(home.database().contents().changed_since(&before), [table], "{change}");
            }
        }
    }
}
