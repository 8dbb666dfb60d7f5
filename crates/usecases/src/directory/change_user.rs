use roster_domain::permission::{AdministerUser, Caller, ChangeUser, Target, permit};
use roster_domain::{
    Actor, Administration, DirectoryEntry, Email, Fault, Session, Stamp, Status, Subject, User, UserChange,
    UserId,
};
use roster_ports::{Abort, Done, WriteTx};
use secrecy::SecretString;

use super::{Profile, keep_an_administrator, target_of};
use crate::refused::{denied, refuse};
use crate::sign_in::{Authenticated, PasswordProof, caller_now, prove_password};
use crate::{Failure, Place, Ports, Refused, RequestContext};

/// What to change of a person.
#[derive(Debug, Clone, Default)]
pub struct UserChanges {
    /// What people may change of themselves.
    pub change: UserChange,
    /// What only administrators may change; `None` where nothing of it was asked for, not even what already holds.
    pub administration: Option<Administration>,
    /// Proof of the caller's own password, which a changed own address needs.
    pub proof: Option<PasswordProof>,
}

/// Changes a person: oneself, or, as an administrator, anyone.
pub async fn change_user(
    ports: &Ports,
    caller: &Caller,
    context: &RequestContext,
    user: Option<UserId>,
    changes: UserChanges,
) -> Result<Profile, Failure> {
    let target = target_of(caller, user);
    permit::<ChangeUser>(target, caller)?;
    if changes.administration.is_some() {
        permit::<AdministerUser>(target, caller)?;
    }
    let user = user.ok_or(Refused::NotFound)?;
    let stamp = context.stamp(ports, Actor::Principal(caller.principal.id()));
    let (asking, context) = (caller.clone(), context.clone());
    let entry = ports.store.write(move |tx| change(tx, &asking, &context, user, &changes, &stamp)).await?;
    Ok(Profile::seen_by(caller, entry))
}

fn change(
    tx: &mut dyn WriteTx,
    caller: &Caller,
    context: &RequestContext,
    id: UserId,
    changes: &UserChanges,
    stamp: &Stamp,
) -> Result<Done<DirectoryEntry>, Abort<Refused>> {
    let caller = caller_now(tx, caller)?;
    let target = caller.target(id);
    let may_change = permit::<ChangeUser>(target, &caller).map_err(denied)?;
    let Some(DirectoryEntry { user: before, sign_ins }) = tx.users().entry(id)? else {
        return refuse(Refused::NotFound);
    };
    own_address_is_proven(tx, target, &before, changes)?;
    if !context.expected_version.admits(before.version) {
        return refuse(Refused::VersionMismatch);
    }
    let mut after = before.clone().changed(changes.change.clone());
    let mut may_end_sessions = None;
    if let Some(administration) = &changes.administration {
        let may_administer = permit::<AdministerUser>(target, &caller).map_err(denied)?;
        after = after.administered(&may_administer, administration.clone());
        may_end_sessions = Some((&may_administer).into()).filter(|_| is_disabled(&before, &after));
    }
    keep_an_administrator(tx, &before, Some(&after))?;
    let Some((user, happened)) = after.changed_since(&before, stamp.time) else {
        return Ok(Done::Unchanged(DirectoryEntry { user: before, sign_ins }));
    };
    tx.users_mut().update(&may_change, &user)?;
    let ended = match may_end_sessions {
        Some(permit) => tx.sessions_mut().end_all(&permit, id, None)?,
        None => Vec::new(),
    };
    let happened = happened.and(Session::ends_of(ended, stamp.time));
    let events = stamp.events(&Subject::User(id), happened);
    Ok(Done::Changed(DirectoryEntry { user, sign_ins }, events))
}

/// Whether somebody is shut out. Their sessions end with that: none may come back to life when they are let in again.
fn is_disabled(before: &User, after: &User) -> bool {
    before.status == Status::Enabled && after.status == Status::Disabled
}

/// Proves the caller's own password where this address would change theirs; `Ok(None)` where no proof is needed.
///
/// Whoever holds a stolen token must not be able to take the account over by changing its address.
pub async fn prove_own_address(
    ports: &Ports,
    authenticated: &Authenticated,
    context: &RequestContext,
    user: Option<UserId>,
    email: &Email,
    password: Option<SecretString>,
) -> Result<Result<Option<PasswordProof>, Fault>, Failure> {
    let own = authenticated.user.as_ref().filter(|own| user == Some(own.id) && own.email != *email);
    let Some(own) = own else { return Ok(Ok(None)) };
    let Some(password) = password else { return Ok(Err(Fault::Required)) };
    let proof = prove_password(ports, context, own, password).await?;
    Ok(proof.map(Some).ok_or(Fault::WrongPassword))
}

/// The same rule inside the write, by what it sees.
fn own_address_is_proven(
    tx: &mut dyn WriteTx,
    target: Target,
    user: &User,
    changes: &UserChanges,
) -> Result<(), Abort<Refused>> {
    let changes_address = changes.change.email.as_ref().is_some_and(|email| *email != user.email);
    if target == Target::Another || !changes_address {
        return Ok(());
    }
    let fault = match &changes.proof {
        None => Fault::Required,
        Some(proof) if proof.holds(tx, user.id)? => return Ok(()),
        Some(_) => Fault::WrongPassword,
    };
    refuse(Refused::Invalid(vec![(Place::CurrentPassword, fault)]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{World, authenticated, caller, context, email, password, session_of, user};
    use roster_domain::permission::Denied;
    use roster_domain::{Role, Roles};

    fn administering(administration: Administration) -> UserChanges {
        UserChanges { administration: Some(administration), ..UserChanges::default() }
    }

    fn readdressed() -> UserChange {
        UserChange { email: Some(email("new@example.org")), ..UserChange::default() }
    }

    #[tokio::test]
    async fn only_administrators_change_roles_even_to_what_they_are() {
        let ada = user(1, &[Role::Tech]);
        let (ports, _) = World::new().ports();
        let same = Administration { roles: Some(ada.roles), ..Administration::default() };
        let failure = change_user(&ports, &caller(&ada), &context(), Some(ada.id), administering(same))
            .await
            .unwrap_err();
        assert!(matches!(failure, Failure::Refused(Refused::Denied(Denied::InsufficientRole))));
    }

    #[tokio::test]
    async fn the_last_administrator_is_neither_demoted_nor_disabled() {
        let hr = user(1, &[Role::Hr]);
        let demoted = Administration { roles: Roles::of([Role::Tech]), ..Administration::default() };
        let disabled = Administration { status: Some(Status::Disabled), ..Administration::default() };
        for change in [demoted, disabled] {
            let mut world = World::new().with_users(&[&hr]);
            world.tx.users.expect_another_administrator().returning(|_| Ok(false));
            let (ports, _) = world.ports();
            let failure = change_user(&ports, &caller(&hr), &context(), Some(hr.id), administering(change))
                .await
                .unwrap_err();
            assert!(matches!(failure, Failure::Refused(Refused::LastAdministrator)));
        }
    }

    #[tokio::test]
    async fn an_administrator_may_go_when_another_stays() {
        let hr = user(1, &[Role::Hr]);
        let mut world = World::new().with_users(&[&hr]);
        world.tx.users.expect_another_administrator().returning(|_| Ok(true));
        world.tx.users_mut.expect_update().once().returning(|_, _| Ok(()));
        let (ports, store) = world.ports();
        let demoted = Administration { roles: Roles::of([Role::Tech]), ..Administration::default() };
        change_user(&ports, &caller(&hr), &context(), Some(hr.id), administering(demoted)).await.unwrap();
        assert_eq!(store.events().first().unwrap().kind.name(), "user.roles_changed");
    }

    #[tokio::test]
    async fn whoever_is_disabled_is_signed_out_for_good() {
        let (hr, bob) = (user(1, &[Role::Hr]), user(2, &[Role::Tech]));
        let mut world = World::new().with_users(&[&hr, &bob]);
        world.tx.users_mut.expect_update().once().returning(|_, _| Ok(()));
        let session = session_of(&bob);
        world.tx.sessions_mut.expect_end_all().once().returning(move |_, user, but| {
            assert_eq!((user, but), (session.user, None));
            Ok(vec![session.clone()])
        });
        let (ports, store) = world.ports();
        let disabled = Administration { status: Some(Status::Disabled), ..Administration::default() };
        change_user(&ports, &caller(&hr), &context(), Some(bob.id), administering(disabled)).await.unwrap();
        let names: Vec<&str> = store.events().iter().map(|event| event.kind.name()).collect();
        assert_eq!(names, ["user.disabled", "session.ended"]);
    }

    #[tokio::test]
    async fn an_own_address_changes_only_with_proof_of_the_password() {
        let hr = user(1, &[Role::Hr]);
        let mut world = World::new().with_users(&[&hr]).with_plain_passwords().with_endless_tries();
        world.tx.credentials.expect_password().returning(|_| Ok(Some(password("right"))));
        world.tx.users_mut.expect_update().once().returning(|_, _| Ok(()));
        let (ports, _) = world.ports();
        let mut changes = UserChanges { change: readdressed(), ..UserChanges::default() };
        let failure =
            change_user(&ports, &caller(&hr), &context(), Some(hr.id), changes.clone()).await.unwrap_err();
        let Failure::Refused(Refused::Invalid(faults)) = failure else { panic!("{failure:?}") };
        assert_eq!(faults, [(Place::CurrentPassword, Fault::Required)]);

        let own = authenticated(&hr);
        let address = email("new@example.org");
        for (password, expected) in [(None, Fault::Required), (Some("wrong"), Fault::WrongPassword)] {
            let password = password.map(SecretString::from);
            let proof =
                prove_own_address(&ports, &own, &context(), Some(hr.id), &address, password).await.unwrap();
            assert_eq!(proof.unwrap_err(), expected);
        }
        let right = Some(SecretString::from("right"));
        changes.proof =
            prove_own_address(&ports, &own, &context(), Some(hr.id), &address, right).await.unwrap().unwrap();
        change_user(&ports, &caller(&hr), &context(), Some(hr.id), changes).await.unwrap();
    }

    #[tokio::test]
    async fn an_administrator_changes_anothers_address_without_proof() {
        let (hr, bob) = (user(1, &[Role::Hr]), user(2, &[Role::Tech]));
        let mut world = World::new().with_users(&[&hr, &bob]);
        world.tx.users_mut.expect_update().once().returning(|_, _| Ok(()));
        let (ports, _) = world.ports();
        let changes = UserChanges { change: readdressed(), ..UserChanges::default() };
        change_user(&ports, &caller(&hr), &context(), Some(bob.id), changes).await.unwrap();
    }

    #[tokio::test]
    async fn nobody_else_changes_another() {
        let (ada, bob) = (user(1, &[Role::Tech]), user(2, &[Role::Tech]));
        let (ports, _) = World::new().ports();
        let changes = UserChanges { change: readdressed(), ..UserChanges::default() };
        let failure =
            change_user(&ports, &caller(&ada), &context(), Some(bob.id), changes).await.unwrap_err();
        assert!(matches!(failure, Failure::Refused(Refused::Denied(Denied::InsufficientRole))));
    }
}
