use std::fmt::Write;

use super::Welcome;
use super::bootstrap::Bootstrap;

/// What a service at this URL shows to whoever started the playground.
pub(super) fn banner(welcome: &Welcome, url: &str) -> String {
    let (data, file) = (welcome.data.display(), welcome.file.display());
    let news = if welcome.is_new {
        "An administrator, three people, a client and a facility were made to play with."
    } else {
        "Everything of earlier starts is kept."
    };
    let mut text = format!(
        "Roster is running, for this machine alone. {news}\n\n\
         Data         {data}\n\
         API          {url}\n\
         Reference    {url}/docs\n\
         OpenAPI      {url}/openapi.json\n\
         Public keys  {url}/.well-known/jwks.json\n"
    );
    // Writing to a string cannot fail.
    let _ = match &welcome.bootstrap {
        Some(bootstrap) => writeln!(text, "Sign-ins     {file}\n{}", lessons(bootstrap, url)),
        None => writeln!(text, "\nThere is no {file}: this database was not made by `roster serve --dev`."),
    };
    text + "\nCtrl-C stops it.\n"
}

/// Lines to paste into a second terminal. They need nothing but a shell, curl and sed, and carry no
/// comments, because not every shell takes them when typed.
fn lessons(bootstrap: &Bootstrap, url: &str) -> String {
    let Bootstrap { administrator, people, client, facility } = bootstrap;
    let (email, password) = (&administrator.email, &administrator.password);
    let guest = people.get(1).or(people.first()).unwrap_or(administrator);
    format!(
        r#"
Paste the lines below into a second terminal. They sign in as the administrator, ask who that is, list everybody, and
let {guest} open the doors of a facility. The token lives for a few minutes; the first line gets another.

TOKEN=$(curl -s {url}/oauth/token -d grant_type=password -d client_id={client} -d username={email} -d password={password} | sed 's/.*"access_token" *: *"\([^"]*\)".*/\1/')
curl -sw '\n' {url}/user -H "Authorization: Bearer $TOKEN"
curl -sw '\n' '{url}/users?limit=10' -H "Authorization: Bearer $TOKEN"
GUEST=$(curl -s '{url}/users?email={guest}' -H "Authorization: Bearer $TOKEN" | sed 's/^{{"results" *: *\[{{"id" *: *"\([^"]*\)".*/\1/')
curl -sw '\n' {url}/facilities/{facility}/give_access -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{{"userId":"'"$GUEST"'","actions":["doors:open"]}}'
"#,
        guest = guest.email,
    )
}

#[cfg(test)]
mod tests {
    use super::super::bootstrap::SignIn;
    use super::*;

    fn welcome(bootstrap: Option<Bootstrap>) -> Welcome {
        Welcome {
            data: "/srv/roster-data".into(),
            file: "/srv/roster-data/bootstrap.txt".into(),
            bootstrap,
            is_new: false,
        }
    }

    #[test]
    fn the_banner_tells_where_everything_is() {
        let bootstrap = Bootstrap {
            administrator: SignIn::new("admin@example.org", "a-password"),
            people: vec![SignIn::new("a@example.org", "b"), SignIn::new("guest@example.org", "c")],
            client: "roster-cli".to_owned(),
            facility: "970df7c4-843d-4a1d-9264-bd0cc5c5d927".to_owned(),
        };
        let text = banner(&welcome(Some(bootstrap)), "http://127.0.0.1:8080");
        for part in [
            "/srv/roster-data\n",
            "/srv/roster-data/bootstrap.txt\n",
            "http://127.0.0.1:8080/docs",
            "http://127.0.0.1:8080/.well-known/jwks.json",
            "http://127.0.0.1:8080/openapi.json",
            "-d username=admin@example.org -d password=a-password",
            "/users?email=guest@example.org'",
            "/facilities/970df7c4-843d-4a1d-9264-bd0cc5c5d927/give_access",
            r#"-d '{"userId":"'"$GUEST"'","actions":["doors:open"]}'"#,
        ] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
    }

    #[test]
    fn a_database_without_sign_ins_is_told() {
        let text = banner(&welcome(None), "http://127.0.0.1:8080");
        assert!(text.contains("There is no /srv/roster-data/bootstrap.txt"), "{text}");
        assert!(!text.contains("TOKEN="), "{text}");
    }
}
