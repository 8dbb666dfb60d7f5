//! No secret is ever written down where others read: not in logs at their most talkative, not in the database.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use roster_tests::{ADMINISTRATOR_PASSWORD, Actor, Body, ClientCredentials, Roster, Service};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

const KEY: &str = include_str!("../../../crates/adapter-crypto/src/signing_keys/tests/keys/ec-p256.pem");

/// Everything that must stay secret, with a name for messages.
type Canaries = Vec<(&'static str, Vec<u8>)>;

/// A use of what deals with secrets, of which it remembers what was secret about it.
struct Story<'a> {
    service: &'a Service,
    canaries: Canaries,
    /// What commands printed, but for the secrets that they are there to print.
    printed: String,
}

impl<'a> Story<'a> {
    /// Uses everything that deals with secrets, rightly and wrongly.
    fn of(service: &'a Service) -> Self {
        let mut story = Self { service, canaries: Vec::new(), printed: String::new() };
        let administrator = service.administrator();
        let user = service.user_made_by(&administrator, "tech");
        story.remember("the administrator's password", ADMINISTRATOR_PASSWORD);
        story.remember("any canary", "canary");
        story.remember("the master secret", &service.master_secret());
        story.use_tokens(&user);
        story.use_clients();
        story.use_keys();
        send_nonsense(&administrator);
        story.use_passwords(&administrator, &user);
        story
    }

    /// A secret, and what it is the base64 of, where it is of anything.
    fn remember(&mut self, what: &'static str, secret: &str) {
        self.canaries.push((what, secret.as_bytes().to_vec()));
        if let Ok(bytes) = URL_SAFE_NO_PAD.decode(secret)
            && bytes.len() >= 32
        {
            self.canaries.push((what, bytes));
        }
    }

    fn remember_tokens(&mut self, of: &Actor) {
        self.remember("an access token", &of.token);
        self.remember("the signature of an access token", of.token.rsplit('.').next().unwrap());
        if let Some(token) = &of.refresh_token {
            self.remember("a refresh token", token);
        }
    }

    fn use_passwords(&mut self, administrator: &Actor, user: &Actor) {
        let (new, wrong) = ("canary-the-new-password", "canary-the-wrong-password");
        let change = |old: &str| json!({ "oldPassword": old, "newPassword": new });
        user.put("/user/password", change(wrong)).expect(422);
        user.put("/user/password", change(&user.password)).expect(200);
        self.service.try_password(&user.email, wrong).expect(400);
        self.service.try_password("canary-nobody@example.com", wrong).expect(400);
        self.service.try_password("canary typed as a name", wrong).expect(400);
        let own = format!("/users/{}", administrator.id);
        let address = json!({ "email": "moved@example.com", "currentPassword": ADMINISTRATOR_PASSWORD });
        administrator.patch(&own, json!({ "email": "m@example.com", "currentPassword": wrong })).expect(422);
        administrator.patch(&own, address).expect(200);
        administrator.patch(&own, json!({ "plainPassword": "canary-unknown-member" })).expect(400);
        let set = format!("/users/{}/password", user.id);
        administrator.put(&set, json!({ "newPassword": "canary-set-by-another" })).expect(200);
        administrator.put(&set, json!({ "newPassword": "canary" })).expect(422);
        let typed = ["user", "set-password", "--email", &user.email];
        self.command(&self.service.command(typed).reading("canary-typed-into-a-command\n"));
        self.command(&self.service.command(typed).reading("canary\n"));
        // What a limit refuses is as secret.
        for _ in 0..12 {
            self.service.try_password(&user.email, wrong);
        }
        self.remember("a user's password", &user.password);
    }

    fn use_tokens(&mut self, user: &Actor) {
        let service = self.service;
        self.remember_tokens(user);
        let user = service.user("tech");
        let first = user.refresh_token.clone().unwrap();
        let refreshed = service.try_refresh(&first).expect(200);
        let text = |member: &str| refreshed[member].as_str().unwrap().to_owned();
        self.remember("a refreshed access token", &text("access_token"));
        self.remember("a refreshed refresh token", &text("refresh_token"));
        service.try_refresh(&first).expect(200);
        service.try_refresh(&text("refresh_token")).expect(200);
        // The replay of a used token is where a log would be tempted to say which.
        service.try_refresh(&first).expect(400);
        service.try_refresh("canary-no-refresh-token").expect(400);
        user.get("/user").expect(401);
        self.remember_tokens(&user);
        let nobody = service.nobody();
        nobody.with_token("canary.bearer.token").get("/user").expect(401);
        nobody.get("/user?access_token=canary-token-in-the-query");
    }

    fn use_clients(&mut self) {
        let service = self.service;
        let client = service.register_client("backend", &["--trusted"]);
        let acting = service.act_as(&client, &["users:get"]);
        acting.get("/users").expect(200);
        self.remember_tokens(&acting);
        let owner = service.sign_in_through(&client, &service.user("tech"));
        for token in [owner.token.as_str(), owner.refresh_token.as_deref().unwrap(), "canary-no-token"] {
            service.post_form_as(&client, "/oauth/introspect", &[("token", token)]).expect(200);
        }
        for token in ["canary-no-token", owner.refresh_token.as_deref().unwrap()] {
            service.post_form_as(&client, "/oauth/revoke", &[("token", token)]).expect_status(200);
        }
        self.remember_tokens(&owner);
        let wrong = ClientCredentials { secret: "canary-wrong-client-secret".to_owned(), ..client.clone() };
        service.ask_as(&wrong, &[("grant_type", "client_credentials")]).expect(401);
        service.post_form_as(&wrong, "/oauth/introspect", &[("token", &owner.token)]).expect(401);
        self.remember("a client's secret", &client.secret);
        let rotated = service.command(["client", "rotate-secret", "--id", "backend", "--json"]);
        let rotated = rotated.with("ROSTER_LOG", "trace").succeed();
        let printed: Value = serde_json::from_str(&rotated.stdout).unwrap();
        let secret = printed["client_secret"].as_str().unwrap().to_owned();
        self.remember("a client's next secret", &secret);
        self.printed.push_str(&rotated.stderr);
        let next = ClientCredentials { secret, ..client };
        service.ask_as(&next, &[("grant_type", "client_credentials")]);
        self.command(&service.command(["client", "list", "--json"]));
    }

    fn use_keys(&mut self) {
        let service = self.service;
        let file = service.data().join("import.pem");
        fs::write(&file, KEY).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        self.command(&service.command(["keys".into(), "import".into(), file.clone().into_os_string()]));
        fs::write(&file, KEY.replace("MIGH", "canary")).unwrap();
        self.command(&service.command(["keys".into(), "import".into(), file.clone().into_os_string()]));
        fs::remove_file(&file).unwrap();
        for arguments in
            [&["keys", "rotate"][..], &["keys", "list", "--json"], &["secret", "status"], &["config", "show"]]
        {
            self.command(&service.command(arguments));
        }
        let lines = KEY.lines().filter(|line| !line.starts_with("--")).collect::<String>();
        let der = base64::engine::general_purpose::STANDARD.decode(lines).unwrap();
        // The private number of a P-256 key in PKCS#8.
        self.canaries.push(("the private part of an imported key", der[36..68].to_vec()));
    }

    /// Runs a command, at its most talkative.
    fn command(&mut self, command: &Roster) {
        let finished = command.clone().with("ROSTER_LOG", "trace").run();
        self.printed.extend([finished.stdout, finished.stderr]);
    }
}

/// Bodies that cannot be read, with what somebody thought would stay between them and us.
fn send_nonsense(administrator: &Actor) {
    for (path, body) in [
        ("/oauth/token", "{\"password\":\"canary-broken"),
        ("/oauth/introspect", "{\"token\":\"canary-broken"),
        ("/users", "{\"plainPassword\":\"canary-broken"),
        ("/users", "{\"plainPassword\":[\"canary-of-a-wrong-type\"]}"),
    ] {
        let body = Body::Bytes("application/json", body.as_bytes().to_vec());
        assert!(administrator.send("POST", path, &[], &body).status >= 400, "{path}");
    }
}

/// Whether the needle occurs, as it is or as base64 or hex would write it.
pub(crate) fn occurs(haystack: &[u8], needle: impl AsRef<[u8]>) -> bool {
    let needle = needle.as_ref();
    let hex: String = needle.iter().map(|byte| format!("{byte:02x}")).collect();
    // The last signs of base64 depend on what follows the text.
    let open = |mut text: String| {
        text.truncate(text.len() - 2);
        text.into_bytes()
    };
    let encoded = [open(STANDARD_NO_PAD.encode(needle)), open(URL_SAFE_NO_PAD.encode(needle))];
    let forms = [needle.to_vec(), hex.to_uppercase().into_bytes(), hex.into_bytes()];
    encoded.iter().chain(&forms).any(|form| haystack.windows(form.len()).any(|window| window == form))
}

#[test]
fn no_secret_reaches_the_log_at_its_most_talkative() {
    let service = Service::options().with("ROSTER_LOG", "trace").start();
    let story = Story::of(&service);
    service.terminate();
    let log = service.log().lines().join("\n");
    assert!(log.len() > 10_000 && story.printed.len() > 1_000, "both are talkative");
    for (what, secret) in &story.canaries {
        assert!(!occurs(log.as_bytes(), secret), "{what} is in the log");
        assert!(!occurs(story.printed.as_bytes(), secret), "{what} is in what commands print");
    }
}

#[test]
fn no_secret_lies_in_the_database() {
    let service = Service::start();
    let story = Story::of(&service);
    let mut stored = service.stored();
    service.terminate();
    stored.extend(service.stored());
    let lies = |text: &[u8]| stored.iter().any(|bytes| occurs(bytes, text));
    assert!(lies(b"moved@example.com"), "the search finds what is there");
    for (what, secret) in &story.canaries {
        assert!(!lies(secret), "{what} is in the database");
    }
}

#[test]
fn a_master_secret_from_outside_is_as_secret_as_one_in_the_data_folder() {
    const NEXT: &str = "bmV4dC1jYW5hcnktbWFzdGVyLXNlY3JldC1pcy1sb25nLWVub3VnaA==";
    let mut service = Service::options().with("ROSTER_LOG", "trace").start();
    service.administrator();
    service.kill();
    let first = service.master_secret();
    let both = format!("{NEXT},{first}");
    service.restart_with("ROSTER_SECRET", &both);
    service.administrator().get("/user").expect(200);
    let mut printed = String::new();
    for arguments in
        [&["secret", "status"][..], &["secret", "status", "--json"], &["config", "show"], &["keys", "rotate"]]
    {
        let command = service.command(arguments).with("ROSTER_SECRET", &both).with("ROSTER_LOG", "trace");
        let finished = command.succeed();
        printed.extend([finished.stdout, finished.stderr]);
    }
    service.terminate();
    let log = service.log().lines().join("\n");
    let stored = service.stored();
    for secret in [NEXT, &first] {
        let bytes = base64::engine::general_purpose::STANDARD.decode(secret).unwrap();
        for form in [secret.as_bytes(), &bytes] {
            assert!(!occurs(log.as_bytes(), form) && !occurs(printed.as_bytes(), form));
            assert!(!stored.iter().any(|bytes| occurs(bytes, form)));
        }
    }
}

#[test]
fn errors_tell_nothing_of_the_inside() {
    let service = Service::start();
    let administrator = service.administrator();
    let answers = [
        administrator.get("/nowhere"),
        administrator.get("/users?cursor=x"),
        administrator.get("/users/x"),
        administrator.post("/users", json!({ "roles": 1 })),
        administrator.post("/users", json!([])),
        administrator.put("/users", json!({})),
        administrator.get("/pictures/x"),
        service.try_password("x", "y"),
    ];
    for answer in answers {
        let text = answer.text().to_lowercase();
        for word in
            ["sql", "select", "panicked", ".rs", "diesel", "actix", "serde", "thread", "/src/", "roster.db"]
        {
            assert!(!text.contains(word), "{word}: {answer}");
        }
        assert!(answer.header("server").is_none(), "{answer}");
    }
}
