use roster_domain::permission::{CreateUser, GiveAccess, SetPassword, operator};
use roster_domain::{
    AccessChange, Actions, Actor, Client, ClientId, EventKind, Events, ExpiryChange, FacilityId, Grant,
    NewUser, Password, PrincipalId, Stamp, Subject, User, UserId,
};
use roster_ports::{Abort, ChosenBy, Done, PasswordRecord, ReadTx, Stored, UserFilter, WriteTx};
use secrecy::SecretString;

use crate::clients::NewClient;
use crate::{Failure, Ports, Refused, RequestContext};

/// An administrator, a few people, a public client and a facility, for whoever tries the service out.
#[derive(Debug)]
pub struct Playground {
    /// Who administers.
    pub administrator: PlaygroundPerson,
    /// The others.
    pub people: Vec<PlaygroundPerson>,
    /// The public client to sign in through.
    pub client: NewClient,
    /// The facility.
    pub facility: FacilityId,
    /// What the first of the others may do there.
    pub actions: Actions,
}

/// A person of the playground.
#[derive(Debug)]
pub struct PlaygroundPerson {
    /// The record.
    pub new: NewUser,
    /// The password; it counts as the owner's own choice.
    pub password: Password,
}

/// An id for the facility of a playground.
pub fn new_facility(ports: &Ports) -> FacilityId {
    FacilityId::new(ports.ids.uuid())
}

/// Whether nobody is in the database, and no client of this id.
pub async fn is_untouched(ports: &Ports, client: ClientId) -> Result<bool, Failure> {
    Ok(ports.store.read(move |tx| untouched(tx, &client)).await?)
}

fn untouched(tx: &mut dyn ReadTx, client: &ClientId) -> Stored<bool> {
    Ok(tx.users().count(&UserFilter::default())? == 0 && tx.clients().client(client)?.is_none())
}

/// Makes the playground in one transaction on an empty database; answers `false` and does nothing on any other.
pub async fn make_playground(
    ports: &Ports,
    context: &RequestContext,
    playground: Playground,
) -> Result<bool, Failure> {
    let stamp = context.stamp(ports, Actor::System);
    let administrator = resident(ports, playground.administrator, &stamp).await?;
    let mut people = Vec::new();
    for person in playground.people {
        people.push(resident(ports, person, &stamp).await?);
    }
    let client = playground.client.into_client(stamp.time);
    let (facility, actions) = (playground.facility, playground.actions);
    let plan = Plan { administrator, people, client, facility, actions, stamp };
    Ok(ports.store.write(move |tx| plan.run(tx)).await?)
}

struct Resident {
    user: User,
    password: PasswordRecord,
}

async fn resident(ports: &Ports, person: PlaygroundPerson, stamp: &Stamp) -> Result<Resident, Failure> {
    let hash = ports.passwords.hash(SecretString::from(person.password.reveal())).await?;
    let user = person.new.into_user(UserId::new(ports.ids.uuid()), stamp.time);
    Ok(Resident { user, password: PasswordRecord { hash, chosen_by: ChosenBy::Owner } })
}

struct Plan {
    administrator: Resident,
    people: Vec<Resident>,
    client: Client,
    facility: FacilityId,
    actions: Actions,
    stamp: Stamp,
}

impl Plan {
    fn run(&self, tx: &mut dyn WriteTx) -> Result<Done<bool>, Abort<Refused>> {
        if !untouched(tx, &self.client.id)? {
            return Ok(Done::Unchanged(false));
        }
        let mut happened = Vec::new();
        for Resident { user, password } in std::iter::once(&self.administrator).chain(&self.people) {
            tx.users_mut().insert(&operator::<CreateUser>(), user)?;
            tx.credentials_mut().set_password(&operator::<SetPassword>(), user.id, password)?;
            happened.push((Subject::User(user.id), EventKind::UserCreated { roles: user.roles }));
        }
        tx.clients_mut().insert(&self.client, None)?;
        if let Some(guest) = self.people.first() {
            happened.push(self.give(tx, guest.user.id)?);
        }
        let registered = (Subject::Client(self.client.id.clone()), EventKind::ClientCreated);
        let Events(first, mut others) = self.stamp.events_of(registered, happened);
        // Whoever gave is told, as what is on record names them.
        let giving = others.iter_mut().filter(|event| matches!(event.kind, EventKind::AccessGiven(_)));
        giving.for_each(|event| event.actor = Actor::Principal(self.giver()));
        Ok(Done::Changed(true, Events(first, others)))
    }

    const fn giver(&self) -> PrincipalId {
        PrincipalId::User(self.administrator.user.id)
    }

    fn give(&self, tx: &mut dyn WriteTx, guest: UserId) -> Result<(Subject, EventKind), Abort<Refused>> {
        let grant = Grant::given(None, &self.actions, ExpiryChange::Keep, self.giver(), self.stamp.time);
        tx.access_mut().give(&operator::<GiveAccess>(), guest, self.facility, &grant)?;
        let change = AccessChange::between(self.facility, None, Some(&grant));
        Ok((Subject::User(guest), EventKind::AccessGiven(change)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{World, chosen, context, email};
    use roster_domain::{ClientKind, GrantType, GrantTypes, Role, Roles, Scopes, Trust};

    fn person(name: &str, role: Role) -> PlaygroundPerson {
        let new = NewUser {
            email: email(&format!("{name}@example.org")),
            fallback_email: None,
            first_name: name.parse().unwrap(),
            last_name: "Test".parse().unwrap(),
            description: None,
            job_title: None,
            locale: None,
            roles: Roles::from(role),
            group_id: None,
            active_workspace: None,
        };
        PlaygroundPerson { new, password: chosen("happy little clouds") }
    }

    fn playground() -> Playground {
        Playground {
            administrator: person("ada", Role::Board),
            people: vec![person("bob", Role::Tech), person("cy", Role::Com)],
            client: NewClient {
                id: "app".parse().unwrap(),
                kind: ClientKind::Public,
                trust: Trust::Untrusted,
                grants: GrantTypes::of([GrantType::Password]),
                scopes: Scopes::ALL,
            },
            facility: FacilityId::new(uuid::Uuid::nil()),
            actions: Actions::of(["read".parse().unwrap()]).unwrap(),
        }
    }

    #[tokio::test]
    async fn an_empty_database_is_filled_in_one_go() {
        let mut world = World::new().with_plain_passwords();
        world.tx.users.expect_count().returning(|_| Ok(0));
        world.tx.clients.expect_client().returning(|_| Ok(None));
        world.tx.users_mut.expect_insert().times(3).returning(|_, _| Ok(()));
        world.tx.credentials_mut.expect_set_password().times(3).returning(|_, _, _| Ok(()));
        world.tx.clients_mut.expect_insert().once().returning(|_, _| Ok(()));
        world.tx.access_mut.expect_give().once().returning(|_, _, _, _| Ok(()));
        let (ports, store) = world.ports();
        assert!(make_playground(&ports, &context(), playground()).await.unwrap());
        let ids: std::collections::HashSet<_> = store.events().iter().map(|event| event.id).collect();
        assert_eq!(ids.len(), 5);
    }

    #[tokio::test]
    async fn a_database_in_use_is_left_alone() {
        let mut world = World::new().with_plain_passwords();
        world.tx.users.expect_count().returning(|_| Ok(1));
        let (ports, store) = world.ports();
        assert!(!make_playground(&ports, &context(), playground()).await.unwrap());
        assert!(store.events().is_empty());
    }
}
