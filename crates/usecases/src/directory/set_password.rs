use roster_domain::permission::{Caller, SetPassword, permit};
use roster_domain::{
    Actor, EventKind, Fault, Happened, Password, PersonalWords, Session, Stamp, Subject, User, UserId,
};
use roster_ports::{Abort, ChosenBy, Done, PasswordRecord, WriteTx};
use secrecy::{ExposeSecret, SecretString};

use super::target_of;
use crate::refused::{denied, refuse};
use crate::sign_in::caller_now;
use crate::{Failure, Place, Ports, Refused, RequestContext, values};

/// A password for somebody else, as sent.
#[derive(Debug)]
pub struct NewPassword {
    /// The password; it is required.
    pub password: Option<SecretString>,
    /// Whose choice it counts as: somebody else's is temporary.
    pub chosen_by: ChosenBy,
}

/// Sets the password of somebody else, and ends all of their sessions.
pub async fn set_password(
    ports: &Ports,
    caller: &Caller,
    context: &RequestContext,
    user: Option<UserId>,
    new: NewPassword,
) -> Result<(), Failure> {
    permit::<SetPassword>(target_of(caller, user), caller)?;
    let person = match user {
        Some(user) => ports.store.read(move |tx| tx.users().user(user)).await?,
        None => None,
    };
    let chosen = choose(ports, new.password, person.as_ref())
        .map_err(|fault| Refused::Invalid(vec![(Place::NewPassword, fault)]))?;
    let (Some(user), Some(chosen)) = (person.map(|person| person.id), chosen) else {
        return Err(Refused::NotFound.into());
    };
    let hash = ports.passwords.hash(SecretString::from(chosen.reveal())).await?;
    let setting = Setting {
        caller: caller.clone(),
        context: context.clone(),
        user,
        record: PasswordRecord { hash, chosen_by: new.chosen_by },
        stamp: context.stamp(ports, Actor::Principal(caller.principal.id())),
    };
    ports.store.write(move |tx| setting.run(tx)).await?;
    Ok(())
}

/// Judges the password also for nobody: what is wrong with a request is told before that there is no such person.
fn choose(
    ports: &Ports,
    password: Option<SecretString>,
    person: Option<&User>,
) -> Result<Option<Password>, Fault> {
    let password = password.ok_or(Fault::Required)?;
    let text = password.expose_secret();
    match person {
        None => values::password_of_nobody(ports, text).map(|()| None),
        Some(user) => {
            let person = PersonalWords {
                email: &user.email,
                first_name: &user.first_name,
                last_name: &user.last_name,
            };
            values::password(ports, text, person).map(Some)
        }
    }
}

struct Setting {
    caller: Caller,
    context: RequestContext,
    user: UserId,
    record: PasswordRecord,
    stamp: Stamp,
}

impl Setting {
    fn run(&self, tx: &mut dyn WriteTx) -> Result<Done<()>, Abort<Refused>> {
        let caller = caller_now(tx, &self.caller)?;
        let permit = permit::<SetPassword>(caller.target(self.user), &caller).map_err(denied)?;
        let Some(person) = tx.users().user(self.user)? else { return refuse(Refused::NotFound) };
        if !self.context.expected_version.admits(person.version) {
            return refuse(Refused::VersionMismatch);
        }
        tx.credentials_mut().set_password(&permit, self.user, &self.record)?;
        let ended = tx.sessions_mut().end_all(&(&permit).into(), self.user, None)?;
        let happened =
            Happened::from(EventKind::PasswordChanged).and(Session::ends_of(ended, self.stamp.time));
        Ok(Done::Changed((), self.stamp.events(&Subject::User(self.user), happened)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{World, caller, context, session_of, user};
    use roster_domain::Role;
    use roster_domain::permission::Denied;

    fn new(password: &str, chosen_by: ChosenBy) -> NewPassword {
        NewPassword { password: Some(SecretString::from(password)), chosen_by }
    }

    #[tokio::test]
    async fn the_password_is_set_and_every_session_ends() {
        let (hr, bob) = (user(1, &[Role::Hr]), user(2, &[Role::Tech]));
        for chosen_by in [ChosenBy::Other, ChosenBy::Owner] {
            let mut world = World::new().with_users(&[&hr, &bob]).with_plain_passwords();
            world.tx.credentials_mut.expect_set_password().once().returning(move |_, _, record| {
                assert_eq!(record.chosen_by, chosen_by);
                Ok(())
            });
            let session = session_of(&bob);
            world.tx.sessions_mut.expect_end_all().once().returning(move |_, _, but| {
                assert_eq!(but, None);
                Ok(vec![session.clone()])
            });
            let (ports, store) = world.ports();
            let new = new("a brand new password", chosen_by);
            set_password(&ports, &caller(&hr), &context(), Some(bob.id), new).await.unwrap();
            let names: Vec<&str> = store.events().iter().map(|event| event.kind.name()).collect();
            assert_eq!(names, ["password.changed", "session.ended"]);
        }
    }

    #[tokio::test]
    async fn ones_own_password_is_changed_elsewhere_and_another_needs_an_administrator() {
        let (hr, ada) = (user(1, &[Role::Hr]), user(2, &[Role::Tech]));
        let (ports, _) = World::new().ports();
        for (who, whose, denied) in [(&hr, &hr, Denied::NotForOneself), (&ada, &hr, Denied::InsufficientRole)]
        {
            let new = new("a brand new password", ChosenBy::Other);
            let failure =
                set_password(&ports, &caller(who), &context(), Some(whose.id), new).await.unwrap_err();
            assert!(matches!(failure, Failure::Refused(Refused::Denied(told)) if told == denied));
        }
    }

    #[tokio::test]
    async fn what_is_wrong_with_the_password_is_told_before_that_there_is_nobody() {
        let (hr, nobody) = (user(1, &[Role::Hr]), user(2, &[Role::Tech]));
        for (password, faulty) in [("short", true), ("a brand new password", false)] {
            let (ports, _) = World::new().with_users(&[&hr]).ports();
            let new = new(password, ChosenBy::Other);
            let failure =
                set_password(&ports, &caller(&hr), &context(), Some(nobody.id), new).await.unwrap_err();
            let Failure::Refused(refused) = failure else { panic!("{failure:?}") };
            assert_eq!(matches!(refused, Refused::Invalid(_)), faulty);
            assert_eq!(matches!(refused, Refused::NotFound), !faulty);
        }
    }
}
