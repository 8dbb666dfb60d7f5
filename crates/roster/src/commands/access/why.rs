use clap::Args;
use roster_domain::{ActionName, Actions, FacilityId, Grant, Instant, Status};
use roster_usecases::decisions::{Explanation, Whom, explain};
use roster_usecases::{Ports, values};
use serde_json::{Value, json};
use std::str::FromStr;

use crate::commands::{block_on, time, world};
use crate::settings::Settings;
use crate::{Output, Stop};

/// Which decision to explain.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The person: an id or an e-mail address.
    #[arg(long)]
    user: String,
    /// The facility: a UUID.
    #[arg(long)]
    facility: String,
    /// What the person would do.
    #[arg(long)]
    action: String,
    /// The moment, which has gone by: an RFC 3339 time. Now, where it is absent.
    #[arg(long)]
    at: Option<String>,
}

/// Tells a decision and what it rests on.
pub(super) fn run(arguments: &Arguments, settings: &Settings, output: Output) -> Result<(), Stop> {
    let facility: FacilityId = parsed("--facility", &arguments.facility)?;
    let action: ActionName = parsed("--action", &arguments.action)?;
    block_on(async {
        let ports = world(settings).await?.ports;
        let whom = whom(&ports, &arguments.user)?;
        let then = arguments.at.as_deref().map(|text| values::past(&ports, text)).transpose();
        let then = then.map_err(|fault| Stop::Usage(format!("--at {fault}")))?;
        let told = explain(&ports, whom, facility, &action, then).await?;
        let lines = [verdict(&told, facility, &action), basis(&told)].join("\n");
        output.say(&lines, &document(&told, facility, &action))
    })
}

fn parsed<T: FromStr<Err = roster_domain::Fault>>(name: &str, text: &str) -> Result<T, Stop> {
    text.parse().map_err(|fault| Stop::Usage(format!("{name} {fault}")))
}

fn whom(ports: &Ports, text: &str) -> Result<Whom, Stop> {
    if let Ok(id) = text.parse() {
        return Ok(Whom::Id(id));
    }
    let email = values::email(ports, text);
    let email = email.map_err(|_| Stop::Usage("--user must be the id of a user or an address".to_owned()))?;
    Ok(Whom::Address(email.key().clone()))
}

fn verdict(told: &Explanation, facility: FacilityId, action: &ActionName) -> String {
    let who = match &told.user {
        Some((id, email)) => format!("{email} ({id})"),
        None => "nobody".to_owned(),
    };
    let at = time(told.at);
    match told.decision {
        Ok(()) => format!("allowed: {who}, {action} at {facility}, at {at}"),
        Err(denial) => {
            format!("denied ({}): {who}, {action} at {facility}, at {at}: {denial}", denial.code())
        }
    }
}

/// What was on record: without it, what is missing.
fn basis(told: &Explanation) -> String {
    let Some(holding) = &told.holding else { return "there is no such user now".to_owned() };
    let status = match holding.status {
        Status::Enabled => "the user is enabled",
        Status::Disabled => "the user is disabled",
    };
    match told.grant() {
        None => format!("{status}; there is no grant at this facility"),
        Some(grant) => format!("{status}; {}", grant_line(grant, told.at)),
    }
}

fn grant_line(grant: &Grant, at: Instant) -> String {
    let (kind, id, given) = (grant.granted_by.kind(), grant.granted_by.id(), time(grant.granted_at));
    let until = match grant.expiry.instant() {
        None => "without end".to_owned(),
        Some(end) if grant.expiry.is_over(at) => format!("until {}, which was over", time(end)),
        Some(end) => format!("until {}", time(end)),
    };
    format!(
        "the grant names {}, last given by {kind} {id} on {given}, {until}",
        names(&grant.actions).join(", ")
    )
}

fn names(actions: &Actions) -> Vec<String> {
    actions.iter().map(ToString::to_string).collect()
}

fn document(told: &Explanation, facility: FacilityId, action: &ActionName) -> Value {
    let reasons: Vec<&str> = told.decision.err().iter().map(|denial| denial.code()).collect();
    let grant = told.grant().map(|grant| {
        json!({
            "actions": names(&grant.actions),
            "expires_at": grant.expiry.instant().map(time),
            "granted_by": { "type": grant.granted_by.kind(), "id": grant.granted_by.id() },
            "granted_at": time(grant.granted_at),
        })
    });
    json!({
        "decision": told.decision.is_ok(),
        "reasons": reasons,
        "user": told.user.as_ref().map(|(id, email)| json!({ "id": id.to_string(), "email": email.as_str() })),
        "facility": facility.to_string(),
        "action": action.as_str(),
        "at": time(told.at),
        "disabled": told.holding.as_ref().map(|holding| holding.status == Status::Disabled),
        "grant": grant,
    })
}
