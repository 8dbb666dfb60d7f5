use roster_domain::permission::{Caller, EndSessions, permit};
use roster_domain::{Actor, Happened, Session, Subject, UserId};
use roster_ports::Done;

use super::target_of;
use crate::refused::{denied, refuse};
use crate::sign_in::caller_now;
use crate::{Failure, Ports, Refused, RequestContext};

/// Signs a person out everywhere. Returns how many sessions ended.
pub async fn end_sessions(
    ports: &Ports,
    caller: &Caller,
    context: &RequestContext,
    user: Option<UserId>,
) -> Result<usize, Failure> {
    permit::<EndSessions>(target_of(caller, user), caller)?;
    let user = user.ok_or(Refused::NotFound)?;
    let stamp = context.stamp(ports, Actor::Principal(caller.principal.id()));
    let (asking, context) = (caller.clone(), context.clone());
    let ending = ports.store.write(move |tx| {
        let caller = caller_now(tx, &asking)?;
        let may_end = permit::<EndSessions>(caller.target(user), &caller).map_err(denied)?;
        let Some(person) = tx.users().user(user)? else { return refuse(Refused::NotFound) };
        if !context.expected_version.admits(person.version) {
            return refuse(Refused::VersionMismatch);
        }
        let ended = tx.sessions_mut().end_all(&may_end, user, None)?;
        let ends: Vec<_> = Session::ends_of(ended, stamp.time).collect();
        let count = ends.len();
        Ok(match Happened::all(ends) {
            Some(happened) => Done::Changed(count, stamp.events(&Subject::User(user), happened)),
            None => Done::Bookkeeping(count),
        })
    });
    Ok(ending.await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{NOW, World, at, caller, context, context_for_version, session_of, user};
    use roster_domain::Role;

    #[tokio::test]
    async fn living_sessions_are_counted_and_told() {
        let (hr, bob) = (user(1, &[Role::Hr]), user(2, &[Role::Tech]));
        let mut world = World::new().with_users(&[&hr, &bob]);
        let living = session_of(&bob);
        let over = Session { expires_at: at(NOW), ..living.clone() };
        world
            .tx
            .sessions_mut
            .expect_end_all()
            .once()
            .returning(move |_, _, _| Ok(vec![living.clone(), over.clone()]));
        let (ports, store) = world.ports();
        assert_eq!(end_sessions(&ports, &caller(&hr), &context(), Some(bob.id)).await.unwrap(), 1);
        assert_eq!(store.events().len(), 1);
    }

    #[tokio::test]
    async fn nobodys_sessions_are_not_found_and_an_old_version_is_refused() {
        let (hr, nobody) = (user(1, &[Role::Hr]), user(2, &[Role::Tech]));
        let (ports, _) = World::new().with_users(&[&hr]).ports();
        for id in [None, Some(nobody.id)] {
            let failure = end_sessions(&ports, &caller(&hr), &context(), id).await.unwrap_err();
            assert!(matches!(failure, Failure::Refused(Refused::NotFound)));
        }
        let old = context_for_version(7);
        let failure = end_sessions(&ports, &caller(&hr), &old, Some(hr.id)).await.unwrap_err();
        assert!(matches!(failure, Failure::Refused(Refused::VersionMismatch)));
    }

    #[tokio::test]
    async fn only_administrators_sign_others_out() {
        let ada = user(1, &[Role::Tech]);
        let (ports, _) = World::new().ports();
        let failure = end_sessions(&ports, &caller(&ada), &context(), None).await.unwrap_err();
        assert!(matches!(failure, Failure::Refused(Refused::Denied(_))));
    }
}
