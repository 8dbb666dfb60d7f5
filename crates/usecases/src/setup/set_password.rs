use roster_domain::permission::{EndSessions, SetPassword, operator};
use roster_domain::{Actor, EmailKey, EventKind, Happened, Password, Session, Subject, User, UserId};
use roster_ports::{ChosenBy, Done, PasswordRecord};
use secrecy::SecretString;

use crate::refused::refuse;
use crate::{Failure, Ports, Refused, RequestContext};

/// The person with this address, to judge a password by; fails with [`Refused::NotFound`] where there is none.
pub async fn person_of(ports: &Ports, email: EmailKey) -> Result<User, Failure> {
    let found = ports.store.read(move |tx| tx.users().by_email(&email)).await?;
    Ok(found.ok_or(Refused::NotFound)?)
}

/// The person of this id; fails with [`Refused::NotFound`] where there is none.
pub async fn person_with(ports: &Ports, id: UserId) -> Result<User, Failure> {
    let found = ports.store.read(move |tx| tx.users().user(id)).await?;
    Ok(found.ok_or(Refused::NotFound)?)
}

/// Sets the password of a person, on behalf of whoever holds the machine, and ends all of their sessions. The owner is told
/// to change it.
pub async fn set_password_of(
    ports: &Ports,
    context: &RequestContext,
    person: &User,
    password: &Password,
) -> Result<(), Failure> {
    let hash = ports.passwords.hash(SecretString::from(password.reveal())).await?;
    let record = PasswordRecord { hash, chosen_by: ChosenBy::Other };
    let stamp = context.stamp(ports, Actor::System);
    let user = person.id;
    let setting = ports.store.write(move |tx| {
        if tx.users().user(user)?.is_none() {
            return refuse(Refused::NotFound);
        }
        tx.credentials_mut().set_password(&operator::<SetPassword>(), user, &record)?;
        let ended = tx.sessions_mut().end_all(&operator::<EndSessions>(), user, None)?;
        let happened = Happened::from(EventKind::PasswordChanged).and(Session::ends_of(ended, stamp.time));
        Ok(Done::Changed((), stamp.events(&Subject::User(user), happened)))
    });
    Ok(setting.await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{World, chosen, context, session_of, user};
    use roster_domain::Role;

    #[tokio::test]
    async fn a_person_is_found_by_address_or_id() {
        let (ada, bob) = (user(1, &[Role::Tech]), user(2, &[Role::Tech]));
        let ports = World::new().with_users(&[&ada]).ports().0;
        assert_eq!(person_of(&ports, ada.email.key().clone()).await.unwrap().id, ada.id);
        assert_eq!(person_with(&ports, ada.id).await.unwrap().id, ada.id);
        let nobody = person_with(&ports, bob.id).await;
        assert!(matches!(nobody, Err(Failure::Refused(Refused::NotFound))));
    }

    #[tokio::test]
    async fn the_password_is_temporary_and_every_session_ends() {
        let ada = user(1, &[Role::Tech]);
        let mut world = World::new().with_users(&[&ada]).with_plain_passwords();
        world.tx.credentials_mut.expect_set_password().once().returning(|_, _, record| {
            assert_eq!(record.chosen_by, ChosenBy::Other);
            Ok(())
        });
        let session = session_of(&ada);
        world.tx.sessions_mut.expect_end_all().once().returning(move |_, _, _| Ok(vec![session.clone()]));
        let (ports, store) = world.ports();
        set_password_of(&ports, &context(), &ada, &chosen("happy little clouds")).await.unwrap();
        let names: Vec<&str> = store.events().iter().map(|event| event.kind.name()).collect();
        assert_eq!(names, ["password.changed", "session.ended"]);
    }

    #[tokio::test]
    async fn nobody_is_not_found() {
        let ada = user(1, &[Role::Tech]);
        let world = World::new().with_users(&[]).with_plain_passwords();
        let (ports, _) = world.ports();
        let failure = person_of(&ports, ada.email.key().clone()).await.unwrap_err();
        assert!(matches!(failure, Failure::Refused(Refused::NotFound)));
        let failure =
            set_password_of(&ports, &context(), &ada, &chosen("happy little clouds")).await.unwrap_err();
        assert!(matches!(failure, Failure::Refused(Refused::NotFound)));
    }
}
