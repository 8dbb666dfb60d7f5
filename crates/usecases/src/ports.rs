use roster_domain::LoginLimits;
use roster_ports::{
    AccessTokens, Clock, DomainNames, Ids, IntercomIdentity, NumberingPlans, OpaqueTokens, PasswordHasher,
    Pause, PictureKeeper, PictureStudio, Seals, SigningKeys, Store,
};
use std::sync::Arc;
use std::time::Duration;

/// The world as the use cases see it. The binary fills it with adapters, tests with mocks.
#[derive(Clone)]
pub struct Ports {
    /// Keeps everything.
    pub store: Arc<dyn Store>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Waits.
    pub pause: Arc<dyn Pause>,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Hashes passwords.
    pub passwords: Arc<dyn PasswordHasher>,
    /// Issues and verifies access tokens.
    pub access_tokens: Arc<dyn AccessTokens>,
    /// Makes refresh tokens and client secrets.
    pub opaque_tokens: Arc<dyn OpaqueTokens>,
    /// Makes and uses signing keys.
    pub signing_keys: Arc<dyn SigningKeys>,
    /// Makes cursors.
    pub seals: Arc<dyn Seals>,
    /// Proves to Intercom who a user is.
    pub intercom: Arc<dyn IntercomIdentity>,
    /// Makes pictures of uploads.
    pub picture_studio: Arc<dyn PictureStudio>,
    /// Keeps pictures.
    pub picture_keeper: Arc<dyn PictureKeeper>,
    /// Reads phone numbers.
    pub numbering_plans: Arc<dyn NumberingPlans>,
    /// Reads domain names.
    pub domain_names: Arc<dyn DomainNames>,
    /// What the operator chose.
    pub policy: Policy,
}

/// What the operator chose that decides something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// How long an access token lives.
    pub access_token_lifetime: Duration,
    /// How long a refresh token lives, counted anew at each rotation.
    pub refresh_token_lifetime: Duration,
    /// The fewest code points of a password.
    pub shortest_password: usize,
    /// How many wrong passwords are borne.
    pub login_limits: LoginLimits,
}
