//! SIGHUP: the gateway policies are read anew from the settings file, while requests go on.

use roster_usecases::gateway::LivePolicies;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;

use crate::settings;

/// Listens to SIGHUP as long as it lives.
pub(crate) struct Reloading(JoinHandle<()>);

impl Drop for Reloading {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// From now on SIGHUP does not end the process, but has the policies of this file read anew.
pub(crate) fn start(config: Option<PathBuf>, policies: Arc<LivePolicies>) -> io::Result<Reloading> {
    let hangup = signal(SignalKind::hangup())?;
    Ok(Reloading(tokio::spawn(follow(hangup, config, policies))))
}

async fn follow(mut hangup: Signal, config: Option<PathBuf>, policies: Arc<LivePolicies>) {
    while hangup.recv().await.is_some() {
        let Some(path) = &config else {
            tracing::warn!("asked to read the gateway policies anew, but there is no settings file");
            continue;
        };
        reload(path, &policies);
    }
}

/// Reading a short file takes no longer than many a request.
fn reload(path: &Path, policies: &LivePolicies) {
    match settings::policies_of(path) {
        Ok(fresh) => {
            let names: Vec<&str> = fresh.iter().map(|(name, _)| name.as_str()).collect();
            tracing::info!(policies = names.join(" "), "read the gateway policies anew");
            policies.replace(fresh);
        }
        Err(error) => tracing::warn!(%error, "kept the gateway policies: the settings file is faulty"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_good_file_replaces_the_policies_and_a_faulty_one_keeps_them() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("roster.toml");
        let live = LivePolicies::default();
        fs::write(&config, "[[policy.own]]\npath = '/'\nrequire = 'anyone'\n").unwrap();
        reload(&config, &live);
        let held = live.current();
        assert!(held.named("own").is_some());
        for faulty in ["[[policy.own]]\npath = '/'\n", "listn = 1", "="] {
            fs::write(&config, faulty).unwrap();
            reload(&config, &live);
            assert_eq!(live.current(), held, "{faulty}");
        }
        fs::remove_file(&config).unwrap();
        reload(&config, &live);
        assert_eq!(live.current(), held);
        fs::write(&config, "").unwrap();
        reload(&config, &live);
        assert!(live.current().named("own").is_none());
    }
}
