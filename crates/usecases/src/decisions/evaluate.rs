use roster_domain::permission::{Caller, Operation, decide};
use roster_domain::{AccessDenial, ActionName, FacilityId, Holding, Instant, UserId};
use roster_ports::Holdings;
use std::sync::Arc;

use crate::directory::target_of;
use crate::{Failure, Ports};

/// Whether a person may do something at a facility. What is `None` is of a type that there is not, or has an id or a name
/// that nothing can have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The person.
    pub subject: Option<UserId>,
    /// What they would do.
    pub action: Option<ActionName>,
    /// The facility.
    pub resource: Option<FacilityId>,
}

/// Allowed, or why not.
pub type Decision = Result<(), AccessDenial>;

/// How many of several questions are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Semantic {
    /// All of them.
    ExecuteAll,
    /// Those up to the first denial.
    DenyOnFirstDeny,
    /// Those up to the first permit.
    PermitOnFirstPermit,
}

/// What came of one of several questions; one that cannot be asked is a denial of its own kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evaluated<E> {
    /// It was decided.
    Decided(Decision),
    /// It is none.
    Invalid(E),
}

/// Decides one question by what is on record now.
pub async fn evaluate(ports: &Ports, caller: &Caller, question: &Question) -> Result<Decision, Failure> {
    must_be_allowed_to_ask(caller, question)?;
    let pairs: Vec<_> = pair(question).into_iter().collect();
    let holdings = holdings(ports, &pairs).await?;
    Ok(decided(question, &holdings, ports.clock.now()))
}

/// Decides several questions at once, by what one read finds. The right to ask each of them is needed.
pub async fn evaluate_all<E>(
    ports: &Ports,
    caller: &Caller,
    asked: Vec<Result<Question, E>>,
    semantic: Semantic,
) -> Result<Vec<Evaluated<E>>, Failure> {
    let questions = || asked.iter().flatten();
    for question in questions() {
        must_be_allowed_to_ask(caller, question)?;
    }
    let pairs: Vec<_> = questions().filter_map(pair).collect();
    let holdings = holdings(ports, &pairs).await?;
    let now = ports.clock.now();
    let mut evaluated = Vec::with_capacity(asked.len());
    for question in asked {
        let answer = match question {
            Ok(question) => Evaluated::Decided(decided(&question, &holdings, now)),
            Err(invalid) => Evaluated::Invalid(invalid),
        };
        let is_last = semantic.ends_with(matches!(answer, Evaluated::Decided(Ok(()))));
        evaluated.push(answer);
        if is_last {
            break;
        }
    }
    Ok(evaluated)
}

impl Semantic {
    const fn ends_with(self, is_permitted: bool) -> bool {
        match self {
            Self::ExecuteAll => false,
            Self::DenyOnFirstDeny => !is_permitted,
            Self::PermitOnFirstPermit => is_permitted,
        }
    }
}

fn must_be_allowed_to_ask(caller: &Caller, question: &Question) -> Result<(), Failure> {
    Ok(decide(Operation::CheckAccess, target_of(caller, question.subject), caller)?)
}

/// Whatever must be looked up: nothing for what can be nobody's.
fn pair(question: &Question) -> Option<(UserId, FacilityId)> {
    question.subject.zip(question.resource)
}

async fn holdings(ports: &Ports, pairs: &[(UserId, FacilityId)]) -> Result<Holdings, Failure> {
    if pairs.is_empty() {
        return Ok(Holdings::new());
    }
    Ok(ports.store.holdings(pairs).await?)
}

fn decided(question: &Question, holdings: &Holdings, now: Instant) -> Decision {
    if question.subject.is_none() {
        return Err(AccessDenial::UnknownUser);
    }
    let pair = pair(question).ok_or(AccessDenial::NoGrant)?;
    let action = question.action.as_ref().ok_or(AccessDenial::NoGrant)?;
    Holding::allows(holdings.get(&pair).map(Arc::as_ref), action, now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facilities::fixture::{FACILITY, held, world};
    use crate::fixture::{NOW, World, at, caller, client_caller, disabled, user};
    use crate::{Failure, Refused};
    use roster_domain::permission::Denied;
    use roster_domain::{Expiry, Role, Scopes, Trust};

    fn question(subject: UserId, action: &str) -> Question {
        Question { subject: Some(subject), action: action.parse().ok(), resource: FACILITY }
    }

    #[tokio::test]
    async fn a_question_is_decided_by_what_is_on_record() {
        let (hr, ada) = (user(1, &[Role::Hr]), user(2, &[Role::Tech]));
        let gone = disabled(&user(3, &[Role::Tech]));
        for (expiry, asked, expected) in [
            (Expiry::Never, question(ada.id, "read"), Ok(())),
            (Expiry::Never, question(ada.id, "write"), Err(AccessDenial::NoGrant)),
            (Expiry::At(at(NOW)), question(ada.id, "read"), Err(AccessDenial::Expired)),
            (Expiry::Never, question(gone.id, "read"), Err(AccessDenial::UserDisabled)),
            (Expiry::Never, question(user(9, &[Role::Tech]).id, "read"), Err(AccessDenial::UnknownUser)),
            (
                Expiry::Never,
                Question { subject: None, ..question(ada.id, "read") },
                Err(AccessDenial::UnknownUser),
            ),
            (Expiry::Never, question(ada.id, "No Name"), Err(AccessDenial::NoGrant)),
            (
                Expiry::Never,
                Question { resource: None, ..question(ada.id, "read") },
                Err(AccessDenial::NoGrant),
            ),
        ] {
            let (ports, store) = world(&[&hr, &ada, &gone], Some(held(&["read"], expiry))).ports();
            assert_eq!(evaluate(&ports, &caller(&hr), &asked).await.unwrap(), expected, "{asked:?}");
            assert!(store.events().is_empty());
        }
    }

    #[tokio::test]
    async fn about_others_it_takes_more() {
        let (hr, ada) = (user(1, &[Role::Hr]), user(2, &[Role::Tech]));
        let (ports, _) = world(&[&hr, &ada], Some(held(&["read"], Expiry::Never))).ports();
        let own = Caller { scopes: "profile:get".parse::<Scopes>().unwrap(), ..caller(&ada) };
        assert_eq!(evaluate(&ports, &own, &question(ada.id, "read")).await.unwrap(), Ok(()));
        for (by, missing) in [
            (caller(&ada), Denied::InsufficientRole),
            (own, Denied::InsufficientScope { any_of: &[roster_domain::Scope::AccessCheck] }),
        ] {
            for subject in [Some(hr.id), None] {
                let asked = Question { subject, ..question(hr.id, "read") };
                let failure = evaluate(&ports, &by, &asked).await.unwrap_err();
                assert!(matches!(failure, Failure::Refused(Refused::Denied(why)) if why == missing));
            }
        }
        let robot = client_caller(Trust::Untrusted);
        assert_eq!(evaluate(&ports, &robot, &question(ada.id, "read")).await.unwrap(), Ok(()));
    }

    #[tokio::test]
    async fn several_are_answered_as_far_as_the_semantic_says() {
        use Evaluated::{Decided, Invalid};
        let ada = user(2, &[Role::Tech]);
        let no_grant = || Decided(Err(AccessDenial::NoGrant));
        for (semantic, expected) in [
            (Semantic::ExecuteAll, vec![Decided(Ok(())), no_grant(), Invalid("odd"), Decided(Ok(()))]),
            (Semantic::DenyOnFirstDeny, vec![Decided(Ok(())), no_grant()]),
            (Semantic::PermitOnFirstPermit, vec![Decided(Ok(()))]),
        ] {
            let (ports, _) = world(&[&ada], Some(held(&["read"], Expiry::Never))).ports();
            let [read, write] = ["read", "write"].map(|action| Ok(question(ada.id, action)));
            let asked = vec![read.clone(), write, Err("odd"), read];
            assert_eq!(evaluate_all(&ports, &caller(&ada), asked, semantic).await.unwrap(), expected);
        }
        let (ports, _) = world(&[&ada], None).ports();
        let first_is_odd = vec![Err("odd"), Ok(question(ada.id, "read"))];
        let cut = evaluate_all(&ports, &caller(&ada), first_is_odd, Semantic::DenyOnFirstDeny).await.unwrap();
        assert_eq!(cut, [Invalid("odd")]);
    }

    #[tokio::test]
    async fn one_question_too_many_is_refused_whole() {
        let (hr, ada) = (user(1, &[Role::Hr]), user(2, &[Role::Tech]));
        let (ports, _) = World::new().ports();
        let asked: Vec<Result<_, ()>> = vec![Ok(question(ada.id, "read")), Ok(question(hr.id, "read"))];
        let failure =
            evaluate_all(&ports, &caller(&ada), asked, Semantic::PermitOnFirstPermit).await.unwrap_err();
        assert!(matches!(failure, Failure::Refused(Refused::Denied(Denied::InsufficientRole))));
    }
}
