use roster_domain::User;
use roster_domain::permission::{Denied, Operation, Target, decide};
use std::sync::Arc;

use crate::Ports;
use crate::sign_in::Authenticated;

/// The caller's own account.
#[derive(Debug, Clone)]
pub struct Account {
    /// The person.
    pub user: Arc<User>,
    /// Proves to Intercom who they are, where that is configured.
    pub intercom_hash: Option<String>,
}

/// Answers the caller's own account from what authentication read a moment ago.
pub fn read_account(ports: &Ports, authenticated: &Authenticated) -> Result<Account, Denied> {
    decide(Operation::ReadAccount, Target::Oneself, &authenticated.caller)?;
    let user = authenticated.user.clone().ok_or(Denied::NotForClients)?;
    let intercom_hash = ports.intercom.intercom_hash(user.id);
    Ok(Account { user, intercom_hash })
}
