use clap::Args;
use roster_domain::{Password, PersonalWords};
use roster_usecases::setup::{person_of, set_password_of};
use roster_usecases::{Failure, Refused, RequestContext, values};
use serde_json::json;

use super::{block_on, world};
use crate::settings::Settings;
use crate::{Output, Stop, new_password};

/// Whose password to set.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The e-mail address.
    #[arg(long)]
    email: String,
    /// Make a random password and print it this once, instead of reading one from standard input.
    #[arg(long)]
    generate_password: bool,
}

/// Sets the password of a person, and ends all of their sessions.
pub(super) fn run(arguments: &Arguments, settings: &Settings, output: Output) -> Result<(), Stop> {
    block_on(async {
        let ports = world(settings).await?.ports;
        let email = values::email(&ports, &arguments.email)
            .map_err(|fault| Stop::Usage(format!("--email {fault}")))?;
        let user = person_of(&ports, email.key().clone()).await.map_err(refused)?;
        let person =
            PersonalWords { email: &user.email, first_name: &user.first_name, last_name: &user.last_name };
        let password = if arguments.generate_password {
            new_password::random(&ports, person)?
        } else {
            new_password::typed(&ports, person)?
        };
        let context = RequestContext::fresh(&ports);
        set_password_of(&ports, &context, &user, &password).await.map_err(refused)?;
        let text = format!("set the password of {} ({}), who is told to change it", user.email, user.id);
        let generated = arguments.generate_password.then_some(&password).map(Password::reveal);
        let (id, email) = (user.id.to_string(), user.email.as_str());
        match generated {
            None => output.say(&text, &json!({ "id": id, "email": email })),
            Some(password) => output.say(
                &format!("{text}\npassword: {password}"),
                &json!({ "id": id, "email": email, "password": password }),
            ),
        }
    })
}

fn refused(failure: Failure) -> Stop {
    match failure {
        Failure::Refused(Refused::NotFound) => Stop::Failure("there is nobody with this address".to_owned()),
        other => other.into(),
    }
}
