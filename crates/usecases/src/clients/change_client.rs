use roster_domain::{Actor, Client, ClientId, ClientKind, EventKind, Status, Subject};
use roster_ports::{Abort, Done, WriteTx};
use secrecy::SecretString;

use crate::refused::refuse;
use crate::{Failure, Ports, Refused, RequestContext};

/// Disables a client: it gets no tokens, and those that it has are refused until it is enabled again.
pub async fn disable_client(ports: &Ports, context: &RequestContext, id: &ClientId) -> Result<(), Failure> {
    set_status(ports, context, id, Status::Disabled, EventKind::ClientDisabled).await
}

/// Enables a client again.
pub async fn enable_client(ports: &Ports, context: &RequestContext, id: &ClientId) -> Result<(), Failure> {
    set_status(ports, context, id, Status::Enabled, EventKind::ClientEnabled).await
}

async fn set_status(
    ports: &Ports,
    context: &RequestContext,
    id: &ClientId,
    status: Status,
    kind: EventKind,
) -> Result<(), Failure> {
    let events = context.stamp(ports, Actor::System).event(Subject::Client(id.clone()), kind);
    let id = id.clone();
    let setting = ports.store.write(move |tx| {
        if known(tx, &id)?.status == status {
            return Ok(Done::Unchanged(()));
        }
        tx.clients_mut().set_status(&id, status)?;
        Ok(Done::Changed((), events.clone()))
    });
    Ok(setting.await?)
}

/// Gives a confidential client a new secret, which is told this once; the old one is worth nothing from then on. Fails
/// with [`Refused::NoSecret`] for a public client.
pub async fn rotate_client_secret(
    ports: &Ports,
    context: &RequestContext,
    id: &ClientId,
) -> Result<SecretString, Failure> {
    let token = ports.opaque_tokens.generate();
    let stamp = context.stamp(ports, Actor::System);
    let events = stamp.event(Subject::Client(id.clone()), EventKind::ClientSecretRotated);
    let id = id.clone();
    let rotating = ports.store.write(move |tx| {
        if known(tx, &id)?.kind == ClientKind::Public {
            return refuse(Refused::NoSecret);
        }
        tx.clients_mut().set_secret(&id, &token.hash)?;
        Ok(Done::Changed((), events.clone()))
    });
    rotating.await?;
    Ok(token.secret)
}

/// The client; refuses where there is none.
pub(super) fn known(tx: &mut dyn WriteTx, id: &ClientId) -> Result<Client, Abort<Refused>> {
    tx.clients().client(id)?.ok_or(Abort::Refused(Refused::NotFound))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{World, client, context, token_hash};
    use roster_domain::Scopes;
    use secrecy::ExposeSecret;

    fn id() -> ClientId {
        "app".parse().unwrap()
    }

    #[tokio::test]
    async fn a_status_that_holds_already_is_no_change() {
        for (status, changes) in [(Status::Enabled, 1), (Status::Disabled, 0)] {
            let app = Client { status, ..client(ClientKind::Public, &[], Scopes::ALL) };
            let mut world = World::new().with_client(app);
            world.tx.clients_mut.expect_set_status().times(changes).returning(|_, _| Ok(()));
            let (ports, store) = world.ports();
            disable_client(&ports, &context(), &id()).await.unwrap();
            assert_eq!(store.events().len(), changes);
        }
    }

    #[tokio::test]
    async fn a_new_secret_takes_the_place_of_the_old_one() {
        let mut world = World::new().with_client(client(ClientKind::Confidential, &[], Scopes::ALL));
        world.tx.clients_mut.expect_set_secret().once().returning(|_, hash| {
            assert_eq!(*hash, token_hash("fresh"));
            Ok(())
        });
        let (ports, store) = world.with_plain_tokens().ports();
        let secret = rotate_client_secret(&ports, &context(), &id()).await.unwrap();
        assert_eq!(secret.expose_secret(), "fresh");
        assert_eq!(store.events().first().unwrap().kind.name(), "client.secret_rotated");
    }

    #[tokio::test]
    async fn a_public_client_has_no_secret_and_nobody_is_not_found() {
        let world = World::new().with_client(client(ClientKind::Public, &[], Scopes::ALL));
        let (ports, _) = world.with_plain_tokens().ports();
        let failure = rotate_client_secret(&ports, &context(), &id()).await.unwrap_err();
        assert!(matches!(failure, Failure::Refused(Refused::NoSecret)));
        let failure = enable_client(&ports, &context(), &"other".parse().unwrap()).await.unwrap_err();
        assert!(matches!(failure, Failure::Refused(Refused::NotFound)));
    }
}
