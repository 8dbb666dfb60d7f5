//! What was given, by whom: the strongest source of each setting wins.

use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeMap;
use std::fmt;

use super::table::{Kind, Preset, SETTINGS};
use super::values::has_password;
use super::{Key, SettingsError, Slot};

/// Who gave a value. `Display` is how the giver spells the setting, as errors name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A flag.
    Flag(String),
    /// An environment variable.
    Environment(String),
    /// The TOML file.
    File {
        /// The key.
        key: String,
        /// The path of the file.
        path: String,
    },
    /// Nobody.
    Default(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) => write!(f, "--{name}"),
            Self::Environment(name) => f.write_str(name),
            Self::File { key, path } => write!(f, "{key} in {path}"),
            Self::Default(name) => f.write_str(name),
        }
    }
}

/// A value as it was given. `Debug` shows no secret.
#[derive(Debug, Clone)]
pub enum Value {
    /// One text, or a number.
    Text(String),
    /// Several texts.
    List(Vec<String>),
    /// A text never to be shown.
    Secret(SecretString),
}

impl Value {
    /// A URL, which is a secret where it holds one.
    pub(super) fn url(text: String) -> Self {
        if has_password(&text) { Self::Secret(SecretString::from(text)) } else { Self::Text(text) }
    }

    /// The text of a flag or a variable, as this kind of setting takes it.
    pub(super) fn from_text(text: String, slot: Slot) -> Self {
        match slot {
            Slot::File(_) => Self::Text(text),
            Slot::Value(key) => match key.setting().kind {
                Kind::Url(_) => Self::url(text),
                Kind::Text(_) | Kind::Whole { .. } => Self::Text(text),
                Kind::Secret(_) => Self::Secret(SecretString::from(text)),
                Kind::List(_) if text.trim().is_empty() => Self::List(Vec::new()),
                Kind::List(_) => Self::List(text.split(',').map(|item| item.trim().to_owned()).collect()),
            },
        }
    }
}

/// Everything that was given. Later puts win, so put the weakest source first.
#[derive(Debug, Clone, Default)]
pub struct Given(BTreeMap<Slot, (Value, Origin)>);

impl Given {
    /// Puts a value in place of a weaker one.
    pub fn put(&mut self, slot: Slot, value: Value, origin: Origin) {
        self.0.insert(slot, (value, origin));
    }

    /// Puts a value where none was given.
    pub(super) fn preset(&mut self, key: Key, text: String) {
        let origin = Origin::Default(key.setting().name);
        let value = Value::from_text(text, Slot::Value(key));
        self.0.entry(Slot::Value(key)).or_insert((value, origin));
    }

    /// Puts the fixed defaults where nothing was given.
    pub(super) fn preset_all(&mut self) {
        for setting in SETTINGS {
            if let Preset::Fixed(text) = setting.preset {
                self.preset(setting.key, text.to_owned());
            }
        }
    }

    /// What holds for a setting, and who gave it.
    pub fn get(&self, slot: Slot) -> Option<(&Value, &Origin)> {
        self.0.get(&slot).map(|(value, origin)| (value, origin))
    }

    /// Whether anybody gave it.
    pub fn is_chosen(&self, key: Key) -> bool {
        self.get(Slot::Value(key)).is_some_and(|(_, origin)| !matches!(origin, Origin::Default(_)))
    }

    /// The text of a setting, read by `parse`, which answers what is wrong as a predicate.
    pub(super) fn read<T>(
        &self,
        key: Key,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, SettingsError> {
        let (text, origin) = match self.get(Slot::Value(key)) {
            Some((Value::Text(text), origin)) => (text.as_str(), origin),
            Some((Value::Secret(text), origin)) => (text.expose_secret(), origin),
            Some((Value::List(_), _)) | None => return Ok(None),
        };
        parse(text).map(Some).map_err(|fault| SettingsError::new(origin.to_string(), fault))
    }

    /// Like [`Given::read`], for a setting that always has a value once the defaults are in.
    pub(super) fn require<T>(
        &self,
        key: Key,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, SettingsError> {
        self.read(key, parse)?.ok_or_else(|| SettingsError::new(key.setting().name, "is required"))
    }

    /// The number of a setting, within the bounds of the table.
    pub(super) fn whole(&self, key: Key) -> Result<u64, SettingsError> {
        let Kind::Whole { least, most, .. } = key.setting().kind else {
            return Err(SettingsError::new(key.setting().name, "is no number"));
        };
        self.require(key, |text| {
            let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            let number = text.parse().ok().filter(|number| is_digits && (least..=most).contains(number));
            number.ok_or_else(|| format!("must be a whole number from {least} to {most}"))
        })
    }

    /// The items of a setting, each read by `parse`.
    pub(super) fn list<T>(
        &self,
        key: Key,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Vec<T>, SettingsError> {
        let Some((Value::List(items), origin)) = self.get(Slot::Value(key)) else { return Ok(Vec::new()) };
        let read = items.iter().map(|item| parse(item)).collect::<Result<_, _>>();
        read.map_err(|fault| SettingsError::new(origin.to_string(), fault))
    }
}
