use actix_web::Error;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;

use crate::answer::Problem;

/// Answers 500 where an endpoint panics; the connection would be dropped without an answer otherwise.
///
/// What a panic leaves behind is the endpoint's own: shared state is behind locks that the ports guard.
pub(crate) async fn catch_panic(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse, Error> {
    let asked = request.request().clone();
    let answering = AssertUnwindSafe(async move { next.call(request).await });
    match answering.catch_unwind().await {
        Ok(answered) => answered,
        Err(_) => Ok(ServiceResponse::from_err(Problem::internal(&"a handler panicked"), asked)),
    }
}
