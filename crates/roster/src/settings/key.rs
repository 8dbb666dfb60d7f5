use super::table::{SETTINGS, Setting};

/// Names a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the table of settings says what each is")]
pub enum Key {
    DataDir,
    DatabaseUrl,
    Listen,
    PublicUrl,
    DatabasePool,
    DatabaseReadUrl,
    RequestTimeout,
    Secret,
    Pictures,
    TrustedProxies,
    CorsOrigins,
    IntercomSecret,
    AccessTokenTtl,
    RefreshTokenTtl,
    BcryptCost,
    PasswordMinLength,
    LoginFailuresPerAccount,
    LoginFailuresPerAddress,
    LoginWindow,
    LoginSlowdownAfter,
    Log,
    LogFormat,
}

impl Key {
    /// Its row of the table.
    ///
    /// # Panics
    /// Never: each key has a row, as a test proves.
    #[expect(clippy::expect_used, reason = "a test looks every key up")]
    pub fn setting(self) -> &'static Setting {
        SETTINGS.iter().find(|setting| setting.key == self).expect("every key has a row")
    }
}

/// Where a value can be put: into the setting itself or, for a secret, into a file that the setting names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// The value.
    Value(Key),
    /// The path of the file that holds the value.
    File(Key),
}

impl Slot {
    /// Every slot, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        SETTINGS.iter().flat_map(|setting| {
            let file = setting.is_secret().then_some(Self::File(setting.key));
            std::iter::once(Self::Value(setting.key)).chain(file)
        })
    }

    /// Its name in a TOML file.
    pub fn name(self) -> String {
        match self {
            Self::Value(key) => key.setting().name.to_owned(),
            Self::File(key) => format!("{}_file", key.setting().name),
        }
    }

    /// Its environment variable.
    pub fn variable(self) -> String {
        format!("ROSTER_{}", self.name().to_ascii_uppercase())
    }

    /// Its flag without the two dashes; none for a secret.
    pub fn flag(self) -> Option<String> {
        let is_secret = matches!(self, Self::Value(key) if key.setting().is_secret());
        (!is_secret).then(|| self.name().replace('_', "-"))
    }
}
