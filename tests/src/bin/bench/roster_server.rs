use roster_adapter_actix::{HttpSettings, Server};
use roster_adapter_diesel::SqliteOptions;
use roster_usecases::keys;
use std::future::pending;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tracing_subscriber::EnvFilter;

use crate::ports;
use crate::world::{PUBLIC_URL, World};

pub(crate) const COMMAND: &str = "serve-unbatched";

/// The service as it is but for one thing: every write is a transaction of its own, with a flush of its own.
pub(crate) fn serve(address: &str, data: &Path) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new("actix_server=warn,info")?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    lines.json().flatten_event(true).with_span_list(false).init();
    let settings = HttpSettings {
        listen: address.parse()?,
        public_url: PUBLIC_URL.to_owned(),
        trusted_proxies: Vec::new(),
        cors_origins: Vec::new(),
        request_timeout: Duration::from_secs(5),
        policies: Arc::default(),
    };
    let options = SqliteOptions { max_batch: 1, ..SqliteOptions::at(World::database(data)) };
    roster_adapter_actix::block_on(async move {
        let ports = ports::over(&options, data, &ports::secret()?)?;
        keys::prepare_keys(&ports).await?;
        Server::bind(settings, ports)?.run(pending()).await?;
        Ok(())
    })
}
