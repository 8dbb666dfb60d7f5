//! Settings: who wins, what is refused, and that no value of a secret is ever told.

use roster_tests::{Roster, assert_in_time};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::commands::complains;

const SECRET: &str = "Y2FuYXJ5LW1hc3Rlci1zZWNyZXQtdGhhdC1pcy1sb25nLWVub3VnaA==";

fn show(run: &Roster) -> Value {
    let finished = run.succeed();
    serde_json::from_str(&finished.stdout).unwrap()
}

/// The row of a setting in what `config show --json` prints.
fn row<'a>(shown: &'a Value, name: &str) -> &'a Value {
    let rows = shown.as_array().or_else(|| shown["settings"].as_array()).unwrap();
    rows.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("no {name} in {shown}"))
}

fn file(folder: &Path, name: &str, text: &str, mode: u32) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    path
}

#[test]
fn flags_beat_the_environment_and_that_beats_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let config = file(
        folder.path(),
        "roster.toml",
        "access_token_ttl = 100\nrefresh_token_ttl = 1000\nrequest_timeout = 7\n",
        0o644,
    );
    let config = config.to_str().unwrap();
    let run = Roster::new(["config", "show", "--json", "--config", config, "--access-token-ttl", "300"])
        .with("ROSTER_ACCESS_TOKEN_TTL", "200")
        .with("ROSTER_REFRESH_TOKEN_TTL", "2000");
    let shown = show(&run);
    for (name, value, origin) in [
        ("access_token_ttl", 300, "flag"),
        ("refresh_token_ttl", 2000, "environment"),
        ("request_timeout", 7, "file"),
    ] {
        assert_eq!(row(&shown, name)["value"], json!(value), "{name}");
        assert!(row(&shown, name)["origin"].as_str().unwrap().starts_with(origin), "{}", row(&shown, name));
    }
    assert_eq!(
        row(&shown, "password_min_length"),
        &json!({ "name": "password_min_length", "value": 15, "origin": "default" })
    );
}

#[test]
fn a_wrong_setting_ends_every_start_at_once_naming_the_key_alone() {
    for (name, value) in [
        ("ROSTER_NONSENSE", "canary"),
        ("ROSTER_BCRYPT_COST", "canary"),
        ("ROSTER_BCRYPT_COST", "3"),
        ("ROSTER_BCRYPT_COST", "15"),
        ("ROSTER_PASSWORD_MIN_LENGTH", "7"),
        ("ROSTER_ACCESS_TOKEN_TTL", "-1"),
        ("ROSTER_ACCESS_TOKEN_TTL", "5m"),
        ("ROSTER_LISTEN", "canary"),
        ("ROSTER_PUBLIC_URL", "canary://x"),
        ("ROSTER_TRUSTED_PROXIES", "canary"),
        ("ROSTER_CORS_ORIGINS", "*"),
        ("ROSTER_SECRET", "Y2FuYXJ5"),
        ("ROSTER_SECRET", "canary!"),
        ("ROSTER_DATABASE_URL", "postgres://canary:canary@127.0.0.1/x?sslmode=canary"),
        ("ROSTER_DATABASE_URL", "mysql://canary"),
        ("ROSTER_PICTURES", "s3:canary"),
        ("ROSTER_LOG_FORMAT", "canary"),
    ] {
        let data = tempfile::tempdir().unwrap();
        for command in [&["serve"][..], &["config", "check"], &["db", "migrate"]] {
            let run =
                Roster::new(command).on(data.path()).with("ROSTER_LISTEN", "127.0.0.1:0").with(name, value);
            let start = Instant::now();
            let line = complains(&run.run(), 2);
            assert_in_time(Duration::from_secs(2), start.elapsed());
            assert!(line.contains(name) && !line.contains("canary") && !line.contains("Y2Fu"), "{line}");
        }
        assert_eq!(fs::read_dir(data.path()).unwrap().count(), 0, "{name}: nothing was begun");
    }
}

#[test]
fn a_wrong_file_names_its_key() {
    let folder = tempfile::tempdir().unwrap();
    for (text, key) in [
        ("nonsense = 1\n", "nonsense"),
        ("bcrypt_cost = \"12\"\n", "bcrypt_cost"),
        ("bcrypt_cost = 12.5\n", "bcrypt_cost"),
        ("listen = 8080\n", "listen"),
        ("trusted_proxies = \"10.0.0.0/8\"\n", "trusted_proxies"),
        ("secret = \"canary\"\n", "secret"),
        ("bcrypt_cost =\n", "roster.toml"),
    ] {
        let config = file(folder.path(), "roster.toml", text, 0o600);
        // The harness sets the cost in the environment, which would hide the one in the file.
        let run = Roster::new(["config", "check", "--config", config.to_str().unwrap()])
            .without("ROSTER_BCRYPT_COST");
        let line = complains(&run.run(), 2);
        assert!(line.contains(key) && !line.contains("canary"), "{line}");
    }
    complains(&Roster::new(["config", "check", "--config", "/no/such/file"]).run(), 2);
}

#[test]
fn secrets_are_masked_and_come_from_files_of_their_owner() {
    let folder = tempfile::tempdir().unwrap();
    let kept = file(folder.path(), "kept", SECRET, 0o600);
    let open = file(folder.path(), "open", SECRET, 0o644);
    let show_all = || Roster::new(["config", "show"]).with("ROSTER_INTERCOM_SECRET", "canary-intercom");
    for run in
        [show_all().with("ROSTER_SECRET", SECRET), show_all().with("ROSTER_SECRET_FILE", kept.as_os_str())]
    {
        let finished = run.succeed();
        assert!(!finished.stdout.contains("canary") && !finished.stdout.contains(SECRET), "{finished:?}");
    }
    let line =
        complains(&Roster::new(["config", "check"]).with("ROSTER_SECRET_FILE", open.as_os_str()).run(), 2);
    assert!(line.contains("ROSTER_SECRET_FILE") && !line.contains(SECRET), "{line}");
    let missing = Roster::new(["config", "check"]).with("ROSTER_SECRET_FILE", "/no/such/file");
    assert!(complains(&missing.run(), 2).contains("ROSTER_SECRET_FILE"));
}

#[test]
fn no_secret_is_taken_from_an_argument() {
    for flag in ["--secret", "--intercom-secret"] {
        let line = complains(&Roster::new(["config", "check", flag, "canary-secret"]).run(), 2);
        assert!(!line.contains("canary"), "{line}");
        let joined = format!("{flag}=canary-secret");
        let line = complains(&Roster::new(["config", "check", &joined]).run(), 2);
        assert!(!line.contains("canary"), "{line}");
    }
    let url = "postgres://roster:canary-secret@127.0.0.1/roster";
    let line = complains(&Roster::new(["config", "check", "--database-url", url]).run(), 2);
    assert!(line.contains("--database-url") && !line.contains("canary"), "{line}");
}

#[test]
fn variables_that_orchestrators_inject_are_ignored() {
    Roster::new(["config", "check"])
        .with("ROSTER_TEST_ANYTHING", "1")
        .with("ROSTER_PORT", "tcp://10.0.0.1:80")
        .with("ROSTER_PORT_80_TCP_ADDR", "10.0.0.1")
        .with("ROSTER_SERVICE_HOST", "10.0.0.1")
        .succeed();
}

#[test]
fn a_low_cost_is_warned_of() {
    let cheap = Roster::new(["config", "check"]).succeed();
    assert!(cheap.stdout.contains("bcrypt_cost"), "{cheap:?}");
    let dear = Roster::new(["config", "check"]).with("ROSTER_BCRYPT_COST", "12").succeed();
    assert!(!dear.stdout.contains("bcrypt_cost"), "{dear:?}");
}

#[test]
fn shorter_passwords_can_be_allowed() {
    let service = roster_tests::Service::options().with("ROSTER_PASSWORD_MIN_LENGTH", "8").start();
    let body = json!({
        "firstName": "S", "lastName": "P", "email": "short@example.com", "plainPassword": "8-letter", "roles": ["tech"],
    });
    service.administrator().post("/users", body).expect(201);
}
