use actix_web::Error;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use std::time::Duration;

use crate::answer::Problem;

/// Gives up on a read that takes too long: 503, to be tried again.
///
/// It is for reads alone. To stop waiting for a write does not stop the write, and whoever were told 503 then would
/// take for undone what stands; so a write is answered when its outcome is known. What waits is bounded by the queues
/// of the store and of the hashing, which refuse when they are full; the arrival of a body is bounded where it is read.
pub(crate) async fn give_up_after(
    timeout: Duration,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse, Error> {
    let asked = request.request().clone();
    match tokio::time::timeout(timeout, next.call(request)).await {
        Ok(answered) => answered,
        Err(_) => {
            Ok(ServiceResponse::from_err(Problem::unavailable(&"a read took longer than allowed"), asked))
        }
    }
}

/// Bounds how long a request waits for the store in all, so that whoever asked is told of an outage in time. A write that
/// is given up so does not stand later: the store sees to that.
pub(crate) async fn wait_for_the_store(
    timeout: Duration,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse, Error> {
    // Whoever waits is to be told why before a read is given up.
    roster_ports::wait_at_most(timeout * 9 / 10, next.call(request)).await
}
