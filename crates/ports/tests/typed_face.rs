//! The typed face of the store: what a closure answers reaches whoever asked, and nothing else does.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use async_trait::async_trait;
use roster_domain::{
    Actor, Client, ClientId, EventId, EventKind, Events, FacilityId, SessionId, Stamp, Subject, User, UserId,
};
use roster_ports::mocks::{MockStore, MockTx};
use roster_ports::{Abort, Done, Holdings, ReadJob, Store, StoreError, Stored, WriteJob};
use std::sync::Arc;

/// How an adapter may run a job.
#[derive(Clone, Copy)]
enum Runs {
    Never,
    Twice,
}

struct Unusual(Runs);

#[async_trait]
impl Store for Unusual {
    async fn run_read(&self, mut job: ReadJob) -> Result<(), StoreError> {
        if let Runs::Twice = self.0 {
            job(&mut MockTx::default())?;
            job(&mut MockTx::default())?;
        }
        Ok(())
    }

    async fn run_write(&self, _: WriteJob) -> Result<(), StoreError> {
        Err(StoreError::Unavailable("full".to_owned()))
    }

    async fn caller(&self, _: UserId, _: SessionId) -> Stored<Option<Arc<User>>> {
        Ok(None)
    }

    async fn client(&self, _: &ClientId) -> Stored<Option<Arc<Client>>> {
        Ok(None)
    }

    async fn holdings(&self, _: &[(UserId, FacilityId)]) -> Stored<Holdings> {
        Ok(Holdings::new())
    }

    async fn number_events(&self) -> Stored<u64> {
        Ok(0)
    }

    async fn ready(&self) -> Stored<()> {
        Ok(())
    }
}

fn events() -> Events {
    let stamp = Stamp {
        first_id: EventId::new(uuid::Uuid::nil()),
        time: roster_domain::Instant::UNIX_EPOCH,
        actor: Actor::System,
        request_id: "r1".parse().unwrap(),
    };
    stamp.event(Subject::Client("app".parse().unwrap()), EventKind::ClientCreated)
}

async fn write(
    store: &dyn Store,
    end: fn() -> Result<Done<u8>, Abort<&'static str>>,
) -> Result<u8, Abort<&'static str>> {
    store.write(move |_| end()).await
}

#[tokio::test]
async fn a_write_answers_what_its_closure_answered_and_tells_what_changed() {
    let store = MockStore::over(MockTx::default());
    assert!(matches!(write(&store, || Ok(Done::Unchanged(1))).await, Ok(1)));
    assert!(matches!(write(&store, || Ok(Done::Bookkeeping(2))).await, Ok(2)));
    assert!(store.events().is_empty());
    assert!(matches!(write(&store, || Ok(Done::Changed(3, events()))).await, Ok(3)));
    assert_eq!(store.events(), events().into_vec());
}

#[tokio::test]
async fn a_refusal_and_a_failure_of_the_store_are_told_apart() {
    let store = MockStore::over(MockTx::default());
    assert!(matches!(write(&store, || Err(Abort::Refused("no"))).await, Err(Abort::Refused("no"))));
    let failed = || Err(Abort::Store(StoreError::Failed("broken".to_owned())));
    assert!(matches!(write(&store, failed).await, Err(Abort::Store(StoreError::Failed(_)))));
    let full = write(&Unusual(Runs::Twice), || Ok(Done::Unchanged(1))).await;
    assert!(matches!(full, Err(Abort::Store(StoreError::Unavailable(_)))));
    assert!(store.events().is_empty());
}

#[tokio::test]
async fn the_last_run_of_a_closure_is_the_one_that_answers() {
    let store: &dyn Store = &Unusual(Runs::Twice);
    let mut runs = 0;
    let answer = store.read(move |_| {
        runs += 1;
        Ok(runs)
    });
    assert!(matches!(answer.await, Ok(2)));
}

#[tokio::test]
async fn an_adapter_that_forgets_a_job_is_found_out() {
    let store: &dyn Store = &Unusual(Runs::Never);
    assert!(matches!(store.read(|_| Ok(1)).await, Err(StoreError::Failed(_))));
}
