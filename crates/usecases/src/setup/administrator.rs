use roster_domain::permission::{AdministerUser, ChangeUser, CreateUser, EndSessions, SetPassword, operator};
use roster_domain::{
    Actor, Administration, Email, EventKind, NewUser, Password, PersonName, Role, Roles, Session, Stamp,
    Status, Subject, User, UserId,
};
use roster_ports::{Abort, ChosenBy, Done, PasswordRecord, WriteTx};
use secrecy::SecretString;

use crate::{Failure, Ports, Refused, RequestContext};

/// Who shall administer.
#[derive(Debug, Clone)]
pub struct NewAdministrator {
    /// The address.
    pub email: Email,
    /// The first name.
    pub first_name: PersonName,
    /// The last name.
    pub last_name: PersonName,
}

/// Who administers now.
#[derive(Debug, Clone)]
pub enum Administrator {
    /// A new person.
    Created(User),
    /// The person of that address, with the role and the password, and enabled.
    Restored(User),
}

/// Makes an administrator. For an existing address it gives the role back, enables, and sets the password, ending all
/// sessions: nobody is locked out for good.
pub async fn make_administrator(
    ports: &Ports,
    context: &RequestContext,
    new: NewAdministrator,
    password: &Password,
) -> Result<Administrator, Failure> {
    let hash = ports.passwords.hash(SecretString::from(password.reveal())).await?;
    let record = PasswordRecord { hash, chosen_by: ChosenBy::Owner };
    let stamp = context.stamp(ports, Actor::System);
    let id = UserId::new(ports.ids.uuid());
    let made = ports
        .store
        .write(move |tx| match tx.users().by_email(new.email.key())? {
            None => create(tx, id, &new, &record, &stamp),
            Some(user) => restore(tx, user, &record, &stamp),
        })
        .await?;
    Ok(made)
}

fn create(
    tx: &mut dyn WriteTx,
    id: UserId,
    new: &NewAdministrator,
    password: &PasswordRecord,
    stamp: &Stamp,
) -> Result<Done<Administrator>, Abort<Refused>> {
    let roles = Roles::from(Role::Board);
    let user = NewUser {
        email: new.email.clone(),
        fallback_email: None,
        first_name: new.first_name.clone(),
        last_name: new.last_name.clone(),
        description: None,
        job_title: None,
        locale: None,
        roles,
        group_id: None,
        active_workspace: None,
    };
    let user = user.into_user(id, stamp.time);
    tx.users_mut().insert(&operator::<CreateUser>(), &user)?;
    tx.credentials_mut().set_password(&operator::<SetPassword>(), id, password)?;
    let events = stamp.event(Subject::User(id), EventKind::UserCreated { roles });
    Ok(Done::Changed(Administrator::Created(user), events))
}

fn restore(
    tx: &mut dyn WriteTx,
    before: User,
    password: &PasswordRecord,
    stamp: &Stamp,
) -> Result<Done<Administrator>, Abort<Refused>> {
    let administration = Administration {
        roles: Some(before.roles.with(Role::Board)),
        status: Some(Status::Enabled),
        ..Administration::default()
    };
    let after = before.clone().administered(&operator::<AdministerUser>(), administration);
    let (user, restored) = match after.changed_since(&before, stamp.time) {
        Some((user, happened)) => (user, Some(happened)),
        None => (before, None),
    };
    if restored.is_some() {
        tx.users_mut().update(&operator::<ChangeUser>(), &user)?;
    }
    tx.credentials_mut().set_password(&operator::<SetPassword>(), user.id, password)?;
    let ended = tx.sessions_mut().end_all(&operator::<EndSessions>(), user.id, None)?;
    let ended = Session::ends_of(ended, stamp.time);
    let happened = match restored {
        Some(happened) => happened.and([EventKind::PasswordChanged]),
        None => EventKind::PasswordChanged.into(),
    };
    let events = stamp.events(&Subject::User(user.id), happened.and(ended));
    Ok(Done::Changed(Administrator::Restored(user), events))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{World, chosen, context, disabled, email, session_of, user};

    fn new() -> NewAdministrator {
        NewAdministrator {
            email: email("user1@example.org"),
            first_name: "Ada".parse().unwrap(),
            last_name: "Byron".parse().unwrap(),
        }
    }

    async fn make(world: World) -> (Administrator, Vec<&'static str>) {
        let (ports, store) = world.ports();
        let password = chosen("happy little clouds");
        let made = make_administrator(&ports, &context(), new(), &password).await.unwrap();
        (made, store.events().iter().map(|event| event.kind.name()).collect())
    }

    #[tokio::test]
    async fn a_new_address_is_a_new_member_of_the_board() {
        let mut world = World::new().with_plain_passwords();
        world.tx.users.expect_by_email().returning(|_| Ok(None));
        world.tx.users_mut.expect_insert().once().returning(|_, _| Ok(()));
        world.tx.credentials_mut.expect_set_password().once().returning(|_, _, _| Ok(()));
        let (made, events) = make(world).await;
        let Administrator::Created(user) = made else { panic!("{made:?}") };
        assert_eq!((user.roles, events), (Roles::from(Role::Board), vec!["user.created"]));
    }

    #[tokio::test]
    async fn an_existing_person_gets_role_and_password_back_and_is_enabled() {
        let ada = disabled(&user(1, &[Role::Tech]));
        let mut world = World::new().with_plain_passwords();
        let found = ada.clone();
        world.tx.users.expect_by_email().returning(move |_| Ok(Some(found.clone())));
        world.tx.users_mut.expect_update().once().returning(|_, _| Ok(()));
        world.tx.credentials_mut.expect_set_password().once().returning(|_, _, _| Ok(()));
        let session = session_of(&ada);
        world.tx.sessions_mut.expect_end_all().once().returning(move |_, _, _| Ok(vec![session.clone()]));
        let (made, events) = make(world).await;
        let Administrator::Restored(user) = made else { panic!("{made:?}") };
        assert!(user.is_active_administrator() && user.roles.contains(Role::Tech));
        assert_eq!(events, ["user.roles_changed", "user.enabled", "password.changed", "session.ended"]);
    }
}
