use super::*;
use rstest::rstest;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tempfile::TempDir;

const CANARY: &str = "c4n4ry";
const GOOD_SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// Sources made of a few texts, and the folder in which the TOML file lies.
#[derive(Default)]
struct Given<'a> {
    flags: &'a [(&'a str, &'a str)],
    environment: &'a [(&'a str, &'a str)],
    toml: &'a str,
}

impl Given<'_> {
    fn load(&self) -> Result<Settings, String> {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("roster.toml");
        fs::write(&config, self.toml).unwrap();
        let flag = |name: &str| Slot::all().find(|slot| slot.flag().as_deref() == Some(name)).unwrap();
        let flags = self.flags.iter().map(|(name, text)| (flag(name), (*text).to_owned())).collect();
        let environment = self.environment.iter().map(|(name, text)| (name.into(), text.into())).collect();
        let sources = Sources { flags: SettingFlags(flags), environment, config: Some(config) };
        Settings::load(sources).map_err(|error| error.to_string())
    }
}

fn from_environment(name: &str, text: &str) -> Result<Settings, String> {
    Given { environment: &[(name, text)], ..Given::default() }.load()
}

fn from_toml(toml: &str) -> Result<Settings, String> {
    Given { toml, ..Given::default() }.load()
}

fn secret_file(mode: u32, content: &str) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    fs::write(&path, content).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

#[test]
fn every_key_has_one_row_and_every_slot_its_own_name() {
    let mut names: Vec<_> = Slot::all().map(Slot::name).collect();
    assert!(
        Slot::all()
            .all(|slot| matches!(slot, Slot::Value(key) | Slot::File(key) if key.setting().key == key))
    );
    names.sort();
    names.dedup();
    assert_eq!(names.len(), Slot::all().count());
}

#[test]
fn nothing_given_means_the_documented_defaults() {
    let settings = Given::default().load().unwrap();
    assert_eq!(settings.data_dir, PathBuf::from("./roster-data"));
    assert!(
        matches!(&settings.database, Database::Sqlite(file) if file == Path::new("./roster-data/roster.db"))
    );
    assert_eq!(settings.pictures, PicturePlace::Folder(PathBuf::from("./roster-data/pictures")));
    assert_eq!(settings.listen, "127.0.0.1:8080".parse().unwrap());
    assert_eq!(settings.public_url, None);
    assert_eq!(settings.request_timeout, Duration::from_secs(5));
    assert_eq!(settings.access_token_ttl.as_secs(), 300);
    assert_eq!(settings.refresh_token_ttl.as_secs(), 2_592_000);
    assert_eq!((settings.bcrypt_cost, settings.password_min_length), (12, 15));
    assert!(settings.secret.is_none() && settings.intercom_secret.is_none());
    assert!(settings.trusted_proxies.is_empty() && settings.cors_origins.is_empty());
    assert_eq!(settings.log, "info");
    assert!(settings.warnings().is_empty());
}

#[test]
fn flags_beat_the_environment_and_the_environment_beats_the_file() {
    let (flags, environment) = ([("listen", "127.0.0.1:3")], [("ROSTER_LISTEN", "127.0.0.1:2")]);
    let toml = "listen = '127.0.0.1:1'";
    let port = |given: Given<'_>| given.load().unwrap().listen.port();
    assert_eq!(port(Given { toml, ..Given::default() }), 1);
    assert_eq!(port(Given { toml, environment: &environment, ..Given::default() }), 2);
    assert_eq!(port(Given { toml, environment: &environment, flags: &flags }), 3);
}

#[test]
fn the_data_folder_moves_database_and_pictures() {
    let settings = from_environment("ROSTER_DATA_DIR", "/var/lib/roster").unwrap();
    assert!(
        matches!(&settings.database, Database::Sqlite(file) if file == Path::new("/var/lib/roster/roster.db"))
    );
    assert_eq!(settings.pictures, PicturePlace::Folder(PathBuf::from("/var/lib/roster/pictures")));
}

#[test]
fn lists_are_arrays_in_toml_and_comma_separated_elsewhere() {
    let nets = ["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()];
    let toml = from_toml("trusted_proxies = ['10.0.0.0/8', 'fd00::/8']").unwrap();
    assert_eq!(toml.trusted_proxies, nets);
    let variable = from_environment("ROSTER_TRUSTED_PROXIES", "10.0.0.0/8, fd00::/8").unwrap();
    assert_eq!(variable.trusted_proxies, nets);
    assert!(from_environment("ROSTER_TRUSTED_PROXIES", "").unwrap().trusted_proxies.is_empty());
}

#[rstest]
#[case("ROSTER_DATA_DIR", "")]
#[case("ROSTER_DATABASE_URL", "c4n4ry")]
#[case("ROSTER_DATABASE_URL", "postgres://roster:c4n4ry@localhost/roster?sslmode=sometimes")]
#[case("ROSTER_LISTEN", "c4n4ry:8080")]
#[case("ROSTER_LISTEN", "127.0.0.1")]
#[case("ROSTER_LISTEN", "")]
#[case("ROSTER_PUBLIC_URL", "https://c4n4ry/")]
#[case("ROSTER_DATABASE_POOL", "0")]
#[case("ROSTER_DATABASE_POOL", "65")]
#[case("ROSTER_REQUEST_TIMEOUT", "0")]
#[case("ROSTER_REQUEST_TIMEOUT", "+5")]
#[case("ROSTER_REQUEST_TIMEOUT", "5s")]
#[case("ROSTER_REQUEST_TIMEOUT", "1e2")]
#[case("ROSTER_SECRET", "")]
#[case("ROSTER_SECRET", "secret")]
#[case("ROSTER_SECRET", "c4n4ry")]
#[case("ROSTER_SECRET", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==")]
#[case("ROSTER_PICTURES", "s3://c4n4ry")]
#[case("ROSTER_TRUSTED_PROXIES", "10.0.0.0/8,c4n4ry")]
#[case("ROSTER_TRUSTED_PROXIES", "10.0.0.0/8,")]
#[case("ROSTER_CORS_ORIGINS", "*")]
#[case("ROSTER_INTERCOM_SECRET", " ")]
#[case("ROSTER_ACCESS_TOKEN_TTL", "0")]
#[case("ROSTER_ACCESS_TOKEN_TTL", "-300")]
#[case("ROSTER_REFRESH_TOKEN_TTL", "99999999999999999999")]
#[case("ROSTER_BCRYPT_COST", "3")]
#[case("ROSTER_BCRYPT_COST", "15")]
#[case("ROSTER_BCRYPT_COST", "٨")]
#[case("ROSTER_PASSWORD_MIN_LENGTH", "7")]
#[case("ROSTER_LOG", "info,c4n4ry=loud")]
#[case("ROSTER_LOG", "")]
#[case("ROSTER_LOG_FORMAT", "c4n4ry")]
#[case("ROSTER_SECRET_FILE", "/nowhere")]
#[case("ROSTER_INTERCOM_SECRET_FILE", "/nowhere")]
#[case("ROSTER_LISTN", "c4n4ry")]
#[case("ROSTER_", "c4n4ry")]
#[case("ROSTER_POR", "c4n4ry")]
#[case("ROSTER_METRICS_LISTEN", "127.0.0.1:9090")]
fn a_faulty_variable_is_one_line_that_names_it_and_not_its_value(#[case] name: &str, #[case] text: &str) {
    let line = from_environment(name, text).map(|_| ()).unwrap_err();
    assert!(line.starts_with(&format!("{name} ")), "{line}");
    assert!(!line.contains(CANARY) && !line.contains('\n'), "{line}");
}

#[rstest]
#[case("listn = 'c4n4ry'", "listn in ")]
#[case("[listen]\na = 'c4n4ry'", "listen in ")]
#[case("LISTEN = '127.0.0.1:1'", "LISTEN in ")]
#[case("listen = 8080", "listen in ")]
#[case("request_timeout = '5'", "request_timeout in ")]
#[case("request_timeout = 5.0", "request_timeout in ")]
#[case("request_timeout = -5", "request_timeout in ")]
#[case("trusted_proxies = '10.0.0.0/8'", "trusted_proxies in ")]
#[case("trusted_proxies = [8]", "trusted_proxies in ")]
#[case("secret = 'c4n4ry'", "secret in ")]
#[case("secret = 12", "secret in ")]
#[case("secret_file = 12", "secret_file in ")]
#[case("policy = 'c4n4ry'", "policy in ")]
#[case("[[policy.p]]\npath = 'c4n4ry'\nrequire = 'anyone'", "policy.p rule 1 path in ")]
#[case("[[policy.p]]\npath = '/'\nrequire = { role = 'c4n4ry' }", "policy.p rule 1 require.role in ")]
#[case("listen = 'c4n4ry'\nlisten = 'c4n4ry'", "")]
#[case("secret = c4n4ry", "")]
fn a_faulty_file_is_one_line_that_names_the_key_and_not_its_value(#[case] toml: &str, #[case] start: &str) {
    let line = from_toml(toml).map(|_| ()).unwrap_err();
    assert!(line.starts_with(start) && line.contains("roster.toml"), "{line}");
    assert!(!line.contains(CANARY) && !line.contains('\n'), "{line}");
}

#[test]
fn a_broken_file_is_told_with_its_line() {
    let line = from_toml("listen = '127.0.0.1:1'\n\nsecret = c4n4ry").map(|_| ()).unwrap_err();
    assert!(line.ends_with("line 3"), "{line}");
}

#[test]
fn policies_stand_beside_settings_and_are_read_again_by_themselves() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("roster.toml");
    let policy = "[[policy.own]]\npath = '/**'\nrequire = 'authenticated'\n";
    fs::write(&config, format!("access_token_ttl = 100\n{policy}")).unwrap();
    let sources = Sources { config: Some(config.clone()), ..Sources::default() };
    let settings = Settings::load(sources).unwrap();
    assert_eq!((settings.access_token_ttl.as_secs(), settings.config.as_ref()), (100, Some(&config)));
    assert!(settings.policies.named("own").is_some());
    fs::write(&config, "access_token_ttl = 100\n").unwrap();
    assert_eq!(policies_of(&config), Ok(roster_domain::gateway::Policies::default()));
    fs::write(&config, format!("access_token_tl = 100\n{policy}")).unwrap();
    assert!(policies_of(&config).is_err());
}

#[test]
fn a_missing_file_is_told() {
    let sources = Sources { config: Some(PathBuf::from("/nowhere/roster.toml")), ..Sources::default() };
    let line = Settings::load(sources).unwrap_err().to_string();
    assert!(line.starts_with("--config ") && line.contains("/nowhere/roster.toml"), "{line}");
}

#[test]
fn variables_of_orchestrators_tests_and_others_are_ignored() {
    let environment = [
        ("ROSTER_TEST_SEED", "7"),
        ("ROSTER_PORT", "tcp://10.0.0.1:80"),
        ("ROSTER_PORT_80_TCP", "tcp://10.0.0.1:80"),
        ("ROSTER_SERVICE_HOST", "10.0.0.1"),
        ("roster_listen", "x"),
        ("LISTEN", "x"),
    ];
    assert!(Given { environment: &environment, ..Given::default() }.load().is_ok());
}

#[test]
fn a_variable_that_is_not_utf_8_is_told_only_where_it_is_ours() {
    let load = |name: &str| {
        let environment = vec![(name.into(), std::ffi::OsString::from_vec(vec![0xff]))];
        Settings::load(Sources { environment, ..Sources::default() })
    };
    assert_eq!(load("ROSTER_LISTEN").unwrap_err().to_string(), "ROSTER_LISTEN must be UTF-8");
    assert!(load("PATH").is_ok());
}

#[test]
fn a_password_in_the_database_flag_is_refused_before_anything_else() {
    let flags = [("database-url", "postgres://roster:c4n4ry@localhost/roster")];
    let line = Given { flags: &flags, ..Given::default() }.load().map(|_| ()).unwrap_err();
    assert!(line.starts_with("--database-url must not hold a password"), "{line}");
    assert!(!line.contains(CANARY), "{line}");
}

#[test]
fn no_secret_has_a_flag() {
    let flags: Vec<_> = Slot::all().filter_map(Slot::flag).collect();
    assert!(flags.contains(&"secret-file".to_owned()) && flags.contains(&"listen".to_owned()));
    assert!(!flags.iter().any(|flag| flag == "secret" || flag == "intercom-secret"), "{flags:?}");
}

#[test]
fn a_secret_can_come_from_a_file_that_only_its_owner_reads() {
    let (_folder, path) = secret_file(0o600, &format!("{GOOD_SECRET}\n"));
    let from_file = from_environment("ROSTER_SECRET_FILE", &path).unwrap().secret.unwrap();
    let direct = from_environment("ROSTER_SECRET", GOOD_SECRET).unwrap().secret.unwrap();
    assert_eq!(from_file.fingerprints(), direct.fingerprints());
    assert!(from_toml(&format!("secret_file = '{path}'")).unwrap().secret.is_some());
}

#[rstest]
#[case(0o666, GOOD_SECRET)]
#[case(0o640, GOOD_SECRET)]
#[case(0o600, "c4n4ry")]
#[case(0o600, "")]
fn a_faulty_secret_file_is_told_by_the_name_of_its_setting(#[case] mode: u32, #[case] content: &str) {
    let (_folder, path) = secret_file(mode, content);
    let line = from_environment("ROSTER_SECRET_FILE", &path).map(|_| ()).unwrap_err();
    assert!(line.starts_with("ROSTER_SECRET_FILE "), "{line}");
    assert!(!line.contains(CANARY) && !line.contains(GOOD_SECRET), "{line}");
}

#[test]
fn a_secret_and_its_file_together_are_an_error_wherever_they_come_from() {
    let (_folder, path) = secret_file(0o600, GOOD_SECRET);
    let environment = [("ROSTER_SECRET", GOOD_SECRET), ("ROSTER_SECRET_FILE", path.as_str())];
    let line = Given { environment: &environment, ..Given::default() }.load().map(|_| ()).unwrap_err();
    assert_eq!(line, "ROSTER_SECRET and ROSTER_SECRET_FILE are both set: keep one");
    let toml = format!("secret_file = '{path}'");
    let given = Given { environment: &environment[..1], toml: &toml, ..Given::default() };
    assert!(given.load().map(|_| ()).unwrap_err().starts_with("ROSTER_SECRET and secret_file in "));
}

#[test]
fn settings_never_print_their_secrets() {
    let environment = [("ROSTER_SECRET", GOOD_SECRET), ("ROSTER_INTERCOM_SECRET", CANARY)];
    let settings = Given { environment: &environment, ..Given::default() }.load().unwrap();
    let printed = format!("{settings:?}");
    assert!(!printed.contains(GOOD_SECRET) && !printed.contains(CANARY), "{printed}");
}

#[test]
fn a_low_bcrypt_cost_is_allowed_with_a_warning() {
    assert_eq!(from_environment("ROSTER_BCRYPT_COST", "9").unwrap().warnings().len(), 1);
    assert!(from_environment("ROSTER_BCRYPT_COST", "10").unwrap().warnings().is_empty());
}

#[test]
fn a_database_on_a_server_keeps_the_pictures_and_has_more_connections() {
    let settings = from_environment("ROSTER_DATABASE_URL", "postgres://roster:c4n4ry@db/roster").unwrap();
    assert!(matches!(&settings.database, Database::Postgres(url) if url.expose().contains("@db/")));
    assert_eq!(settings.pictures, PicturePlace::Database);
    assert!(settings.database_pool >= 8);
    assert!(!format!("{settings:?}").contains(CANARY));
    assert!(settings.warnings().iter().any(|line| line.contains("without encryption")));
}

#[test]
fn a_standby_needs_a_server_to_follow() {
    let line = from_environment("ROSTER_DATABASE_READ_URL", "postgres://db-2/roster").unwrap_err();
    assert_eq!(line, "ROSTER_DATABASE_READ_URL needs a postgres:// database_url");
    let environment = [
        ("ROSTER_DATABASE_URL", "postgres://db-1/roster"),
        ("ROSTER_DATABASE_READ_URL", "postgres://db-2/roster"),
    ];
    let settings = Given { environment: &environment, ..Given::default() }.load().unwrap();
    assert!(settings.database_read_url.is_some());
}
