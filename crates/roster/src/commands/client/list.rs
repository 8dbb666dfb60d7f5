use roster_domain::{Client, ClientKind, GrantType, Scope, Status, Trust};
use roster_usecases::clients::list_clients;
use serde_json::{Value, json};

use crate::commands::{block_on, time, world};
use crate::settings::Settings;
use crate::{Output, Stop};

/// Lists the clients; no secret is in the list.
pub(super) fn run(settings: &Settings, output: Output) -> Result<(), Stop> {
    block_on(async {
        let ports = world(settings).await?.ports;
        let clients = list_clients(&ports).await?;
        let text: Vec<String> = clients.iter().map(line).collect();
        let text = if text.is_empty() { "there is no client".to_owned() } else { text.join("\n") };
        output.say(&text, &Value::Array(clients.iter().map(row).collect()))
    })
}

fn line(client: &Client) -> String {
    let kind = match client.kind {
        ClientKind::Public => "public",
        ClientKind::Confidential => "confidential",
    };
    let trusted = if client.trust == Trust::Trusted { ", trusted" } else { "" };
    let disabled = if client.status == Status::Disabled { ", DISABLED" } else { "" };
    let grants = grants(client).join(" ");
    format!("{}: {kind}{trusted}{disabled}; grants {grants}; scopes {}", client.id, client.scopes)
}

fn row(client: &Client) -> Value {
    let scopes: Vec<&str> = client.scopes.iter().map(Scope::as_str).collect();
    json!({
        "client_id": client.id.as_str(),
        "public": client.kind == ClientKind::Public,
        "trusted": client.trust == Trust::Trusted,
        "grants": grants(client),
        "scopes": scopes,
        "disabled": client.status == Status::Disabled,
        "created_at": time(client.created_at),
    })
}

fn grants(client: &Client) -> Vec<&'static str> {
    client.grants.iter().map(GrantType::as_str).collect()
}
