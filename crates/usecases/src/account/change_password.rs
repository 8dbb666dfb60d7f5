use roster_domain::permission::{Caller, ChangeAccount, Denied, Permit, SetPassword, Target, permit};
use roster_domain::{Actor, EventKind, Fault, Happened, PersonalWords, Session, Stamp, Subject};
use roster_ports::{Abort, ChosenBy, Done, PasswordHash, PasswordRecord, WriteTx};
use secrecy::{ExposeSecret, SecretString};

use crate::refused::{denied, refuse};
use crate::sign_in::{Authenticated, PasswordProof, prove_password, user_now};
use crate::{Failure, Place, Ports, Refused, RequestContext, values};

/// Somebody's old password, as proof, and the one that they choose instead, as sent. Both are required.
#[derive(Debug)]
pub struct PasswordChange {
    /// The proof.
    pub old: Option<SecretString>,
    /// The choice.
    pub new: Option<SecretString>,
}

/// Changes the caller's own password, and ends every other session of theirs.
pub async fn change_password(
    ports: &Ports,
    authenticated: &Authenticated,
    context: &RequestContext,
    passwords: PasswordChange,
) -> Result<(), Failure> {
    let caller = &authenticated.caller;
    permit::<ChangeAccount>(Target::Oneself, caller)?;
    let user = authenticated.user.as_ref().ok_or(Denied::NotForClients)?;
    let person =
        PersonalWords { email: &user.email, first_name: &user.first_name, last_name: &user.last_name };

    let chosen = passwords.new.ok_or(Fault::Required);
    let chosen = chosen.and_then(|new| values::password(ports, new.expose_secret(), person));
    let proof = match passwords.old {
        None => Err(Fault::Required),
        Some(old) => prove_password(ports, context, user, old).await?.ok_or(Fault::WrongPassword),
    };
    let (chosen, proof) = match (chosen, proof) {
        (Ok(chosen), Ok(proof)) => (chosen, proof),
        (chosen, proof) => return Err(Refused::Invalid(faults(proof.err(), chosen.err())).into()),
    };
    let hash = ports.passwords.hash(SecretString::from(chosen.reveal())).await?;

    let stamp = context.stamp(ports, Actor::Principal(caller.principal.id()));
    let (caller, context) = (caller.clone(), context.clone());
    let change = Change { caller, context, proof, hash, stamp };
    ports.store.write(move |tx| change.run(tx)).await?;
    Ok(())
}

fn faults(old: Option<Fault>, new: Option<Fault>) -> Vec<(Place, Fault)> {
    let (old, new) =
        (old.map(|fault| (Place::OldPassword, fault)), new.map(|fault| (Place::NewPassword, fault)));
    old.into_iter().chain(new).collect()
}

struct Change {
    caller: Caller,
    context: RequestContext,
    proof: PasswordProof,
    hash: PasswordHash,
    stamp: Stamp,
}

impl Change {
    fn run(&self, tx: &mut dyn WriteTx) -> Result<Done<()>, Abort<Refused>> {
        let permit = permit::<ChangeAccount>(Target::Oneself, &self.caller).map_err(denied)?;
        let (_, user) = user_now(tx, &self.caller)?;
        if !self.context.expected_version.admits(user.version) {
            return refuse(Refused::VersionMismatch);
        }
        if !self.proof.holds(tx, user.id)? {
            return refuse(Refused::Invalid(vec![(Place::OldPassword, Fault::WrongPassword)]));
        }
        let record = PasswordRecord { hash: self.hash.clone(), chosen_by: ChosenBy::Owner };
        let permit: Permit<SetPassword> = permit.into();
        tx.credentials_mut().set_password(&permit, user.id, &record)?;
        let ended = tx.sessions_mut().end_all(&(&permit).into(), user.id, self.caller.session)?;
        let happened =
            Happened::from(EventKind::PasswordChanged).and(Session::ends_of(ended, self.stamp.time));
        Ok(Done::Changed((), self.stamp.events(&Subject::User(user.id), happened)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{World, authenticated, context, password, session_of, user};
    use roster_domain::{Role, User};

    const OLD: &str = "the old password!";
    const NEW: &str = "a brand new password";

    fn change(old: &str, new: &str) -> PasswordChange {
        PasswordChange { old: Some(SecretString::from(old)), new: Some(SecretString::from(new)) }
    }

    fn knowing(ada: &User, hash: &'static str) -> World {
        let mut world = World::new().with_users(&[ada]).with_plain_passwords().with_endless_tries();
        world.tx.credentials.expect_password().returning(move |_| Ok(Some(password(hash))));
        world
    }

    #[tokio::test]
    async fn the_new_password_is_the_owners_and_ends_every_other_session() {
        let ada = user(1, &[Role::Tech]);
        let mut world = knowing(&ada, OLD);
        let other = session_of(&user(9, &[Role::Tech]));
        world.tx.credentials_mut.expect_set_password().once().returning(|_, _, record| {
            assert_eq!((record.hash.0.as_str(), record.chosen_by), (NEW, ChosenBy::Owner));
            Ok(())
        });
        let own = session_of(&ada).id;
        world.tx.sessions_mut.expect_end_all().once().returning(move |_, _, but| {
            assert_eq!(but, Some(own));
            Ok(vec![other.clone()])
        });
        let (ports, store) = world.ports();
        change_password(&ports, &authenticated(&ada), &context(), change(OLD, NEW)).await.unwrap();
        let names: Vec<&str> = store.events().iter().map(|event| event.kind.name()).collect();
        assert_eq!(names, ["password.changed", "session.ended"]);
    }

    #[tokio::test]
    async fn all_faults_are_told_at_once() {
        let ada = user(1, &[Role::Tech]);
        let (ports, _) = knowing(&ada, OLD).ports();
        let failure = change_password(&ports, &authenticated(&ada), &context(), change("wrong", "short"))
            .await
            .unwrap_err();
        let Failure::Refused(Refused::Invalid(faults)) = failure else { panic!("{failure:?}") };
        assert_eq!(
            faults,
            [(Place::OldPassword, Fault::WrongPassword), (Place::NewPassword, Fault::TooShort { min: 15 })]
        );
    }

    #[tokio::test]
    async fn a_missing_proof_does_not_hide_what_is_wrong_with_the_choice() {
        let ada = user(1, &[Role::Tech]);
        let (ports, _) = World::new().ports();
        let missing = PasswordChange { old: None, new: Some(SecretString::from("short")) };
        let failure = change_password(&ports, &authenticated(&ada), &context(), missing).await.unwrap_err();
        let Failure::Refused(Refused::Invalid(faults)) = failure else { panic!("{failure:?}") };
        assert_eq!(
            faults,
            [(Place::OldPassword, Fault::Required), (Place::NewPassword, Fault::TooShort { min: 15 })]
        );
    }

    #[tokio::test]
    async fn a_password_changed_meanwhile_makes_the_proof_void() {
        let ada = user(1, &[Role::Tech]);
        let mut world = World::new().with_users(&[&ada]).with_plain_passwords().with_endless_tries();
        let mut reads = 0;
        world.tx.credentials.expect_password().returning(move |_| {
            reads += 1;
            Ok(Some(password(if reads == 1 { OLD } else { "another by now" })))
        });
        let (ports, _) = world.ports();
        let failure =
            change_password(&ports, &authenticated(&ada), &context(), change(OLD, NEW)).await.unwrap_err();
        assert!(matches!(failure, Failure::Refused(Refused::Invalid(_))));
    }
}
