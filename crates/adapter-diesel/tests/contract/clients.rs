use roster_domain::{Client, ClientKind, GrantType, GrantTypes, Scope, Scopes, Status, Trust};
use roster_ports::{Conflict, StoreError, TokenHash};

use super::people::{at, client};
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
