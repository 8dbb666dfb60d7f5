use rustix::net::sockopt::set_socket_recv_buffer_size;
use rustix::net::{AddressFamily, SocketFlags, SocketType, connect, socket_with};
use std::collections::BTreeSet;
use std::fs;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

/// How often each of a crowd says something.
const DRIP_EVERY: Duration = Duration::from_secs(1);

/// How often somebody takes a few bytes who takes little.
const SIP_EVERY: Duration = Duration::from_secs(5);

/// How long a connection may last, whatever is promised.
const LONGEST: Duration = Duration::from_mins(1);

/// Many who connect and then take their time.
#[derive(Debug)]
pub struct Crowd {
    /// How many there are.
    pub size: usize,
    /// What each sends first.
    pub begin: String,
    /// What each sends every second after that.
    pub drip: &'static str,
    /// Whether they take a few bytes now and then, and have no room for more, or all that there is.
    pub takes_little: bool,
}

/// What became of a crowd.
#[derive(Debug)]
pub struct Dispersed {
    /// How many connections were made, and ended by the service.
    pub connections: usize,
    /// How long the one lasted that lasted longest.
    pub longest: Duration,
    /// The statuses that they were answered.
    pub statuses: BTreeSet<u16>,
    /// The most memory that the system held for all connections of the machine meanwhile, in bytes.
    pub memory_of_connections: u64,
}

impl Crowd {
    /// Crowds a service for so long, where whoever is shut out comes again, and then until the last one is shut out.
    pub fn gather(&self, address: SocketAddr, time: Duration) -> Dispersed {
        let ends = Instant::now() + time;
        let mut there: Vec<Member> = (0..self.size).map(|_| self.member(address)).collect();
        let mut gone = Dispersed {
            connections: 0,
            longest: Duration::ZERO,
            statuses: BTreeSet::new(),
            memory_of_connections: 0,
        };
        while !there.is_empty() {
            let (stay, leave): (Vec<_>, Vec<_>) =
                there.into_iter().map(|member| self.turn(member)).partition(|member| !member.is_out);
            there = stay;
            gone.memory_of_connections = gone.memory_of_connections.max(memory_of_connections());
            for member in leave {
                gone.connections += 1;
                gone.longest = gone.longest.max(member.since.elapsed());
                gone.statuses.extend(member.status());
                if Instant::now() < ends {
                    there.push(self.member(address));
                }
            }
            thread::park_timeout(Duration::from_millis(20));
        }
        gone
    }

    fn member(&self, address: SocketAddr) -> Member {
        let mut stream = if self.takes_little { narrow(address) } else { TcpStream::connect(address) }
            .expect("the service accepts connections");
        stream.write_all(self.begin.as_bytes()).ok();
        stream.set_nonblocking(true).expect("the option can be set");
        let now = Instant::now();
        Member { stream, since: now, said: now, sipped: now, heard: Vec::new(), is_out: false }
    }

    /// One after the other does what it does; afterwards it is told who is out.
    fn turn(&self, mut member: Member) -> Member {
        assert!(member.since.elapsed() < LONGEST, "nobody is shut out");
        if member.said.elapsed() >= DRIP_EVERY {
            member.said = Instant::now();
            let said = member.stream.write(self.drip.as_bytes()).map(|_| 1);
            member.note(said);
        }
        if !self.takes_little {
            member.take(4_096);
        } else if member.sipped.elapsed() >= SIP_EVERY {
            member.sipped = Instant::now();
            member.take(5);
        }
        member
    }
}

/// One of a crowd.
struct Member {
    stream: TcpStream,
    since: Instant,
    said: Instant,
    sipped: Instant,
    heard: Vec<u8>,
    is_out: bool,
}

impl Member {
    fn take(&mut self, most: usize) {
        let mut bytes = vec![0; most];
        let taken = self.stream.read(&mut bytes);
        self.heard.extend(bytes.iter().take(*taken.as_ref().unwrap_or(&0)));
        self.note(taken);
    }

    fn note(&mut self, done: std::io::Result<usize>) {
        match done {
            Ok(0) => self.is_out = true,
            Err(error) if error.kind() != ErrorKind::WouldBlock => self.is_out = true,
            _ => {}
        }
    }

    fn status(&self) -> Option<u16> {
        std::str::from_utf8(self.heard.get(9..12)?).ok()?.parse().ok()
    }
}

/// A connection whose own end has room for little.
fn narrow(address: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = socket_with(AddressFamily::INET, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
    set_socket_recv_buffer_size(&socket, 1_024)?;
    connect(&socket, &address)?;
    Ok(socket.into())
}

/// What the system holds in memory for all connections now, in bytes.
fn memory_of_connections() -> u64 {
    let told = fs::read_to_string("/proc/net/sockstat").expect("the system can be asked");
    let line = told.lines().find(|line| line.starts_with("TCP:")).expect("a line about TCP");
    let pages: Option<u64> =
        line.split(' ').skip_while(|word| *word != "mem").nth(1).and_then(|pages| pages.parse().ok());
    pages.expect("a number of pages") * 4_096
}

/// So many connections that are begun at once; whether the service takes them is up to it.
pub fn knock(address: SocketAddr, count: usize) -> Vec<TcpStream> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let begin = |_| {
        let socket = socket_with(AddressFamily::INET, SocketType::STREAM, flags, None).expect("a socket");
        // That it takes a while is no error that matters.
        connect(&socket, &address).ok();
        socket.into()
    };
    (0..count).map(begin).collect()
}
