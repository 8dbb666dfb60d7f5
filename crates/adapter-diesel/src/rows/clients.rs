use diesel::prelude::*;
use roster_domain::{Client, ClientKind, GrantTypes, Scopes, Status, Trust};
use roster_ports::{StoreError, Stored, TokenHash};

use super::table::{Table, micros};
use crate::schema::clients;

const CLIENTS: Table = Table("clients");

/// A client as read.
#[derive(Queryable, Selectable)]
#[diesel(table_name = clients)]
pub(crate) struct ClientRow {
    id: String,
    confidential: bool,
    trusted: bool,
    grants: i16,
    scopes: i32,
    disabled: bool,
    created_at: i64,
}

impl TryFrom<ClientRow> for Client {
    type Error = StoreError;

    fn try_from(row: ClientRow) -> Stored<Self> {
        let grants = u8::try_from(row.grants).ok().and_then(GrantTypes::from_bits);
        let scopes = u16::try_from(row.scopes).ok().and_then(Scopes::from_bits);
        Ok(Self {
            id: CLIENTS.text("id", &row.id)?,
            kind: if row.confidential { ClientKind::Confidential } else { ClientKind::Public },
            trust: if row.trusted { Trust::Trusted } else { Trust::Untrusted },
            grants: grants.ok_or(CLIENTS.broken("grants"))?,
            scopes: scopes.ok_or(CLIENTS.broken("scopes"))?,
            status: if row.disabled { Status::Disabled } else { Status::Enabled },
            created_at: CLIENTS.instant("created_at", row.created_at)?,
        })
    }
}

/// A client as written.
#[derive(Insertable)]
#[diesel(table_name = clients, treat_none_as_default_value = false)]
pub(crate) struct ClientRecord<'a> {
    id: &'a str,
    confidential: bool,
    secret_hash: Option<[u8; 32]>,
    trusted: bool,
    grants: i16,
    scopes: i32,
    disabled: bool,
    created_at: i64,
}

impl<'a> ClientRecord<'a> {
    pub(crate) fn of(client: &'a Client, secret: Option<&TokenHash>) -> Self {
        Self {
            id: client.id.as_str(),
            confidential: client.kind == ClientKind::Confidential,
            secret_hash: secret.map(|hash| hash.0),
            trusted: client.trust == Trust::Trusted,
            grants: i16::from(client.grants.bits()),
            scopes: i32::from(client.scopes.bits()),
            disabled: client.status == Status::Disabled,
            created_at: micros(client.created_at),
        }
    }
}

/// The hash of a client's secret, as read.
pub(crate) fn token_hash(bytes: &[u8]) -> Stored<TokenHash> {
    CLIENTS.digest("secret_hash", bytes).map(TokenHash)
}
