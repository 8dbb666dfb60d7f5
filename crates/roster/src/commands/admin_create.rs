use clap::Args;
use roster_domain::{Fault, Password, PersonName, PersonalWords};
use roster_usecases::setup::{Administrator, NewAdministrator, make_administrator};
use roster_usecases::{Ports, RequestContext, values};
use serde_json::json;

use super::{block_on, world};
use crate::settings::Settings;
use crate::{Output, Stop, new_password};

/// Who shall administer.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The e-mail address.
    #[arg(long)]
    email: String,
    /// The first name.
    #[arg(long)]
    first_name: String,
    /// The last name.
    #[arg(long)]
    last_name: String,
    /// Make a random password and print it this once, instead of reading one from standard input.
    #[arg(long)]
    generate_password: bool,
}

/// Makes an administrator, or restores one.
pub(super) fn run(arguments: Arguments, settings: &Settings, output: Output) -> Result<(), Stop> {
    block_on(async {
        let ports = world(settings).await?.ports;
        let generate = arguments.generate_password;
        let new = arguments.read(&ports)?;
        let person =
            PersonalWords { email: &new.email, first_name: &new.first_name, last_name: &new.last_name };
        let password = if generate {
            new_password::random(&ports, person)?
        } else {
            new_password::typed(&ports, person)?
        };
        let made = make_administrator(&ports, &RequestContext::fresh(&ports), new, &password).await?;
        tell(&made, generate.then_some(&password), output)
    })
}

impl Arguments {
    fn read(self, ports: &Ports) -> Result<NewAdministrator, Stop> {
        let wrong = |flag: &str| {
            let flag = flag.to_owned();
            move |fault: Fault| Stop::Usage(format!("{flag} {fault}"))
        };
        Ok(NewAdministrator {
            email: values::email(ports, &self.email).map_err(wrong("--email"))?,
            first_name: self.first_name.parse::<PersonName>().map_err(wrong("--first-name"))?,
            last_name: self.last_name.parse::<PersonName>().map_err(wrong("--last-name"))?,
        })
    }
}

fn tell(made: &Administrator, generated: Option<&Password>, output: Output) -> Result<(), Stop> {
    let (word, user) = match made {
        Administrator::Created(user) => ("created", user),
        Administrator::Restored(user) => ("restored", user),
    };
    let text = format!("{word} the administrator {} ({})", user.email, user.id);
    let id = user.id.to_string();
    match generated.map(Password::reveal) {
        None => output.say(&text, &json!({ "id": id, "email": user.email.as_str(), "outcome": word })),
        Some(password) => output.say(
            &format!("{text}\npassword: {password}"),
            &json!({ "id": id, "email": user.email.as_str(), "outcome": word, "password": password }),
        ),
    }
}
