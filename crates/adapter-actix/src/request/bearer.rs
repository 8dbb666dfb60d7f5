use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderMap};
use roster_usecases::sign_in::{self, Authenticated};

use crate::answer::Problem;
use crate::http::Http;

/// Finds out who calls, from the one place where a token may be: `Authorization: Bearer` (RFC 6750 §2.1).
pub(crate) async fn authenticate(http: &Http, request: &HttpRequest) -> Result<Authenticated, Problem> {
    let token = bearer(request.headers())?;
    Ok(sign_in::authenticate(&http.ports, token).await?)
}

/// The token of these headers.
pub(crate) fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    let mut values = headers.get_all(header::AUTHORIZATION);
    let value = values.next().ok_or_else(Problem::missing_token)?;
    if values.next().is_some() {
        return Err(Problem::invalid_token());
    }
    // `HeaderValue::to_str` looks at each byte by itself, and tokens are long.
    let value = str::from_utf8(value.as_bytes()).ok().filter(|value| value.is_ascii());
    let value = value.ok_or_else(Problem::invalid_token)?;
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Problem::missing_token());
    }
    Ok(token.trim_matches(' '))
}
