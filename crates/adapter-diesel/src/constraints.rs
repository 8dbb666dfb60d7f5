use diesel::result::DatabaseErrorInformation;
use roster_ports::Conflict;

/// What each constraint guards: its name, as PostgreSQL reports it, and its columns, as SQLite does.
const RULES: [(&str, &str, Conflict); 3] = [
    ("users_email_key", "users.email_key", Conflict::EmailAlreadyUsed),
    ("clients_pkey", "clients.id", Conflict::ClientIdAlreadyUsed),
    ("signing_keys_pkey", "signing_keys.id", Conflict::KeyIdAlreadyUsed),
];

/// The rule that a violated constraint stands for; `None` for one that only a mistake of ours can violate.
pub(crate) fn violated(error: &dyn DatabaseErrorInformation) -> Option<Conflict> {
    let columns = error.message().strip_prefix("UNIQUE constraint failed: ");
    RULES
        .into_iter()
        .find(|(name, of_columns, _)| error.constraint_name() == Some(name) || columns == Some(of_columns))
        .map(|(_, _, conflict)| conflict)
}
