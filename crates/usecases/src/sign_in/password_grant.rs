use roster_domain::{
    AccessToken, Actor, Client, EventKind, GrantType, Instant, PrincipalId, Scopes, Session, SessionId,
    Status, Subject, TokenId, User, UserId,
};
use roster_ports::{Abort, ChosenBy, Done, NewRefreshToken, PasswordHash, PasswordRecord, Verdict, WriteTx};
use secrecy::SecretString;

use super::{TokenAnswer, TokenError};
use crate::{Ports, RequestContext, values};

/// A try to sign in with a password.
pub(super) struct Attempt {
    pub(super) client: Client,
    pub(super) asked: Option<Scopes>,
    pub(super) username: String,
    pub(super) password: SecretString,
    pub(super) user_agent: Option<String>,
}

/// Signs a person in. Unknown address, wrong password and disabled user are one answer, after the same work.
pub(super) async fn sign_in(
    ports: &Ports,
    context: &RequestContext,
    attempt: Attempt,
) -> Result<TokenAnswer, TokenError> {
    let scopes = attempt.client.grantable(attempt.asked).map_err(|_| TokenError::InvalidScope)?;
    let found = find(ports, &attempt.username).await?;
    let hash = found.as_ref().map(|(_, password)| password.hash.clone());
    let verdict = ports.passwords.verify(attempt.password, hash).await?;
    let Some((user, password)) = found.filter(|_| verdict == Verdict::Right) else {
        return Err(TokenError::InvalidGrant);
    };
    let start = Start::new(ports, context, &attempt.client, user.id, scopes, attempt.user_agent);
    start.commit(ports, context, password.hash).await
}

async fn find(ports: &Ports, username: &str) -> Result<Option<(User, PasswordRecord)>, TokenError> {
    let Ok(email) = values::email(ports, username) else { return Ok(None) };
    let found = ports
        .store
        .read(move |tx| {
            let Some(user) = tx.users().by_email(email.key())? else { return Ok(None) };
            let password = tx.credentials().password(user.id)?;
            Ok(password.map(|password| (user, password)))
        })
        .await?;
    Ok(found)
}

/// A session about to start, with its tokens made before the transaction.
struct Start {
    session: Session,
    expires_at: Instant,
    token: AccessToken,
    refresh_token: Option<(SecretString, NewRefreshToken)>,
}

impl Start {
    fn new(
        ports: &Ports,
        context: &RequestContext,
        client: &Client,
        user: UserId,
        scopes: Scopes,
        user_agent: Option<String>,
    ) -> Self {
        let now = ports.clock.now();
        let session = Session {
            id: SessionId::new(ports.ids.uuid()),
            user,
            client: client.id.clone(),
            scopes,
            created_at: now,
            last_used_at: now,
            last_ip: context.address.map(|address| address.to_string()),
            user_agent,
        };
        let token = AccessToken {
            id: TokenId::new(ports.ids.uuid()),
            subject: PrincipalId::User(user),
            client: client.id.clone(),
            session: Some(session.id),
            scopes,
            issued_at: now,
            expires_at: now + ports.policy.access_token_lifetime,
        };
        let refresh_token = client.grants.contains(GrantType::RefreshToken).then(|| {
            let made = ports.opaque_tokens.generate();
            let expires_at = now + ports.policy.refresh_token_lifetime;
            (made.secret, NewRefreshToken { hash: made.hash, expires_at })
        });
        let kept_until = refresh_token.as_ref().map_or(token.expires_at, |(_, kept)| kept.expires_at);
        Self { session, expires_at: kept_until.max(token.expires_at), token, refresh_token }
    }

    async fn commit(
        self,
        ports: &Ports,
        context: &RequestContext,
        verified: PasswordHash,
    ) -> Result<TokenAnswer, TokenError> {
        let access_token = ports.access_tokens.issue(&self.token)?;
        let stamp = context.stamp(ports, Actor::Principal(PrincipalId::User(self.session.user)));
        let kind =
            EventKind::SessionStarted { session: self.session.id, client: self.session.client.clone() };
        let events = stamp.event(Subject::User(self.session.user), kind);
        let (secret, kept) = self.refresh_token.unzip();
        let (session, expires_at) = (self.session, self.expires_at);
        let chosen_by = ports
            .store
            .write(move |tx| {
                let chosen_by = still_admits(tx, session.user, &verified)?;
                tx.sessions_mut().start(&session, expires_at, kept.as_ref())?;
                tx.users_mut().record_sign_in(
                    session.user,
                    session.created_at,
                    session.last_ip.as_deref(),
                )?;
                Ok(Done::Changed(chosen_by, events.clone()))
            })
            .await?;
        Ok(TokenAnswer {
            access_token,
            expires_in: ports.policy.access_token_lifetime.as_secs(),
            refresh_token: secret,
            scope: self.token.scopes,
            password_chosen_by: Some(chosen_by),
        })
    }
}

/// Hashing took its time: the user may be disabled, gone, or have another password by now.
fn still_admits(
    tx: &mut dyn WriteTx,
    user: UserId,
    verified: &PasswordHash,
) -> Result<ChosenBy, Abort<TokenError>> {
    let enabled = tx.users().user(user)?.is_some_and(|user| user.status == Status::Enabled);
    let password = tx.credentials().password(user)?.filter(|password| password.hash == *verified);
    match password {
        Some(password) if enabled => Ok(password.chosen_by),
        _ => Err(Abort::Refused(TokenError::InvalidGrant)),
    }
}
