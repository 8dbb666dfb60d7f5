use super::{Database, Link};

impl Database {
    /// Checks that the database is whole and tells one story: no dangling reference, nobody without role or
    /// password, no grant without action, and no person, session or grant without its event.
    #[track_caller]
    pub fn assert_sound(&mut self) {
        assert_eq!(self.check_sound(), Ok(()));
    }

    /// Like [`Database::assert_sound`], for a database that may be damaged: tells the first thing that is wrong.
    pub fn check_sound(&mut self) -> Result<(), String> {
        if matches!(self.0, Link::Sqlite(_)) {
            self.check_file()?;
        }
        for (what, statement) in WRONGS {
            match self.try_count(statement)? {
                0 => {}
                count => return Err(format!("{count} {what}")),
            }
        }
        Ok(())
    }

    /// What a server sees to itself.
    fn check_file(&mut self) -> Result<(), String> {
        let found = self.try_texts("SELECT integrity_check AS value FROM pragma_integrity_check")?;
        if found != ["ok"] {
            return Err(format!("the file is damaged: {found:?}"));
        }
        match self.try_count("SELECT count(*) AS value FROM pragma_foreign_key_check")? {
            0 => Ok(()),
            count => Err(format!("{count} dangling references")),
        }
    }
}

/// What must not be there, with the statement that counts it.
const WRONGS: [(&str, &str); 6] = [
    ("people without a role", "SELECT count(*) AS value FROM users WHERE roles = 0"),
    (
        "people without a password",
        "SELECT count(*) AS value FROM users WHERE id NOT IN (SELECT user_id FROM credentials)",
    ),
    ("grants without an action", "SELECT count(*) AS value FROM facility_access WHERE actions = ''"),
    (
        "people without the event of their creation",
        "SELECT count(*) AS value FROM users WHERE lower(hex(id)) NOT IN \
         (SELECT replace(subject_id, '-', '') FROM events WHERE type = 'user.created')",
    ),
    (
        "sessions without the event of their start",
        "SELECT count(*) AS value FROM sessions WHERE lower(hex(user_id)) NOT IN \
         (SELECT replace(subject_id, '-', '') FROM events WHERE type = 'session.started')",
    ),
    (
        "grants without an event",
        "SELECT count(*) AS value FROM facility_access WHERE lower(hex(user_id)) NOT IN \
         (SELECT replace(subject_id, '-', '') FROM events WHERE type = 'access.given')",
    ),
];

#[cfg(test)]
mod tests {
    use crate::engine::Engine;
    use crate::home::Home;
    use std::panic::catch_unwind;

    /// The template's database after somebody broke it, with nobody minding.
    fn is_sound_after(engine: Engine, damage: &str) -> bool {
        let home = Home::furnished(engine);
        home.change_unminded(damage);
        catch_unwind(|| home.database().assert_sound()).is_ok()
    }

    #[test]
    fn what_is_unsound_is_seen() {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            assert!(is_sound_after(engine, ""));
            for damage in [
                "UPDATE users SET roles = 0",
                "DELETE FROM credentials",
                "DELETE FROM events",
                "UPDATE events SET type = 'user.updated' WHERE type = 'user.created'",
                "INSERT INTO facility_access SELECT id, id, '', NULL, id, NULL, 1 FROM users",
                "INSERT INTO facility_access SELECT id, id, 'a', NULL, id, NULL, 1 FROM users",
                "INSERT INTO sessions SELECT u.id, u.id, c.id, 1, 1, 1, NULL, NULL, 1 FROM users u, clients c",
            ] {
                assert!(!is_sound_after(engine, damage), "{engine:?}: {damage}");
            }
        }
        // A reference that leads nowhere is the server's own business on PostgreSQL.
        assert!(!is_sound_after(Engine::Sqlite, "DELETE FROM users"));
    }
}
