use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// A service behind a gateway: it answers whatever arrives with 200, and keeps how it arrived. Whoever asks for a WebSocket
/// hears all that they say again.
#[derive(Debug)]
pub struct Upstream {
    address: SocketAddr,
    arrived: Arc<Mutex<Vec<Arrived>>>,
}

/// The head of a request, as it arrived.
#[derive(Debug, Clone)]
pub struct Arrived {
    /// The start line.
    pub start: String,
    headers: Vec<(String, String)>,
}

impl Arrived {
    fn read(head: &str) -> Self {
        let mut lines = head.lines();
        let start = lines.next().unwrap_or_default().to_owned();
        let headers = lines.filter_map(|line| line.split_once(':'));
        let headers =
            headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
        Self { start, headers }
    }

    /// Every value of a header, where `_` counts as `-`, as it does for some services.
    pub fn values(&self, name: &str) -> Vec<&str> {
        let is_named = |(held, _): &&(String, String)| held.replace('_', "-").eq_ignore_ascii_case(name);
        self.headers.iter().filter(is_named).map(|(_, value)| value.as_str()).collect()
    }
}

impl Upstream {
    /// One that listens until the test ends.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let arrived = Arc::<Mutex<Vec<Arrived>>>::default();
        let kept = Arc::clone(&arrived);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let kept = Arc::clone(&kept);
                thread::spawn(move || answer(stream, &kept));
            }
        });
        Self { address, arrived }
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What has arrived since it was last asked.
    pub fn take(&self) -> Vec<Arrived> {
        std::mem::take(&mut *self.arrived.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Keeps before it answers, so that whoever has the answer finds what arrived.
fn answer(mut stream: TcpStream, kept: &Mutex<Vec<Arrived>>) {
    stream.set_read_timeout(Some(Duration::from_secs(30))).ok();
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    let head = loop {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return,
            Ok(count) => bytes.extend(buffer.iter().take(count)),
        }
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, _)) = text.split_once("\r\n\r\n") {
            break head.to_owned();
        }
    };
    kept.lock().unwrap_or_else(PoisonError::into_inner).push(Arrived::read(&head));
    if head.to_ascii_lowercase().contains("upgrade: websocket") {
        return echo(stream);
    }
    let body = if head.starts_with("HEAD ") { "" } else { "ok" };
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{body}").ok();
}

/// The answer is to the key that RFC 6455 has as its example; what follows it is no frames, which no gateway looks into.
fn echo(mut stream: TcpStream) {
    let switching = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                     Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    stream.write_all(switching.as_bytes()).ok();
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut buffer) {
        stream.write_all(buffer.get(..count).unwrap_or_default()).ok();
    }
}
