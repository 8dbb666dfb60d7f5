//! What gateways ask: whether a request to another service may pass, by a policy of ordered rules.
//!
//! A [`Policy`] is made of [`Rule`]s. [`Policy::deciding`] finds the one that decides; its [`Deciding::judge`] says what
//! that means for a caller. Where it rests on a grant, the answer is a [`Judgement::Depends`] with the question to look
//! up. Paths are looked at only as an [`OriginalPath`], which no spelling that another program may read otherwise gets past.

mod method;
mod original_path;
mod path_pattern;
mod policy;
mod requirement;

pub use method::{Method, NotAMethod};
pub use original_path::{BadPath, OriginalPath};
pub use path_pattern::{PathPattern, PatternFault};
pub use policy::{Deciding, Policies, Policy, PolicyFault, PolicyName, PolicyNameFault, Rule, RuleFault};
pub use requirement::{
    AccessCondition, AccessQuestion, Conditions, Denial, Judgement, NoCondition, Requirement,
};
