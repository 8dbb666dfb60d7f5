//! Decisions about access to facilities and searches for them, as the `OpenID` Authorization API 1.0 (`AuthZEN`) has them.
//!
//! Subjects are of the type `user`, resources of the type `facility`; whatever else is named is unknown, which is no fault:
//! it is denied, and found nowhere. Unknown members are ignored, and so are contexts and properties: a decision rests on
//! what is on record alone.

pub(crate) mod evaluate;
pub(crate) mod evaluate_all;
pub(crate) mod search_actions;
pub(crate) mod search_resources;
pub(crate) mod search_subjects;

mod asked;
mod found;
mod malformed;
mod tree;

use actix_web::HttpRequest;
use actix_web::web::Payload;
use roster_domain::permission::{Caller, Operation, Target, decide};

use crate::answer::Problem;
use crate::request::{JsonBody, Query, read_json_of_a_standard};
use malformed::Malformed;
use tree::Tree;

/// The one type of subject.
const SUBJECT: &str = "user";
/// The one type of resource.
const RESOURCE: &str = "facility";

/// Reads a body of whoever may ask about somebody, be it themselves.
async fn read(request: &HttpRequest, payload: Payload, caller: &Caller) -> Result<JsonBody, Problem> {
    decide(Operation::CheckAccess, Target::Oneself, caller)?;
    read_permitted(request, payload).await
}

async fn read_permitted(request: &HttpRequest, payload: Payload) -> Result<JsonBody, Problem> {
    Query::none(request)?;
    read_json_of_a_standard(request, payload).await
}

/// What a body says.
fn parsed(body: &JsonBody) -> Result<Tree<'_>, Problem> {
    let tree: Tree<'_> = body.parse()?;
    if tree.is_deep() {
        return Err(Malformed::too_deep());
    }
    Ok(tree)
}
