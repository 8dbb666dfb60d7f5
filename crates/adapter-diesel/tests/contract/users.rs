use roster_domain::permission::operator;
use roster_domain::{
    Email, EmailVerification, Expiry, GroupId, PhoneNumber, PictureFormat, PictureName, Role, Roles, SignIns,
    Status, User, WorkspaceId,
};
use roster_ports::{Conflict, StoreError, Stored};

use super::people::{
    anybody, at, email, facility_id, grant, password, person, session_id, token, user_id, uuid,
};
use super::world::World;

fn full(n: u128) -> User {
    User {
        version: 7,
        updated_at: at(1),
        fallback_email: Some(email("Other@Example.NET")),
        email_verification: EmailVerification::Verified,
        description: Some("two\nlines".parse().unwrap()),
        job_title: Some("Engineer".parse().unwrap()),
        locale: Some("de-CH".parse().unwrap()),
        roles: Roles::of(Role::ALL).unwrap(),
        status: Status::Disabled,
        group_id: Some(GroupId::new(uuid(50))),
        active_workspace: Some(WorkspaceId::new(uuid(51))),
        picture: Some(PictureName { sha256: [9; 32], format: PictureFormat::Png }),
        phone_number: Some(PhoneNumber {
            e164: "+41446681800".to_owned(),
            country_code: 41,
            national_number: 446_681_800,
            region: "CH".to_owned(),
        }),
        ..person(n, "Zoë", "Müller")
    }
}

fn is_conflict<T>(ended: &Stored<T>) -> bool {
    matches!(ended, Err(StoreError::Conflict(Conflict::EmailAlreadyUsed)))
}

pub(crate) fn a_full_record_reads_back(world: &World) {
    world.insert(&full(1));
    let read = world.user(user_id(1)).unwrap();
    assert_eq!(read, full(1));
    assert_eq!(read.email.key(), full(1).email.key());
    assert_eq!(read.fallback_email.as_ref().map(Email::key), full(1).fallback_email.as_ref().map(Email::key));
}

pub(crate) fn a_bare_record_reads_back(world: &World) {
    world.insert(&anybody(1));
    assert_eq!(world.user(user_id(1)), Some(anybody(1)));
    assert_eq!(world.user(user_id(2)), None);
}

pub(crate) fn a_taken_email_conflicts(world: &World) {
    world.insert(&anybody(1));
    let twin = User { email: email("PERSON1@example.ORG"), ..anybody(2) };
    assert!(is_conflict(&world.try_do(move |tx| tx.users_mut().insert(&operator(), &twin))));
    assert_eq!(world.user(user_id(2)), None);
}

pub(crate) fn an_update_to_a_taken_email_conflicts(world: &World) {
    world.insert(&anybody(1));
    world.insert(&anybody(2));
    let twin = User { email: email("person1@example.org"), ..anybody(2) };
    assert!(is_conflict(&world.try_do(move |tx| tx.users_mut().update(&operator(), &twin))));
    assert_eq!(world.user(user_id(2)), Some(anybody(2)));
}

pub(crate) fn an_update_replaces_every_field(world: &World) {
    world.insert(&anybody(1));
    world.update(&full(1));
    assert_eq!(world.user(user_id(1)), Some(full(1)));
    world.update(&anybody(1));
    assert_eq!(world.user(user_id(1)), Some(anybody(1)));
}

pub(crate) fn updating_nobody_fails(world: &World) {
    let ended = world.try_do(|tx| tx.users_mut().update(&operator(), &anybody(1)));
    assert!(matches!(ended, Err(StoreError::Failed(_))));
    assert_eq!(world.user(user_id(1)), None);
}

pub(crate) fn an_address_is_found_by_its_key(world: &World) {
    world.insert(&anybody(1));
    let found = world.read(|tx| tx.users().by_email(email("pErSoN1@EXAMPLE.org").key()));
    assert_eq!(found, Some(anybody(1)));
    assert_eq!(world.read(|tx| tx.users().by_email(email("person@example.org").key())), None);
}

pub(crate) fn sign_ins_are_counted_without_a_new_version(world: &World) {
    world.insert(&anybody(1));
    let entry = |world: &World| world.read(|tx| tx.users().entry(user_id(1))).unwrap();
    assert_eq!(entry(world).sign_ins, SignIns::default());
    world.run(|tx| tx.users_mut().record_sign_in(user_id(1), at(20), Some("192.0.2.1")));
    world.run(|tx| tx.users_mut().record_sign_in(user_id(1), at(30), None));
    assert_eq!(entry(world).sign_ins, SignIns { last_at: Some(at(30)), last_ip: None, count: 2 });
    assert_eq!(entry(world).user, anybody(1));
}

pub(crate) fn deleting_erases_everything_of_the_person(world: &World) {
    let (user, session) = world.signed_in(1);
    world.start(&super::people::session(2, user.id), Some(token(1, at(1_000))));
    world.set_password(user.id, &password("secret"));
    world.give(user.id, facility_id(1), &grant(&["open"], Expiry::Never));
    world.run(move |tx| tx.users_mut().record_sign_in(user.id, at(1), Some("192.0.2.1")));

    world.delete(user.id);

    assert_eq!(world.user(user.id), None);
    assert_eq!(world.session(session.id), None);
    assert_eq!(world.session(session_id(2)), None);
    assert_eq!(world.read(|tx| tx.sessions().refresh_token(&token(1, at(0)).hash)), None);
    assert_eq!(world.read(move |tx| tx.credentials().password(user.id)), None);
    assert_eq!(world.read(move |tx| tx.access().grant(user.id, facility_id(1))), None);
    // Whoever comes next under the same id starts without a past.
    world.insert(&anybody(1));
    let entry = world.read(move |tx| tx.users().entry(user.id)).unwrap();
    assert_eq!(entry.sign_ins, SignIns::default());
}

pub(crate) fn deleting_nobody_succeeds(world: &World) {
    world.insert(&anybody(1));
    world.delete(user_id(2));
    assert_eq!(world.user(user_id(1)), Some(anybody(1)));
}
