use roster_domain::permission::{Caller, ChangeAccount, Target, permit};
use roster_domain::{Actor, EventKind, SessionId, Subject};
use roster_ports::Done;

use crate::refused::refuse;
use crate::sign_in::user_now;
use crate::{Failure, Ports, Refused, RequestContext};

/// Ends a session of the caller, be it the one that asks.
pub async fn end_own_session(
    ports: &Ports,
    caller: &Caller,
    context: &RequestContext,
    session: Option<SessionId>,
) -> Result<(), Failure> {
    permit::<ChangeAccount>(Target::Oneself, caller)?;
    let session = session.ok_or(Refused::NotFound)?;
    let stamp = context.stamp(ports, Actor::Principal(caller.principal.id()));
    let (caller, context) = (caller.clone(), context.clone());
    let ending = ports.store.write(move |tx| {
        let (_, user) = user_now(tx, &caller)?;
        let living = tx.sessions().session(session)?;
        let living = living.filter(|session| session.user == user.id && !session.is_over(stamp.time));
        let Some(session) = living else { return refuse(Refused::NotFound) };
        if !context.expected_version.admits(user.version) {
            return refuse(Refused::VersionMismatch);
        }
        tx.sessions_mut().end(session.id)?;
        let kind = EventKind::SessionEnded { session: session.id, client: session.client };
        Ok(Done::Changed((), stamp.event(Subject::User(user.id), kind)))
    });
    Ok(ending.await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{World, caller, context, session_of, user};
    use roster_domain::Role;

    #[tokio::test]
    async fn ones_own_session_ends_with_its_event() {
        let ada = user(1, &[Role::Tech]);
        let mut world = World::new().with_users(&[&ada]);
        world.tx.sessions_mut.expect_end().once().returning(|_| Ok(()));
        let (ports, store) = world.ports();
        let session = session_of(&ada).id;
        end_own_session(&ports, &caller(&ada), &context(), Some(session)).await.unwrap();
        assert_eq!(store.events().first().unwrap().kind.name(), "session.ended");
    }

    #[tokio::test]
    async fn anothers_session_is_nowhere_to_be_found() {
        let (ada, bob) = (user(1, &[Role::Tech]), user(2, &[Role::Tech]));
        for session in [None, Some(session_of(&bob).id), Some(session_of(&user(3, &[Role::Tech])).id)] {
            let (ports, _) = World::new().with_users(&[&ada, &bob]).ports();
            let failure = end_own_session(&ports, &caller(&ada), &context(), session).await.unwrap_err();
            assert!(matches!(failure, Failure::Refused(Refused::NotFound)));
        }
    }
}
