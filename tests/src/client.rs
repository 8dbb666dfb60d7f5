use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::actor::Actor;
use crate::answer::Answer;
use crate::http::Body;
use crate::service::Service;
use crate::template::ALL_SCOPES;

/// A confidential client and its secret.
#[derive(Debug, Clone)]
pub struct ClientCredentials {
    /// Its `client_id`.
    pub id: String,
    /// Its secret.
    pub secret: String,
}

impl Service {
    /// Registers a confidential client for every grant and scope, with these flags beside.
    #[track_caller]
    pub fn register_client(&self, id: &str, flags: &[&str]) -> ClientCredentials {
        let grants = ["password", "refresh_token", "client_credentials"]
            .into_iter()
            .flat_map(|grant| ["--grant", grant]);
        let scopes = ALL_SCOPES.into_iter().flat_map(|scope| ["--scope", scope]);
        let arguments = ["client", "create", "--json", "--id", id].into_iter();
        let arguments = arguments.chain(grants).chain(scopes).chain(flags.iter().copied());
        let finished = self.command(arguments).succeed();
        let printed: serde_json::Value =
            serde_json::from_str(&finished.stdout).expect("JSON on standard output");
        assert_eq!(printed["client_id"], id, "{finished:?}");
        let secret = printed["client_secret"].as_str().expect("a secret").to_owned();
        ClientCredentials { id: id.to_owned(), secret }
    }

    /// A new client on its own behalf, with every scope.
    #[track_caller]
    pub fn client(&self, id: &str) -> Actor {
        let credentials = self.register_client(id, &[]);
        self.act_as(&credentials, &ALL_SCOPES)
    }

    /// A new client on its own behalf that counts as an administrator, with every scope.
    #[track_caller]
    pub fn trusted_client(&self, id: &str) -> Actor {
        let credentials = self.register_client(id, &["--trusted"]);
        self.act_as(&credentials, &ALL_SCOPES)
    }

    /// A client on its own behalf, with these scopes.
    #[track_caller]
    pub fn act_as(&self, client: &ClientCredentials, scopes: &[&str]) -> Actor {
        let fields = [("grant_type", "client_credentials"), ("scope", &scopes.join(" "))];
        let tokens = self.ask_as(client, &fields).expect(200);
        let token = tokens["access_token"].as_str().expect("an access token");
        Actor { id: client.id.clone(), ..self.nobody().with_token(token) }
    }

    /// Asks the token endpoint as a client that proves itself with HTTP Basic.
    #[track_caller]
    pub fn ask_as(&self, client: &ClientCredentials, fields: &[(&'static str, &str)]) -> Answer {
        self.ask_at("/oauth/token", client, fields)
    }

    /// Asks at this path as a client that proves itself with HTTP Basic.
    #[track_caller]
    pub fn ask_at(&self, path: &str, client: &ClientCredentials, fields: &[(&'static str, &str)]) -> Answer {
        let fields = fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let basic = format!("Basic {}", STANDARD.encode(format!("{}:{}", client.id, client.secret)));
        self.http().send("POST", path, &[("authorization", &basic)], &Body::Fields(fields))
    }
}
