//! The one table of settings: flags, variables, TOML keys, `config show` and the reference all come from it.

use super::Key;

/// One setting.
#[derive(Debug)]
pub struct Setting {
    /// Which.
    pub key: Key,
    /// Its name in a TOML file; flags and variables are spelled after it.
    pub name: &'static str,
    /// What values it takes.
    pub kind: Kind,
    /// What holds where nothing is given.
    pub preset: Preset,
    /// One sentence on what it does.
    pub doc: &'static str,
}

/// What values a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text of this form.
    Text(&'static str),
    /// A URL of this form; one with a password is never shown.
    Url(&'static str),
    /// A whole number within these bounds.
    Whole {
        /// The least.
        least: u64,
        /// The most.
        most: u64,
        /// What it counts.
        unit: &'static str,
    },
    /// Texts of this form: an array in TOML, separated by commas elsewhere.
    List(&'static str),
    /// Text that is never shown and has no flag, but may lie in a file of its own.
    Secret(&'static str),
}

/// What holds where nothing is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// This text.
    Fixed(&'static str),
    /// What follows from other settings or the machine, as this text describes.
    Derived(&'static str),
    /// Nothing.
    Nothing,
}

impl Setting {
    /// Whether its values are never shown.
    pub const fn is_secret(&self) -> bool {
        matches!(self.kind, Kind::Secret(_))
    }
}

const fn setting(key: Key, name: &'static str, kind: Kind, preset: Preset, doc: &'static str) -> Setting {
    Setting { key, name, kind, preset, doc }
}

use Kind::{List, Secret, Text, Url, Whole};
use Preset::{Derived, Fixed, Nothing};

const DAY: u64 = 24 * 60 * 60;

/// Every setting, in the order in which they are shown.
pub const SETTINGS: &[Setting] = &[
    setting(
        Key::DataDir,
        "data_dir",
        Text("folder"),
        Fixed("./roster-data"),
        "Where the database, pictures and local secrets lie; made with mode 0700 where it is missing.",
    ),
    setting(
        Key::DatabaseUrl,
        "database_url",
        Url("sqlite://PATH or postgres://…"),
        Derived("`sqlite://<data_dir>/roster.db`"),
        "The database: a file, or a database on a PostgreSQL server, of which several hosts may be named. A password in it \
         is refused on the command line, and never shown.",
    ),
    setting(
        Key::Listen,
        "listen",
        Text("address:port"),
        Fixed("127.0.0.1:8080"),
        "Where the service listens; port 0 takes a free one.",
    ),
    setting(
        Key::PublicUrl,
        "public_url",
        Text("URL"),
        Derived("`http://<listen>`; required by `serve` on PostgreSQL, since replicas share it"),
        "How the world reaches the service: issuer and audience of tokens, and the start of links. No trailing slash.",
    ),
    setting(
        Key::DatabasePool,
        "database_pool",
        Whole { least: 1, most: 64, unit: "connections" },
        Derived("one a core, 2 to 4; on PostgreSQL four a core, 8 to 32"),
        "How many connections there are to the database: on SQLite of those that read, on PostgreSQL in all.",
    ),
    setting(
        Key::DatabaseReadUrl,
        "database_read_url",
        Url("postgres://…"),
        Nothing,
        "A standby of the PostgreSQL database, which may answer `GET /users`: it is asked only once it shows everything \
         that was acknowledged before. A password in it is refused on the command line, and never shown.",
    ),
    setting(
        Key::RequestTimeout,
        "request_timeout",
        Whole { least: 1, most: 300, unit: "seconds" },
        Fixed("5"),
        "How long a read may take.",
    ),
    setting(
        Key::Secret,
        "secret",
        Secret("base64"),
        Derived("made once, in `<data_dir>/secret`; required on PostgreSQL"),
        "The master secret, at least 32 random bytes: pepper of passwords, keys at rest, fingerprints. Several, \
         separated by commas: the first is used, the others still verify.",
    ),
    setting(
        Key::Pictures,
        "pictures",
        Text("dir:PATH or database"),
        Derived("`dir:<data_dir>/pictures`; on PostgreSQL `database`"),
        "Where pictures are kept: in a folder, which replicas have to share, or in the database.",
    ),
    setting(
        Key::TrustedProxies,
        "trusted_proxies",
        List("CIDR"),
        Nothing,
        "The proxies whose `X-Forwarded-For` is believed.",
    ),
    setting(
        Key::CorsOrigins,
        "cors_origins",
        List("origin"),
        Nothing,
        "The origins whose pages may call the API, such as `https://app.example.org`; each matches exactly.",
    ),
    setting(
        Key::IntercomSecret,
        "intercom_secret",
        Secret("text"),
        Nothing,
        "The identity verification secret of Intercom; without it nobody has an `intercomHash`.",
    ),
    setting(
        Key::AccessTokenTtl,
        "access_token_ttl",
        Whole { least: 1, most: DAY, unit: "seconds" },
        Fixed("300"),
        "How long an access token lives.",
    ),
    setting(
        Key::RefreshTokenTtl,
        "refresh_token_ttl",
        Whole { least: 1, most: 366 * DAY, unit: "seconds" },
        Fixed("2592000"),
        "How long a refresh token lives, counted anew at each use.",
    ),
    setting(
        Key::BcryptCost,
        "bcrypt_cost",
        Whole { least: 4, most: 14, unit: "" },
        Fixed("12"),
        "The cost of hashing a password; each step doubles the time. Below 10 there is a warning.",
    ),
    setting(
        Key::PasswordMinLength,
        "password_min_length",
        Whole { least: 8, most: 64, unit: "characters" },
        Fixed("15"),
        "The shortest password that can be chosen.",
    ),
    setting(
        Key::LoginFailuresPerAccount,
        "login_failures_per_account",
        Whole { least: 1, most: 1_000_000, unit: "failures" },
        Fixed("10"),
        "How many wrong passwords of one account from one address are borne within `login_window`; then 429.",
    ),
    setting(
        Key::LoginFailuresPerAddress,
        "login_failures_per_address",
        Whole { least: 1, most: 1_000_000, unit: "failures" },
        Fixed("30"),
        "How many wrong passwords from one address (IPv6: one /64), whatever the account, are borne within `login_window`.",
    ),
    setting(
        Key::LoginWindow,
        "login_window",
        Whole { least: 1, most: DAY, unit: "seconds" },
        Fixed("300"),
        "How long a wrong password counts for the two limits above.",
    ),
    setting(
        Key::LoginSlowdownAfter,
        "login_slowdown_after",
        Whole { least: 1, most: 1_000_000, unit: "failures" },
        Fixed("100"),
        "How many wrong passwords of one account in an hour, from wherever, do not slow its answers down; each more by 50 ms, \
         5 s at most.",
    ),
    setting(
        Key::Log,
        "log",
        Text("filter"),
        Fixed("info"),
        "What is logged: a level, or levels by module such as `info,roster_adapter_diesel=debug`.",
    ),
    setting(
        Key::LogFormat,
        "log_format",
        Text("text or json"),
        Derived("text on a terminal, else json"),
        "How log lines look.",
    ),
];
