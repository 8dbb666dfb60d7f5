use actix_web::HttpServer;
use actix_web::web::Data;
use ipnet::IpNet;
use roster_usecases::Ports;
use roster_usecases::gateway::LivePolicies;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use crate::app::app;
use crate::http::Http;
use crate::layers::{Cors, Serving};
use crate::open_files;
use crate::request::TrustedProxies;
use crate::slow_readers;

/// How long the head of a request may take to arrive.
const HEAD_TIMEOUT: Duration = Duration::from_secs(5);
/// How long an idle connection is kept: longer than proxies usually reuse theirs, so that they close first.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How many connections may wait to be accepted.
const BACKLOG: u32 = 1024;
/// How many connections one process holds at most, files permitting.
const CONNECTIONS: usize = 20_000;
/// How long the service says that it is not ready, while it still serves, so that balancers look elsewhere in time.
const NOTICE: Duration = Duration::from_secs(1);
/// How many seconds requests in flight have to finish. With the notice it stays below half a minute.
const FINISH_SECONDS: u64 = 28;

/// How to serve.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Issuer, audience and root of all links, without a slash at its end.
    pub public_url: String,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The origins whose web pages may call, as browsers send them in `Origin`; none turns CORS off.
    pub cors_origins: Vec<String>,
    /// How long a read may take.
    pub request_timeout: Duration,
    /// By what requests at gateways are decided; others may take their place at any time.
    pub policies: Arc<LivePolicies>,
}

/// The service, bound to its address and not yet serving.
pub struct Server {
    address: SocketAddr,
    serving: Data<Serving>,
    start: Box<dyn FnOnce() -> actix_web::dev::Server>,
}

impl Server {
    /// Takes the address. Fails where it is taken already or none of this machine's.
    pub fn bind(settings: HttpSettings, ports: Ports) -> io::Result<Self> {
        let cors = Cors::new(settings.cors_origins);
        let serving = Data::new(Serving::new(cors, settings.request_timeout));
        let proxies = TrustedProxies::new(settings.trusted_proxies);
        let http = Data::new(Http::new(ports, settings.public_url, proxies, settings.policies));
        let of_workers = serving.clone();
        let workers = available_parallelism()?.get();
        let server = HttpServer::new(move || app(http.clone(), of_workers.clone()))
            .workers(workers)
            .max_connections((open_files::room_for_connections(CONNECTIONS) / workers).max(1))
            .backlog(BACKLOG)
            .client_request_timeout(HEAD_TIMEOUT)
            .keep_alive(KEEP_ALIVE)
            .on_connect(|connection, _| slow_readers::bound(connection))
            .disable_signals()
            .shutdown_timeout(FINISH_SECONDS)
            .bind(settings.listen)?;
        let address = server.addrs().first().copied().ok_or(io::ErrorKind::AddrNotAvailable)?;
        Ok(Self { address, serving, start: Box::new(move || server.run()) })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` resolves; then says for a second that it is not ready, takes no new connections any more,
    /// and returns when the requests in flight are answered, after half a minute at the latest.
    pub async fn run(self, stop: impl Future<Output = ()>) -> io::Result<()> {
        let server = (self.start)();
        let handle = server.handle();
        let serving = Arc::clone(&self.serving);
        let stopping = async move {
            stop.await;
            tracing::info!("draining");
            serving.drain();
            tokio::time::sleep(NOTICE).await;
            handle.stop(true).await;
        };
        futures_util::future::join(server, stopping).await.0
    }
}

/// Runs a future on the runtime that the server needs.
pub fn block_on<F: Future>(future: F) -> F::Output {
    actix_web::rt::System::new().block_on(future)
}
