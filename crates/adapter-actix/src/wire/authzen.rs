//! The members of the `OpenID` Authorization API 1.0, as it spells them. What is sent of them is read elsewhere.

use roster_usecases::decisions::{Decision, Evaluated};
use serde::Serialize;
use utoipa::ToSchema;

macro_rules! described {
    ($($(#[$doc:meta])* $name:ident as $schema:ident { $($(#[$of_member:meta])* $member:ident: $kind:ty,)+ })+) => {$(
        $(#[$doc])*
        #[derive(ToSchema)]
        #[schema(as = $schema)]
        #[expect(dead_code, reason = "it describes; the body is read elsewhere")]
        pub(crate) struct $name {
            $($(#[$of_member])* $member: $kind,)+
        }
    )+};
}

described! {
    /// A subject or a resource.
    IdentifiedWire as Entity {
        /// `user` for subjects, `facility` for resources.
        #[schema(rename = "type")]
        kind: String,
        /// A UUID.
        id: String,
        /// Ignored.
        #[schema(required = false, nullable = true, value_type = Object)]
        properties: Option<serde_json::Value>,
    }
    /// What is searched for.
    SoughtWire as SoughtEntity {
        /// `user` for subjects, `facility` for resources.
        #[schema(rename = "type")]
        kind: String,
    }
    /// An action.
    ActionWire as Action {
        name: String,
        /// Ignored.
        #[schema(required = false, nullable = true, value_type = Object)]
        properties: Option<serde_json::Value>,
    }
    /// The body of `POST /access/v1/evaluation`.
    EvaluationWire as Evaluation {
        subject: IdentifiedWire,
        action: ActionWire,
        resource: IdentifiedWire,
        /// Ignored.
        #[schema(required = false, nullable = true, value_type = Object)]
        context: Option<serde_json::Value>,
    }
    /// An item of a batch: what it leaves out is as in the body around it.
    PartialEvaluationWire as PartialEvaluation {
        #[schema(required = false, nullable = true)]
        subject: Option<IdentifiedWire>,
        #[schema(required = false, nullable = true)]
        action: Option<ActionWire>,
        #[schema(required = false, nullable = true)]
        resource: Option<IdentifiedWire>,
        /// Ignored.
        #[schema(required = false, nullable = true, value_type = Object)]
        context: Option<serde_json::Value>,
    }
    /// How several questions are answered.
    OptionsWire as EvaluationsOptions {
        /// `execute_all`, which it is where nothing is said, `deny_on_first_deny`, or `permit_on_first_permit`.
        #[schema(required = false, nullable = true)]
        evaluations_semantic: Option<String>,
    }
    /// The body of `POST /access/v1/evaluations`.
    EvaluationsWire as Evaluations {
        #[schema(required = false, nullable = true)]
        subject: Option<IdentifiedWire>,
        #[schema(required = false, nullable = true)]
        action: Option<ActionWire>,
        #[schema(required = false, nullable = true)]
        resource: Option<IdentifiedWire>,
        /// Ignored.
        #[schema(required = false, nullable = true, value_type = Object)]
        context: Option<serde_json::Value>,
        /// Up to 100.
        #[schema(required = false, nullable = true, max_items = 100)]
        evaluations: Option<Vec<PartialEvaluationWire>>,
        #[schema(required = false, nullable = true)]
        options: Option<OptionsWire>,
    }
    /// Which part of what is found to answer.
    PageAskedWire as SearchPageAsked {
        /// `page.next_token` of another answer; the rest of the request must be the same.
        #[schema(required = false, nullable = true)]
        token: Option<String>,
        /// How many to answer, 100 at most.
        #[schema(required = false, nullable = true)]
        limit: Option<u32>,
    }
    /// The body of `POST /access/v1/search/subject`.
    SubjectSearchWire as SubjectSearch {
        subject: SoughtWire,
        action: ActionWire,
        resource: IdentifiedWire,
        /// Ignored.
        #[schema(required = false, nullable = true, value_type = Object)]
        context: Option<serde_json::Value>,
        #[schema(required = false, nullable = true)]
        page: Option<PageAskedWire>,
    }
    /// The body of `POST /access/v1/search/resource`.
    ResourceSearchWire as ResourceSearch {
        subject: IdentifiedWire,
        action: ActionWire,
        resource: SoughtWire,
        /// Ignored.
        #[schema(required = false, nullable = true, value_type = Object)]
        context: Option<serde_json::Value>,
        #[schema(required = false, nullable = true)]
        page: Option<PageAskedWire>,
    }
    /// The body of `POST /access/v1/search/action`.
    ActionSearchWire as ActionSearch {
        subject: IdentifiedWire,
        resource: IdentifiedWire,
        /// Ignored.
        #[schema(required = false, nullable = true, value_type = Object)]
        context: Option<serde_json::Value>,
        #[schema(required = false, nullable = true)]
        page: Option<PageAskedWire>,
    }
}

/// A decision.
#[derive(Serialize, ToSchema)]
#[schema(as = Decision)]
pub(crate) struct DecisionWire {
    decision: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    context: Option<DecisionContextWire>,
}

/// Why something was denied.
#[derive(Serialize, ToSchema)]
#[schema(as = DecisionContext)]
pub(crate) struct DecisionContextWire {
    /// `no_grant`, `expired`, `user_disabled` or `unknown_user`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reasons: Option<[&'static str; 1]>,
    /// What is wrong with an item that is no question.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    error: Option<ItemErrorWire>,
}

/// What is wrong with an item of a batch.
#[derive(Serialize, ToSchema)]
#[schema(as = EvaluationError)]
pub(crate) struct ItemErrorWire {
    /// What a request with this question alone would be answered.
    status: u16,
    message: String,
}

impl From<Decision> for DecisionWire {
    fn from(decision: Decision) -> Self {
        let Err(denial) = decision else { return Self { decision: true, context: None } };
        Self::denied(DecisionContextWire { reasons: Some([denial.code()]), error: None })
    }
}

impl From<Evaluated<String>> for DecisionWire {
    fn from(evaluated: Evaluated<String>) -> Self {
        match evaluated {
            Evaluated::Decided(decision) => decision.into(),
            Evaluated::Invalid(message) => {
                let error = ItemErrorWire { status: 400, message };
                Self::denied(DecisionContextWire { reasons: None, error: Some(error) })
            }
        }
    }
}

impl DecisionWire {
    const fn denied(context: DecisionContextWire) -> Self {
        Self { decision: false, context: Some(context) }
    }
}

/// The answers to several questions in their order, or to the one that there was.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = Decisions)]
pub(crate) enum DecisionsWire {
    Many { evaluations: Vec<DecisionWire> },
    One(DecisionWire),
}

/// An entity that was found.
#[derive(Serialize, ToSchema)]
#[schema(as = FoundEntity)]
pub(crate) struct EntityWire {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) id: String,
}

/// An action that was found.
#[derive(Serialize, ToSchema)]
#[schema(as = FoundAction)]
pub(crate) struct FoundActionWire {
    pub(crate) name: String,
}

/// Which part of what was found is answered.
#[derive(Serialize, ToSchema)]
#[schema(as = SearchPage)]
pub(crate) struct FoundPageWire {
    /// Where it goes on; empty at its end.
    pub(crate) next_token: String,
    /// How many there are here.
    pub(crate) count: usize,
}

/// Subjects or resources that were found.
#[derive(Serialize, ToSchema)]
#[schema(as = FoundEntities)]
pub(crate) struct FoundEntitiesWire {
    pub(crate) page: FoundPageWire,
    pub(crate) results: Vec<EntityWire>,
}

/// Actions that were found.
#[derive(Serialize, ToSchema)]
#[schema(as = FoundActions)]
pub(crate) struct FoundActionsWire {
    pub(crate) page: FoundPageWire,
    pub(crate) results: Vec<FoundActionWire>,
}
