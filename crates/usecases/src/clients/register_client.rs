use roster_domain::{
    Actor, Client, ClientId, ClientKind, EventKind, GrantType, GrantTypes, Instant, Scopes, Status, Subject,
    Trust,
};
use roster_ports::{Abort, Conflict, Done, StoreError};
use secrecy::SecretString;
use thiserror::Error;

use crate::{Ports, RequestContext};

/// What it takes to register a client.
#[derive(Debug, Clone)]
pub struct NewClient {
    /// Its `client_id`.
    pub id: ClientId,
    /// Whether it can keep a secret.
    pub kind: ClientKind,
    /// What its own tokens count as.
    pub trust: Trust,
    /// The grants that it may use.
    pub grants: GrantTypes,
    /// The widest scope that it can be given.
    pub scopes: Scopes,
}

/// A registered client.
#[derive(Debug)]
pub struct RegisteredClient {
    /// The client.
    pub client: Client,
    /// Its secret, which is told this once; none for a public client.
    pub secret: Option<SecretString>,
}

/// Why a client was not registered.
#[derive(Debug, Error)]
pub enum RegisterError {
    /// There is a client of this id.
    #[error("there is a client `{0}` already")]
    IdAlreadyUsed(ClientId),
    /// A public client has nothing to authenticate with, so it has no credentials to grant a token for.
    #[error("a public client cannot use the grant client_credentials: it has no credentials")]
    PublicClientCredentials,
    /// Trust is about a client's own tokens, which this client could not get.
    #[error("only a client with the grant client_credentials can be trusted")]
    TrustWithoutOwnTokens,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl NewClient {
    /// The client's first record: enabled.
    pub(crate) fn into_client(self, now: Instant) -> Client {
        Client {
            id: self.id,
            kind: self.kind,
            trust: self.trust,
            grants: self.grants,
            scopes: self.scopes,
            status: Status::Enabled,
            created_at: now,
        }
    }

    fn check(&self) -> Result<(), RegisterError> {
        let own_tokens = self.grants.contains(GrantType::ClientCredentials);
        if own_tokens && self.kind == ClientKind::Public {
            return Err(RegisterError::PublicClientCredentials);
        }
        if self.trust == Trust::Trusted && !own_tokens {
            return Err(RegisterError::TrustWithoutOwnTokens);
        }
        Ok(())
    }
}

/// Registers a client of the token endpoint.
pub async fn register_client(
    ports: &Ports,
    context: &RequestContext,
    new: NewClient,
) -> Result<RegisteredClient, RegisterError> {
    new.check()?;
    let stamp = context.stamp(ports, Actor::System);
    let token = (new.kind == ClientKind::Confidential).then(|| ports.opaque_tokens.generate());
    let (secret, hash) = token.map(|token| (token.secret, token.hash)).unzip();
    let client = new.into_client(stamp.time);
    let events = stamp.event(Subject::Client(client.id.clone()), EventKind::ClientCreated);
    let kept = client.clone();
    let written = ports
        .store
        .write::<(), RegisterError>(move |tx| {
            tx.clients_mut().insert(&kept, hash.as_ref())?;
            Ok(Done::Changed((), events.clone()))
        })
        .await;
    match written {
        Ok(()) => Ok(RegisteredClient { client, secret }),
        Err(Abort::Store(StoreError::Conflict(Conflict::ClientIdAlreadyUsed))) => {
            Err(RegisterError::IdAlreadyUsed(client.id))
        }
        Err(Abort::Store(error)) => Err(error.into()),
        Err(Abort::Refused(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{World, context};
    use secrecy::ExposeSecret;

    fn new(kind: ClientKind, trust: Trust, grants: &[GrantType]) -> NewClient {
        let grants = GrantTypes::of(grants.iter().copied());
        NewClient { id: "app".parse().unwrap(), kind, trust, grants, scopes: Scopes::ALL }
    }

    #[tokio::test]
    async fn a_confidential_client_is_told_its_secret_once() {
        let mut world = World::new().with_plain_tokens();
        world.tx.clients_mut.expect_insert().once().returning(|_, secret| {
            assert!(secret.is_some());
            Ok(())
        });
        let (ports, store) = world.ports();
        let robot = new(ClientKind::Confidential, Trust::Trusted, &[GrantType::ClientCredentials]);
        let registered = register_client(&ports, &context(), robot).await.unwrap();
        assert_eq!(registered.secret.unwrap().expose_secret(), "fresh");
        assert_eq!(store.events().len(), 1);
    }

    #[tokio::test]
    async fn what_makes_no_sense_is_refused() {
        let (ports, _) = World::new().ports();
        let public = new(ClientKind::Public, Trust::Untrusted, &[GrantType::ClientCredentials]);
        let refused = register_client(&ports, &context(), public).await;
        assert!(matches!(refused, Err(RegisterError::PublicClientCredentials)));
        let trusted = new(ClientKind::Confidential, Trust::Trusted, &[GrantType::Password]);
        let refused = register_client(&ports, &context(), trusted).await;
        assert!(matches!(refused, Err(RegisterError::TrustWithoutOwnTokens)));
    }

    #[tokio::test]
    async fn an_id_in_use_is_told() {
        let mut world = World::new();
        let conflict = || StoreError::Conflict(Conflict::ClientIdAlreadyUsed);
        world.tx.clients_mut.expect_insert().returning(move |_, _| Err(conflict()));
        let public = new(ClientKind::Public, Trust::Untrusted, &[GrantType::Password]);
        let refused = register_client(&world.ports().0, &context(), public).await;
        assert!(matches!(refused, Err(RegisterError::IdAlreadyUsed(_))));
    }
}
