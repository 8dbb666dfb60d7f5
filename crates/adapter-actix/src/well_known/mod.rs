//! What anybody may know: the public keys, what the token endpoint can do, and where decisions are to be had.

pub(crate) mod authzen;
pub(crate) mod key_file;
pub(crate) mod key_set;
pub(crate) mod metadata;

use actix_web::http::header;

/// Keys change; nobody may rely on an old copy for longer than this.
const CACHED: (header::HeaderName, &str) = (header::CACHE_CONTROL, "public, max-age=300");
