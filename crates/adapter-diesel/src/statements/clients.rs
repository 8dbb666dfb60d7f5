use diesel::prelude::*;
use roster_domain::{Client, ClientId, Status};
use roster_ports::{ReadClients, Stored, TokenHash, WriteClients};

use super::{Touched, Transaction};
use crate::rows::{ClientRecord, ClientRow, token_hash};
use crate::schema::clients;

impl ReadClients for Transaction<'_> {
    fn client(&mut self, id: &ClientId) -> Stored<Option<Client>> {
        let row = self.run(|connection| {
            clients::table
                .filter(clients::id.eq(id.as_str()))
                .select(ClientRow::as_select())
                .get_result(connection)
                .optional()
        })?;
        row.map(Client::try_from).transpose()
    }

    fn secret(&mut self, id: &ClientId) -> Stored<Option<TokenHash>> {
        let hash: Option<Option<Vec<u8>>> = self.run(|connection| {
            clients::table
                .filter(clients::id.eq(id.as_str()))
                .select(clients::secret_hash)
                .get_result(connection)
                .optional()
        })?;
        hash.flatten().as_deref().map(token_hash).transpose()
    }

    fn list(&mut self) -> Stored<Vec<Client>> {
        let rows = self.run(|connection| {
            clients::table.order(clients::id.asc()).select(ClientRow::as_select()).load(connection)
        })?;
        rows.into_iter().map(Client::try_from).collect()
    }
}

impl WriteClients for Transaction<'_> {
    fn insert(&mut self, client: &Client, secret: Option<&TokenHash>) -> Stored<()> {
        let record = ClientRecord::of(client, secret);
        self.run(|connection| diesel::insert_into(clients::table).values(&record).execute(connection))?;
        Ok(())
    }

    fn set_status(&mut self, id: &ClientId, status: Status) -> Stored<()> {
        self.touch(Touched::CALLERS);
        self.run_on_row("client", |connection| {
            diesel::update(clients::table.filter(clients::id.eq(id.as_str())))
                .set(clients::disabled.eq(status == Status::Disabled))
                .execute(connection)
        })
    }

    fn set_secret(&mut self, id: &ClientId, secret: &TokenHash) -> Stored<()> {
        let confidential = clients::table.filter(clients::id.eq(id.as_str())).filter(clients::confidential);
        self.run_on_row("confidential client", |connection| {
            diesel::update(confidential).set(clients::secret_hash.eq(secret.0)).execute(connection)
        })
    }

    fn delete(&mut self, id: &ClientId) -> Stored<()> {
        self.touch(Touched::CALLERS);
        self.run_on_row("client", |connection| {
            diesel::delete(clients::table.filter(clients::id.eq(id.as_str()))).execute(connection)
        })
    }
}
