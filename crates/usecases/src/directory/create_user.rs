use roster_domain::permission::{Caller, CreateUser, Target, permit};
use roster_domain::{Actor, DirectoryEntry, EventKind, NewUser, Password, SignIns, Subject, UserId};
use roster_ports::{ChosenBy, Done, PasswordRecord};
use secrecy::SecretString;

use super::Profile;
use crate::refused::denied;
use crate::sign_in::caller_now;
use crate::{Failure, Ports, RequestContext};

/// Creates a person with a first password, which counts as temporary: somebody else chose it.
pub async fn create_user(
    ports: &Ports,
    caller: &Caller,
    context: &RequestContext,
    new: NewUser,
    password: &Password,
) -> Result<Profile, Failure> {
    permit::<CreateUser>(Target::Another, caller)?;
    let hash = ports.passwords.hash(SecretString::from(password.reveal())).await?;
    let record = PasswordRecord { hash, chosen_by: ChosenBy::Other };

    let stamp = context.stamp(ports, Actor::Principal(caller.principal.id()));
    let user = new.into_user(UserId::new(ports.ids.uuid()), stamp.time);
    let events = stamp.event(Subject::User(user.id), EventKind::UserCreated { roles: user.roles });
    let asking = caller.clone();
    let user = ports
        .store
        .write(move |tx| {
            let caller = caller_now(tx, &asking)?;
            let may_create = permit::<CreateUser>(Target::Another, &caller).map_err(denied)?;
            tx.users_mut().insert(&may_create, &user)?;
            tx.credentials_mut().set_password(&may_create.into(), user.id, &record)?;
            Ok(Done::Changed(user.clone(), events.clone()))
        })
        .await?;
    Ok(Profile::seen_by(caller, DirectoryEntry { user, sign_ins: SignIns::default() }))
}
