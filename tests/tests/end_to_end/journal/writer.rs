//! Those who change things and remember what they were told.

use roster_tests::{Actor, Answer, Body, CLIENT, Dice, Form, Picture, Service, invented};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::history::{History, Times};

pub(crate) const FACILITY: &str = "16f0cbe3-bc75-45ea-9168-52e52c941ada";
pub(crate) const ROLES: [&str; 4] = ["tech", "finance", "com", "business"];

/// What one writer knows of one person.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) email: String,
    pub(crate) roles: History<Vec<String>>,
    pub(crate) name: History<String>,
    pub(crate) actions: History<BTreeSet<String>>,
    pub(crate) password: History<String>,
    pub(crate) sign_in: History<SignIn>,
}

/// The newest sign-in of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SignIn {
    /// None holds.
    None,
    /// Its refresh token, and the access token that came with it.
    Known { refresh_token: String, access_token: String },
    /// It was to be refreshed, and the answer was lost.
    Lost,
}

/// All that one writer remembers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Journal {
    /// People by id.
    pub(crate) people: BTreeMap<String, Person>,
    /// The acknowledged requests that changed something, with the moment of the answer.
    pub(crate) changes: Vec<(String, u64)>,
    /// Those who were to be made and of whom nothing was heard: the key of the request, and its body.
    pub(crate) unheard_of: Vec<(String, Value)>,
}

impl Journal {
    pub(crate) fn extend(&mut self, other: Self) {
        self.people.extend(other.people);
        self.changes.extend(other.changes);
        self.unheard_of.extend(other.unheard_of);
    }
}

/// One writer, who stops at the first request that is not answered.
pub(crate) struct Writer<'a> {
    pub(crate) service: &'a Service,
    pub(crate) administrator: &'a Actor,
    pub(crate) acknowledged: &'a AtomicUsize,
    pub(crate) dice: Dice,
    /// Tells the moment.
    pub(crate) now: &'a (dyn Fn() -> u64 + Sync),
    pub(crate) journal: Journal,
}

/// Whether a request changes something, and so leaves an event under its id.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Leaves {
    AnEvent,
    Nothing,
}

impl Writer<'_> {
    /// Works until the service is gone or enough was acknowledged.
    pub(crate) fn run(mut self, enough: usize) -> Journal {
        while self.acknowledged.load(Ordering::Relaxed) < enough && self.step().is_some() {
            self.acknowledged.fetch_add(1, Ordering::Relaxed);
        }
        self.journal
    }

    /// Does one thing; `None` when the service is gone.
    fn step(&mut self) -> Option<()> {
        let whom = self.dice.roll(self.journal.people.len().max(1));
        let id = self.journal.people.keys().nth(whom).cloned();
        match (self.dice.roll(12), id) {
            (0 | 1, Some(id)) => self.change_roles(&id),
            (2 | 3, Some(id)) => self.rename(&id),
            (4 | 5, Some(id)) => self.change_access(&id, true),
            (6, Some(id)) => self.change_access(&id, false),
            (7, Some(id)) => self.sign_in(&id),
            (8, Some(id)) => self.refresh(&id),
            (9, Some(id)) => self.change_password(&id),
            (10, Some(id)) => self.change_picture(&id),
            _ => self.create(),
        }
    }

    /// Asks for something that must succeed if it is answered; tells when.
    fn ask(
        &mut self,
        by: &Actor,
        (method, path): (&str, &str),
        headers: &[(&str, &str)],
        body: &Body,
        leaves: Leaves,
    ) -> (Times, Option<Answer>) {
        let asked = (self.now)();
        let Ok(answer) = by.try_send(method, path, headers, body) else {
            return (Times { asked, acknowledged: None }, None);
        };
        let acknowledged = (self.now)();
        assert!((200..300).contains(&answer.status), "{answer}");
        if leaves == Leaves::AnEvent {
            let id = answer.header("x-request-id").unwrap().to_owned();
            self.journal.changes.push((id, acknowledged));
        }
        (Times { asked, acknowledged: Some(acknowledged) }, Some(answer))
    }

    fn person(&mut self, id: &str) -> &mut Person {
        self.journal.people.get_mut(id).unwrap()
    }

    fn create(&mut self) -> Option<()> {
        let role = (*self.dice.choose(&ROLES)).to_owned();
        let (key, email) = (invented(), format!("{}@example.com", invented()));
        let password = "canary-journal-password".to_owned();
        let body = json!({
            "firstName": "New", "lastName": "Person", "email": email, "plainPassword": password, "roles": [role],
        });
        let call = ("POST", "/users");
        let headers = [("idempotency-key", key.as_str())];
        let (times, answer) =
            self.ask(self.administrator, call, &headers, &body.clone().into(), Leaves::AnEvent);
        let Some(answer) = answer else {
            self.journal.unheard_of.push((key, body));
            return None;
        };
        let person = Person {
            email,
            roles: History::of(vec![role], times),
            name: History::of("New".to_owned(), times),
            actions: History::of(BTreeSet::new(), times),
            password: History::of(password, times),
            sign_in: History::of(SignIn::None, times),
        };
        self.journal.people.insert(answer.json()["id"].as_str().unwrap().to_owned(), person);
        Some(())
    }

    fn change_roles(&mut self, id: &str) -> Option<()> {
        let roles = vec![(*self.dice.choose(&ROLES)).to_owned()];
        let leaves = if *self.person(id).roles.last() == roles { Leaves::Nothing } else { Leaves::AnEvent };
        let body = json!({ "roles": roles }).into();
        let path = format!("/users/{id}");
        let (times, answer) = self.ask(self.administrator, ("PATCH", &path), &[], &body, leaves);
        self.person(id).roles.note(roles, times);
        answer.map(drop)
    }

    fn rename(&mut self, id: &str) -> Option<()> {
        let name = format!("Name {}", invented());
        let body = json!({ "firstName": name }).into();
        let path = format!("/users/{id}");
        let (times, answer) = self.ask(self.administrator, ("PATCH", &path), &[], &body, Leaves::AnEvent);
        self.person(id).name.note(name, times);
        answer.map(drop)
    }

    fn change_access(&mut self, id: &str, is_giving: bool) -> Option<()> {
        let action = format!("action-{}", self.dice.roll(5));
        let before = self.person(id).actions.last().clone();
        let mut actions = before.clone();
        let call = if is_giving {
            actions.insert(action.clone());
            "give_access"
        } else {
            actions.remove(&action);
            "remove_access"
        };
        let leaves = if actions == before { Leaves::Nothing } else { Leaves::AnEvent };
        let body = json!({ "userId": id, "actions": [action] }).into();
        let path = format!("/facilities/{FACILITY}/{call}");
        let (times, answer) = self.ask(self.administrator, ("POST", &path), &[], &body, leaves);
        self.person(id).actions.note(actions, times);
        answer.map(drop)
    }

    fn sign_in(&mut self, id: &str) -> Option<()> {
        let person = self.person(id);
        let fields = vec![
            ("grant_type", "password".to_owned()),
            ("client_id", CLIENT.to_owned()),
            ("username", person.email.clone()),
            ("password", person.password.last().clone()),
        ];
        self.ask_for_tokens(id, fields, Leaves::AnEvent)
    }

    fn refresh(&mut self, id: &str) -> Option<()> {
        let SignIn::Known { refresh_token, .. } = self.person(id).sign_in.last().clone() else {
            return self.sign_in(id);
        };
        let fields = vec![
            ("grant_type", "refresh_token".to_owned()),
            ("client_id", CLIENT.to_owned()),
            ("refresh_token", refresh_token),
        ];
        self.ask_for_tokens(id, fields, Leaves::Nothing)
    }

    fn ask_for_tokens(
        &mut self,
        id: &str,
        fields: Vec<(&'static str, String)>,
        leaves: Leaves,
    ) -> Option<()> {
        let is_new = leaves == Leaves::AnEvent;
        let nobody = self.service.nobody();
        let (times, answer) = self.ask(&nobody, ("POST", "/oauth/token"), &[], &Body::Fields(fields), leaves);
        let history = &mut self.person(id).sign_in;
        let Some(answer) = answer else {
            // A new sign-in that may or may not be there takes nothing from the one that is known.
            if !is_new {
                history.note(SignIn::Lost, times);
            }
            return None;
        };
        let tokens = answer.json();
        let text = |member: &str| tokens[member].as_str().unwrap().to_owned();
        let known =
            SignIn::Known { refresh_token: text("refresh_token"), access_token: text("access_token") };
        history.note(known, times);
        Some(())
    }

    /// An administrator sets it, which ends the person's sign-ins.
    fn change_password(&mut self, id: &str) -> Option<()> {
        let password = format!("canary-password-{}", invented());
        let body = json!({ "newPassword": password, "temporary": false }).into();
        let path = format!("/users/{id}/password");
        let (times, answer) = self.ask(self.administrator, ("PUT", &path), &[], &body, Leaves::AnEvent);
        self.person(id).password.note(password, times);
        self.person(id).sign_in.note(SignIn::None, times);
        answer.map(drop)
    }

    fn change_picture(&mut self, id: &str) -> Option<()> {
        let SignIn::Known { access_token, .. } = self.person(id).sign_in.last().clone() else {
            return self.sign_in(id);
        };
        let person = self.service.nobody().with_token(access_token);
        let side = |dice: &mut Dice| u32::try_from(1 + dice.roll(60)).unwrap();
        let picture = Picture::jpeg(side(&mut self.dice), side(&mut self.dice));
        let body = Body::Form(Form::image(picture));
        // Whoever has that picture already changes nothing.
        self.ask(&person, ("PATCH", "/user/picture"), &[], &body, Leaves::Nothing).1.map(drop)
    }
}
