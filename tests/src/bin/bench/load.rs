use futures_util::future::join_all;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::connection::Connection;
use crate::figures::Figures;

/// Writes the next request of a connection into the empty buffer.
pub(crate) type NextRequest = Box<dyn FnMut(&mut Vec<u8>) + Send>;

/// Clients that each send one request after the other over a connection of their own.
///
/// All of them run on one thread, so that they take as little as they can from the server beside them.
pub(crate) struct Load {
    /// The server.
    pub(crate) address: SocketAddr,
    /// What each client sends.
    pub(crate) clients: Vec<NextRequest>,
    /// How long. What is not answered by then does not count.
    pub(crate) window: Duration,
    /// How much time lies between the requests of a client; none lets it send as soon as it was answered.
    pub(crate) pace: Option<Duration>,
}

#[derive(Default)]
struct Tally {
    micros: Vec<u32>,
    statuses: BTreeMap<u16, u64>,
}

impl Load {
    /// Connects everybody, then sends for the length of the window.
    pub(crate) fn run(self) -> anyhow::Result<Figures> {
        tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(self.send())
    }

    async fn send(self) -> anyhow::Result<Figures> {
        let mut connections = Vec::new();
        for next in self.clients {
            connections.push((Connection::open(self.address).await?, next));
        }
        let (start, window, pace) = (Instant::now(), self.window, self.pace);
        let clients = connections.into_iter().map(|(mut connection, mut next)| async move {
            let mut tally = Tally::default();
            let sending = tally.fill(&mut connection, &mut next, start, pace);
            match tokio::time::timeout_at((start + window).into(), sending).await {
                Ok(Err(failed)) => Err(failed),
                _ => Ok(tally),
            }
        });
        let mut all = Tally::default();
        for tally in join_all(clients).await {
            all.add(tally?);
        }
        Ok(Figures::of(all.micros, all.statuses, window))
    }
}

impl Tally {
    /// Sends until it is called off. With a pace a request counts from when it was due, or from when it was sent where
    /// only our own timer was late.
    async fn fill(
        &mut self,
        connection: &mut Connection,
        next: &mut NextRequest,
        start: Instant,
        pace: Option<Duration>,
    ) -> anyhow::Result<()> {
        let mut request = Vec::with_capacity(2 * 1024);
        let mut due = start;
        loop {
            request.clear();
            next(&mut request);
            let mut from = Instant::now();
            if let Some(pace) = pace {
                if due > from {
                    tokio::time::sleep_until(due.into()).await;
                    from = Instant::now();
                } else {
                    from = due;
                }
                due += pace;
            }
            let answered = connection.exchange(&request).await?;
            self.micros.push(u32::try_from(from.elapsed().as_micros()).unwrap_or(u32::MAX));
            *self.statuses.entry(answered.status).or_default() += 1;
        }
    }

    fn add(&mut self, other: Self) {
        self.micros.extend(other.micros);
        for (status, count) in other.statuses {
            *self.statuses.entry(status).or_default() += count;
        }
    }
}
