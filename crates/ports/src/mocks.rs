//! Mocks of the ports, and a store that runs closures against them.

use async_trait::async_trait;
use roster_domain::{Client, ClientId, Event, FacilityId, Holding, SessionId, User, UserId};
use std::sync::{Arc, Mutex, PoisonError};

pub use crate::backup::MockBackupDraft;
pub use crate::hashing::MockPasswordHasher;
pub use crate::pictures::{MockPictureKeeper, MockPictureStudio};
pub use crate::seals::{MockIntercomIdentity, MockSeals};
pub use crate::store::mocks::*;
pub use crate::system::{MockClock, MockDomainNames, MockIds, MockNumberingPlans, MockPause};
pub use crate::tokens::{MockAccessTokens, MockOpaqueTokens, MockSigningKeys};
use crate::{
    Holdings, ReadAccess, ReadAccessHistory, ReadAttempts, ReadClients, ReadCredentials, ReadJob, ReadKeys,
    ReadPictures, ReadReplays, ReadSessions, ReadTx, ReadUsers, Store, StoreError, Stored, Undo, WriteAccess,
    WriteAttempts, WriteClients, WriteCredentials, WriteJob, WriteKeys, WritePictures, WriteReplays,
    WriteSessions, WriteTx, WriteUsers,
};

macro_rules! mock_tx {
    ($($read:ident $write:ident: $read_trait:ident $read_mock:ident, $write_trait:ident $write_mock:ident;)+) => {
        /// A transaction made of mocks, one a capability: expect on its fields, then put it into a [`MockStore`].
        #[derive(Default)]
        pub struct MockTx {
            $(
                #[doc = concat!("What [`ReadTx::", stringify!($read), "`] gives.")]
                pub $read: $read_mock,
                #[doc = concat!("What [`WriteTx::", stringify!($write), "`] gives.")]
                pub $write: $write_mock,
            )+
            /// What [`ReadTx::access_history`] gives.
            pub access_history: MockReadAccessHistory,
        }

        impl ReadTx for MockTx {
            fn access_history(&mut self) -> &mut dyn ReadAccessHistory { &mut self.access_history }
            $(fn $read(&mut self) -> &mut dyn $read_trait { &mut self.$read })+
        }

        impl WriteTx for MockTx {
            $(fn $write(&mut self) -> &mut dyn $write_trait { &mut self.$write })+
        }
    };
}

mock_tx! {
    users users_mut: ReadUsers MockReadUsers, WriteUsers MockWriteUsers;
    credentials credentials_mut: ReadCredentials MockReadCredentials, WriteCredentials MockWriteCredentials;
    access access_mut: ReadAccess MockReadAccess, WriteAccess MockWriteAccess;
    sessions sessions_mut: ReadSessions MockReadSessions, WriteSessions MockWriteSessions;
    attempts attempts_mut: ReadAttempts MockReadAttempts, WriteAttempts MockWriteAttempts;
    clients clients_mut: ReadClients MockReadClients, WriteClients MockWriteClients;
    keys keys_mut: ReadKeys MockReadKeys, WriteKeys MockWriteKeys;
    pictures pictures_mut: ReadPictures MockReadPictures, WritePictures MockWritePictures;
    replays replays_mut: ReadReplays MockReadReplays, WriteReplays MockWriteReplays;
}

/// A store that runs every closure against one [`MockTx`] and remembers the events of those that stood.
#[derive(Default)]
pub struct MockStore {
    tx: Mutex<MockTx>,
    events: Mutex<Vec<Event>>,
}

impl MockStore {
    /// The store over these mocks.
    pub fn over(tx: MockTx) -> Self {
        Self { tx: Mutex::new(tx), events: Mutex::default() }
    }

    /// The events of all writes that stood, in order.
    pub fn events(&self) -> Vec<Event> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Store for MockStore {
    async fn run_read(&self, mut job: ReadJob) -> Result<(), StoreError> {
        job(&mut *self.tx.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn run_write(&self, mut job: WriteJob) -> Result<(), StoreError> {
        match job(&mut *self.tx.lock().unwrap_or_else(PoisonError::into_inner)) {
            Ok(events) => {
                self.events.lock().unwrap_or_else(PoisonError::into_inner).extend(events);
                Ok(())
            }
            Err(Undo::Refused) => Ok(()),
            Err(Undo::Store(error)) => Err(error),
        }
    }

    async fn caller(&self, user: UserId, session: SessionId) -> Stored<Option<Arc<User>>> {
        let mut tx = self.tx.lock().unwrap_or_else(PoisonError::into_inner);
        let lives = tx.sessions.session(session)?.is_some_and(|session| session.user == user);
        if !lives {
            return Ok(None);
        }
        Ok(tx.users.user(user)?.map(Arc::new))
    }

    async fn client(&self, client: &ClientId) -> Stored<Option<Arc<Client>>> {
        let mut tx = self.tx.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(tx.clients.client(client)?.map(Arc::new))
    }

    async fn holdings(&self, of: &[(UserId, FacilityId)]) -> Stored<Holdings> {
        let mut tx = self.tx.lock().unwrap_or_else(PoisonError::into_inner);
        let mut holdings = Holdings::new();
        for (user, facility) in of {
            if let Some(found) = tx.users.user(*user)? {
                let grant = tx.access.grant(*user, *facility)?;
                holdings.insert((*user, *facility), Arc::new(Holding { status: found.status, grant }));
            }
        }
        Ok(holdings)
    }

    async fn number_events(&self) -> Stored<u64> {
        Ok(0)
    }

    async fn ready(&self) -> Stored<()> {
        Ok(())
    }
}
