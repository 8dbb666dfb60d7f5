use actix_web::rt::net::TcpStream;
use rustix::net::sockopt::{set_socket_send_buffer_size, set_tcp_user_timeout};
use std::any::Any;

/// How long whoever asked may take nothing of an answer that is there for them, in milliseconds.
const PATIENCE: u32 = 8_000;

/// How much of an answer the system keeps for whoever has not taken it yet, in bytes; Linux makes twice as much of it. Left
/// to itself it keeps megabytes for each connection, however slowly they are taken.
const UNSENT: usize = 64 * 1024;

/// Bounds what a connection costs whose other end takes its answer slowly, or not at all.
///
/// The server's own timers are about what comes in: with an answer that nobody takes it would wait for ever.
pub(crate) fn bound(connection: &dyn Any) {
    let Some(stream) = connection.downcast_ref::<TcpStream>() else { return };
    let bounded =
        set_tcp_user_timeout(stream, PATIENCE).and_then(|()| set_socket_send_buffer_size(stream, UNSENT));
    if let Err(error) = bounded {
        tracing::debug!(%error, "a connection may be read from as slowly as one likes");
    }
}
