use quick_cache::sync::Cache;
use roster_domain::{Client, ClientId, SessionId, User, UserId};
use std::hash::Hash;
use std::sync::Arc;

use super::freshness::{Freshness, Generation};

/// What the hot reads answered, as long as it counts. That there is nothing is never remembered, so that inserting
/// need not outdate anything.
pub(super) struct CallerCache {
    freshness: Arc<Freshness>,
    callers: Kept<(UserId, SessionId), User>,
    clients: Kept<ClientId, Client>,
}

type Kept<K, V> = Cache<K, (Generation, Arc<V>)>;

impl CallerCache {
    const CLIENTS: usize = 1_000;

    pub(super) fn new(callers: usize, freshness: Arc<Freshness>) -> Self {
        Self { freshness, callers: Cache::new(callers), clients: Cache::new(Self::CLIENTS) }
    }

    /// The caller, where one is kept that counts.
    pub(super) fn caller(&self, user: UserId, session: SessionId) -> Option<Arc<User>> {
        self.kept(&self.callers, &(user, session))
    }

    /// The client, where one is kept that counts.
    pub(super) fn client(&self, id: &ClientId) -> Option<Arc<Client>> {
        self.kept(&self.clients, id)
    }

    /// The generation under which to keep what is read next.
    pub(super) fn generation(&self) -> Generation {
        self.freshness.generation()
    }

    /// Keeps a caller that was read after the generation was taken.
    pub(super) fn keep_caller(&self, session: SessionId, generation: Generation, user: &Arc<User>) {
        self.callers.insert((user.id, session), (generation, Arc::clone(user)));
    }

    /// Keeps a client that was read after the generation was taken.
    pub(super) fn keep_client(&self, generation: Generation, client: &Arc<Client>) {
        self.clients.insert(client.id.clone(), (generation, Arc::clone(client)));
    }

    fn kept<K: Eq + Hash, V>(&self, kept: &Kept<K, V>, key: &K) -> Option<Arc<V>> {
        let (generation, value) = kept.get(key)?;
        let counts = generation == self.freshness.generation() && self.freshness.is_recent();
        counts.then_some(value)
    }
}
