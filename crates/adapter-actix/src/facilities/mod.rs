//! Facility access: who may do what where.

pub(crate) mod give_access;
pub(crate) mod list_access;
pub(crate) mod remove_access;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use roster_domain::permission::Caller;
use roster_domain::{Access, Fault, UserId};
use roster_usecases::Page;

use crate::answer::{Problem, json};
use crate::request::Member;
use crate::wire::AccessWire;
use crate::wire::directory::AccessPageWire;

/// The user that a body names; absent it is the caller, and a client is nobody.
fn named_user(caller: &Caller, member: Member<String>) -> Result<Option<UserId>, Fault> {
    match member.optional() {
        Some(text) => text.parse().map(Some),
        None if caller.principal.user().is_none() => Err(Fault::Required),
        None => Ok(None),
    }
}

fn page(page: Page<Access>) -> Result<HttpResponse, Problem> {
    let results = page.items.iter().map(AccessWire::from).collect();
    json(StatusCode::OK, &AccessPageWire { results, next_cursor: page.next_cursor })
}
