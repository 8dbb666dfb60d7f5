use serde_json::{Value, json};
use uuid::Uuid;

use crate::actor::Actor;
use crate::answer::Answer;
use crate::http::Body;
use crate::service::Service;
use crate::template::{ADMINISTRATOR_EMAIL, ADMINISTRATOR_PASSWORD, ALL_SCOPES, CLIENT};
use crate::token::claims_of;

impl Service {
    /// Somebody without a token.
    pub fn nobody(&self) -> Actor {
        Actor::nobody(self.http().clone())
    }

    /// The administrator (role `board`) that every data folder has, with every scope.
    #[track_caller]
    pub fn administrator(&self) -> Actor {
        self.sign_in(ADMINISTRATOR_EMAIL, ADMINISTRATOR_PASSWORD)
    }

    /// A new person of this role, signed in with every scope.
    #[track_caller]
    pub fn user(&self, role: &str) -> Actor {
        self.user_made_by(&self.administrator(), role)
    }

    /// Like [`Service::user`], for tests that need many: made by an administrator who is signed in already.
    #[track_caller]
    pub fn user_made_by(&self, administrator: &Actor, role: &str) -> Actor {
        let body = new_person(role);
        administrator.post("/users", body.clone()).expect(201);
        let text = |member: &str| body[member].as_str().unwrap_or_default().to_owned();
        self.sign_in(&text("email"), &text("plainPassword"))
    }

    /// The person of this address, signed in with every scope.
    #[track_caller]
    pub fn sign_in(&self, email: &str, password: &str) -> Actor {
        let answer = self.ask_for_token(&[
            ("grant_type", "password"),
            ("client_id", CLIENT),
            ("username", email),
            ("password", password),
        ]);
        self.signed_in(email, password, &answer)
    }

    /// The same person, signed in anew with these scopes alone.
    #[track_caller]
    pub fn sign_in_with(&self, person: &Actor, scopes: &[&str]) -> Actor {
        let answer = self.ask_for_token(&[
            ("grant_type", "password"),
            ("client_id", CLIENT),
            ("username", &person.email),
            ("password", &person.password),
            ("scope", &scopes.join(" ")),
        ]);
        self.signed_in(&person.email, &person.password, &answer)
    }

    /// The same person, signed in anew with all scopes but these.
    #[track_caller]
    pub fn sign_in_without(&self, person: &Actor, scopes: &[&str]) -> Actor {
        let others: Vec<&str> = ALL_SCOPES.into_iter().filter(|scope| !scopes.contains(scope)).collect();
        self.sign_in_with(person, &others)
    }

    /// Asks the token endpoint with these fields.
    #[track_caller]
    pub fn ask_for_token(&self, fields: &[(&'static str, &str)]) -> Answer {
        self.post_form("/oauth/token", fields)
    }

    /// Posts these fields as a form.
    #[track_caller]
    pub fn post_form(&self, path: &str, fields: &[(&'static str, &str)]) -> Answer {
        let fields = fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        self.http().send("POST", path, &[], &Body::Fields(fields))
    }

    /// Asks for a token with the password of a person.
    #[track_caller]
    pub fn try_password(&self, email: &str, password: &str) -> Answer {
        self.ask_for_token(&[
            ("grant_type", "password"),
            ("client_id", CLIENT),
            ("username", email),
            ("password", password),
        ])
    }

    /// Like [`Service::try_password`], through a proxy that names the address from which the request comes.
    #[track_caller]
    pub fn try_password_from(&self, address: &str, email: &str, password: &str) -> Answer {
        let fields = vec![
            ("grant_type", "password".to_owned()),
            ("client_id", CLIENT.to_owned()),
            ("username", email.to_owned()),
            ("password", password.to_owned()),
        ];
        let forwarded = [("x-forwarded-for", address)];
        self.http().send("POST", "/oauth/token", &forwarded, &Body::Fields(fields))
    }

    /// Asks for a new access token with a refresh token.
    #[track_caller]
    pub fn try_refresh(&self, refresh_token: &str) -> Answer {
        self.ask_for_token(&[
            ("grant_type", "refresh_token"),
            ("client_id", CLIENT),
            ("refresh_token", refresh_token),
        ])
    }

    /// The same person with the tokens that their refresh token buys, which it must.
    #[track_caller]
    pub fn refreshed(&self, person: &Actor) -> Actor {
        self.signed_in(&person.email, &person.password, &self.try_refresh(person.refresh()))
    }

    /// The person to whom these tokens were given, which must have been.
    #[track_caller]
    pub(crate) fn signed_in(&self, email: &str, password: &str, answer: &Answer) -> Actor {
        let tokens = answer.expect(200);
        let text = |member: &str| tokens[member].as_str().map(str::to_owned);
        let token = text("access_token").expect("an access token");
        let mut actor = self.nobody().with_token(token);
        actor.refresh_token = text("refresh_token");
        email.clone_into(&mut actor.email);
        password.clone_into(&mut actor.password);
        claims_of(&actor.token)["sub"].as_str().expect("a subject").clone_into(&mut actor.id);
        actor
    }
}

/// A person that can be created: a name of their own, an address of their own, and a password that logs must not show.
pub(crate) fn new_person(role: &str) -> Value {
    let tag = invented();
    json!({
        "firstName": "Robin",
        "lastName": format!("Person {tag}"),
        "email": format!("{tag}@example.com"),
        "plainPassword": format!("canary-password-{}", invented()),
        "roles": [role],
    })
}

/// A word that nobody has used yet.
pub fn invented() -> String {
    Uuid::new_v4().simple().to_string()
}
