use roster_domain::{Client, ClientKind, GrantType, GrantTypes, Scope, Scopes, Session, Status, Trust};
use roster_ports::{Conflict, StoreError, TokenHash};

use super::people::{APP, anybody, at, client, session, session_id, token, user_id};
use super::world::World;

fn trusted() -> Client {
    Client {
        kind: ClientKind::Confidential,
        trust: Trust::Trusted,
        grants: GrantTypes::of([GrantType::ClientCredentials]),
        scopes: Scopes::of([Scope::UsersGet, Scope::WebhooksManage]),
        status: Status::Disabled,
        created_at: at(3),
        ..client("backend")
    }
}

pub(crate) fn a_client_reads_back_with_its_secret(world: &World) {
    world.run(|tx| tx.clients_mut().insert(&trusted(), Some(&TokenHash([3; 32]))));
    assert_eq!(world.client(&trusted().id), Some(trusted()));
    assert_eq!(world.read(|tx| tx.clients().secret(&trusted().id)), Some(TokenHash([3; 32])));
}

pub(crate) fn a_public_client_has_no_secret(world: &World) {
    world.insert_client(&client("app"));
    assert_eq!(world.client(&client("app").id), Some(client("app")));
    assert_eq!(world.client(&client("App").id), None);
    assert_eq!(world.read(|tx| tx.clients().secret(&client("app").id)), None);
    assert_eq!(world.read(|tx| tx.clients().secret(&client("none").id)), None);
}

pub(crate) fn a_taken_client_id_conflicts(world: &World) {
    world.insert_client(&client("app"));
    let twin = Client { trust: Trust::Trusted, ..client("app") };
    let ended = world.try_do(move |tx| tx.clients_mut().insert(&twin, None));
    assert!(matches!(ended, Err(StoreError::Conflict(Conflict::ClientIdAlreadyUsed))));
    assert_eq!(world.client(&client("app").id), Some(client("app")));
}

fn secret(world: &World, id: &'static str) -> Option<TokenHash> {
    world.read(move |tx| tx.clients().secret(&id.parse().unwrap()))
}

pub(crate) fn clients_come_in_the_order_of_their_ids(world: &World) {
    let list = || world.read(|tx| tx.clients().list());
    assert_eq!(list(), []);
    for id in ["app", "Zed", "b.1", "app-2"] {
        world.insert_client(&client(id));
    }
    world.run(|tx| tx.clients_mut().insert(&trusted(), Some(&TokenHash([3; 32]))));
    let all = [client("Zed"), client("app"), client("app-2"), client("b.1"), trusted()];
    assert_eq!(list(), all);
}

pub(crate) fn a_client_is_disabled_and_enabled_again(world: &World) {
    for id in ["app", "other"] {
        world.insert_client(&client(id));
    }
    for status in [Status::Disabled, Status::Disabled, Status::Enabled] {
        world.run(move |tx| tx.clients_mut().set_status(&client("app").id, status));
        assert_eq!(world.client(&client("app").id), Some(Client { status, ..client("app") }));
        assert_eq!(world.client(&client("other").id), Some(client("other")));
    }
    let ended = world.try_do(|tx| tx.clients_mut().set_status(&client("none").id, Status::Enabled));
    assert!(matches!(ended, Err(StoreError::Failed(_))));
}

pub(crate) fn another_secret_replaces_the_one_of_a_confidential_client(world: &World) {
    world.insert_client(&client("app"));
    world.run(|tx| tx.clients_mut().insert(&trusted(), Some(&TokenHash([3; 32]))));
    world.run(|tx| tx.clients_mut().set_secret(&trusted().id, &TokenHash([4; 32])));
    assert_eq!(secret(world, "backend"), Some(TokenHash([4; 32])));
    for id in ["app", "none"] {
        let ended =
            world.try_do(move |tx| tx.clients_mut().set_secret(&id.parse().unwrap(), &TokenHash([5; 32])));
        assert!(matches!(ended, Err(StoreError::Failed(_))), "{id} has no secret to replace");
    }
    assert_eq!(secret(world, "app"), None);
    assert_eq!(world.client(&trusted().id), Some(trusted()));
}

pub(crate) fn a_deleted_client_is_gone_with_its_sign_ins(world: &World) {
    world.insert_client(&client("other"));
    world.signed_in(1);
    world.start(&session(2, user_id(1)), Some(token(1, at(100))));
    let anothers = Session { client: "other".parse().unwrap(), ..session(3, user_id(1)) };
    world.start(&anothers, None);
    world.run(|tx| tx.clients_mut().delete(&APP.parse().unwrap()));
    assert_eq!(world.client(&APP.parse().unwrap()), None);
    assert_eq!([1, 2].map(|n| world.session(session_id(n))), [None, None]);
    assert_eq!(world.refresh_token(1), None);
    assert_eq!(world.session(anothers.id), Some(anothers));
    assert_eq!(world.user(user_id(1)), Some(anybody(1)));
    let ended = world.try_do(|tx| tx.clients_mut().delete(&APP.parse().unwrap()));
    assert!(matches!(ended, Err(StoreError::Failed(_))));
    world.insert_client(&client(APP));
}
