//! What each call carries, written down by hand.

use roster_tests::invented;
use serde_json::{Value, json};

pub(super) const FACILITY: &str = "16f0cbe3-bc75-45ea-9168-52e52c941ada";

/// A call that carries something, and what.
pub(super) struct Row {
    pub(super) call: &'static str,
    pub(super) carries: Carries,
}

pub(super) enum Carries {
    /// A JSON object of these members.
    Json(&'static [Member]),
    /// What a standard puts into a JSON object: it has its own rules for it, and tests of its own.
    Standard,
    /// The parameters of OAuth 2.0, as a form or as JSON.
    Parameters,
    /// A form with a picture.
    Picture,
}

pub(super) struct Member {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) need: Need,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Text,
    /// Of which every character counts.
    Password,
    Texts,
    Flag,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Need {
    /// It must be there.
    Required,
    /// It must be there, and may be null.
    Present,
    Optional,
}

use Kind::{Flag, Password, Text, Texts};
use Need::{Optional, Present, Required};

const fn member(name: &'static str, kind: Kind, need: Need) -> Member {
    Member { name, kind, need }
}

const CHANGES: &[Member] = &[
    member("firstName", Text, Optional),
    member("lastName", Text, Optional),
    member("email", Text, Optional),
    member("fallbackEmail", Text, Optional),
    member("description", Text, Optional),
    member("jobTitle", Text, Optional),
    member("locale", Text, Optional),
    member("groupId", Text, Optional),
    member("activeWorkspace", Text, Optional),
    member("roles", Texts, Optional),
    member("disabled", Flag, Optional),
    member("emailVerified", Flag, Optional),
    member("currentPassword", Password, Optional),
];

const ACCESS: &[Member] = &[member("actions", Texts, Required), member("userId", Text, Optional)];

pub(super) const ROWS: &[Row] = &[
    Row {
        call: "PATCH /user",
        carries: Carries::Json(&[
            member("firstName", Text, Required),
            member("lastName", Text, Required),
            member("jobTitle", Text, Present),
        ]),
    },
    Row { call: "PATCH /user/picture", carries: Carries::Picture },
    Row {
        call: "PATCH /user/phone_number",
        carries: Carries::Json(&[member("phoneNumber", Text, Required), member("region", Text, Required)]),
    },
    Row {
        call: "PUT /user/password",
        carries: Carries::Json(&[
            member("oldPassword", Password, Required),
            member("newPassword", Password, Required),
        ]),
    },
    Row {
        call: "POST /users",
        carries: Carries::Json(&[
            member("firstName", Text, Required),
            member("lastName", Text, Required),
            member("email", Text, Required),
            member("plainPassword", Password, Required),
            member("roles", Texts, Required),
            member("fallbackEmail", Text, Optional),
            member("description", Text, Optional),
            member("jobTitle", Text, Optional),
            member("locale", Text, Optional),
            member("groupId", Text, Optional),
            member("activeWorkspace", Text, Optional),
        ]),
    },
    Row { call: "PUT /users/{id}", carries: Carries::Json(CHANGES) },
    Row { call: "PATCH /users/{id}", carries: Carries::Json(CHANGES) },
    Row {
        call: "PUT /users/{id}/password",
        carries: Carries::Json(&[
            member("newPassword", Password, Required),
            member("temporary", Flag, Optional),
        ]),
    },
    Row {
        call: "POST /facilities/{facilityId}/give_access",
        carries: Carries::Json(&[
            member("actions", Texts, Required),
            member("userId", Text, Optional),
            member("expiresAt", Text, Optional),
        ]),
    },
    Row { call: "POST /facilities/{facilityId}/remove_access", carries: Carries::Json(ACCESS) },
    Row { call: "POST /access/v1/evaluation", carries: Carries::Standard },
    Row { call: "POST /access/v1/evaluations", carries: Carries::Standard },
    Row { call: "POST /access/v1/search/subject", carries: Carries::Standard },
    Row { call: "POST /access/v1/search/resource", carries: Carries::Standard },
    Row { call: "POST /access/v1/search/action", carries: Carries::Standard },
    Row { call: "POST /oauth/token", carries: Carries::Parameters },
    Row { call: "POST /oauth/revoke", carries: Carries::Parameters },
    Row { call: "POST /oauth/introspect", carries: Carries::Parameters },
];

pub(super) fn row(call: &str) -> &'static Row {
    ROWS.iter().find(|row| row.call == call).unwrap_or_else(|| panic!("no row for {call}"))
}

impl Row {
    /// The members of a JSON body; none for other bodies.
    pub(super) fn members(&self) -> &'static [Member] {
        match self.carries {
            Carries::Json(members) => members,
            Carries::Standard | Carries::Parameters | Carries::Picture => &[],
        }
    }

    /// A body with which the call would succeed.
    pub(super) fn good_body(&self) -> Value {
        match self.call {
            "PATCH /user" => json!({ "firstName": "Ada", "lastName": "Byron", "jobTitle": null }),
            "PATCH /user/phone_number" => json!({ "phoneNumber": "0555 444 33 22", "region": "TR" }),
            "PUT /user/password" => json!({ "oldPassword": "", "newPassword": "canary of another password" }),
            "POST /users" => json!({
                "firstName": "Robin", "lastName": "Row", "email": format!("{}@example.com", invented()),
                "plainPassword": "canary password of a row", "roles": ["tech"],
            }),
            "PUT /users/{id}" | "PATCH /users/{id}" => json!({ "description": invented() }),
            "PUT /users/{id}/password" => json!({ "newPassword": "canary of somebody's password" }),
            "POST /facilities/{facilityId}/give_access" | "POST /facilities/{facilityId}/remove_access" => {
                json!({ "actions": ["doors:open"] })
            }
            other => panic!("{other} carries no JSON"),
        }
    }
}
