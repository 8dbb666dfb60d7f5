use diesel::dsl::{count_star, exists, max};
use diesel::prelude::*;
use roster_domain::UserId;
use roster_domain::permission::{Permit, SetPassword};
use roster_ports::{PasswordHash, PasswordRecord, ReadCredentials, SecretId, Stored, WriteCredentials};

use super::Transaction;
use crate::rows::{CredentialRow, bytes, cost, counted};
use crate::schema::credentials::{bcrypt_cost, password_hash, pepper, table, user_id};

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

    fn highest_cost(&mut self) -> Stored<Option<u32>> {
        let highest: Option<i32> =
            self.run(|connection| table.select(max(bcrypt_cost)).get_result(connection))?;
        highest.map(cost).transpose()
    }

    fn by_secret(&mut self) -> Stored<Vec<(Option<SecretId>, u64)>> {
        let rows: Vec<(Option<String>, i64)> =
            self.run(|connection| table.group_by(pepper).select((pepper, count_star())).load(connection))?;
        let mut counts: Vec<_> = rows.into_iter().map(counted).collect::<Stored<_>>()?;
        counts.sort_unstable();
        Ok(counts)
    }

    fn any_of_secret(&mut self, secret: SecretId) -> Stored<bool> {
        let of_secret = table.filter(pepper.eq(secret.to_string()));
        self.run(|connection| diesel::select(exists(of_secret)).get_result(connection))
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

    fn rehash(&mut self, user: UserId, from: &PasswordHash, to: &PasswordHash) -> Stored<()> {
        let still = table.filter(user_id.eq(bytes(user.uuid()))).filter(password_hash.eq(&from.0));
        self.run(|connection| diesel::update(still).set(password_hash.eq(&to.0)).execute(connection))?;
        Ok(())
    }
}
