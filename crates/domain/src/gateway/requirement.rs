use std::fmt;
use thiserror::Error;

use crate::permission::{Caller, Principal};
use crate::{AccessDenial, ActionName, FacilityId, Holding, Instant, Roles, Scope, UserId};

/// What a rule asks of whoever calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Requirement {
    /// Nothing: with a token or without.
    Anyone,
    /// A valid token.
    Authenticated,
    /// A valid token of somebody of whom all of this holds.
    All(Conditions),
}

/// Conditions of which all must hold; at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conditions {
    access: Option<AccessCondition>,
    scope: Option<Scope>,
    any_role: Option<Roles>,
}

/// That the person may do this at the facility that the path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessCondition {
    /// What.
    pub action: ActionName,
    /// The placeholder of the path that stands for the facility.
    pub placeholder: String,
}

/// Conditions of which there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must ask for something: an action at a facility, a scope or a role")]
pub struct NoCondition;

impl Conditions {
    /// All of these; of the roles, one is enough.
    pub fn new(
        access: Option<AccessCondition>,
        scope: Option<Scope>,
        any_role: Option<Roles>,
    ) -> Result<Self, NoCondition> {
        if access.is_none() && scope.is_none() && any_role.is_none() {
            return Err(NoCondition);
        }
        Ok(Self { access, scope, any_role })
    }
}

/// Why a request may not pass, although its token is valid.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Denial {
    /// No rule is about it.
    #[error("no rule matches the method and the path")]
    NoRule,
    /// The token lacks the scope, or the caller may not use it now.
    #[error("the scope {0} is missing")]
    MissingScope(Scope),
    /// The caller has none of the roles; a client never has one.
    #[error("none of the roles is held")]
    MissingRole,
    /// A client holds no grants.
    #[error("a client has access to no facility")]
    NotAPerson,
    /// The path does not name a facility.
    #[error("the path names no facility")]
    NotAFacility,
    /// The person may not do it there, or no longer.
    #[error(transparent)]
    NoAccess(#[from] AccessDenial),
}

/// What a rule means for a caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// The request may pass.
    Allowed,
    /// It may not.
    Denied(Denial),
    /// It depends on what is on record for this person at this facility.
    Depends(AccessQuestion),
}

/// Whether a person may do something at a facility.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessQuestion {
    /// Who.
    pub user: UserId,
    /// Where.
    pub facility: FacilityId,
    /// What.
    pub action: ActionName,
}

impl AccessQuestion {
    /// The answer, by what is on record for the person at the facility.
    pub fn answer(&self, on_record: Option<&Holding>, now: Instant) -> Result<(), Denial> {
        Ok(Holding::allows(on_record, &self.action, now)?)
    }
}

impl Requirement {
    /// The placeholder that it needs the path to have.
    pub(super) fn placeholder(&self) -> Option<&str> {
        let Self::All(Conditions { access: Some(access), .. }) = self else { return None };
        Some(&access.placeholder)
    }

    /// What it means for this caller, with what the placeholders of the path stand for.
    pub(super) fn judge(&self, caller: &Caller, captures: &[(&str, &str)]) -> Judgement {
        let judged = match self {
            Self::Anyone | Self::Authenticated => Ok(None),
            Self::All(conditions) => conditions.judge(caller, captures),
        };
        match judged {
            Ok(None) => Judgement::Allowed,
            Ok(Some(question)) => Judgement::Depends(question),
            Err(denial) => Judgement::Denied(denial),
        }
    }
}

impl Conditions {
    fn judge(&self, caller: &Caller, captures: &[(&str, &str)]) -> Result<Option<AccessQuestion>, Denial> {
        if let Some(scope) = self.scope.filter(|scope| !caller.usable_scopes().contains(*scope)) {
            return Err(Denial::MissingScope(scope));
        }
        if self.any_role.is_some_and(|roles| !holds_any(&caller.principal, roles)) {
            return Err(Denial::MissingRole);
        }
        let Some(access) = &self.access else { return Ok(None) };
        let user = caller.principal.user().ok_or(Denial::NotAPerson)?;
        let named = captures.iter().find(|(name, _)| *name == access.placeholder);
        let facility = named.and_then(|(_, text)| text.parse().ok()).ok_or(Denial::NotAFacility)?;
        Ok(Some(AccessQuestion { user, facility, action: access.action.clone() }))
    }
}

fn holds_any(principal: &Principal, any_of: Roles) -> bool {
    match principal {
        Principal::User { roles, .. } => roles.iter().any(|role| any_of.contains(role)),
        Principal::Client { .. } => false,
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anyone => f.write_str("anyone"),
            Self::Authenticated => f.write_str("authenticated"),
            Self::All(conditions) => conditions.fmt(f),
        }
    }
}

impl fmt::Display for Conditions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if let Some(AccessCondition { action, placeholder }) = &self.access {
            parts.push(format!("the action {action} at {{{placeholder}}}"));
        }
        if let Some(scope) = self.scope {
            parts.push(format!("the scope {scope}"));
        }
        if let Some(roles) = self.any_role {
            let names: Vec<&str> = roles.iter().map(crate::Role::as_str).collect();
            parts.push(format!("the role {}", names.join(" or ")));
        }
        f.write_str(&parts.join(" and "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Actions, ExpiryChange, Grant, PrincipalId, Role, Scopes, Status, Trust};
    use uuid::Uuid;

    const FACILITY: &str = "16f0cbe3-bc75-45ea-9168-52e52c941ada";

    fn user_id() -> UserId {
        UserId::new(Uuid::from_u128(7))
    }

    fn person(roles: &[Role]) -> Caller {
        let roles = Roles::of(roles.iter().copied()).unwrap();
        caller(Principal::User { id: user_id(), roles })
    }

    fn client(trust: Trust) -> Caller {
        caller(Principal::Client { id: "app".parse().unwrap(), trust })
    }

    fn caller(principal: Principal) -> Caller {
        Caller { principal, scopes: Scopes::ALL, client: "app".parse().unwrap(), session: None }
    }

    fn access() -> AccessCondition {
        AccessCondition { action: "doors:open".parse().unwrap(), placeholder: "facility".to_owned() }
    }

    fn all(access: Option<AccessCondition>, scope: Option<Scope>, roles: &[Role]) -> Requirement {
        let roles = Roles::of(roles.iter().copied());
        Requirement::All(Conditions::new(access, scope, roles).unwrap())
    }

    fn judge(requirement: &Requirement, caller: &Caller) -> Judgement {
        requirement.judge(caller, &[("door", "1"), ("facility", FACILITY)])
    }

    fn question() -> AccessQuestion {
        let action = "doors:open".parse().unwrap();
        AccessQuestion { user: user_id(), facility: FACILITY.parse().unwrap(), action }
    }

    #[test]
    fn conditions_ask_for_something() {
        assert_eq!(Conditions::new(None, None, None), Err(NoCondition));
    }

    #[test]
    fn a_valid_token_is_enough_where_nothing_more_is_asked() {
        for requirement in [Requirement::Anyone, Requirement::Authenticated] {
            for caller in [person(&[Role::Com]), client(Trust::Untrusted)] {
                assert_eq!(judge(&requirement, &caller), Judgement::Allowed);
            }
        }
    }

    #[test]
    fn a_scope_counts_only_where_the_caller_may_use_it() {
        let requirement = all(None, Some(Scope::UsersDelete), &[]);
        let missing = Judgement::Denied(Denial::MissingScope(Scope::UsersDelete));
        assert_eq!(judge(&requirement, &person(&[Role::Board])), Judgement::Allowed);
        assert_eq!(judge(&requirement, &person(&[Role::Tech])), missing);
        assert_eq!(judge(&requirement, &client(Trust::Trusted)), Judgement::Allowed);
        assert_eq!(judge(&requirement, &client(Trust::Untrusted)), missing);
        let without = Caller { scopes: Scopes::of([Scope::UsersGet]), ..person(&[Role::Board]) };
        assert_eq!(judge(&requirement, &without), missing);
    }

    #[test]
    fn one_of_several_roles_is_enough_and_a_client_has_none() {
        let requirement = all(None, None, &[Role::Tech, Role::Finance]);
        let missing = Judgement::Denied(Denial::MissingRole);
        assert_eq!(judge(&requirement, &person(&[Role::Finance, Role::Com])), Judgement::Allowed);
        assert_eq!(judge(&requirement, &person(&[Role::Com, Role::Board])), missing);
        assert_eq!(judge(&requirement, &client(Trust::Trusted)), missing);
    }

    #[test]
    fn an_action_depends_on_the_grant_at_the_facility_of_the_path() {
        let requirement = all(Some(access()), None, &[]);
        assert_eq!(judge(&requirement, &person(&[Role::Tech])), Judgement::Depends(question()));
        assert_eq!(judge(&requirement, &client(Trust::Trusted)), Judgement::Denied(Denial::NotAPerson));
        for captures in [&[("facility", "7")][..], &[("other", FACILITY)]] {
            let judged = requirement.judge(&person(&[Role::Board]), captures);
            assert_eq!(judged, Judgement::Denied(Denial::NotAFacility));
        }
    }

    #[test]
    fn all_conditions_must_hold() {
        let requirement = all(Some(access()), Some(Scope::UsersGet), &[Role::Tech]);
        assert_eq!(judge(&requirement, &person(&[Role::Tech])), Judgement::Depends(question()));
        assert_eq!(judge(&requirement, &person(&[Role::Com])), Judgement::Denied(Denial::MissingRole));
        let without = Caller { scopes: Scopes::NONE, ..person(&[Role::Tech]) };
        assert_eq!(judge(&requirement, &without), Judgement::Denied(Denial::MissingScope(Scope::UsersGet)));
    }

    #[test]
    fn what_is_on_record_answers_the_question() {
        let by = PrincipalId::User(user_id());
        let now = Instant::UNIX_EPOCH;
        let given = |name: &str| {
            let actions = Actions::of([name.parse().unwrap()]).unwrap();
            let grant = Grant::given(None, &actions, ExpiryChange::Keep, by.clone(), now);
            Holding { status: Status::Enabled, grant: Some(grant) }
        };
        assert_eq!(question().answer(Some(&given("doors:open")), now), Ok(()));
        let denied = |reason| Err(Denial::NoAccess(reason));
        assert_eq!(question().answer(Some(&given("doors:close")), now), denied(AccessDenial::NoGrant));
        let disabled = Holding { status: Status::Disabled, ..given("doors:open") };
        assert_eq!(question().answer(Some(&disabled), now), denied(AccessDenial::UserDisabled));
        assert_eq!(question().answer(None, now), denied(AccessDenial::UnknownUser));
    }

    #[test]
    fn a_requirement_is_told_in_words() {
        let requirement = all(Some(access()), Some(Scope::UsersGet), &[Role::Tech, Role::Hr]);
        let words = "the action doors:open at {facility} and the scope users:get and the role tech or hr";
        assert_eq!(requirement.to_string(), words);
        assert_eq!(Requirement::Anyone.to_string(), "anyone");
        assert_eq!(Requirement::Authenticated.to_string(), "authenticated");
    }
}
