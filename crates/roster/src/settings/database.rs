//! Which database: a SQLite file, or a PostgreSQL server.

use secrecy::{ExposeSecret, SecretString};
use std::path::PathBuf;

/// Whether this build can encrypt what it says to a server.
const HAS_TLS: bool = cfg!(feature = "tls");

/// What `database_url` names.
#[derive(Debug, Clone)]
pub enum Database {
    /// A file.
    Sqlite(PathBuf),
    /// A database on a server.
    Postgres(ServerUrl),
}

/// The URL of a database on a server, as libpq reads it. `Debug` shows nothing of it, since it may hold a password.
#[derive(Debug, Clone)]
pub struct ServerUrl(SecretString);

impl ServerUrl {
    /// Reads it, or tells what is wrong as a predicate.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if !is_server(text)
            || text.contains(|character: char| character.is_whitespace() || character.is_control())
        {
            return Err("must be a postgres:// URL".to_owned());
        }
        let mode = parameter(text, "sslmode").unwrap_or("prefer");
        match (mode, HAS_TLS) {
            ("disable" | "allow" | "prefer", _) | ("require" | "verify-ca" | "verify-full", true) => {
                Ok(Self(SecretString::from(text)))
            }
            ("require" | "verify-ca" | "verify-full", false) => Err(
                "must not ask for TLS by its sslmode: this build has none (`make release-tls` makes one that has)"
                    .to_owned(),
            ),
            _ => Err("must have a known sslmode".to_owned()),
        }
    }

    /// The URL itself.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether what is said to the server may pass a network in clear.
    pub(super) fn is_open_to_a_network(&self) -> bool {
        let url = self.expose();
        let is_certain = matches!(parameter(url, "sslmode"), Some("require" | "verify-ca" | "verify-full"));
        !is_certain && hosts(url).any(|host| !is_local(host))
    }
}

/// Whether it is the URL of a server at all.
pub(super) fn is_server(text: &str) -> bool {
    text.starts_with("postgres://") || text.starts_with("postgresql://")
}

fn parameter<'u>(url: &'u str, name: &str) -> Option<&'u str> {
    let (_, query) = url.split_once('?')?;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// The hosts, without ports; none where libpq chooses its socket.
fn hosts(url: &str) -> impl Iterator<Item = &str> {
    let base = url.split_once('?').map_or(url, |(base, _)| base);
    let rest = base.split_once("://").map_or("", |(_, rest)| rest);
    let authority = rest.split_once('/').map_or(rest, |(authority, _)| authority);
    let places = authority.rsplit_once('@').map_or(authority, |(_, places)| places);
    let named = parameter(url, "host").into_iter().flat_map(|hosts| hosts.split(','));
    places.split(',').map(without_port).chain(named).filter(|host| !host.is_empty())
}

fn without_port(place: &str) -> &str {
    if let Some(address) = place.strip_prefix('[') {
        return address.split_once(']').map_or(address, |(address, _)| address);
    }
    place.split_once(':').map_or(place, |(host, _)| host)
}

fn is_local(host: &str) -> bool {
    let is_socket = host.starts_with('/') || host.starts_with("%2F") || host.starts_with("%2f");
    is_socket || host == "localhost" || host == "::1" || host.starts_with("127.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("postgres://roster:hunter2@localhost:5432/roster", false)]
    #[case("postgresql:///roster", false)]
    #[case("postgres://%2Fvar%2Frun%2Fpostgresql/roster", false)]
    #[case("postgres://[::1]:5432/roster", false)]
    #[case("postgres:///roster?host=/run/postgresql", false)]
    #[case("postgres://db-1:5432,db-2:5432/roster", true)]
    #[case("postgres://localhost,db-2/roster", true)]
    #[case("postgres:///roster?host=db-1", true)]
    fn a_network_is_noticed(#[case] url: &str, #[case] is_open: bool) {
        assert_eq!(ServerUrl::parse(url).unwrap().is_open_to_a_network(), is_open, "{url}");
    }

    #[test]
    fn tls_is_refused_where_there_is_none() {
        for mode in ["require", "verify-ca", "verify-full"] {
            let url = format!("postgres://db-1/roster?sslmode={mode}");
            assert_eq!(ServerUrl::parse(&url).is_ok(), HAS_TLS, "{mode}");
        }
        assert!(ServerUrl::parse("postgres://db-1/roster?sslmode=maybe").is_err());
        assert!(ServerUrl::parse("mysql://db-1/roster").is_err());
        assert!(ServerUrl::parse("postgres://db 1/roster").is_err());
    }

    #[test]
    fn nobody_is_shown_the_url() {
        let url = ServerUrl::parse("postgres://roster:hunter2@db-1/roster").unwrap();
        assert!(!format!("{url:?}").contains("hunter2"));
    }
}
