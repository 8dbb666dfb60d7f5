//! `docs/permissions.md` is written by asking the code, so it cannot say anything else.
//!
//! `UPDATE_GOLDEN=1 cargo test -p roster-domain --test permissions_page` writes it anew.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fmt::Write as _;
use std::path::Path;

use roster_domain::permission::{Caller, Denied, Operation, Principal, Target, decide};
use roster_domain::{Role, Roles, Scope, Scopes, Trust, UserId};

const INTRODUCTION: &str = "\
# Who may do what

Made from the code by a test: `UPDATE_GOLDEN=1 cargo test -p roster-domain --test permissions_page`.

A call is allowed when the token has **one of the scopes** and the caller **is one of those** in the last column. Roles
and status are those that the store holds now, not those of the time when the token was issued.

- *anybody*: every person, every client's own token.
- *people*: every person, no client's own token.
- *administrators*: people with the role `hr` or `board`, and clients registered as trusted.
- A client with a token of its own is nobody: it is never \"oneself\". What is about oneself alone refuses it with
  `not_for_clients`; where oneself and others differ, the line about another counts for it.

Where several things are missing, the first of these is told: `not_for_clients`, `insufficient_scope`,
`insufficient_role`, `not_for_oneself`.

| operation | calls | about | one of the scopes | who |
|---|---|---|---|---|
";

const USABLE: &str = "
## Scopes that a gateway is told

`X-Roster-Scopes` and the `scope` rules of gateway policies count the scopes of a token that its holder can use now: those
whose role rule they meet for what the scope is there for. That is what it allows about others, and for the `profile`
scopes what it allows about oneself. (`users:modify` and `access:check` also serve for oneself; that does not count here.)

| scope | usable by |
|---|---|
";

/// The HTTP calls that an operation stands for.
const fn calls(operation: Operation) -> &'static str {
    match operation {
        Operation::ReadAccount => {
            "`GET /user`, `GET /user/facilities`, `GET /user/sessions`, `GET /users/me`"
        }
        Operation::ChangeAccount => {
            "`PATCH /user`, `PATCH` and `DELETE /user/picture` and `/user/phone_number`, `PUT /user/password`, \
             `DELETE /user/sessions/{id}`"
        }
        Operation::ListUsers => "`GET /users`",
        Operation::ReadUser => "`GET /users/{id}`",
        Operation::CreateUser => "`POST /users`",
        Operation::ChangeUser => "`PUT` and `PATCH /users/{id}`",
        Operation::AdministerUser => {
            "`PUT` and `PATCH /users/{id}` with `roles`, `disabled`, `groupId` or `emailVerified`"
        }
        Operation::SetPassword => "`PUT /users/{id}/password`",
        Operation::EndSessions => "`DELETE /users/{id}/sessions`",
        Operation::DeleteUser => "`DELETE /users/{id}`",
        Operation::GiveAccess => "`POST /facilities/{facilityId}/give_access`",
        Operation::RemoveAccess => "`POST /facilities/{facilityId}/remove_access`",
        Operation::ReadUserAccess => "`GET /users/{id}/facilities`",
        Operation::ListFacilityAccess => "`GET /facilities/{facilityId}/access`",
        Operation::CheckAccess => {
            "`POST /access/v1/evaluation`, `/access/v1/evaluations`, `/access/v1/search/resource`, \
             `/access/v1/search/action`; `/access/v1/search/subject` is always about another"
        }
        Operation::ReadEvents => "`GET /events`",
        Operation::ManageWebhooks => "`/webhooks`, `/webhooks/{id}` and below",
    }
}

/// One of each kind of caller: a person without and with an administrator's role, a client without and with trust.
fn kinds(scopes: Scopes) -> [Caller; 4] {
    let caller = |principal| Caller { principal, scopes, client: "app".parse().unwrap(), session: None };
    let person = |role| {
        let roles = Roles::of([role]).unwrap();
        caller(Principal::User { id: UserId::new(uuid::Uuid::from_u128(1)), roles })
    };
    let client = |trust| caller(Principal::Client { id: "robot".parse().unwrap(), trust });
    [person(Role::Tech), person(Role::Hr), client(Trust::Untrusted), client(Trust::Trusted)]
}

/// The word for those of [`kinds`] that may.
fn who(may: [bool; 4]) -> &'static str {
    match may {
        [true, true, true, true] => "anybody",
        [true, true, false, false] => "people",
        [false, true, false, true] => "administrators",
        [false, true, true, true] => "administrators, any client",
        [false, false, false, false] => "nobody (`not_for_oneself`)",
        other => panic!("no word for {other:?}"),
    }
}

/// The scopes of which one does, and the callers that may, as two cells.
fn cells(operation: Operation, target: Target) -> String {
    let [person, ..] = kinds(Scopes::NONE);
    let Err(Denied::InsufficientScope { any_of }) = decide(operation, target, &person) else {
        panic!("{operation:?} needs no scope")
    };
    let scopes: Vec<String> = any_of.iter().map(|scope| format!("`{scope}`")).collect();
    let may = kinds(Scopes::ALL).map(|caller| {
        let has_a_self = caller.principal.user().is_some();
        (has_a_self || target == Target::Another) && decide(operation, target, &caller).is_ok()
    });
    format!("{} | {}", scopes.join(" or "), who(may))
}

fn operation_lines(page: &mut String, operation: Operation) {
    let is_alike = kinds(Scopes::ALL).into_iter().chain(kinds(Scopes::NONE)).all(|caller| {
        decide(operation, Target::Oneself, &caller) == decide(operation, Target::Another, &caller)
    });
    let about: &[(&str, Target)] = match operation {
        Operation::ReadAccount | Operation::ChangeAccount => &[("oneself", Target::Oneself)],
        _ if is_alike => &[("anyone", Target::Another)],
        _ => &[("oneself", Target::Oneself), ("another", Target::Another)],
    };
    for (word, target) in about {
        let cells = cells(operation, *target);
        writeln!(page, "| {operation:?} | {} | {word} | {cells} |", calls(operation)).unwrap();
    }
}

fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    for operation in Operation::ALL {
        operation_lines(&mut page, operation);
    }
    page.push_str(USABLE);
    for scope in Scope::ALL {
        let usable = kinds(Scopes::of([scope])).map(|caller| caller.usable_scopes().contains(scope));
        writeln!(page, "| `{scope}` | {} |", who(usable)).unwrap();
    }
    page
}

#[test]
fn the_page_of_permissions_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/permissions.md");
    let page = page();
    if std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1") {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/permissions.md is not what the code says; write it anew with UPDATE_GOLDEN=1"
    );
}
