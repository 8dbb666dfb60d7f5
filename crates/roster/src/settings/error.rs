use thiserror::Error;

/// Why the settings cannot be used: one line that names the setting, and never its value.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{place} {fault}")]
pub struct SettingsError {
    place: String,
    fault: String,
}

impl SettingsError {
    /// What is wrong (a predicate: "must be …") with what was given at this place.
    pub fn new(place: impl Into<String>, fault: impl Into<String>) -> Self {
        Self { place: place.into(), fault: fault.into() }
    }
}
