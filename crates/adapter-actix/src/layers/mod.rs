//! What lies around every endpoint.

mod catch_panic;
mod cors;
mod outermost;
mod rendering;
mod request_id;
mod serving;
mod timeout;
mod unread_body;

pub(crate) use catch_panic::catch_panic;
pub(crate) use cors::Cors;
pub(crate) use outermost::outermost;
pub(crate) use serving::Serving;
pub(crate) use timeout::{give_up_after, wait_for_the_store};
