//! Where settings come from: a TOML file, the environment, flags.

use roster_domain::gateway::Policies;
use std::ffi::OsString;
use std::fs;
use std::path::Path;

use super::given::{Given, Origin, Value};
use super::table::Kind;
use super::{SettingsError, Slot, policies};
use secrecy::SecretString;

/// Variables that test harnesses and orchestrators set, and that are no settings.
const FOREIGN: [&str; 3] = ["ROSTER_TEST_", "ROSTER_PORT", "ROSTER_SERVICE_"];

/// Takes every setting that a TOML file gives, and answers its gateway policies.
pub(super) fn take_file(given: &mut Given, path: &Path) -> Result<Policies, SettingsError> {
    let shown = path.display().to_string();
    let text = fs::read_to_string(path)
        .map_err(|error| SettingsError::new("--config", format!("cannot be read: {shown}: {error}")))?;
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let line =
            error.span().and_then(|span| text.get(..span.start)).map_or(0, |before| before.lines().count());
        SettingsError::new(shown.as_str(), format!("is no valid TOML, line {}", line.max(1)))
    })?;
    let policies = policies::read(&text, &shown)?;
    for (key, value) in table.into_iter().filter(|(key, _)| key != policies::KEY) {
        let origin = Origin::File { key: key.clone(), path: shown.clone() };
        let slot = Slot::all()
            .find(|slot| slot.name() == key)
            .ok_or_else(|| SettingsError::new(origin.to_string(), "is not a setting"))?;
        let value = toml_value(value, slot).map_err(|fault| SettingsError::new(origin.to_string(), fault))?;
        given.put(slot, value, origin);
    }
    Ok(policies)
}

fn toml_value(value: toml::Value, slot: Slot) -> Result<Value, &'static str> {
    let kind = match slot {
        Slot::Value(key) => key.setting().kind,
        Slot::File(_) => Kind::Text("path"),
    };
    match (kind, value) {
        (Kind::Text(_), toml::Value::String(text)) => Ok(Value::Text(text)),
        (Kind::Url(_), toml::Value::String(text)) => Ok(Value::url(text)),
        (Kind::Secret(_), toml::Value::String(text)) => Ok(Value::Secret(SecretString::from(text))),
        (Kind::Whole { .. }, toml::Value::Integer(number)) => Ok(Value::Text(number.to_string())),
        (Kind::List(_), toml::Value::Array(items)) => {
            let texts = items.into_iter().map(|item| match item {
                toml::Value::String(text) => Ok(text),
                _ => Err("must be an array of strings"),
            });
            Ok(Value::List(texts.collect::<Result<_, _>>()?))
        }
        (Kind::Text(_) | Kind::Url(_) | Kind::Secret(_), _) => Err("must be a string"),
        (Kind::Whole { .. }, _) => Err("must be a whole number"),
        (Kind::List(_), _) => Err("must be an array of strings"),
    }
}

/// Takes every variable of ours.
pub(super) fn take_environment(
    given: &mut Given,
    variables: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<(), SettingsError> {
    for (name, text) in variables {
        let name = name.to_string_lossy().into_owned();
        if !name.starts_with("ROSTER_") || FOREIGN.iter().any(|prefix| name.starts_with(prefix)) {
            continue;
        }
        let slot = Slot::all()
            .find(|slot| slot.variable() == name)
            .ok_or_else(|| SettingsError::new(name.as_str(), "is not a setting"))?;
        let text = text.into_string().map_err(|_| SettingsError::new(name.as_str(), "must be UTF-8"))?;
        given.put(slot, Value::from_text(text, slot), Origin::Environment(name));
    }
    Ok(())
}

/// Takes every flag.
pub(super) fn take_flags(given: &mut Given, flags: Vec<(Slot, String)>) {
    for (slot, text) in flags {
        let Some(flag) = slot.flag() else { continue };
        given.put(slot, Value::from_text(text, slot), Origin::Flag(flag));
    }
}
