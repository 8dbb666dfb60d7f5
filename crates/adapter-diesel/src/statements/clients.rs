use diesel::prelude::*;
use roster_domain::{Client, ClientId};
use roster_ports::{ReadClients, Stored, TokenHash, WriteClients};

use super::Transaction;
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
}

impl WriteClients for Transaction<'_> {
    fn insert(&mut self, client: &Client, secret: Option<&TokenHash>) -> Stored<()> {
        let record = ClientRecord::of(client, secret);
        self.run(|connection| diesel::insert_into(clients::table).values(&record).execute(connection))?;
        Ok(())
    }
}
