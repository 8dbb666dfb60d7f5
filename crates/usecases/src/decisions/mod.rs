//! Decisions about facility access, and searches for whatever would be decided so (`OpenID` Authorization API 1.0).
//!
//! Decisions and searches rest on the same rule, [`Holding::allows`](roster_domain::Holding::allows).

mod evaluate;
mod explain;
mod search_actions;
mod search_page;
mod search_resources;
mod search_subjects;

pub use evaluate::{Decision, Evaluated, Question, Semantic, evaluate, evaluate_all};
pub use explain::{Explanation, Whom, explain};
pub use search_actions::search_actions;
pub use search_page::PageAsked;
pub use search_resources::search_resources;
pub use search_subjects::search_subjects;
