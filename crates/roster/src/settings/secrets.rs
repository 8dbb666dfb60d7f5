//! Reads secrets, from the setting itself or from the file that it names.

use roster_adapter_crypto::MasterSecrets;
use secrecy::{ExposeSecret, SecretString};
use std::path::Path;

use super::given::{Given, Value};
use super::{Key, SettingsError, Slot};
use crate::secret_file;

/// The master secrets, where given.
pub(super) fn master(given: &Given) -> Result<Option<MasterSecrets>, SettingsError> {
    let Some((secret, place)) = secret(given, Key::Secret)? else { return Ok(None) };
    let secrets = MasterSecrets::parse(&secret);
    secrets.map(Some).map_err(|weakness| SettingsError::new(place, weakness.to_string()))
}

/// Intercom's secret, where given. Intercom chose it, so it is taken as it is, as long as there is something.
pub(super) fn intercom(given: &Given) -> Result<Option<SecretString>, SettingsError> {
    let Some((secret, place)) = secret(given, Key::IntercomSecret)? else { return Ok(None) };
    if secret.expose_secret().trim().is_empty() {
        return Err(SettingsError::new(place, "must not be empty"));
    }
    Ok(Some(secret))
}

/// A secret and the place to name when something is wrong with it.
fn secret(given: &Given, key: Key) -> Result<Option<(SecretString, String)>, SettingsError> {
    let itself = given.get(Slot::Value(key));
    let file = given.get(Slot::File(key));
    match (itself, file) {
        (Some((_, origin)), Some((_, other))) => {
            Err(SettingsError::new(origin.to_string(), format!("and {other} are both set: keep one")))
        }
        (Some((Value::Secret(secret), origin)), None) => Ok(Some((secret.clone(), origin.to_string()))),
        (None, Some((Value::Text(path), origin))) => {
            let read = secret_file::read(Path::new(path));
            let secret = read.map_err(|error| SettingsError::new(origin.to_string(), error.to_string()))?;
            Ok(Some((secret, origin.to_string())))
        }
        _ => Ok(None),
    }
}
