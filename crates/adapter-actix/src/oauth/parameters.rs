use actix_web::HttpRequest;
use actix_web::web::Payload;
use secrecy::{ExposeSecret, SecretString};
use std::collections::HashMap;

use super::{OAuthError, json_parameters};
use crate::answer::{Problem, ProblemKind};
use crate::request::{has_media_type, read_body, refuse_encoded};

/// The largest body, in bytes.
const MAX: usize = 64 * 1024;

/// The parameters of a request: each at most once; those that the endpoint does not know do no harm.
#[derive(Debug)]
pub(super) struct Parameters(HashMap<String, SecretString>);

impl Parameters {
    /// Reads a form or a JSON object. The query is never looked at: URLs end up in logs.
    pub(super) async fn read(request: &HttpRequest, payload: Payload) -> Result<Self, OAuthError> {
        let bytes = read_body(request, payload, MAX).await?;
        refuse_encoded(request)?;
        if has_media_type(request, "application/x-www-form-urlencoded") {
            let pairs: Result<Vec<(String, String)>, _> = serde_urlencoded::from_bytes(&bytes);
            Self::of(pairs.map_err(|_| OAuthError::invalid_request("The body is not form-encoded."))?)
        } else if has_media_type(request, "application/json") {
            Self::of(json_parameters::parse(&bytes)?)
        } else {
            Err(Problem::new(ProblemKind::UnsupportedMediaType).into())
        }
    }

    fn of(pairs: Vec<(String, String)>) -> Result<Self, OAuthError> {
        let mut kept = HashMap::with_capacity(pairs.len());
        for (name, value) in pairs {
            if kept.insert(name, SecretString::from(value)).is_some() {
                return Err(OAuthError::invalid_request("A parameter is given twice."));
            }
        }
        Ok(Self(kept))
    }

    /// A parameter that is secret; one without a value counts as absent (RFC 6749 §3.2).
    pub(super) fn secret(&mut self, name: &str) -> Option<SecretString> {
        self.0.remove(name).filter(|value| !value.expose_secret().is_empty())
    }

    /// A parameter that is no secret.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        self.secret(name).map(|value| value.expose_secret().to_owned())
    }
}
