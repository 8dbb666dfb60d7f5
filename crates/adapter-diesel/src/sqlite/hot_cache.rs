use quick_cache::sync::Cache;
use roster_domain::{Client, ClientId, FacilityId, Holding, SessionId, User, UserId};
use roster_ports::Holdings;
use std::hash::Hash;
use std::sync::Arc;

use super::freshness::{Freshness, Generation, Hot};

/// What the hot reads answered, as long as it counts. That there is nobody is never remembered, so that inserting people,
/// sessions and clients need not outdate anything.
pub(super) struct HotCache {
    freshness: Arc<Freshness>,
    callers: Kept<(UserId, SessionId), User>,
    clients: Kept<ClientId, Client>,
    holdings: Kept<(UserId, FacilityId), Holding>,
}

type Kept<K, V> = Cache<K, (Generation, Arc<V>)>;

impl HotCache {
    const CLIENTS: usize = 1_000;

    /// A cache of this many callers, and of what is on record for twice as many pairs of a person and a facility.
    pub(super) fn new(callers: usize, freshness: Arc<Freshness>) -> Self {
        Self {
            freshness,
            callers: Cache::new(callers),
            clients: Cache::new(Self::CLIENTS),
            holdings: Cache::new(callers.saturating_mul(2)),
        }
    }

    /// The caller, where one is kept that counts.
    pub(super) fn caller(&self, user: UserId, session: SessionId) -> Option<Arc<User>> {
        self.counting(&self.callers, &(user, session), self.generation(Hot::Callers))
    }

    /// The client, where one is kept that counts.
    pub(super) fn client(&self, id: &ClientId) -> Option<Arc<Client>> {
        self.counting(&self.clients, id, self.generation(Hot::Callers))
    }

    /// What is kept of these under this generation, and which are not.
    pub(super) fn holdings(
        &self,
        of: &[(UserId, FacilityId)],
        generation: Generation,
    ) -> (Holdings, Vec<(UserId, FacilityId)>) {
        let (mut known, mut unknown) = (Holdings::with_capacity(of.len()), Vec::new());
        for pair in of {
            match self.counting(&self.holdings, pair, generation) {
                Some(holding) => drop(known.insert(*pair, holding)),
                None => unknown.push(*pair),
            }
        }
        (known, unknown)
    }

    /// The generation under which to keep what is read next.
    pub(super) fn generation(&self, of: Hot) -> Generation {
        self.freshness.generation(of)
    }

    /// Keeps a caller that was read after the generation was taken.
    pub(super) fn keep_caller(&self, session: SessionId, generation: Generation, user: &Arc<User>) {
        self.callers.insert((user.id, session), (generation, Arc::clone(user)));
    }

    /// Keeps a client that was read after the generation was taken.
    pub(super) fn keep_client(&self, generation: Generation, client: &Arc<Client>) {
        self.clients.insert(client.id.clone(), (generation, Arc::clone(client)));
    }

    /// Keeps what was read after the generation was taken.
    pub(super) fn keep_holdings(&self, generation: Generation, read: &Holdings) {
        for (pair, holding) in read {
            self.holdings.insert(*pair, (generation, Arc::clone(holding)));
        }
    }

    fn counting<K: Eq + Hash, V>(&self, kept: &Kept<K, V>, key: &K, now: Generation) -> Option<Arc<V>> {
        let (generation, value) = kept.get(key)?;
        let counts = generation == now && self.freshness.is_recent();
        counts.then_some(value)
    }
}
