use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;
use std::fmt;

use super::OAuthError;

/// How deep a body may nest.
const MAX_DEPTH: usize = 32;
/// The parameters of all endpoints whose values are texts; `scope` may be a list of them too.
const TEXTS: [&str; 9] = [
    "grant_type",
    "client_id",
    "client_secret",
    "username",
    "password",
    "refresh_token",
    "scope",
    "token",
    "token_type_hint",
];

/// Reads the parameters from a JSON object. What is null, or not a parameter of the endpoint, has an empty value.
pub(super) fn parse(bytes: &[u8]) -> Result<Vec<(String, String)>, OAuthError> {
    let malformed = || OAuthError::invalid_request("The body is not a JSON object.");
    let Members(members) = serde_json::from_slice(bytes).map_err(|_| malformed())?;
    let mut parameters = Vec::with_capacity(members.len());
    for (name, value) in members {
        let value = text(&name, value)?;
        parameters.push((name, value));
    }
    Ok(parameters)
}

fn text(name: &str, value: Value) -> Result<String, OAuthError> {
    if depth(&value) >= MAX_DEPTH {
        return Err(OAuthError::invalid_request("The body nests too deeply."));
    }
    match value {
        Value::String(text) if TEXTS.contains(&name) => Ok(text),
        Value::Array(scopes) if name == "scope" => joined(scopes),
        Value::Null => Ok(String::new()),
        _ if TEXTS.contains(&name) => Err(OAuthError::invalid_request("A parameter is not a text.")),
        _ => Ok(String::new()),
    }
}

/// One item is one scope: none smuggles in a second one.
fn joined(scopes: Vec<Value>) -> Result<String, OAuthError> {
    // Nothing asked for is not the same as not asking, which grants everything.
    if scopes.is_empty() {
        return Err(OAuthError::invalid_scope());
    }
    let mut words = Vec::with_capacity(scopes.len());
    for scope in scopes {
        let Value::String(word) = scope else {
            return Err(OAuthError::invalid_request("A scope is not a text."));
        };
        if word.is_empty() || word.contains(' ') {
            return Err(OAuthError::invalid_scope());
        }
        words.push(word);
    }
    Ok(words.join(" "))
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// The members of an object as they stand, repeated ones too.
struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}
