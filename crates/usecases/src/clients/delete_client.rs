use roster_domain::{Actor, ClientId, EventKind, Session, Stamp, Subject};
use roster_ports::{Abort, Done, WriteTx};

use super::change_client::known;
use super::disable_client;
use crate::refused::refuse;
use crate::{Failure, Ports, Refused, RequestContext};

/// How many sessions one write ends: a few milliseconds of the writer's time.
const PIECE: u32 = 100;

/// Deletes a client with all of its sessions. It is disabled first, so that its tokens are refused at once however many
/// there are, and no new ones come while they are removed piece by piece.
pub async fn delete_client(ports: &Ports, context: &RequestContext, id: &ClientId) -> Result<(), Failure> {
    disable_client(ports, context, id).await?;
    loop {
        let (id, stamp) = (id.clone(), context.stamp(ports, Actor::System));
        if ports.store.write(move |tx| end_piece(tx, &id, &stamp)).await? == 0 {
            break;
        }
    }
    let events =
        context.stamp(ports, Actor::System).event(Subject::Client(id.clone()), EventKind::ClientDeleted);
    let id = id.clone();
    let deleting = ports.store.write(move |tx| {
        known(tx, &id)?;
        // Enabled again in between, it may have new sessions: those must be told of too.
        if !tx.sessions().of_client(&id, 1)?.is_empty() {
            return refuse(Refused::InUseAgain);
        }
        tx.clients_mut().delete(&id)?;
        Ok(Done::Changed((), events.clone()))
    });
    Ok(deleting.await?)
}

fn end_piece(tx: &mut dyn WriteTx, id: &ClientId, stamp: &Stamp) -> Result<Done<usize>, Abort<Refused>> {
    let sessions = tx.sessions().of_client(id, PIECE)?;
    let ended = sessions.len();
    let mut happened = Vec::new();
    for session in sessions {
        tx.sessions_mut().end(session.id)?;
        let subject = Subject::User(session.user);
        happened.extend(Session::ends_of([session], stamp.time).map(|kind| (subject.clone(), kind)));
    }
    let mut happened = happened.into_iter();
    Ok(match happened.next() {
        Some(first) => Done::Changed(ended, stamp.events_of(first, happened)),
        None => Done::Bookkeeping(ended),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{World, client, context, session_of, user};
    use roster_domain::{ClientKind, Role, Scopes};

    #[tokio::test]
    async fn a_client_is_disabled_then_its_sessions_end_then_it_goes() {
        let mut world = World::new().with_client(client(ClientKind::Public, &[], Scopes::ALL));
        let mut left = vec![session_of(&user(2, &[Role::Tech])), session_of(&user(1, &[Role::Tech]))];
        world.tx.sessions.expect_of_client().returning(move |_, _| Ok(left.pop().into_iter().collect()));
        world.tx.clients_mut.expect_set_status().once().returning(|_, _| Ok(()));
        world.tx.sessions_mut.expect_end().times(2).returning(|_| Ok(()));
        world.tx.clients_mut.expect_delete().once().returning(|_| Ok(()));
        let (ports, store) = world.ports();
        delete_client(&ports, &context(), &"app".parse().unwrap()).await.unwrap();
        let names: Vec<&str> = store.events().iter().map(|event| event.kind.name()).collect();
        assert_eq!(names, ["client.disabled", "session.ended", "session.ended", "client.deleted"]);
    }
}
