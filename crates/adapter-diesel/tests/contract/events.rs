use roster_domain::permission::operator;
use roster_domain::{
    AccessChange, Actor, ClientId, EventId, EventKind, Events, Expiry, Happened, KeyChange, PrincipalId,
    Role, Roles, Stamp, Subject,
};
use roster_ports::{Abort, Done};
use serde_json::{Value, json};

use super::people::{anybody, at, client, facility_id, grant, session_id, user_id, uuid};
use super::world::World;

fn stamp() -> Stamp {
    Stamp {
        first_id: EventId::new(uuid(7_000)),
        time: at(42),
        actor: Actor::Principal(PrincipalId::Client("tool".parse().unwrap())),
        request_id: "req-1".parse().unwrap(),
    }
}

fn about(n: u128) -> Subject {
    Subject::User(user_id(n))
}

fn told(kinds: Vec<EventKind>) -> Events {
    stamp().events(&about(1), Happened::all(kinds).unwrap())
}

fn every_kind() -> Vec<(EventKind, &'static str, Value)> {
    let (session, app): (_, ClientId) = (session_id(3), "app".parse().unwrap());
    let (session_text, facility) = (session.to_string(), facility_id(5).to_string());
    let board = Roles::of([Role::Hr, Role::Board]).unwrap();
    let tech = Roles::of([Role::Tech]).unwrap();
    let held = grant(&["open", "close"], Expiry::At(at(1)));
    let given = AccessChange::between(facility_id(5), None, Some(&held));
    let removed = AccessChange::between(facility_id(5), Some(&held), None);
    let some = json!({
        "facilityId": facility, "actions": ["close", "open"], "expiresAt": "2023-11-14T22:13:20.001Z"
    });
    let none = json!({ "facilityId": facility, "actions": [], "expiresAt": null });
    let with_before = |after: &Value, before: &Value| {
        let mut data = after.clone();
        data.as_object_mut().unwrap().insert("before".to_owned(), before.clone());
        data
    };
    let of_session = json!({ "sessionId": session_text, "clientId": "app" });
    vec![
        (EventKind::UserCreated { roles: board }, "user.created", json!({ "roles": ["hr", "board"] })),
        (
            EventKind::UserUpdated { fields: vec!["firstName"] },
            "user.updated",
            json!({ "fields": ["firstName"] }),
        ),
        (
            EventKind::UserRolesChanged { before: tech, after: board },
            "user.roles_changed",
            json!({ "before": ["tech"], "after": ["hr", "board"] }),
        ),
        (EventKind::UserDisabled, "user.disabled", json!({ "before": "enabled", "after": "disabled" })),
        (EventKind::UserEnabled, "user.enabled", json!({ "before": "disabled", "after": "enabled" })),
        (EventKind::UserDeleted, "user.deleted", json!({})),
        (EventKind::PasswordChanged, "password.changed", json!({})),
        (EventKind::SessionStarted { session, client: app.clone() }, "session.started", of_session.clone()),
        (EventKind::SessionEnded { session, client: app }, "session.ended", of_session),
        (EventKind::AccessGiven(given), "access.given", with_before(&some, &none)),
        (EventKind::AccessRemoved(removed), "access.removed", with_before(&none, &some)),
        (EventKind::ClientCreated, "client.created", json!({})),
        (EventKind::ClientDisabled, "client.disabled", json!({})),
        (EventKind::ClientEnabled, "client.enabled", json!({})),
        (EventKind::ClientSecretRotated, "client.secret_rotated", json!({})),
        (EventKind::ClientDeleted, "client.deleted", json!({})),
        (
            EventKind::KeyRotated(KeyChange::Made { signs_from: at(1) }),
            "key.rotated",
            json!({ "action": "made", "signsFrom": "2023-11-14T22:13:20.001Z" }),
        ),
        (
            EventKind::KeyRotated(KeyChange::Imported { signs_from: at(0) }),
            "key.rotated",
            json!({ "action": "imported", "signsFrom": "2023-11-14T22:13:20.000Z" }),
        ),
        (
            EventKind::KeyRotated(KeyChange::Revoked),
            "key.rotated",
            json!({ "action": "revoked", "signsFrom": null }),
        ),
    ]
}

pub(crate) fn events_come_in_order_with_their_values(world: &World) {
    let every_kind = every_kind();
    world.tell(&told(every_kind.iter().map(|(kind, ..)| kind.clone()).collect()));
    let kept = world.events();
    assert_eq!(kept.len(), every_kind.len());
    for (n, (event, (_, name, data))) in kept.iter().zip(every_kind).enumerate() {
        assert_eq!((event.kind.as_str(), &event.data), (name, &data));
        assert_eq!(event.id, uuid(7_000 + n as u128).to_string());
        assert_eq!(event.time_micros, at(42).timestamp_micros());
        assert_eq!(event.actor, ("client".to_owned(), "tool".to_owned()));
        assert_eq!(event.subject, ("user".to_owned(), user_id(1).to_string()));
        assert_eq!(event.request_id, "req-1");
    }
    assert!(kept.is_sorted_by(|one, next| one.seq < next.seq));
}

pub(crate) fn events_of_a_write_that_does_not_stand_are_not_kept(world: &World) {
    world.insert(&anybody(1));
    world.insert_client(&client("app"));
    let refused = world.write(|tx| -> Result<Done<()>, Abort<&str>> {
        tx.users_mut().delete(&operator(), user_id(1))?;
        Err(Abort::Refused("no"))
    });
    assert!(matches!(refused, Err(Abort::Refused("no"))));
    let failed = world.write(|tx| -> Result<Done<()>, Abort<()>> {
        tx.users_mut().insert(&operator(), &anybody(1))?;
        Ok(Done::Changed((), told(vec![EventKind::UserDeleted])))
    });
    assert!(matches!(failed, Err(Abort::Store(_))));
    world.tell(&told(vec![EventKind::PasswordChanged]));
    let kinds: Vec<String> = world.events().into_iter().map(|event| event.kind).collect();
    assert_eq!(kinds, ["password.changed"]);
}

pub(crate) fn bookkeeping_writes_no_event(world: &World) {
    world.insert(&anybody(1));
    let unchanged = world.write(|_| Ok::<_, Abort<()>>(Done::Unchanged(5)));
    assert!(matches!(unchanged, Ok(5)));
    assert_eq!(world.events(), []);
}
