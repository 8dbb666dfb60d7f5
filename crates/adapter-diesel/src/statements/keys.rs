use diesel::prelude::*;
use roster_domain::{Instant, KeyId};
use roster_ports::{Fingerprint, ReadKeys, SealedKey, Stored, WriteKeys};

use super::Transaction;
use crate::rows::{SigningKeyRow, fingerprint, micros};
use crate::schema::{master_secrets, signing_keys};

impl ReadKeys for Transaction<'_> {
    fn signing_keys(&mut self) -> Stored<Vec<SealedKey>> {
        let rows = self.run(|connection| {
            signing_keys::table
                .order((
                    signing_keys::signs_from.asc(),
                    signing_keys::created_at.asc(),
                    signing_keys::id.asc(),
                ))
                .select(SigningKeyRow::as_select())
                .load(connection)
        })?;
        rows.into_iter().map(SealedKey::try_from).collect()
    }

    fn fingerprints(&mut self) -> Stored<Vec<Fingerprint>> {
        let rows: Vec<Vec<u8>> = self.run(|connection| {
            master_secrets::table
                .order((master_secrets::created_at.asc(), master_secrets::fingerprint.asc()))
                .select(master_secrets::fingerprint)
                .load(connection)
        })?;
        rows.iter().map(|row| fingerprint(row)).collect()
    }
}

impl WriteKeys for Transaction<'_> {
    fn insert_signing_key(&mut self, key: &SealedKey) -> Stored<()> {
        let row = SigningKeyRow::from(key);
        self.run(|connection| diesel::insert_into(signing_keys::table).values(&row).execute(connection))?;
        Ok(())
    }

    fn update_signing_key(&mut self, key: &SealedKey) -> Stored<()> {
        let row = SigningKeyRow::from(key);
        self.run_on_row("signing key", |connection| {
            diesel::update(signing_keys::table.filter(signing_keys::id.eq(key.id.as_str())))
                .set(&row)
                .execute(connection)
        })
    }

    fn delete_signing_key(&mut self, id: &KeyId) -> Stored<()> {
        self.run_on_row("signing key", |connection| {
            diesel::delete(signing_keys::table.filter(signing_keys::id.eq(id.as_str()))).execute(connection)
        })
    }

    fn insert_fingerprint(&mut self, fingerprint: Fingerprint, at: Instant) -> Stored<()> {
        self.run(|connection| {
            diesel::insert_into(master_secrets::table)
                .values((
                    master_secrets::fingerprint.eq(fingerprint.0),
                    master_secrets::created_at.eq(micros(at)),
                ))
                .on_conflict_do_nothing()
                .execute(connection)
        })?;
        Ok(())
    }

    fn delete_fingerprint(&mut self, fingerprint: Fingerprint) -> Stored<()> {
        let kept = master_secrets::table.filter(master_secrets::fingerprint.eq(fingerprint.0));
        self.run(|connection| diesel::delete(kept).execute(connection))?;
        Ok(())
    }
}
