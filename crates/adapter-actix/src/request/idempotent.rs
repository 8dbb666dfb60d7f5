use actix_web::HttpRequest;
use actix_web::web::Payload;
use roster_domain::IdempotencyKey;
use roster_domain::permission::Caller;
use roster_usecases::{Once, RequestContext};
use serde::de::DeserializeOwned;

use super::context;
use super::json::read_json_and_bytes;
use crate::answer::{Problem, ProblemKind};
use crate::http::Http;

/// Reads the context and the JSON body of a call that may be sent again with the same `Idempotency-Key`, after
/// draft-ietf-httpapi-idempotency-key-header.
pub(crate) async fn read_once<T: DeserializeOwned>(
    http: &Http,
    request: &HttpRequest,
    payload: Payload,
    caller: &Caller,
) -> Result<(RequestContext, T), Problem> {
    let context = context(http, request)?;
    let key = key(request)?;
    let (wire, body) = read_json_and_bytes(request, payload).await?;
    let once =
        key.map(|key| Once::new(&http.ports, caller, &key, request.method().as_str(), request.path(), &body));
    Ok((RequestContext { once, ..context }, wire))
}

fn key(request: &HttpRequest) -> Result<Option<IdempotencyKey>, Problem> {
    let malformed = || {
        let said = "The header Idempotency-Key must be given once, with 1 to 255 printable ASCII characters.";
        Problem::new(ProblemKind::MalformedRequest).saying(said)
    };
    let mut values = request.headers().get_all("idempotency-key");
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(malformed());
    }
    let text = value.to_str().map_err(|_| malformed())?;
    text.parse().map(Some).map_err(|_| malformed())
}
