use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// A connection that sends exactly the bytes it is told to.
#[derive(Debug)]
pub struct RawSocket(TcpStream);

/// What came back until the service closed the connection or had nothing more to say.
#[derive(Debug, Clone)]
pub struct RawAnswer {
    /// The bytes, as text.
    pub text: String,
    /// Whether the service closed the connection.
    pub is_closed: bool,
}

impl RawSocket {
    /// Connects.
    pub fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("the service accepts connections");
        stream.set_nodelay(true).expect("the option can be set");
        Self(stream)
    }

    /// Sends bytes. A service that has closed the connection already is no fault.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).ok();
    }

    /// Says that nothing more will be sent.
    pub fn finish(&mut self) {
        self.0.shutdown(std::net::Shutdown::Write).ok();
    }

    /// Reads until this text has come, or the service closes the connection or is silent for so long.
    pub fn read_until(&mut self, text: &str, silence: Duration) -> RawAnswer {
        self.read_while(silence, |bytes| !String::from_utf8_lossy(bytes).contains(text))
    }

    /// Reads until the service closes the connection, or until it is silent for so long.
    pub fn read(&mut self, silence: Duration) -> RawAnswer {
        self.read_while(silence, |_| true)
    }

    fn read_while(&mut self, silence: Duration, goes_on: impl Fn(&[u8]) -> bool) -> RawAnswer {
        self.0.set_read_timeout(Some(silence)).expect("the option can be set");
        let mut bytes = Vec::new();
        let mut buffer = [0; 16 * 1024];
        while goes_on(&bytes) {
            match self.0.read(&mut buffer) {
                Ok(0) => return answer(&bytes, true),
                Ok(count) => bytes.extend(buffer.iter().take(count)),
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {
                    return answer(&bytes, true);
                }
                Err(_) => break,
            }
        }
        answer(&bytes, false)
    }
}

fn answer(bytes: &[u8], is_closed: bool) -> RawAnswer {
    RawAnswer { text: String::from_utf8_lossy(bytes).into_owned(), is_closed }
}

impl RawAnswer {
    /// The statuses of all answers that came back, in order.
    pub fn statuses(&self) -> Vec<u16> {
        let starts = self.text.split("HTTP/1.").skip(1);
        starts.filter_map(|rest| rest.split(' ').nth(1)?.get(..3)?.parse().ok()).collect()
    }
}
