//! What two services call by different names and mean alike: ids, tags, cursors, tokens and instants.

use std::collections::BTreeMap;
use uuid::Uuid;

/// The names that one service gave, in the order in which they came up.
#[derive(Default)]
pub(super) struct Names {
    numbers: BTreeMap<String, usize>,
    people: Vec<String>,
    cursor: String,
    tag: String,
}

impl Names {
    /// Notes somebody who can be asked for.
    pub(super) fn person(&mut self, id: &str) {
        self.call(id);
        self.people.push(id.to_owned());
    }

    /// Notes a cursor, which is the one to be sent where it is of a list of people.
    pub(super) fn cursor(&mut self, cursor: &str, is_of_people: bool) {
        self.call(cursor);
        if is_of_people {
            cursor.clone_into(&mut self.cursor);
        }
    }

    /// Notes a tag, which is the one to be sent where it is of somebody.
    pub(super) fn tag(&mut self, tag: &str, is_of_somebody: bool) {
        self.call(tag);
        if is_of_somebody {
            tag.clone_into(&mut self.tag);
        }
    }

    /// The number of a name, which is the same on both sides where both gave it at the same time.
    pub(super) fn call(&mut self, name: &str) -> usize {
        let next = self.numbers.len();
        *self.numbers.entry(name.to_owned()).or_insert(next)
    }

    /// How many people can be asked for.
    pub(super) fn people(&self) -> usize {
        self.people.len()
    }

    /// A text of a request with this service's own names in it, in place of `@3@`, `@cursor@` and `@tag@`.
    pub(super) fn filled(&self, text: &str) -> String {
        let mut filled = text.replace("@cursor@", &self.cursor).replace("@tag@", &self.tag);
        for (number, id) in self.people.iter().enumerate() {
            filled = filled.replace(&format!("@{number}@"), id);
        }
        filled
    }

    /// A text of an answer without what differs between any two services.
    pub(super) fn alike(&mut self, text: &str) -> String {
        let mut text = without_secrets(text);
        for (name, number) in &self.numbers {
            text = text.replace(name, &format!("<{number}>"));
        }
        let mut alike = String::new();
        let mut rest = text.as_str();
        while let Some(first) = rest.chars().next() {
            let (instead, length) = match (uuid_at(rest), instant_at(rest)) {
                (Some(id), _) => (format!("<{}>", self.call(id)), id.len()),
                (None, Some(instant)) => ("<now>".to_owned(), instant.len()),
                (None, None) => (first.to_string(), first.len_utf8()),
            };
            alike += &instead;
            rest = &rest[length..];
        }
        alike
    }
}

/// Tokens are drawn anew for every answer.
fn without_secrets(text: &str) -> String {
    let mut text = text.to_owned();
    for opening in ["\"access_token\":\"", "\"refresh_token\":\""] {
        if let Some((_, after)) = text.split_once(opening) {
            let secret = after.split('"').next().unwrap_or_default().to_owned();
            text = text.replace(&secret, "<secret>");
        }
    }
    text
}

/// The id with which a text begins, but for those that requests chose.
fn uuid_at(text: &str) -> Option<&str> {
    let id = text.get(..36)?;
    (id.parse::<Uuid>().is_ok() && !super::FACILITIES.contains(&id)).then_some(id)
}

/// The instant with which a text begins, where it is one of about now; those that requests chose are far away.
fn instant_at(text: &str) -> Option<&str> {
    let instant = text.get(..24)?;
    let is_like =
        |(sign, pattern): (char, char)| if pattern == '0' { sign.is_ascii_digit() } else { sign == pattern };
    let is_instant = instant.chars().zip("0000-00-00T00:00:00.000Z".chars()).all(is_like);
    (is_instant && instant < super::FAR_AWAY).then_some(instant)
}
