use clap::Args;
use roster_domain::{ClientId, ClientKind, GrantType, GrantTypes, Scopes, Trust};
use roster_usecases::RequestContext;
use roster_usecases::clients::{NewClient, RegisterError, RegisteredClient, register_client};
use secrecy::ExposeSecret;
use serde_json::json;

use crate::commands::{block_on, world};
use crate::settings::Settings;
use crate::{Output, Stop};

/// What to register.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The client's id: 1 to 64 letters, digits, `.`, `_` or `-`.
    #[arg(long)]
    id: String,
    /// The grants that it may use: `password`, `refresh_token`, `client_credentials`.
    #[arg(long = "grant", value_name = "GRANT", required = true, num_args = 1.., value_delimiter = ',')]
    grants: Vec<String>,
    /// The scopes that it can be given at most.
    #[arg(long = "scope", value_name = "SCOPE", required = true, num_args = 1.., value_delimiter = ',')]
    scopes: Vec<String>,
    /// It cannot keep a secret, and gets none.
    #[arg(long)]
    public: bool,
    /// Its own tokens count as an administrator's within its scopes.
    #[arg(long)]
    trusted: bool,
}

/// Registers a client, and tells its secret this once.
pub(in crate::commands) fn run(
    arguments: &Arguments,
    settings: &Settings,
    output: Output,
) -> Result<(), Stop> {
    let new = arguments.read()?;
    block_on(async {
        let ports = world(settings).await?.ports;
        let registered = register_client(&ports, &RequestContext::fresh(&ports), new).await;
        tell(&registered.map_err(refused)?, output)
    })
}

impl Arguments {
    fn read(&self) -> Result<NewClient, Stop> {
        let id: ClientId = self.id.parse().map_err(|fault| Stop::Usage(format!("--id {fault}")))?;
        let grants: Vec<GrantType> = self
            .grants
            .iter()
            .map(|grant| grant.parse().map_err(|fault| Stop::Usage(format!("--grant {fault}"))))
            .collect::<Result<_, _>>()?;
        let scopes: Scopes = self
            .scopes
            .join(" ")
            .parse()
            .map_err(|_| Stop::Usage(format!("--scope must be among {}", Scopes::ALL)))?;
        if scopes.is_empty() {
            return Err(Stop::Usage("--scope must not be empty".to_owned()));
        }
        Ok(NewClient {
            id,
            kind: if self.public { ClientKind::Public } else { ClientKind::Confidential },
            trust: if self.trusted { Trust::Trusted } else { Trust::Untrusted },
            grants: GrantTypes::of(grants),
            scopes,
        })
    }
}

fn refused(error: RegisterError) -> Stop {
    match error {
        RegisterError::PublicClientCredentials | RegisterError::TrustWithoutOwnTokens => Stop::usage(error),
        RegisterError::IdAlreadyUsed(_) | RegisterError::Store(_) => Stop::failure(error),
    }
}

fn tell(registered: &RegisteredClient, output: Output) -> Result<(), Stop> {
    let id = registered.client.id.as_str();
    let secret = registered.secret.as_ref().map(ExposeSecret::expose_secret);
    let text = secret.map_or_else(
        || format!("client_id: {id}"),
        |secret| format!("client_id: {id}\nclient_secret: {secret}"),
    );
    output.say(&text, &json!({ "client_id": id, "client_secret": secret }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(grants: &[&str], scopes: &[&str]) -> Result<NewClient, Stop> {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let arguments = Arguments {
            id: "gateway".to_owned(),
            grants: owned(grants),
            scopes: owned(scopes),
            public: false,
            trusted: false,
        };
        arguments.read()
    }

    #[test]
    fn grants_and_scopes_are_read() {
        let new = read(&["password", "refresh_token"], &["users:get profile:get", "users:get"]).unwrap();
        assert!(new.grants.contains(GrantType::Password) && new.grants.contains(GrantType::RefreshToken));
        assert!(!new.grants.contains(GrantType::ClientCredentials));
        assert_eq!(new.scopes.to_string(), "users:get profile:get");
        assert_eq!((new.kind, new.trust), (ClientKind::Confidential, Trust::Untrusted));
    }

    #[test]
    fn unknown_grants_and_scopes_are_wrong_usage() {
        for grant in ["authorization_code", "implicit", "PASSWORD", ""] {
            assert!(matches!(read(&[grant], &["users:get"]), Err(Stop::Usage(_))), "{grant}");
        }
        for scope in ["users", "openid", " "] {
            assert!(matches!(read(&["password"], &[scope]), Err(Stop::Usage(_))), "{scope}");
        }
    }
}
