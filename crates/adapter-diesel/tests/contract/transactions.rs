use roster_domain::Expiry;
use roster_domain::permission::operator;
use roster_ports::{Abort, Done, StoreError, UserFilter};
use std::sync::mpsc::channel;

use super::people::{anybody, facility_id, grant, user_id};
use super::world::World;

fn count(world: &World) -> u64 {
    world.read(|tx| tx.users().count(&UserFilter::default()))
}

pub(crate) fn a_refused_write_leaves_nothing(world: &World) {
    let refused = world.write(|tx| -> Result<Done<()>, Abort<u8>> {
        tx.users_mut().insert(&operator(), &anybody(1))?;
        tx.access_mut().give(&operator(), user_id(1), facility_id(1), &grant(&["open"], Expiry::Never))?;
        Err(Abort::Refused(7))
    });
    assert!(matches!(refused, Err(Abort::Refused(7))));
    assert_eq!(count(world), 0);
}

pub(crate) fn a_failed_write_leaves_nothing(world: &World) {
    let failed = world.try_do(|tx| {
        tx.users_mut().insert(&operator(), &anybody(1))?;
        Err::<(), _>(StoreError::Unavailable("lost".to_owned()))
    });
    assert!(matches!(failed, Err(StoreError::Unavailable(reason)) if reason == "lost"));
    assert_eq!(count(world), 0);
}

pub(crate) fn a_panicking_write_fails_alone(world: &World) {
    let panicked = world.try_do(|tx| -> Result<(), StoreError> {
        tx.users_mut().insert(&operator(), &anybody(1))?;
        panic!("a mistake of ours");
    });
    assert!(matches!(panicked, Err(StoreError::Failed(_))));
    assert_eq!(count(world), 0);
    world.insert(&anybody(2));
    assert_eq!(count(world), 1);
}

pub(crate) fn a_panicking_read_fails_alone(world: &World) {
    for _ in 0..10 {
        let read = world.store();
        let read = read.read(|_| -> Result<(), StoreError> { panic!("a mistake of ours") });
        assert!(matches!(world.runtime().block_on(read), Err(StoreError::Failed(_))));
    }
    assert_eq!(count(world), 0);
}

pub(crate) fn a_write_sees_what_it_wrote(world: &World) {
    let seen = world.run(|tx| {
        tx.users_mut().insert(&operator(), &anybody(1))?;
        tx.users().user(user_id(1))
    });
    assert_eq!(seen, Some(anybody(1)));
}

pub(crate) fn a_write_that_goes_on_after_a_failure_leaves_nothing(world: &World) {
    world.insert(&anybody(1));
    let ended = world.try_do(|tx| {
        tx.users_mut().insert(&operator(), &anybody(2))?;
        let conflict = tx.users_mut().insert(&operator(), &anybody(1));
        assert!(conflict.is_err());
        Ok(())
    });
    assert!(matches!(ended, Err(StoreError::Failed(_))));
    assert_eq!(count(world), 1);
}

pub(crate) fn a_read_sees_one_snapshot(world: &World) {
    let (reading, read_once) = channel();
    let (written, go_on) = channel();
    let store = world.store();
    let read = world.runtime().spawn(async move {
        let go_on = std::sync::Mutex::new(go_on);
        let twice = store.read(move |tx| {
            let before = tx.users().count(&UserFilter::default())?;
            reading.send(()).unwrap();
            go_on.lock().unwrap().recv().unwrap();
            Ok((before, tx.users().count(&UserFilter::default())?))
        });
        twice.await.unwrap()
    });
    read_once.recv().unwrap();
    world.insert(&anybody(1));
    written.send(()).unwrap();
    assert_eq!(world.runtime().block_on(read).unwrap(), (0, 0));
    assert_eq!(count(world), 1);
}

pub(crate) fn writes_at_the_same_time_all_count(world: &World) {
    world.insert(&anybody(1));
    let signing_in = (0..100).map(|_| {
        let store = world.store();
        world.runtime().spawn(async move {
            let count = store.write(|tx| -> Result<Done<()>, Abort<()>> {
                tx.users_mut().record_sign_in(user_id(1), super::people::at(0), None)?;
                Ok(Done::Bookkeeping(()))
            });
            count.await.is_ok()
        })
    });
    let signing_in: Vec<_> = signing_in.collect();
    for one in signing_in {
        assert!(world.runtime().block_on(one).unwrap());
    }
    let entry = world.read(|tx| tx.users().entry(user_id(1))).unwrap();
    assert_eq!(entry.sign_ins.count, 100);
}

pub(crate) fn the_store_is_ready(world: &World) {
    assert!(world.runtime().block_on(world.store().ready()).is_ok());
}
