use roster_domain::gateway::Policies;
use std::sync::{Arc, PoisonError, RwLock};

/// The policies that hold now. Whoever has begun to decide by some goes on with them.
#[derive(Debug, Default)]
pub struct LivePolicies(RwLock<Arc<Policies>>);

impl LivePolicies {
    /// These, until others take their place.
    pub fn new(policies: Policies) -> Self {
        Self(RwLock::new(Arc::new(policies)))
    }

    /// Those that hold now.
    pub fn current(&self) -> Arc<Policies> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts others in their place.
    pub fn replace(&self, policies: Policies) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(policies);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use roster_domain::gateway::Policy;
    use std::collections::BTreeMap;

    #[test]
    fn what_is_replaced_stays_for_whoever_has_it() {
        let live = LivePolicies::default();
        let before = live.current();
        let own = BTreeMap::from([("own".parse().unwrap(), Policy::authenticated())]);
        live.replace(Policies::new(own));
        assert!(before.named("own").is_none() && live.current().named("own").is_some());
    }
}
