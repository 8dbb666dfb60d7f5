use diesel::dsl::not;
use diesel::prelude::*;
use diesel::sql_types::Integer;
use roster_domain::{Client, ClientId, FacilityId, Holding, SessionId, User, UserId};
use roster_ports::{Holdings, StoreError, Stored};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use uuid::Uuid;

use super::Connection;
use super::connections::Connections;
use super::statements::holdings;
use super::transactions::ask;
use crate::rows::{ClientRow, UserRow, bytes};
use crate::schema::{clients, sessions, users};

/// The reads of every request. Nothing is remembered between them, so that whatever another instance changed shows in
/// the next one; those that come together are asked in one statement.
#[derive(Clone)]
pub(super) struct HotReads {
    callers: Asking<(UserId, SessionId), User>,
    clients: Asking<ClientId, Client>,
    holdings: Asking<(UserId, FacilityId), Holding>,
    connections: Connections,
}

impl HotReads {
    pub(super) fn new(connections: &Connections) -> Self {
        Self {
            callers: Asking::new(connections, callers_among),
            clients: Asking::new(connections, clients_among),
            holdings: Asking::new(connections, holdings),
            connections: connections.clone(),
        }
    }

    /// Whether its connections answer.
    pub(super) async fn ready(&self) -> Stored<()> {
        let one = |connection: &mut Connection| {
            diesel::select(1.into_sql::<Integer>()).get_result::<i32>(connection)
        };
        self.connections.run(move |desk| ask(desk, one)).await.map(drop)
    }

    pub(super) async fn caller(&self, user: UserId, session: SessionId) -> Stored<Option<Arc<User>>> {
        self.callers.ask((user, session)).await
    }

    pub(super) async fn client(&self, id: &ClientId) -> Stored<Option<Arc<Client>>> {
        self.clients.ask(id.clone()).await
    }

    /// Of one pair it is asked together with others; of many, in a statement of its own.
    pub(super) async fn holdings(&self, of: &[(UserId, FacilityId)]) -> Stored<Holdings> {
        if let [pair] = of {
            let found = self.holdings.ask(*pair).await?;
            return Ok(found.map(|holding| (*pair, holding)).into_iter().collect());
        }
        let pairs = of.to_vec();
        let looking = self.connections.run(move |desk| ask(desk, |connection| holdings(connection, &pairs)));
        looking.await?.into_iter().map(|(pair, holding)| Ok((pair, Arc::new(holding?)))).collect()
    }
}

/// How many are asked for in one statement.
const MOST: usize = 256;

/// How many statements of a kind are under way at once.
const AT_ONCE: usize = 2;

type Rows<K, V> = Vec<(K, Stored<V>)>;

/// Looks up those that are there among many.
type LookUp<K, V> = fn(&mut Connection, &[K]) -> QueryResult<Rows<K, V>>;

/// What is looked up by one key, for many at once.
struct Asking<K, V> {
    connections: Connections,
    look_up: LookUp<K, V>,
    waiting: Arc<Mutex<Vec<Waiting<K, V>>>>,
    turns: Arc<Semaphore>,
}

struct Waiting<K, V> {
    key: K,
    answer: oneshot::Sender<Stored<Option<Arc<V>>>>,
}

impl<K, V> Clone for Asking<K, V> {
    fn clone(&self) -> Self {
        Self {
            connections: self.connections.clone(),
            look_up: self.look_up,
            waiting: Arc::clone(&self.waiting),
            turns: Arc::clone(&self.turns),
        }
    }
}

impl<K, V> Asking<K, V>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    fn new(connections: &Connections, look_up: LookUp<K, V>) -> Self {
        Self {
            connections: connections.clone(),
            look_up,
            waiting: Arc::default(),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    async fn ask(&self, key: K) -> Stored<Option<Arc<V>>> {
        let (answer, answered) = oneshot::channel();
        self.queue().push(Waiting { key, answer });
        // Where no turn is free, whoever has one asks for this too.
        if let Ok(turn) = Arc::clone(&self.turns).try_acquire_owned() {
            tokio::spawn(self.clone().work_off(turn));
        }
        // Those that are asked for now may have to wait for others first.
        let nobody = || StoreError::Unavailable("nobody answered".to_owned());
        self.connections.in_time(|_| async { answered.await.map_err(|_| nobody())? }).await
    }

    fn queue(&self) -> std::sync::MutexGuard<'_, Vec<Waiting<K, V>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks for all that wait, and for those that come meanwhile, until nobody does.
    async fn work_off(self, turn: OwnedSemaphorePermit) {
        let mut turn = Some(turn);
        while turn.is_some() {
            let batch = self.next_batch();
            if batch.is_empty() {
                turn = None;
                // Somebody may have come after the look and before the turn was free.
                if !self.queue().is_empty() {
                    turn = Arc::clone(&self.turns).try_acquire_owned().ok();
                }
            } else {
                let found = self.look_up(&batch).await;
                answer(batch, found);
            }
        }
    }

    fn next_batch(&self) -> Vec<Waiting<K, V>> {
        let mut queue = self.queue();
        let count = queue.len().min(MOST);
        // Whoever stopped waiting needs no answer.
        queue.drain(..count).filter(|waiting| !waiting.answer.is_closed()).collect()
    }

    async fn look_up(&self, batch: &[Waiting<K, V>]) -> Stored<Rows<K, V>> {
        let keys: Vec<K> = batch.iter().map(|waiting| waiting.key.clone()).collect();
        let look_up = self.look_up;
        self.connections.run(move |desk| ask(desk, |connection| look_up(connection, &keys))).await
    }
}

fn answer<K: Eq + Hash, V>(batch: Vec<Waiting<K, V>>, looked_up: Stored<Rows<K, V>>) {
    let found: Stored<HashMap<K, Stored<Arc<V>>>> =
        looked_up.map(|rows| rows.into_iter().map(|(key, value)| (key, value.map(Arc::new))).collect());
    for Waiting { key, answer } in batch {
        let told = match &found {
            Err(error) => Err(same(error)),
            Ok(found) => match found.get(&key) {
                None => Ok(None),
                Some(Ok(value)) => Ok(Some(Arc::clone(value))),
                Some(Err(error)) => Err(same(error)),
            },
        };
        // Whoever no longer waits needs no answer.
        let _ = answer.send(told);
    }
}

/// The same error for another who asked.
fn same(error: &StoreError) -> StoreError {
    match error {
        StoreError::Unavailable(reason) => StoreError::Unavailable(reason.clone()),
        StoreError::BrokenRow { table, column } => StoreError::BrokenRow { table, column },
        other => StoreError::Failed(other.to_string()),
    }
}

/// A session lives as long as it is on record.
fn callers_among(
    connection: &mut Connection,
    keys: &[(UserId, SessionId)],
) -> QueryResult<Rows<(UserId, SessionId), User>> {
    let wanted: Vec<[u8; 16]> = keys.iter().map(|(_, session)| bytes(session.uuid())).collect();
    let rows: Vec<(Vec<u8>, Vec<u8>, UserRow)> = users::table
        .inner_join(sessions::table.inner_join(clients::table))
        .filter(sessions::id.eq_any(wanted))
        .filter(not(clients::disabled))
        .select((users::id, sessions::id, UserRow::as_select()))
        .load(connection)?;
    Ok(rows.into_iter().filter_map(caller).collect())
}

/// The key holds the user too: a session is no proof of anybody but its own.
fn caller((user, session, row): (Vec<u8>, Vec<u8>, UserRow)) -> Option<((UserId, SessionId), Stored<User>)> {
    let key = (UserId::new(Uuid::from_slice(&user).ok()?), SessionId::new(Uuid::from_slice(&session).ok()?));
    Some((key, User::try_from(row)))
}

fn clients_among(connection: &mut Connection, ids: &[ClientId]) -> QueryResult<Rows<ClientId, Client>> {
    let wanted: Vec<&str> = ids.iter().map(ClientId::as_str).collect();
    let rows: Vec<(String, ClientRow)> = clients::table
        .filter(clients::id.eq_any(wanted))
        .select((clients::id, ClientRow::as_select()))
        .load(connection)?;
    let named = |(id, row): (String, ClientRow)| {
        let asked = ids.iter().find(|asked| asked.as_str() == id)?;
        Some((asked.clone(), Client::try_from(row)))
    };
    Ok(rows.into_iter().filter_map(named).collect())
}
