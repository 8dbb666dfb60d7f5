//! A way to a server that breaks on demand.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::thread;
use std::time::Duration;

use crate::postgres_server::free_port;
use crate::wait::let_pass;

/// A proxy on this machine. It ends with its test.
#[derive(Debug)]
pub struct ChaosProxy {
    port: u16,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    target: SocketAddr,
    weather: AtomicU8,
    is_over: AtomicBool,
}

/// How what passes through is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Weather {
    /// It passes.
    Fair,
    /// It is taken and never answered, as by a firewall that drops; a connection to which this happened is never
    /// answered again, and never closed either.
    BlackHole,
    /// Nobody listens, and all connections are closed.
    Refuses,
    /// Each piece of an answer comes half a second late.
    Late,
    /// A kilobyte a second passes in each direction.
    Slow,
}

const WEATHERS: [Weather; 5] =
    [Weather::Fair, Weather::BlackHole, Weather::Refuses, Weather::Late, Weather::Slow];

/// How long a change of the weather may go unnoticed.
const LOOK: Duration = Duration::from_millis(20);

impl ChaosProxy {
    /// A way to this port of this machine, in fair weather.
    pub fn to(port: u16) -> Self {
        let state = Arc::new(State {
            target: SocketAddr::from(([127, 0, 0, 1], port)),
            weather: AtomicU8::new(Weather::Fair as u8),
            is_over: AtomicBool::new(false),
        });
        let own = free_port();
        let accepting = Arc::clone(&state);
        let first = listen(own);
        thread::spawn(move || accept_all(&accepting, own, first));
        Self { port: own, state }
    }

    /// Where it listens.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Changes the weather.
    pub fn turn(&self, weather: Weather) {
        self.state.weather.store(weather as u8, Ordering::SeqCst);
        let_pass(2 * LOOK);
    }
}

impl Drop for ChaosProxy {
    fn drop(&mut self) {
        self.state.is_over.store(true, Ordering::SeqCst);
    }
}

impl State {
    fn weather(&self) -> Weather {
        WEATHERS[usize::from(self.weather.load(Ordering::SeqCst))]
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }
}

fn listen(port: u16) -> TcpListener {
    let listener = TcpListener::bind(("127.0.0.1", port)).expect("the port is free");
    listener.set_nonblocking(true).expect("the option can be set");
    listener
}

fn accept_all(state: &Arc<State>, port: u16, first: TcpListener) {
    let mut listener = Some(first);
    while !state.is_over() {
        if state.weather() == Weather::Refuses {
            listener = None;
        } else if listener.is_none() {
            listener = Some(listen(port));
        }
        let accepted = listener.as_ref().and_then(|listener| listener.accept().ok());
        match accepted {
            Some((client, _)) => pass_on(state, client),
            None => let_pass(LOOK / 4),
        }
    }
}

fn pass_on(state: &Arc<State>, client: TcpStream) {
    let is_lost = Arc::new(AtomicBool::new(state.weather() == Weather::BlackHole));
    let server = if is_lost.load(Ordering::SeqCst) { None } else { TcpStream::connect(state.target).ok() };
    client.set_nonblocking(false).expect("the option can be set");
    let Some(server) = server else {
        if is_lost.load(Ordering::SeqCst) {
            let state = Arc::clone(state);
            thread::spawn(move || swallow(&state, client));
        }
        return;
    };
    for stream in [&client, &server] {
        stream.set_nodelay(true).expect("the option can be set");
        stream.set_read_timeout(Some(LOOK)).expect("the option can be set");
    }
    let ends = [(&client, &server, false), (&server, &client, true)];
    for (from, to, is_answer) in ends {
        let piped = Pipe {
            state: Arc::clone(state),
            from: from.try_clone().expect("a socket can be shared"),
            to: to.try_clone().expect("a socket can be shared"),
            is_answer,
            is_lost: Arc::clone(&is_lost),
        };
        thread::spawn(move || piped.run());
    }
}

/// Reads, and never answers.
fn swallow(state: &State, mut client: TcpStream) {
    client.set_read_timeout(Some(LOOK)).expect("the option can be set");
    let mut buffer = [0; 4096];
    while !state.is_over() {
        match client.read(&mut buffer) {
            Ok(0) => return,
            Err(error) if !is_silence(&error) => return,
            _ => {}
        }
    }
}

/// One direction of a connection.
struct Pipe {
    state: Arc<State>,
    from: TcpStream,
    to: TcpStream,
    is_answer: bool,
    is_lost: Arc<AtomicBool>,
}

impl Pipe {
    fn run(mut self) {
        let mut buffer = [0; 16 * 1024];
        while !self.state.is_over() && self.state.weather() != Weather::Refuses {
            // A kilobyte a second is 64 bytes in a sixteenth of one.
            let most = if self.state.weather() == Weather::Slow { 64 } else { buffer.len() };
            match self.from.read(&mut buffer[..most]) {
                Ok(0) => break,
                Ok(count) => {
                    if self.forward(&buffer[..count]).is_none() {
                        break;
                    }
                }
                Err(error) if is_silence(&error) => {}
                Err(_) => break,
            }
        }
        // What never answers never closes either, until the caller does.
        if !self.is_lost.load(Ordering::SeqCst) || !self.is_answer {
            self.from.shutdown(Shutdown::Both).ok();
            self.to.shutdown(Shutdown::Both).ok();
        }
    }

    fn forward(&mut self, bytes: &[u8]) -> Option<()> {
        match self.state.weather() {
            Weather::BlackHole => self.is_lost.store(true, Ordering::SeqCst),
            Weather::Late if self.is_answer => let_pass(Duration::from_millis(500)),
            Weather::Slow => let_pass(Duration::from_micros(62_500)),
            _ => {}
        }
        if self.is_lost.load(Ordering::SeqCst) {
            return Some(());
        }
        self.to.write_all(bytes).ok()
    }
}

fn is_silence(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}
