use anyhow::Context;
use roster_adapter_crypto::{
    BcryptHasher, HmacIntercomIdentity, HmacSeals, JwtAccessTokens, KeyRing, MasterSecrets,
    RandomOpaqueTokens,
};
use roster_adapter_diesel::{SqliteOptions, SqliteStore};
use roster_adapter_pictures::{ImageStudio, PictureFolder};
use roster_adapter_system::{InternationalDomainNames, LibPhoneNumbers, SystemClock, SystemIds, TokioPause};
use roster_domain::LoginLimits;
use roster_ports::Clock;
use roster_usecases::{Policy, Ports};
use secrecy::SecretString;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::world::PUBLIC_URL;

/// The variable in which every server gets the master secret.
pub(crate) const SECRET: &str = "ROSTER_SECRET";

/// The cost of bcrypt that the service has unless told otherwise.
pub(crate) const BCRYPT_COST: u32 = 12;

/// The master secret that this process was given.
pub(crate) fn secret() -> anyhow::Result<MasterSecrets> {
    let text = std::env::var(SECRET).context("no master secret")?;
    Ok(MasterSecrets::parse(&SecretString::from(text))?)
}

/// The adapters as the service puts them together, over a store of these options.
pub(crate) fn over(options: &SqliteOptions, data: &Path, secrets: &MasterSecrets) -> anyhow::Result<Ports> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let keys = Arc::new(KeyRing::new(secrets));
    Ok(Ports {
        store: Arc::new(SqliteStore::open(options)?),
        ids: Arc::new(SystemIds::new(Arc::clone(&clock))),
        clock,
        pause: Arc::new(TokioPause),
        passwords: Arc::new(BcryptHasher::new(secrets, BCRYPT_COST, 1, 64)?),
        access_tokens: Arc::new(JwtAccessTokens::new(PUBLIC_URL.to_owned(), Arc::clone(&keys))),
        opaque_tokens: Arc::new(RandomOpaqueTokens),
        signing_keys: keys,
        seals: Arc::new(HmacSeals::new(secrets)),
        intercom: Arc::new(HmacIntercomIdentity::new(None)),
        picture_studio: Arc::new(ImageStudio::new()),
        picture_keeper: Arc::new(PictureFolder::open(data.join("pictures"))?),
        numbering_plans: Arc::new(LibPhoneNumbers),
        domain_names: Arc::new(InternationalDomainNames),
        policy: Policy {
            access_token_lifetime: Duration::from_mins(5),
            refresh_token_lifetime: Duration::from_hours(720),
            shortest_password: 15,
            login_limits: LoginLimits {
                per_account: 10,
                per_address: 30,
                window: Duration::from_mins(5),
                slowdown_after: 100,
            },
        },
    })
}
