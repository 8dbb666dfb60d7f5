use roster_domain::{
    AccessToken, Actor, Client, EventKind, PrincipalId, Scopes, Session, Stamp, Status, Subject, TokenId,
};
use roster_ports::{
    Abort, ChosenBy, Done, NewRefreshToken, OpaqueToken, RefreshTokenState, TokenHash, WriteTx,
};
use secrecy::{ExposeSecret, SecretString};

use super::{TokenAnswer, TokenError};
use crate::{Ports, RequestContext};

/// A try to go on with a refresh token.
pub(super) struct Attempt {
    pub(super) client: Client,
    pub(super) asked: Option<Scopes>,
    pub(super) token: SecretString,
    pub(super) user_agent: Option<String>,
}

/// What became of a presented refresh token. A replay must leave its trace, so it is no refusal to the store.
enum Outcome {
    Rotated { session: Session, scopes: Scopes, chosen_by: ChosenBy },
    Replayed,
}

/// Exchanges a refresh token for its successor; whoever shows a used one ends the session (RFC 9700 §4.14.2).
pub(super) async fn refresh(
    ports: &Ports,
    context: &RequestContext,
    attempt: Attempt,
) -> Result<TokenAnswer, TokenError> {
    let now = ports.clock.now();
    let successor = ports.opaque_tokens.generate();
    let exchange = Exchange {
        presented: ports.opaque_tokens.hash(attempt.token.expose_secret()),
        successor: NewRefreshToken {
            hash: successor.hash,
            expires_at: now + ports.policy.refresh_token_lifetime,
        },
        client: attempt.client,
        asked: attempt.asked,
        last_ip: context.address.map(|address| address.to_string()),
        user_agent: attempt.user_agent,
        stamp: context.stamp(ports, Actor::System),
    };
    match ports.store.write(move |tx| exchange.run(tx)).await? {
        Outcome::Replayed => Err(TokenError::InvalidGrant),
        Outcome::Rotated { session, scopes, chosen_by } => {
            answer(ports, &session, scopes, chosen_by, successor)
        }
    }
}

struct Exchange {
    presented: TokenHash,
    successor: NewRefreshToken,
    client: Client,
    asked: Option<Scopes>,
    last_ip: Option<String>,
    user_agent: Option<String>,
    stamp: Stamp,
}

impl Exchange {
    fn run(&self, tx: &mut dyn WriteTx) -> Result<Done<Outcome>, Abort<TokenError>> {
        let invalid = || Abort::Refused(TokenError::InvalidGrant);
        let token = tx.sessions().refresh_token(&self.presented)?.ok_or_else(invalid)?;
        let session = tx.sessions().session(token.session)?.ok_or_else(invalid)?;
        if session.client != self.client.id || token.expires_at <= self.stamp.time {
            return Err(invalid());
        }
        if token.state == RefreshTokenState::Used {
            tx.sessions_mut().end(session.id)?;
            let kind = EventKind::SessionEnded { session: session.id, client: session.client };
            return Ok(Done::Changed(Outcome::Replayed, self.stamp.event(Subject::User(session.user), kind)));
        }
        let enabled = tx.users().user(session.user)?.is_some_and(|user| user.status == Status::Enabled);
        let password = tx.credentials().password(session.user)?.filter(|_| enabled).ok_or_else(invalid)?;
        let scopes = self.scopes(&session)?;
        let session = Session {
            last_used_at: self.stamp.time,
            last_ip: self.last_ip.clone(),
            user_agent: self.user_agent.clone(),
            ..session
        };
        tx.sessions_mut().rotate(&self.presented, &self.successor, &session)?;
        Ok(Done::Bookkeeping(Outcome::Rotated { session, scopes, chosen_by: password.chosen_by }))
    }

    /// What this access token alone may be used for: never more than was granted, nor than the client has today.
    fn scopes(&self, session: &Session) -> Result<Scopes, Abort<TokenError>> {
        let granted = session.scopes.and(self.client.scopes);
        match self.asked {
            None => Ok(granted),
            Some(asked) if granted.include(asked) => Ok(asked),
            Some(_) => Err(Abort::Refused(TokenError::InvalidScope)),
        }
    }
}

fn answer(
    ports: &Ports,
    session: &Session,
    scopes: Scopes,
    chosen_by: ChosenBy,
    successor: OpaqueToken,
) -> Result<TokenAnswer, TokenError> {
    let now = ports.clock.now();
    let token = AccessToken {
        id: TokenId::new(ports.ids.uuid()),
        subject: PrincipalId::User(session.user),
        client: session.client.clone(),
        session: Some(session.id),
        scopes,
        issued_at: now,
        expires_at: now + ports.policy.access_token_lifetime,
    };
    Ok(TokenAnswer {
        access_token: ports.access_tokens.issue(&token)?,
        expires_in: ports.policy.access_token_lifetime.as_secs(),
        refresh_token: Some(successor.secret),
        scope: scopes,
        password_chosen_by: Some(chosen_by),
    })
}
