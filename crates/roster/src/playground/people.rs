use roster_domain::{
    Actions, ClientKind, Fault, GrantType, GrantTypes, NewUser, Password, PersonalWords, Role, Roles, Scopes,
    Trust,
};
use roster_usecases::clients::NewClient;
use roster_usecases::setup::{Playground, PlaygroundPerson, new_facility};
use roster_usecases::{Ports, values};

use super::CLIENT;
use super::bootstrap::{Bootstrap, SignIn};
use crate::{Stop, new_password};

/// First name, last name, address, roles.
type Cast = (&'static str, &'static str, &'static str, &'static [Role]);

const ADMINISTRATOR: Cast = ("Robin", "Doe", "admin@example.org", &[Role::Board]);
const PEOPLE: [Cast; 3] = [
    ("Inès", "Moreau", "ines.moreau@example.org", &[Role::Tech]),
    ("Jonas", "Weber", "jonas.weber@example.org", &[Role::Finance, Role::Com]),
    ("Amara", "Okafor", "amara.okafor@example.org", &[Role::Business]),
];
const ACTIONS: [&str; 2] = ["cameras:read", "doors:open"];

/// The playground, and the sign-ins to write down before it is made.
pub(super) fn draw_up(ports: &Ports) -> Result<(Playground, Bootstrap), Stop> {
    let administrator = person(ports, ADMINISTRATOR)?;
    let people = PEOPLE.into_iter().map(|cast| person(ports, cast)).collect::<Result<Vec<_>, _>>()?;
    let facility = new_facility(ports);
    let bootstrap = Bootstrap {
        administrator: sign_in(&administrator),
        people: people.iter().map(sign_in).collect(),
        client: CLIENT.to_owned(),
        facility: facility.to_string(),
    };
    let client = client().map_err(Stop::failure)?;
    let actions = actions().map_err(Stop::failure)?;
    Ok((Playground { administrator, people, client, facility, actions }, bootstrap))
}

fn person(ports: &Ports, cast: Cast) -> Result<PlaygroundPerson, Stop> {
    let new = new_user(ports, cast).map_err(Stop::failure)?;
    let words = PersonalWords { email: &new.email, first_name: &new.first_name, last_name: &new.last_name };
    let password: Password = new_password::random(ports, words)?;
    Ok(PlaygroundPerson { new, password })
}

fn new_user(ports: &Ports, (first, last, email, roles): Cast) -> Result<NewUser, Fault> {
    Ok(NewUser {
        email: values::email(ports, email)?,
        fallback_email: None,
        first_name: first.parse()?,
        last_name: last.parse()?,
        description: None,
        job_title: None,
        locale: None,
        roles: Roles::of(roles.iter().copied()).ok_or(Fault::Empty)?,
        group_id: None,
        active_workspace: None,
    })
}

fn sign_in(person: &PlaygroundPerson) -> SignIn {
    SignIn::new(person.new.email.as_str(), person.password.reveal())
}

/// First-party and public: it signs people in with their own password, and may ask for whatever they may do.
fn client() -> Result<NewClient, Fault> {
    Ok(NewClient {
        id: CLIENT.parse()?,
        kind: ClientKind::Public,
        trust: Trust::Untrusted,
        grants: GrantTypes::of([GrantType::Password, GrantType::RefreshToken]),
        scopes: Scopes::ALL,
    })
}

fn actions() -> Result<Actions, Fault> {
    let names = ACTIONS.into_iter().map(str::parse).collect::<Result<Vec<_>, _>>()?;
    Actions::of(names).ok_or(Fault::Empty)
}
