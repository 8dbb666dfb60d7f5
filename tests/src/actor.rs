use serde_json::Value;

use crate::answer::Answer;
use crate::http::{Body, Http};
use crate::token::claims_of;

/// Somebody who calls the service: a person, a client on its own behalf, or nobody.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The id of the person, or of the client; empty for nobody.
    pub id: String,
    /// The address of the person; empty for others.
    pub email: String,
    /// The password of the person; empty for others.
    pub password: String,
    /// The access token; empty for nobody.
    pub token: String,
    /// The refresh token, where one was issued.
    pub refresh_token: Option<String>,
    pub(crate) http: Http,
}

impl Actor {
    /// Somebody without a token.
    pub(crate) fn nobody(http: Http) -> Self {
        let nothing = String::new;
        Self {
            id: nothing(),
            email: nothing(),
            password: nothing(),
            token: nothing(),
            refresh_token: None,
            http,
        }
    }

    /// The id of the session to which the person's access token belongs.
    pub fn session(&self) -> String {
        claims_of(&self.token)["sid"].as_str().expect("a person's token").to_owned()
    }

    /// The refresh token, which there must be.
    pub fn refresh(&self) -> &str {
        self.refresh_token.as_deref().expect("a refresh token")
    }

    /// The same somebody with another token.
    #[must_use]
    pub fn with_token(&self, token: impl Into<String>) -> Self {
        Self { token: token.into(), ..self.clone() }
    }

    /// `GET`.
    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], &Body::Empty)
    }

    /// `POST` of JSON.
    #[track_caller]
    pub fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, &[], &body.into())
    }

    /// `PUT` of JSON.
    #[track_caller]
    pub fn put(&self, path: &str, body: Value) -> Answer {
        self.send("PUT", path, &[], &body.into())
    }

    /// `PATCH` of JSON.
    #[track_caller]
    pub fn patch(&self, path: &str, body: Value) -> Answer {
        self.send("PATCH", path, &[], &body.into())
    }

    /// `DELETE`.
    #[track_caller]
    pub fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, &[], &Body::Empty)
    }

    /// Any request, under the actor's token.
    #[track_caller]
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &Body) -> Answer {
        let answer = self.try_send(method, path, headers, body);
        answer.unwrap_or_else(|error| panic!("{method} {path} was not answered: {error}"))
    }

    /// Like [`Actor::send`], to a service that may be gone.
    pub fn try_send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &Body,
    ) -> Result<Answer, ureq::Error> {
        let bearer = format!("Bearer {}", self.token);
        let mut all = headers.to_vec();
        if !self.token.is_empty() {
            all.push(("authorization", &bearer));
        }
        self.http.try_send(method, path, &all, body)
    }

    /// Gives a person actions at a facility, which must succeed; answers the access.
    #[track_caller]
    pub fn give(&self, person: &str, facility: &str, actions: &[&str]) -> Value {
        let body = serde_json::json!({ "userId": person, "actions": actions });
        self.post(&format!("/facilities/{facility}/give_access"), body).expect(200)["data"].clone()
    }

    /// Removes actions of a person at a facility, which must succeed; answers the access that is left.
    #[track_caller]
    pub fn remove(&self, person: &str, facility: &str, actions: &[&str]) -> Value {
        let body = serde_json::json!({ "userId": person, "actions": actions });
        self.post(&format!("/facilities/{facility}/remove_access"), body).expect(200)["data"].clone()
    }
}
