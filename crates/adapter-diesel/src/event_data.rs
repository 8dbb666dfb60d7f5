use chrono::SecondsFormat;
use roster_domain::{AccessChange, Actions, EventKind, Expiry, FacilityId, Instant, KeyChange, Roles};
use serde_json::{Value, json};

/// The values that an event carries, as the feed shows them: of personal fields the names alone.
pub(crate) fn event_data(kind: &EventKind) -> String {
    let data = match kind {
        EventKind::UserCreated { roles } => json!({ "roles": names(*roles) }),
        EventKind::UserUpdated { fields } => json!({ "fields": fields }),
        EventKind::UserRolesChanged { before, after } => {
            json!({ "before": names(*before), "after": names(*after) })
        }
        EventKind::UserDisabled => json!({ "before": "enabled", "after": "disabled" }),
        EventKind::UserEnabled => json!({ "before": "disabled", "after": "enabled" }),
        EventKind::SessionStarted { session, client } | EventKind::SessionEnded { session, client } => {
            json!({ "sessionId": session, "clientId": client.as_str() })
        }
        EventKind::AccessGiven(change) | EventKind::AccessRemoved(change) => access(change),
        EventKind::KeyRotated(change) => key(*change),
        EventKind::UserDeleted
        | EventKind::PasswordChanged
        | EventKind::ClientCreated
        | EventKind::ClientDisabled
        | EventKind::ClientEnabled
        | EventKind::ClientSecretRotated
        | EventKind::ClientDeleted => json!({}),
    };
    data.to_string()
}

fn names(roles: Roles) -> Vec<&'static str> {
    roles.iter().map(roster_domain::Role::as_str).collect()
}

fn access(change: &AccessChange) -> Value {
    let mut data = held(change.facility, change.after.as_ref());
    if let Value::Object(members) = &mut data {
        members.insert("before".to_owned(), held(change.facility, change.before.as_ref()));
    }
    data
}

fn held(facility: FacilityId, held: Option<&(Actions, Expiry)>) -> Value {
    let actions: Vec<&str> =
        held.iter().flat_map(|(actions, _)| actions.iter()).map(roster_domain::ActionName::as_str).collect();
    let expires_at = held.and_then(|(_, expiry)| expiry.instant()).map(shown);
    json!({ "facilityId": facility, "actions": actions, "expiresAt": expires_at })
}

fn key(change: KeyChange) -> Value {
    let (action, signs_from) = match change {
        KeyChange::Made { signs_from } => ("made", Some(signs_from)),
        KeyChange::Imported { signs_from } => ("imported", Some(signs_from)),
        KeyChange::Revoked => ("revoked", None),
    };
    json!({ "action": action, "signsFrom": signs_from.map(shown) })
}

fn shown(instant: Instant) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Millis, true)
}
