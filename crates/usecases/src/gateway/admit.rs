use roster_domain::gateway::{AccessQuestion, Deciding, Denial, Judgement, Method, OriginalPath, Policy};
use roster_domain::permission::{Caller, Principal};
use roster_domain::{ClientId, Holding, Scopes, Status, User};
use roster_ports::StoreError;
use std::sync::Arc;
use thiserror::Error;

use crate::Ports;
use crate::sign_in::{Authenticated, AuthenticationError, authenticate};

/// The request to another service that waits at the gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginalRequest {
    /// Its method.
    pub method: Method,
    /// Its path.
    pub path: OriginalPath,
}

/// Why a request may not pass.
#[derive(Debug, Error)]
pub enum NotAdmitted {
    /// It needs a token and has none that could be looked at.
    #[error("there is no token")]
    NoToken,
    /// The token is not valid, or the store cannot tell.
    #[error(transparent)]
    Token(#[from] AuthenticationError),
    /// The token is valid, and the policy says no.
    #[error(transparent)]
    Denied(#[from] Denial),
    /// The store cannot be asked for what is on record.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Decides whether a request may pass, and tells who sent it: nobody where anyone may, and the token is none or not valid.
///
/// A token is looked at before the rule, so that nobody without one learns what there are rules about. Nothing is
/// written; beside the look at the caller there is one read, where the rule is about an action at a facility.
pub async fn admit(
    ports: &Ports,
    policy: &Policy,
    request: &OriginalRequest,
    token: Option<&str>,
) -> Result<Option<Authenticated>, NotAdmitted> {
    let deciding = policy.deciding(&request.method, &request.path);
    if deciding.as_ref().is_some_and(Deciding::is_for_anyone) {
        return whoever_it_is(ports, token).await;
    }
    let authenticated = authenticate(ports, token.ok_or(NotAdmitted::NoToken)?).await?;
    ask(ports, policy, request, &authenticated.caller).await?;
    Ok(Some(authenticated))
}

async fn whoever_it_is(ports: &Ports, token: Option<&str>) -> Result<Option<Authenticated>, NotAdmitted> {
    let Some(token) = token else { return Ok(None) };
    match authenticate(ports, token).await {
        Ok(authenticated) => Ok(Some(authenticated)),
        Err(AuthenticationError::InvalidToken(_)) => Ok(None),
        Err(error @ AuthenticationError::Store(_)) => Err(error.into()),
    }
}

/// Decides whether a request of this person may pass, with a token of every scope from this client. Of the disabled no
/// token is valid.
pub async fn ask_for(
    ports: &Ports,
    policy: &Policy,
    request: &OriginalRequest,
    person: &User,
    client: ClientId,
) -> Result<(), NotAdmitted> {
    let deciding = policy.deciding(&request.method, &request.path);
    if deciding.as_ref().is_some_and(Deciding::is_for_anyone) {
        return Ok(());
    }
    if person.status == Status::Disabled {
        return Err(AuthenticationError::InvalidToken("the user is disabled").into());
    }
    let principal = Principal::User { id: person.id, roles: person.roles };
    ask(ports, policy, request, &Caller { principal, scopes: Scopes::ALL, client, session: None }).await
}

/// Decides whether this caller's request may pass.
async fn ask(
    ports: &Ports,
    policy: &Policy,
    request: &OriginalRequest,
    caller: &Caller,
) -> Result<(), NotAdmitted> {
    let deciding = policy.deciding(&request.method, &request.path).ok_or(Denial::NoRule)?;
    match deciding.judge(caller) {
        Judgement::Allowed => Ok(()),
        Judgement::Denied(denial) => Err(denial.into()),
        Judgement::Depends(question) => {
            let holding = on_record(ports, &question).await?;
            Ok(question.answer(holding.as_deref(), ports.clock.now())?)
        }
    }
}

async fn on_record(ports: &Ports, question: &AccessQuestion) -> Result<Option<Arc<Holding>>, StoreError> {
    let pair = (question.user, question.facility);
    Ok(ports.store.holdings(&[pair]).await?.remove(&pair))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{World, at, disabled, session_of, user};
    use roster_domain::gateway::{AccessCondition, Conditions, Requirement, Rule};
    use roster_domain::{
        AccessDenial, AccessToken, Actions, Expiry, ExpiryChange, Grant, PrincipalId, Role, Scope, Scopes,
        TokenId, User,
    };
    use roster_ports::InvalidToken;
    use uuid::Uuid;

    const DOOR: &str = "/f/16f0cbe3-bc75-45ea-9168-52e52c941ada/door";

    fn rule(path: &str, require: Requirement) -> Rule {
        Rule::new(None, path.parse().unwrap(), require).unwrap()
    }

    fn policy() -> Policy {
        let action = AccessCondition { action: "doors:open".parse().unwrap(), placeholder: "f".to_owned() };
        let door = Requirement::All(Conditions::new(Some(action), None, None).unwrap());
        let scope = Requirement::All(Conditions::new(None, Some(Scope::UsersDelete), None).unwrap());
        let rules = [
            ("/open", Requirement::Anyone),
            ("/any", Requirement::Authenticated),
            ("/f/{f}/door", door),
            ("/s", scope),
        ];
        Policy::new(rules.map(|(path, require)| rule(path, require)).to_vec()).unwrap()
    }

    fn request(path: &str) -> OriginalRequest {
        let path = OriginalPath::of_target(path.as_bytes()).unwrap();
        OriginalRequest { method: "GET".parse().unwrap(), path }
    }

    /// A world in which `good` is a token of Ada, who is `tech`.
    fn world() -> (World, User) {
        let ada = user(1, &[Role::Tech]);
        let mut world = World::new().with_users(&[&ada]);
        let token = AccessToken {
            id: TokenId::new(Uuid::nil()),
            subject: PrincipalId::User(ada.id),
            client: "app".parse().unwrap(),
            session: Some(session_of(&ada).id),
            scopes: Scopes::ALL,
            issued_at: at(0),
            expires_at: at(300),
        };
        world.access_tokens.expect_verify().returning(move |text, _| match text {
            "good" => Ok(token.clone()),
            _ => Err(InvalidToken { reason: "unknown" }),
        });
        (world, ada)
    }

    async fn admitted(world: World, path: &str, token: Option<&str>) -> Result<bool, NotAdmitted> {
        let admitted = admit(&world.ports().0, &policy(), &request(path), token).await;
        admitted.map(|authenticated| authenticated.is_some())
    }

    #[tokio::test]
    async fn anyone_passes_and_is_known_by_a_valid_token_alone() {
        for (token, known) in [(None, false), (Some("bad"), false), (Some("good"), true)] {
            assert_eq!(admitted(world().0, "/open", token).await.unwrap(), known, "{token:?}");
        }
    }

    #[tokio::test]
    async fn no_valid_token_comes_before_every_rule() {
        for path in ["/any", DOOR, "/s", "/nothing"] {
            let without = admitted(world().0, path, None).await;
            assert!(matches!(without, Err(NotAdmitted::NoToken)), "{path}");
            let bad = admitted(world().0, path, Some("bad")).await;
            assert!(matches!(bad, Err(NotAdmitted::Token(AuthenticationError::InvalidToken(_)))), "{path}");
        }
    }

    #[tokio::test]
    async fn what_asks_for_no_grant_reads_none() {
        assert!(admitted(world().0, "/any", Some("good")).await.unwrap());
        let denied = admitted(world().0, "/s", Some("good")).await;
        assert!(matches!(denied, Err(NotAdmitted::Denied(Denial::MissingScope(Scope::UsersDelete)))));
        let nothing = admitted(world().0, "/nothing", Some("good")).await;
        assert!(matches!(nothing, Err(NotAdmitted::Denied(Denial::NoRule))));
    }

    #[tokio::test]
    async fn an_action_needs_a_grant_that_holds_now() {
        let given = |expiry| {
            let actions = Actions::of(["doors:open".parse().unwrap()]).unwrap();
            Grant::given(
                None,
                &actions,
                ExpiryChange::Set(expiry),
                PrincipalId::User(user(9, &[Role::Hr]).id),
                at(0),
            )
        };
        for (grant, expected) in [
            (Some(given(Expiry::Never)), None),
            (Some(given(Expiry::At(at(1)))), Some(AccessDenial::Expired)),
            (None, Some(AccessDenial::NoGrant)),
        ] {
            let (mut world, ada) = world();
            let (asked, facility) = (ada.id, DOOR.get(3..39).unwrap().parse().unwrap());
            world.tx.access.expect_grant().times(1).returning(move |user, place| {
                assert_eq!((user, place), (asked, facility));
                Ok(grant.clone())
            });
            match (admitted(world, DOOR, Some("good")).await, expected) {
                (Ok(true), None) => {}
                (Err(NotAdmitted::Denied(Denial::NoAccess(reason))), Some(expected)) => {
                    assert_eq!(reason, expected);
                }
                (other, _) => panic!("{other:?}"),
            }
        }
    }

    #[tokio::test]
    async fn a_person_can_be_asked_for_without_a_token() {
        let ada = user(1, &[Role::Tech]);
        let ask = async |path: &str, person: &User| {
            let ports = World::new().ports().0;
            ask_for(&ports, &policy(), &request(path), person, "app".parse().unwrap()).await
        };
        assert!(ask("/any", &ada).await.is_ok() && ask("/open", &disabled(&ada)).await.is_ok());
        let denied = ask("/s", &ada).await;
        assert!(matches!(denied, Err(NotAdmitted::Denied(Denial::MissingScope(Scope::UsersDelete)))));
        let invalid = ask("/any", &disabled(&ada)).await;
        assert!(matches!(invalid, Err(NotAdmitted::Token(AuthenticationError::InvalidToken(_)))));
    }

    #[tokio::test]
    async fn an_outage_lets_nobody_in() {
        let (mut world, _) = world();
        let down = || Err(StoreError::Unavailable("down".to_owned()));
        world.tx.access.expect_grant().returning(move |_, _| down());
        let answer = admitted(world, DOOR, Some("good")).await;
        assert!(matches!(answer, Err(NotAdmitted::Store(StoreError::Unavailable(_)))));
    }
}
