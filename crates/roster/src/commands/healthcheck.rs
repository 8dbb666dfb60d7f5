use serde_json::json;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use crate::settings::Settings;
use crate::{Output, Stop};

/// How long connecting, asking and answering may take, each.
const PATIENCE: Duration = Duration::from_secs(2);

/// Asks the service that these settings describe whether it is ready.
pub(super) fn run(settings: &Settings, output: Output) -> Result<(), Stop> {
    let address = reachable(settings.listen);
    let status =
        ask(address).map_err(|error| Stop::Failure(format!("{address} does not answer: {error}")))?;
    if status != "200" {
        return Err(Stop::Failure(format!("{address} is not ready: it answers {status}")));
    }
    output.say("ready", &json!({ "ready": true }))
}

/// Where to reach a service that listens there: one that listens everywhere listens on loopback too.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

/// The status code of `/health/ready`.
fn ask(address: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let request = format!("GET /health/ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    let status = line.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3));
    status.map(str::to_owned).ok_or_else(|| io::Error::other("not an HTTP answer"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;
    use std::thread;

    fn server(answer: &'static str) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let lines = BufReader::new(&stream).lines().map(Result::unwrap);
            let head: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
            assert_eq!(head[0], "GET /health/ready HTTP/1.1");
            stream.write_all(answer.as_bytes()).unwrap();
        });
        address
    }

    #[test]
    fn the_status_is_what_the_service_answers() {
        assert_eq!(ask(server("HTTP/1.1 200 OK\r\n\r\n")).unwrap(), "200");
        assert_eq!(ask(server("HTTP/1.1 503 Service Unavailable\r\n\r\n")).unwrap(), "503");
        assert!(ask(server("SSH-2.0-OpenSSH\r\n")).is_err());
        assert!(ask(server("")).is_err());
    }

    #[test]
    fn a_service_that_listens_everywhere_is_asked_on_loopback() {
        let reach = |listen: &str| reachable(listen.parse().unwrap()).to_string();
        assert_eq!(reach("0.0.0.0:8080"), "127.0.0.1:8080");
        assert_eq!(reach("[::]:8080"), "[::1]:8080");
        assert_eq!(reach("10.0.0.1:80"), "10.0.0.1:80");
    }
}
