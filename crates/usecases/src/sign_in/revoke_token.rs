use roster_domain::{Actor, Client, EventKind, PrincipalId, SessionId, Stamp, Subject};
use roster_ports::{Abort, Done, Stored, TokenHash, WriteTx};
use secrecy::{ExposeSecret, SecretString};

use super::client_authentication::authenticate_client;
use super::{ClientAuthentication, TokenError};
use crate::{Ports, RequestContext};

/// Ends the session to which a token belongs (RFC 7009). What is no token, or no longer, is revoked already.
///
/// A client revokes its own tokens alone; a token of its own, which belongs to no session, cannot be revoked.
pub async fn revoke_token(
    ports: &Ports,
    context: &RequestContext,
    client: &ClientAuthentication,
    token: &SecretString,
) -> Result<(), TokenError> {
    let client = authenticate_client(ports, client).await?;
    let presented = match ports.access_tokens.verify(token.expose_secret(), ports.clock.now()) {
        Ok(token) if token.client != client.id => return Err(TokenError::InvalidGrant),
        Ok(token) => Presented::Access(token.session.ok_or(TokenError::UnsupportedTokenType)?),
        Err(_) => Presented::Refresh(ports.opaque_tokens.hash(token.expose_secret())),
    };
    let stamp = context.stamp(ports, Actor::Principal(PrincipalId::Client(client.id.clone())));
    let revocation = Revocation { client, presented, stamp };
    ports.store.write(move |tx| revocation.run(tx)).await?;
    Ok(())
}

enum Presented {
    Access(SessionId),
    Refresh(TokenHash),
}

struct Revocation {
    client: Client,
    presented: Presented,
    stamp: Stamp,
}

impl Revocation {
    fn run(&self, tx: &mut dyn WriteTx) -> Result<Done<()>, Abort<TokenError>> {
        let Some(id) = self.session(tx)? else { return Ok(Done::Unchanged(())) };
        let Some(session) = tx.sessions().session(id)? else { return Ok(Done::Unchanged(())) };
        if session.client != self.client.id {
            return Err(Abort::Refused(TokenError::InvalidGrant));
        }
        tx.sessions_mut().end(id)?;
        let kind = EventKind::SessionEnded { session: id, client: session.client };
        Ok(Done::Changed((), self.stamp.event(Subject::User(session.user), kind)))
    }

    fn session(&self, tx: &mut dyn WriteTx) -> Stored<Option<SessionId>> {
        match &self.presented {
            Presented::Access(session) => Ok(Some(*session)),
            Presented::Refresh(hash) => Ok(tx.sessions().refresh_token(hash)?.map(|token| token.session)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{World, at, client, context, session_of, token_hash, user};
    use roster_domain::{AccessToken, ClientKind, Role, Scopes, TokenId};
    use roster_ports::{InvalidToken, RefreshTokenRecord, RefreshTokenState};
    use uuid::Uuid;

    fn world() -> World {
        let ada = user(1, &[Role::Tech]);
        let app = client(ClientKind::Public, &[], Scopes::ALL);
        let mut world = World::new().with_client(app).with_users(&[&ada]).with_plain_tokens();
        let session = session_of(&ada).id;
        world.tx.sessions.expect_refresh_token().returning(move |hash| {
            let state = RefreshTokenState::Used { at: at(0), successor: None };
            let record = RefreshTokenRecord { session, expires_at: at(0), state };
            Ok(Some(record).filter(|_| *hash == token_hash("refresh")))
        });
        world
    }

    fn verifying(mut world: World, client: &str, session: Option<SessionId>) -> World {
        let ada = user(1, &[Role::Tech]);
        let token = AccessToken {
            id: TokenId::new(Uuid::nil()),
            subject: PrincipalId::User(ada.id),
            client: client.parse().unwrap(),
            session,
            scopes: Scopes::ALL,
            issued_at: at(0),
            expires_at: at(300),
        };
        world.access_tokens.expect_verify().returning(move |text, _| {
            if text == "access" { Ok(token.clone()) } else { Err(InvalidToken { reason: "junk" }) }
        });
        world
    }

    async fn revoke(world: World, token: &str) -> (Result<(), TokenError>, Vec<&'static str>) {
        let (ports, store) = world.ports();
        let app = ClientAuthentication { id: "app".to_owned(), secret: None };
        let answer = revoke_token(&ports, &context(), &app, &SecretString::from(token)).await;
        (answer, store.events().iter().map(|event| event.kind.name()).collect())
    }

    #[tokio::test]
    async fn each_token_of_a_session_ends_it() {
        let session = session_of(&user(1, &[Role::Tech])).id;
        for token in ["access", "refresh"] {
            let mut world = verifying(world(), "app", Some(session));
            world.tx.sessions_mut.expect_end().once().returning(|_| Ok(()));
            let (answer, events) = revoke(world, token).await;
            assert!(answer.is_ok(), "{token}: {answer:?}");
            assert_eq!(events, ["session.ended"]);
        }
    }

    #[tokio::test]
    async fn what_is_no_token_or_ended_already_is_revoked() {
        let gone = session_of(&user(2, &[Role::Tech])).id;
        for token in ["junk", "access"] {
            let (answer, events) = revoke(verifying(world(), "app", Some(gone)), token).await;
            assert!(answer.is_ok() && events.is_empty(), "{token}: {answer:?}");
        }
    }

    #[tokio::test]
    async fn a_token_of_another_client_stays() {
        let session = session_of(&user(1, &[Role::Tech])).id;
        let (answer, _) = revoke(verifying(world(), "other", Some(session)), "access").await;
        assert!(matches!(answer, Err(TokenError::InvalidGrant)));
    }

    #[tokio::test]
    async fn a_clients_own_token_cannot_be_revoked() {
        let (answer, _) = revoke(verifying(world(), "app", None), "access").await;
        assert!(matches!(answer, Err(TokenError::UnsupportedTokenType)));
    }
}
