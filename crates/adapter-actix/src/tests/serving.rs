use async_trait::async_trait;
use roster_domain::{Client, ClientId, FacilityId, SessionId, User, UserId};
use roster_ports::{Holdings, ReadJob, Store, StoreError, Stored, WriteJob};
use roster_usecases::Ports;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread::{JoinHandle, spawn};
use std::time::Duration;
use tokio::sync::{Notify, oneshot};

use super::fixture::{PUBLIC_URL, World};
use crate::{HttpSettings, Server, block_on};

fn settings(listen: SocketAddr) -> HttpSettings {
    HttpSettings {
        listen,
        public_url: PUBLIC_URL.to_owned(),
        trusted_proxies: Vec::new(),
        cors_origins: Vec::new(),
        request_timeout: Duration::from_mins(1),
        policies: Arc::default(),
    }
}

/// A server on a thread of its own.
struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<io::Result<()>>,
}

fn run(ports: Ports) -> Running {
    let (stop, stopped) = oneshot::channel::<()>();
    let (tell_address, address) = mpsc::channel();
    let thread = spawn(move || {
        block_on(async {
            let server = Server::bind(settings("127.0.0.1:0".parse().unwrap()), ports).unwrap();
            tell_address.send(server.address()).unwrap();
            server.run(async { stopped.await.unwrap_or_default() }).await
        })
    });
    Running { address: address.recv().unwrap(), stop, thread }
}

fn send(address: SocketAddr, start: &str, header: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    write!(stream, "{start} HTTP/1.1\r\nHost: roster\r\n{header}\r\n\r\n").unwrap();
    stream
}

/// Sends one request and reads until the other side closes.
fn ask(address: SocketAddr, start: &str) -> String {
    read(send(address, start, "Connection: close"))
}

fn read(mut stream: TcpStream) -> String {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// A store that answers, the first time only when it is let go.
struct Held {
    asked: AtomicBool,
    entered: mpsc::SyncSender<()>,
    let_go: Arc<Notify>,
}

#[async_trait]
impl Store for Held {
    async fn run_read(&self, _: ReadJob) -> Result<(), StoreError> {
        Ok(())
    }
    async fn run_write(&self, _: WriteJob) -> Result<(), StoreError> {
        Ok(())
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
        if !self.asked.swap(true, Ordering::SeqCst) {
            self.entered.send(()).unwrap();
            self.let_go.notified().await;
        }
        Ok(())
    }
}

#[test]
fn a_taken_address_is_an_error() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = Server::bind(settings(taken.local_addr().unwrap()), World::new().ports());
    assert_eq!(server.err().map(|error| error.kind()), Some(io::ErrorKind::AddrInUse));
}

#[test]
fn the_body_of_an_answer_to_head_is_left_out() {
    let Running { address, stop, thread } = run(World::new().ports());
    let got = ask(address, "GET /health/live");
    assert!(got.starts_with("HTTP/1.1 200") && got.ends_with("{\"status\":\"ok\"}"), "{got}");
    let head = ask(address, "HEAD /health/live");
    assert!(head.starts_with("HTTP/1.1 200") && head.ends_with("\r\n\r\n"), "{head}");
    assert!(head.to_ascii_lowercase().contains("content-length: 15"), "{head}");
    stop.send(()).unwrap();
    thread.join().unwrap().unwrap();
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn a_server_that_stops_says_so_and_answers_what_is_in_flight() {
    let (entered, in_flight) = mpsc::sync_channel(1);
    let let_go = Arc::new(Notify::new());
    let held = Held { asked: AtomicBool::new(false), entered, let_go: Arc::clone(&let_go) };
    let world = World { store: Some(Arc::new(held)), ..World::new() };
    let Running { address, stop, thread } = run(world.ports());
    let first = send(address, "GET /health/ready", "Connection: keep-alive");
    in_flight.recv().unwrap();

    stop.send(()).unwrap();
    while ask(address, "GET /health/ready").starts_with("HTTP/1.1 200") {}
    let_go.notify_one();

    let answer = read(first);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.to_ascii_lowercase().contains("connection: close"), "{answer}");
    thread.join().unwrap().unwrap();
}

#[test]
fn a_chunked_body_that_nobody_reads_to_its_end_closes_the_connection() {
    let Running { address, stop, thread } = run(World::new().ports());
    let chunk = format!("18000\r\n{}\r\n", "x".repeat(0x18000));
    for (start, status) in
        [("POST /oauth/token", "413"), ("GET /health/live", "200"), ("OPTIONS /user", "204")]
    {
        let mut stream = send(address, start, "Transfer-Encoding: chunked");
        stream.write_all(chunk.as_bytes()).unwrap();
        let answer = read(stream);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
        assert!(answer.to_ascii_lowercase().contains("connection: close"), "{answer}");
    }
    stop.send(()).unwrap();
    thread.join().unwrap().unwrap();
}

#[test]
fn a_chunked_body_that_is_read_leaves_the_connection_open() {
    let Running { address, stop, thread } = run(World::new().ports());
    let chunked = "POST /oauth/token HTTP/1.1\r\nHost: roster\r\nContent-Type: application/json\r\n\
                   Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(chunked.as_bytes()).unwrap();
    write!(stream, "GET /health/live HTTP/1.1\r\nHost: roster\r\nConnection: close\r\n\r\n").unwrap();
    let answers = read(stream);
    assert!(answers.starts_with("HTTP/1.1 400") && answers.contains("HTTP/1.1 200"), "{answers}");
    stop.send(()).unwrap();
    thread.join().unwrap().unwrap();
}
