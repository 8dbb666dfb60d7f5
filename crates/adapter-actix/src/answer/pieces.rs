use actix_web::body::SizedStream;
use actix_web::web::Bytes;
use futures_util::{Stream, stream};
use std::convert::Infallible;

/// How much is handed out at a time, in bytes: less than the server has waiting for a connection anyway.
const PIECE: usize = 8 * 1024;

/// A large body that is in memory once for all who read it: of one in a single piece the server makes a copy for each of
/// them, which is there for as long as they take.
pub(crate) fn in_pieces(whole: Bytes) -> SizedStream<impl Stream<Item = Result<Bytes, Infallible>>> {
    let size = whole.len();
    let pieces = (0..size).step_by(PIECE).map(move |start| Ok(whole.slice(start..size.min(start + PIECE))));
    SizedStream::new(u64::try_from(size).unwrap_or(u64::MAX), stream::iter(pieces))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::body::{BodySize, MessageBody, to_bytes};

    #[actix_web::test]
    async fn the_pieces_are_the_whole() {
        for size in [0, 1, PIECE, PIECE + 1, 3 * PIECE + 7] {
            let whole: Bytes = (0..=u8::MAX).cycle().take(size).collect::<Vec<_>>().into();
            let body = in_pieces(whole.clone());
            assert_eq!(body.size(), BodySize::Sized(u64::try_from(size).unwrap()));
            assert_eq!(to_bytes(body).await.unwrap(), whole);
        }
    }
}
