//! Reads the texts of settings. What is wrong is told as a predicate ("must be …") that never repeats the text.

use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use tracing_subscriber::EnvFilter;
use url::Url;

use super::database::{Database, ServerUrl, is_server};

/// What a setting is read as, or what is wrong with it.
type Reading<T> = Result<T, String>;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs: one JSON object a line.
    Json,
}

pub(super) fn path(text: &str) -> Reading<PathBuf> {
    if text.is_empty() || text.contains('\0') {
        return Err("must be a path".to_owned());
    }
    Ok(PathBuf::from(text))
}

/// A SQLite file or a database on a PostgreSQL server.
pub(super) fn database(text: &str) -> Reading<Database> {
    if is_server(text) {
        return ServerUrl::parse(text).map(Database::Postgres);
    }
    let path = text.strip_prefix("sqlite://").filter(|path| is_plain_file(path));
    let file = path.map(|path| Database::Sqlite(PathBuf::from(path)));
    file.ok_or_else(|| "must be sqlite:// and the path of a file, or a postgres:// URL".to_owned())
}

fn is_plain_file(path: &str) -> bool {
    !path.is_empty()
        && !path.ends_with('/')
        && !path.starts_with(":memory:")
        && !path.contains(['\0', '?', '#'])
}

/// Whether the URL of a database carries a password, which everybody on the machine can read in a command line.
pub(super) fn has_password(url: &str) -> bool {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let authority = base.split_once("://").map_or(base, |(_, rest)| rest);
    let credentials = authority.rsplit_once('@').map_or("", |(credentials, _)| credentials);
    credentials.contains(':') || query.split('&').any(|pair| pair.starts_with("password="))
}

/// Where pictures are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PicturePlace {
    /// In this folder.
    Folder(PathBuf),
    /// In the database.
    Database,
}

pub(super) fn picture_place(text: &str) -> Reading<PicturePlace> {
    let fault = "must be dir: and the path of a folder, or database";
    match text.strip_prefix("dir:") {
        Some(folder) => path(folder).map(PicturePlace::Folder),
        None if text == "database" => Ok(PicturePlace::Database),
        None => Err(fault.to_owned()),
    }
}

pub(super) fn address(text: &str) -> Reading<SocketAddr> {
    text.parse().map_err(|_| "must be an IP address and a port, such as 127.0.0.1:8080".to_owned())
}

/// An http or https URL. It is kept as given, since issuers and audiences are compared character by character.
pub(super) fn public_url(text: &str) -> Reading<String> {
    let fault = || "must be an http or https URL without user, query, fragment and trailing slash".to_owned();
    let url = web_url(text).ok_or_else(fault)?;
    let is_bare = url.username().is_empty() && url.password().is_none();
    if !is_bare || text.contains(['?', '#']) || text.ends_with('/') {
        return Err(fault());
    }
    Ok(text.to_owned())
}

pub(super) fn origin(text: &str) -> Reading<String> {
    let is_origin = web_url(text).is_some_and(|url| url.origin().ascii_serialization() == text);
    if is_origin {
        Ok(text.to_owned())
    } else {
        Err("must list origins, such as https://app.example.org".to_owned())
    }
}

fn web_url(text: &str) -> Option<Url> {
    if text.contains(|character: char| character.is_whitespace() || character.is_control()) {
        return None;
    }
    let has_authority = text.starts_with("http://") || text.starts_with("https://");
    Url::parse(text).ok().filter(|url| has_authority && url.has_host())
}

/// A range of addresses, or a single one.
pub(super) fn network(text: &str) -> Reading<IpNet> {
    let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    network.map_err(|_| "must list ranges of addresses, such as 10.0.0.0/8".to_owned())
}

pub(super) fn log_filter(text: &str) -> Reading<String> {
    let is_filter = !text.trim().is_empty() && EnvFilter::try_new(text).is_ok();
    if is_filter { Ok(text.to_owned()) } else { Err("must be a level or a filter, such as info".to_owned()) }
}

pub(super) fn log_format(text: &str) -> Reading<LogFormat> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("must be text or json".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("sqlite:///var/lib/roster/roster.db", Some("/var/lib/roster/roster.db"))]
    #[case("sqlite://./roster-data/roster.db", Some("./roster-data/roster.db"))]
    #[case("sqlite://", None)]
    #[case("sqlite://folder/", None)]
    #[case("sqlite://:memory:", None)]
    #[case("sqlite://a.db?mode=ro", None)]
    #[case("sqlite:a.db", None)]
    #[case("/var/lib/roster.db", None)]
    #[case("mysql://localhost/roster", None)]
    fn a_database_can_be_a_sqlite_file(#[case] url: &str, #[case] path: Option<&str>) {
        let file = match database(url) {
            Ok(Database::Sqlite(file)) => Some(file),
            _ => None,
        };
        assert_eq!(file, path.map(PathBuf::from), "{url}");
    }

    #[test]
    fn a_database_can_be_on_a_server() {
        let Ok(Database::Postgres(url)) = database("postgres://localhost/roster") else {
            panic!("no server")
        };
        assert_eq!(url.expose(), "postgres://localhost/roster");
    }

    #[rstest]
    #[case("postgres://roster:hunter2@localhost/roster", true)]
    #[case("postgres://localhost/roster?sslmode=require&password=hunter2", true)]
    #[case("postgres://roster@localhost:5432/roster", false)]
    #[case("sqlite://./roster.db", false)]
    fn a_password_in_a_url_is_noticed(#[case] url: &str, #[case] found: bool) {
        assert_eq!(has_password(url), found, "{url}");
    }

    #[rstest]
    #[case("http://127.0.0.1:8080", true)]
    #[case("https://id.example.org", true)]
    #[case("https://example.org/roster", true)]
    #[case("http://[::1]:8080", true)]
    #[case("https://example.org/", false)]
    #[case("https://example.org/roster/", false)]
    #[case("https://example.org?a=b", false)]
    #[case("https://example.org#a", false)]
    #[case("https://ada:hunter2@example.org", false)]
    #[case("ftp://example.org", false)]
    #[case("https:example.org", false)]
    #[case("https://", false)]
    #[case("https://exa mple.org", false)]
    #[case(" https://example.org", false)]
    #[case("example.org", false)]
    fn a_public_url_is_bare(#[case] url: &str, #[case] fits: bool) {
        assert_eq!(public_url(url).is_ok(), fits, "{url}");
    }

    #[rstest]
    #[case("https://app.example.org", true)]
    #[case("http://localhost:3000", true)]
    #[case("https://app.example.org/", false)]
    #[case("https://APP.example.org", false)]
    #[case("https://app.example.org:443", false)]
    #[case("*", false)]
    #[case("null", false)]
    #[case("", false)]
    fn an_origin_has_one_spelling(#[case] text: &str, #[case] fits: bool) {
        assert_eq!(origin(text).is_ok(), fits, "{text}");
    }

    #[test]
    fn a_single_address_is_a_range_of_one() {
        assert_eq!(network("10.1.2.3").unwrap(), "10.1.2.3/32".parse::<IpNet>().unwrap());
        assert_eq!(network("fd00::/8").unwrap(), "fd00::/8".parse::<IpNet>().unwrap());
        assert!(network("10.0.0.0/33").is_err() && network("proxy.local").is_err());
    }

    #[test]
    fn pictures_are_kept_in_a_folder_or_the_database() {
        let folder = PicturePlace::Folder(PathBuf::from("./pictures"));
        assert_eq!(picture_place("dir:./pictures").unwrap(), folder);
        assert_eq!(picture_place("database").unwrap(), PicturePlace::Database);
        for text in ["s3://bucket", "pictures", "dir:", ""] {
            assert!(picture_place(text).is_err(), "{text}");
        }
    }
}
