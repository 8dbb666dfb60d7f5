use actix_web::http::header::{self, HeaderMap, HeaderValue};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use roster_usecases::sign_in::ClientAuthentication;
use secrecy::SecretString;

use super::OAuthError;
use super::parameters::Parameters;

/// How the client names and proves itself: by `Basic`, in the body, or, where it has no secret, by its id alone; never
/// in two ways at once (RFC 6749 §2.3).
pub(super) fn authentication(
    headers: &HeaderMap,
    parameters: &mut Parameters,
) -> Result<ClientAuthentication, OAuthError> {
    let (named, secret) = (parameters.text("client_id"), parameters.secret("client_secret"));
    let mut values = headers.get_all(header::AUTHORIZATION);
    let Some(value) = values.next() else {
        let id = named.ok_or(OAuthError::invalid_client("No client authentication is included."))?;
        return Ok(ClientAuthentication { id, secret });
    };
    if values.next().is_some() {
        return Err(OAuthError::invalid_request("The header Authorization is given twice."));
    }
    let client =
        basic(value).ok_or(OAuthError::invalid_client("The header Authorization is not a Basic one."))?;
    if secret.is_some() {
        return Err(OAuthError::invalid_request("The client authenticates in two ways at once."));
    }
    if named.is_some_and(|named| named != client.id) {
        return Err(OAuthError::invalid_request("The header Authorization and client_id name two clients."));
    }
    Ok(client)
}

/// RFC 7617, with both parts form-encoded first (RFC 6749 §2.3.1), so that they may hold colons.
fn basic(value: &HeaderValue) -> Option<ClientAuthentication> {
    let (scheme, credentials) = value.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(credentials.trim_matches(' ')).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    let secret = form_decoded(secret)?;
    let secret = (!secret.is_empty()).then(|| SecretString::from(secret));
    Some(ClientAuthentication { id: form_decoded(id)?, secret })
}

fn form_decoded(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    Some(percent_decode_str(&spaced).decode_utf8().ok()?.into_owned())
}
