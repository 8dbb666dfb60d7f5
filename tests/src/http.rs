use serde_json::Value;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use ureq::Agent;

use crate::answer::Answer;
use crate::picture::Form;

/// What a request carries.
#[derive(Debug, Clone)]
pub enum Body {
    /// Nothing.
    Empty,
    /// JSON.
    Json(Value),
    /// A web form.
    Fields(Vec<(&'static str, String)>),
    /// A form with files.
    Form(Form),
    /// These bytes under this `Content-Type`.
    Bytes(&'static str, Vec<u8>),
}

impl From<Value> for Body {
    fn from(value: Value) -> Self {
        Self::Json(value)
    }
}

/// Sends requests to one service, wherever it listens now.
#[derive(Debug, Clone)]
pub struct Http {
    agent: Agent,
    address: Arc<RwLock<SocketAddr>>,
}

impl Http {
    /// To a service that listens there.
    pub fn at(address: SocketAddr) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .allow_non_standard_methods(true)
            .timeout_global(Some(Duration::from_secs(30)))
            .max_idle_connections_per_host(16);
        Self { agent: config.build().into(), address: Arc::new(RwLock::new(address)) }
    }

    /// Where the service listens now.
    pub fn address(&self) -> SocketAddr {
        *self.address.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn move_to(&self, address: SocketAddr) {
        *self.address.write().unwrap_or_else(PoisonError::into_inner) = address;
    }

    /// Sends a request, which must be answered.
    #[track_caller]
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &Body) -> Answer {
        let answer = self.try_send(method, path, headers, body);
        answer.unwrap_or_else(|error| panic!("{method} {path} was not answered: {error}"))
    }

    /// Sends a request to a service that may be gone.
    pub fn try_send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &Body,
    ) -> Result<Answer, ureq::Error> {
        let (content_type, bytes) = encode(body);
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address()))
            .header("accept", "*/*");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let is_typed = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        if let Some(content_type) = content_type.filter(|_| !is_typed) {
            request = request.header("content-type", content_type);
        }
        let response = match bytes {
            None => self.agent.run(request.body(()).expect("a request")),
            Some(bytes) => self.agent.run(request.body(bytes).expect("a request")),
        };
        read(format!("{method} {path}"), response?)
    }
}

fn encode(body: &Body) -> (Option<String>, Option<Vec<u8>>) {
    match body {
        Body::Empty => (None, None),
        Body::Json(value) => (Some("application/json".to_owned()), Some(value.to_string().into_bytes())),
        Body::Fields(fields) => {
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            form.extend_pairs(fields);
            (Some("application/x-www-form-urlencoded".to_owned()), Some(form.finish().into_bytes()))
        }
        Body::Form(form) => (Some(Form::content_type()), Some(form.bytes())),
        Body::Bytes(content_type, bytes) => (Some((*content_type).to_owned()), Some(bytes.clone())),
    }
}

fn read(asked: String, mut response: ureq::http::Response<ureq::Body>) -> Result<Answer, ureq::Error> {
    let text = |value: &ureq::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers =
        response.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
    let status = response.status().as_u16();
    let body = response.body_mut().with_config().limit(64 << 20).read_to_vec()?;
    Ok(Answer { asked, status, headers, body })
}
