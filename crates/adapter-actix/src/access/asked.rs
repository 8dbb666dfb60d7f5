#![expect(
    clippy::option_option,
    reason = "whether something is said, and whether there is such a thing, are two questions"
)]

use roster_domain::{ActionName, FacilityId, UserId};
use roster_usecases::decisions::{PageAsked, Question};
use std::fmt;

use super::malformed::Malformed;
use super::tree::Tree;
use super::{RESOURCE, SUBJECT};

/// Where entities stand, as a JSON pointer tells it.
#[derive(Clone, Copy)]
pub(super) enum Within {
    /// In the body itself.
    Body,
    /// In an item of a batch, from 0.
    Item(usize),
}

impl fmt::Display for Within {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Body => Ok(()),
            Self::Item(index) => write!(f, "/evaluations/{index}"),
        }
    }
}

/// The four entities of a request, as they were sent or not.
#[derive(Clone, Copy)]
pub(super) struct Entities<'t> {
    subject: Option<&'t Tree<'t>>,
    action: Option<&'t Tree<'t>>,
    resource: Option<&'t Tree<'t>>,
    context: Option<&'t Tree<'t>>,
}

impl<'t> Entities<'t> {
    /// Those that are members of this object.
    pub(super) fn of(object: &'t Tree<'t>) -> Self {
        Self {
            subject: object.member("subject"),
            action: object.member("action"),
            resource: object.member("resource"),
            context: object.member("context"),
        }
    }

    /// With these in the place of those that are missing; each is taken whole.
    pub(super) fn or(self, defaults: Self) -> Self {
        Self {
            subject: self.subject.or(defaults.subject),
            action: self.action.or(defaults.action),
            resource: self.resource.or(defaults.resource),
            context: self.context.or(defaults.context),
        }
    }

    /// The question that they make up.
    pub(super) fn question(self, within: Within, faults: &mut Malformed) -> Option<Question> {
        self.judge_context(within, faults);
        let subject = self.subject(within, faults);
        let action = self.action(within, faults);
        let resource = self.resource(within, faults);
        Some(Question { subject: subject?, action: action?, resource: resource? })
    }

    /// Judges those that are there: what is left out may be said elsewhere.
    pub(super) fn judge_what_is_there(self, faults: &mut Malformed) {
        self.judge_context(Within::Body, faults);
        if self.subject.is_some() {
            self.subject(Within::Body, faults);
        }
        if self.action.is_some() {
            self.action(Within::Body, faults);
        }
        if self.resource.is_some() {
            self.resource(Within::Body, faults);
        }
    }

    /// The person that is meant; `Some(None)` for whatever is nobody here.
    pub(super) fn subject(self, within: Within, faults: &mut Malformed) -> Option<Option<UserId>> {
        let (kind, id) = identified(self.subject, within, "subject", faults)?;
        Some(id.parse().ok().filter(|_| kind == SUBJECT))
    }

    /// The facility that is meant; `Some(None)` for whatever is none here.
    pub(super) fn resource(self, within: Within, faults: &mut Malformed) -> Option<Option<FacilityId>> {
        let (kind, id) = identified(self.resource, within, "resource", faults)?;
        Some(id.parse().ok().filter(|_| kind == RESOURCE))
    }

    /// The action that is meant; `Some(None)` for what nothing here is called.
    pub(super) fn action(self, within: Within, faults: &mut Malformed) -> Option<Option<ActionName>> {
        let action = entity(self.action, within, "action", faults)?;
        Some(text(action, within, "action", "name", faults)?.parse().ok())
    }

    /// Whether people are searched for; which one is named besides does not matter.
    pub(super) fn are_people_sought(self, faults: &mut Malformed) -> Option<bool> {
        let subject = entity(self.subject, Within::Body, "subject", faults)?;
        Some(text(subject, Within::Body, "subject", "type", faults)? == SUBJECT)
    }

    /// Whether facilities are searched for; which one is named besides does not matter.
    pub(super) fn are_facilities_sought(self, faults: &mut Malformed) -> Option<bool> {
        let resource = entity(self.resource, Within::Body, "resource", faults)?;
        Some(text(resource, Within::Body, "resource", "type", faults)? == RESOURCE)
    }

    /// Notes a context that is no object.
    pub(super) fn judge_context(self, within: Within, faults: &mut Malformed) {
        if self.context.is_some_and(|context| !context.is_object()) {
            faults.wrong_type(format!("{within}/context"), "an object");
        }
    }
}

/// An entity that must be there.
fn entity<'t>(
    value: Option<&'t Tree<'t>>,
    within: Within,
    name: &str,
    faults: &mut Malformed,
) -> Option<&'t Tree<'t>> {
    let Some(entity) = value else {
        faults.required(format!("{within}/{name}"));
        return None;
    };
    if !entity.is_object() {
        faults.wrong_type(format!("{within}/{name}"), "an object");
        return None;
    }
    if entity.member("properties").is_some_and(|properties| !properties.is_object()) {
        faults.wrong_type(format!("{within}/{name}/properties"), "an object");
    }
    Some(entity)
}

/// The type and the id of an entity.
fn identified<'t>(
    value: Option<&'t Tree<'t>>,
    within: Within,
    name: &str,
    faults: &mut Malformed,
) -> Option<(&'t str, &'t str)> {
    let entity = entity(value, within, name, faults)?;
    let kind = text(entity, within, name, "type", faults);
    let id = text(entity, within, name, "id", faults);
    kind.zip(id)
}

/// A text that must be there.
fn text<'t>(
    entity: &'t Tree<'t>,
    within: Within,
    name: &str,
    member: &str,
    faults: &mut Malformed,
) -> Option<&'t str> {
    match entity.member(member) {
        Some(Tree::Text(text)) => return Some(text),
        Some(_) => faults.wrong_type(format!("{within}/{name}/{member}"), "a string"),
        None => faults.required(format!("{within}/{name}/{member}")),
    }
    None
}

/// Which part of what is found a body asks for.
pub(super) fn page(body: &Tree<'_>, faults: &mut Malformed) -> PageAsked {
    let Some(page) = body.member("page") else { return PageAsked::default() };
    if !page.is_object() {
        faults.wrong_type("/page".to_owned(), "an object");
    }
    let token = match page.member("token") {
        None => None,
        Some(Tree::Text(token)) => Some(token.clone().into_owned()),
        Some(_) => {
            faults.wrong_type("/page/token".to_owned(), "a string");
            None
        }
    };
    let limit = match page.member("limit") {
        None => None,
        Some(Tree::Count(limit)) => Some(u32::try_from(*limit).unwrap_or(u32::MAX)),
        Some(_) => {
            faults.wrong_type("/page/limit".to_owned(), "a whole number from 0 on");
            None
        }
    };
    PageAsked { limit, token }
}
