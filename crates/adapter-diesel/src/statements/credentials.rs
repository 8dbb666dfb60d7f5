use diesel::prelude::*;
use roster_domain::UserId;
use roster_domain::permission::{Permit, SetPassword};
use roster_ports::{PasswordRecord, ReadCredentials, Stored, WriteCredentials};

use super::Transaction;
use crate::rows::{CredentialRow, bytes};
use crate::schema::credentials::{table, user_id};

impl ReadCredentials for Transaction<'_> {
    fn password(&mut self, user: UserId) -> Stored<Option<PasswordRecord>> {
        let row = self.run(|connection| {
            table
                .filter(user_id.eq(bytes(user.uuid())))
                .select(CredentialRow::as_select())
                .get_result(connection)
                .optional()
        })?;
        row.map(PasswordRecord::try_from).transpose()
    }
}

impl WriteCredentials for Transaction<'_> {
    fn set_password(
        &mut self,
        _: &Permit<SetPassword>,
        user: UserId,
        password: &PasswordRecord,
    ) -> Stored<()> {
        let row = CredentialRow::from(password);
        self.run(|connection| {
            diesel::insert_into(table)
                .values((user_id.eq(bytes(user.uuid())), &row))
                .on_conflict(user_id)
                .do_update()
                .set(&row)
                .execute(connection)
        })?;
        Ok(())
    }
}
