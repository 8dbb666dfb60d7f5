use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use roster_usecases::{Failure, Page, Refused};

use super::malformed::Malformed;
use crate::answer::{Problem, json};
use crate::wire::authzen::{EntityWire, FoundActionWire, FoundActionsWire, FoundEntitiesWire, FoundPageWire};

/// The answer to a search for entities of a type.
pub(super) fn entities<T: ToString>(kind: &'static str, page: &Page<T>) -> Result<HttpResponse, Problem> {
    let results = page.items.iter().map(|id| EntityWire { kind, id: id.to_string() }).collect();
    json(StatusCode::OK, &FoundEntitiesWire { page: part(page), results })
}

/// The answer to a search for actions.
pub(super) fn actions<T: ToString>(page: &Page<T>) -> Result<HttpResponse, Problem> {
    let results = page.items.iter().map(|name| FoundActionWire { name: name.to_string() }).collect();
    json(StatusCode::OK, &FoundActionsWire { page: part(page), results })
}

/// The end of what is found is told by an empty token.
fn part<T>(page: &Page<T>) -> FoundPageWire {
    FoundPageWire { next_token: page.next_cursor.clone().unwrap_or_default(), count: page.items.len() }
}

/// What a search was refused for: a bad token is told where it stands.
pub(super) fn refused(failure: Failure) -> Problem {
    let Failure::Refused(Refused::UnknownCursor) = failure else { return failure.into() };
    let mut faults = Malformed::default();
    let detail = "is not a token of this search, or came with another limit";
    faults.note("/page/token".to_owned(), "unknown_token", detail);
    faults.problem()
}
