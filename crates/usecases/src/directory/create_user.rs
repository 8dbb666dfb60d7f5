use roster_domain::permission::{Caller, CreateUser, Target, permit};
use roster_domain::{Actor, DirectoryEntry, EventKind, NewUser, Password, SignIns, Subject, UserId};
use roster_ports::{ChosenBy, Done, Outcome, PasswordRecord};
use secrecy::SecretString;

use super::Profile;
use crate::refused::denied;
use crate::sign_in::caller_now;
use crate::{Failure, Ports, Refused, RequestContext, idempotency};

/// Creates a person with a first password, which counts as temporary: somebody else chose it.
pub async fn create_user(
    ports: &Ports,
    caller: &Caller,
    context: &RequestContext,
    new: NewUser,
    password: &Password,
) -> Result<Profile, Failure> {
    permit::<CreateUser>(Target::Another, caller)?;
    let turn = ports.passwords.turn().await?;
    refuse_the_taken(ports, caller, context, &new).await?;
    let hash = ports.passwords.hash_in_turn(turn, SecretString::from(password.reveal())).await?;
    let record = PasswordRecord { hash, chosen_by: ChosenBy::Other };

    let stamp = context.stamp(ports, Actor::Principal(caller.principal.id()));
    let user = new.into_user(UserId::new(ports.ids.uuid()), stamp.time);
    let events = stamp.event(Subject::User(user.id), EventKind::UserCreated { roles: user.roles });
    let (asking, once) = (caller.clone(), context.once.clone());
    let outcome = ports
        .store
        .write(move |tx| {
            let caller = caller_now(tx, &asking)?;
            let may_create = permit::<CreateUser>(Target::Another, &caller).map_err(denied)?;
            idempotency::once(tx, once.as_ref(), stamp.time, |tx| {
                tx.users_mut().insert(&may_create, &user)?;
                tx.credentials_mut().set_password(&may_create.into(), user.id, &record)?;
                Ok(Done::Changed(Outcome::UserCreated(Box::new(user.clone())), events.clone()))
            })
        })
        .await?;
    let Outcome::UserCreated(user) = outcome else {
        return Err(Failure::Broken("an outcome of another kind is kept for this request".to_owned()));
    };
    Ok(Profile::seen_by(caller, DirectoryEntry { user: *user, sign_ins: SignIns::default() }))
}

/// Of many who create one address at once only the first is worth hashing for. What else may be wrong by now, the write
/// tells.
async fn refuse_the_taken(
    ports: &Ports,
    caller: &Caller,
    context: &RequestContext,
    new: &NewUser,
) -> Result<(), Failure> {
    let (asking, address, once) = (caller.clone(), new.email.key().clone(), context.once.clone());
    let now = ports.clock.now();
    let is_taken = ports.store.read(move |tx| {
        let may_create = caller_now(tx, &asking)
            .is_ok_and(|caller| permit::<CreateUser>(Target::Another, &caller).is_ok());
        let is_repeated = once.as_ref().map_or(Ok(false), |once| once.is_kept(tx, now))?;
        Ok(may_create && !is_repeated && tx.users().by_email(&address)?.is_some())
    });
    if is_taken.await? { Err(Refused::EmailAlreadyUsed.into()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{World, caller, chosen, context, email, user};
    use roster_domain::permission::Denied;
    use roster_domain::{Role, Roles, User};
    use roster_ports::{Conflict, StoreError, Turn};

    fn bob() -> NewUser {
        NewUser {
            email: email("bob@example.org"),
            fallback_email: None,
            first_name: "Bob".parse().unwrap(),
            last_name: "Ross".parse().unwrap(),
            description: None,
            job_title: None,
            locale: None,
            roles: Roles::from(Role::Tech),
            group_id: None,
            active_workspace: None,
        }
    }

    async fn create(ports: &Ports, by: &User) -> Result<Profile, Failure> {
        let password = chosen("happy little clouds");
        create_user(ports, &caller(by), &context(), bob(), &password).await
    }

    #[tokio::test]
    async fn a_new_person_has_a_temporary_password_and_an_event() {
        let hr = user(1, &[Role::Hr]);
        let mut world = World::new().with_users(&[&hr]).with_plain_passwords();
        world.tx.users_mut.expect_insert().once().returning(|_, _| Ok(()));
        world.tx.credentials_mut.expect_set_password().once().returning(|_, _, record| {
            assert_eq!(record.chosen_by, ChosenBy::Other);
            Ok(())
        });
        let (ports, store) = world.ports();
        let profile = create(&ports, &hr).await.unwrap();
        assert_eq!(store.events().first().unwrap().subject, Subject::User(profile.user.id));
    }

    #[tokio::test]
    async fn whoever_was_demoted_meanwhile_creates_nobody() {
        let demoted = user(1, &[Role::Tech]);
        let (ports, _) = World::new().with_users(&[&demoted]).with_plain_passwords().ports();
        let failure = create(&ports, &user(1, &[Role::Hr])).await.unwrap_err();
        assert!(matches!(failure, Failure::Refused(Refused::Denied(Denied::InsufficientRole))));
    }

    #[tokio::test]
    async fn for_an_address_in_use_nothing_is_hashed() {
        let (hr, there) = (user(1, &[Role::Hr]), user(2, &[Role::Tech]));
        let mut world = World::new().with_users(&[&hr, &there]);
        world.passwords.expect_turn().once().returning(|| Ok(Turn::held_by(())));
        let (ports, _) = world.ports();
        let new = NewUser { email: there.email.clone(), ..bob() };
        let (by, password) = (caller(&hr), chosen("happy little clouds"));
        let asked = create_user(&ports, &by, &context(), new, &password).await;
        assert!(matches!(asked, Err(Failure::Refused(Refused::EmailAlreadyUsed))));
    }

    #[tokio::test]
    async fn an_address_that_is_in_use_by_the_time_of_the_write_is_a_conflict() {
        let hr = user(1, &[Role::Hr]);
        let mut world = World::new().with_users(&[&hr]).with_plain_passwords();
        world
            .tx
            .users_mut
            .expect_insert()
            .returning(|_, _| Err(StoreError::Conflict(Conflict::EmailAlreadyUsed)));
        let (ports, store) = world.ports();
        let failure = create(&ports, &hr).await.unwrap_err();
        assert!(matches!(failure, Failure::Refused(Refused::EmailAlreadyUsed)));
        assert!(store.events().is_empty());
    }
}
