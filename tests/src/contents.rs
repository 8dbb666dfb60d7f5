use std::collections::{BTreeMap, BTreeSet};

use crate::database::Database;

/// Everything that was in a database at a moment, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents(BTreeMap<String, BTreeSet<String>>);

impl Database {
    /// Everything that is in it now, to be compared with what is there later.
    pub fn contents(&mut self) -> Contents {
        let tables = self.tables().into_iter().filter(|table| !table.starts_with("sqlite_"));
        let rows = |table: String| {
            let rows = self.rows(&table).into_iter().collect();
            (table, rows)
        };
        Contents(tables.map(rows).collect())
    }
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
    use crate::database::Database;
    use crate::template;

    #[test]
    fn every_change_is_seen_and_named() {
        let folder = template::data_folder();
        let file = folder.path().join(template::DATA).join("roster.db");
        let contents = || Database::open(&file).contents();
        let before = contents();
        assert_eq!(contents().changed_since(&before), [""; 0]);
        for (change, table) in [
            ("UPDATE users SET last_name = 'Else'", "users"),
            ("UPDATE credentials SET chosen_by = 1 - chosen_by", "credentials"),
            ("DELETE FROM clients", "clients"),
            ("INSERT INTO login_attempts VALUES (zeroblob(16), 1, zeroblob(16))", "login_attempts"),
        ] {
            let before = contents();
            Database::change(&file, change);
            assert_eq!(contents().changed_since(&before), [table], "{change}");
        }
    }
}
