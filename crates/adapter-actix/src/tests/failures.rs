use async_trait::async_trait;
use roster_domain::{Client, ClientId, FacilityId, Role, SessionId, User, UserId};
use roster_ports::{Holdings, ReadJob, Store, StoreError, Stored, WriteJob};
use std::sync::Arc;
use std::time::Duration;

use super::fixture::{World, get, request, user, with_token};

/// A store that cannot be reached.
struct Gone;

fn gone<T>() -> Stored<T> {
    Err(StoreError::Unavailable("no route to 10.0.0.9".to_owned()))
}

#[async_trait]
impl Store for Gone {
    async fn run_read(&self, _: ReadJob) -> Result<(), StoreError> {
        gone()
    }
    async fn run_write(&self, _: WriteJob) -> Result<(), StoreError> {
        gone()
    }
    async fn caller(&self, _: UserId, _: SessionId) -> Stored<Option<Arc<User>>> {
        gone()
    }
    async fn client(&self, _: &ClientId) -> Stored<Option<Arc<Client>>> {
        gone()
    }
    async fn holdings(&self, _: &[(UserId, FacilityId)]) -> Stored<Holdings> {
        gone()
    }
    async fn number_events(&self) -> Stored<u64> {
        gone()
    }
    async fn ready(&self) -> Stored<()> {
        gone()
    }
}

/// A store that never answers.
struct Mute;

#[async_trait]
impl Store for Mute {
    async fn run_read(&self, _: ReadJob) -> Result<(), StoreError> {
        std::future::pending().await
    }
    async fn run_write(&self, _: WriteJob) -> Result<(), StoreError> {
        std::future::pending().await
    }
    async fn caller(&self, _: UserId, _: SessionId) -> Stored<Option<Arc<User>>> {
        std::future::pending().await
    }
    async fn client(&self, _: &ClientId) -> Stored<Option<Arc<Client>>> {
        std::future::pending().await
    }
    async fn holdings(&self, _: &[(UserId, FacilityId)]) -> Stored<Holdings> {
        std::future::pending().await
    }
    async fn number_events(&self) -> Stored<u64> {
        gone()
    }
    async fn ready(&self) -> Stored<()> {
        std::future::pending().await
    }
}

fn over(store: impl Store + 'static) -> World {
    World { store: Some(Arc::new(store)), ..World::new() }.with_user(&user("ada@example.org", &[Role::Tech]))
}

#[actix_web::test]
async fn a_panic_is_a_problem_that_tells_nothing() {
    let answer = World::new().answer(with_token(get("/user"))).await;
    assert_eq!(answer.refusal(), (500, "internal".to_owned()));
    let body = String::from_utf8(answer.body).unwrap();
    assert!(!body.contains("Mock") && !body.contains("verify"), "{body}");
}

#[actix_web::test]
async fn after_a_panic_the_next_request_is_answered() {
    let answers = World::new().answer_each([with_token(get("/user")), get("/health/live")]).await;
    assert_eq!(answers[0].status.as_u16(), 500);
    assert_eq!(answers[1].status.as_u16(), 200);
}

#[actix_web::test]
async fn a_panic_at_the_token_endpoint_is_a_server_error() {
    let body = "grant_type=client_credentials&client_id=app";
    let request = request("POST", "/oauth/token")
        .insert_header(("Content-Type", "application/x-www-form-urlencoded"))
        .set_payload(body);
    assert_eq!(World::new().answer(request).await.refusal(), (500, "server_error".to_owned()));
}

#[actix_web::test]
async fn without_the_store_nobody_is_let_in_and_nobody_is_refused() {
    for path in ["/user", "/authorize"] {
        let answer = over(Gone).answer(with_token(get(path))).await;
        assert_eq!(answer.refusal(), (503, "unavailable".to_owned()), "{path}");
        assert_eq!(answer.header("Retry-After"), "1");
        assert!(answer.header("X-Roster-User-Id").is_empty());
        assert!(!String::from_utf8(answer.body).unwrap().contains("10.0.0.9"));
    }
}

#[actix_web::test]
async fn without_the_store_the_service_lives_and_is_not_ready() {
    assert_eq!(over(Gone).answer(get("/health/live")).await.json()["status"], "ok");
    assert_eq!(over(Gone).answer(get("/health/ready")).await.refusal(), (503, "unavailable".to_owned()));
    assert_eq!(World::new().answer(get("/health/ready")).await.json()["status"], "ok");
}

#[actix_web::test]
async fn a_read_that_takes_too_long_is_given_up() {
    for request in [get("/health/ready"), with_token(get("/user")), with_token(request("POST", "/authorize"))]
    {
        let world = World { request_timeout: Duration::ZERO, ..over(Mute) };
        let answer = world.answer(request).await;
        assert_eq!(answer.refusal(), (503, "unavailable".to_owned()));
        assert_eq!(answer.header("Retry-After"), "1");
    }
}

#[actix_web::test]
async fn a_write_is_never_given_up_on() {
    let world = World { request_timeout: Duration::ZERO, ..World::new() };
    let answer = world
        .with_user(&user("ada@example.org", &[Role::Tech]))
        .answer(with_token(request("PATCH", "/user")))
        .await;
    assert_eq!(answer.refusal(), (415, "unsupported_media_type".to_owned()));
}
