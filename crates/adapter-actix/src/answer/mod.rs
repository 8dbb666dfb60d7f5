//! What goes out: bodies, versions, and problems.

mod body;
mod etag;
mod pieces;
mod problem;
mod problem_kind;
mod refusal;

pub(crate) use body::{DoneAnswer, json, message};
pub(crate) use etag::versioned;
pub(crate) use pieces::in_pieces;
pub(crate) use problem::{FieldError, Problem, ProblemBody, whole_seconds};
pub(crate) use problem_kind::ProblemKind;
