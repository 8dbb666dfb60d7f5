use diesel::dsl::not;
use diesel::prelude::*;
use diesel::sql_types::Text;
use roster_domain::permission::{GiveAccess, Permit, RemoveAccess};
use roster_domain::{Access, ActionName, FacilityId, Grant, Instant, UserId};
use roster_ports::{ReadAccess, Stored, WriteAccess};

use super::{Touched, Transaction, position_of};
use crate::rows::{AccessRecord, AccessRow, bytes, micros};
use crate::schema::facility_access::{actions, expires_at, facility_id, table, user_id};
use crate::schema::users;

impl ReadAccess for Transaction<'_> {
    fn grant(&mut self, user: UserId, facility: FacilityId) -> Stored<Option<Grant>> {
        let row = self.run(|connection| {
            table
                .filter(user_id.eq(bytes(user.uuid())))
                .filter(facility_id.eq(bytes(facility.uuid())))
                .select(AccessRow::as_select())
                .get_result(connection)
                .optional()
        })?;
        row.map(Grant::try_from).transpose()
    }

    fn of_user(
        &mut self,
        user: UserId,
        action: Option<&ActionName>,
        now: Instant,
        after: Option<FacilityId>,
        take: u32,
    ) -> Stored<Vec<Access>> {
        let mut grants = table
            .filter(user_id.eq(bytes(user.uuid())))
            .filter(expires_at.is_null().or(expires_at.gt(micros(now))))
            .order(facility_id.asc())
            .limit(i64::from(take))
            .select(AccessRow::as_select())
            .into_boxed();
        if let Some(action) = action {
            let list = " ".into_sql::<Text>().concat(actions).concat(" ");
            grants = grants.filter(position_of(list, format!(" {action} ")).gt(0));
        }
        if let Some(facility) = after {
            grants = grants.filter(facility_id.gt(bytes(facility.uuid())));
        }
        let rows = self.run(|connection| grants.load(connection))?;
        rows.into_iter().map(Access::try_from).collect()
    }

    fn of_facility(
        &mut self,
        facility: FacilityId,
        action: Option<&ActionName>,
        now: Instant,
        after: Option<UserId>,
        take: u32,
    ) -> Stored<Vec<Access>> {
        let mut grants = table
            .inner_join(users::table)
            .filter(facility_id.eq(bytes(facility.uuid())))
            .filter(not(users::disabled))
            .filter(expires_at.is_null().or(expires_at.gt(micros(now))))
            .order(user_id.asc())
            .limit(i64::from(take))
            .select(AccessRow::as_select())
            .into_boxed();
        if let Some(action) = action {
            let list = " ".into_sql::<Text>().concat(actions).concat(" ");
            grants = grants.filter(position_of(list, format!(" {action} ")).gt(0));
        }
        if let Some(user) = after {
            grants = grants.filter(user_id.gt(bytes(user.uuid())));
        }
        let rows = self.run(|connection| grants.load(connection))?;
        rows.into_iter().map(Access::try_from).collect()
    }
}

impl WriteAccess for Transaction<'_> {
    fn give(
        &mut self,
        _: &Permit<GiveAccess>,
        user: UserId,
        facility: FacilityId,
        grant: &Grant,
    ) -> Stored<()> {
        // Not an upsert: diesel prepares one anew each time, which costs more than both of these.
        self.clear_grant(user, facility)?;
        self.insert_grant(user, facility, grant)
    }

    fn remove(
        &mut self,
        _: &Permit<RemoveAccess>,
        user: UserId,
        facility: FacilityId,
        left: Option<&Grant>,
    ) -> Stored<()> {
        self.clear_grant(user, facility)?;
        match left {
            Some(grant) => self.insert_grant(user, facility, grant),
            None => Ok(()),
        }
    }
}

impl Transaction<'_> {
    fn clear_grant(&mut self, user: UserId, facility: FacilityId) -> Stored<()> {
        self.touch(Touched::HOLDINGS);
        let on_record =
            table.filter(user_id.eq(bytes(user.uuid()))).filter(facility_id.eq(bytes(facility.uuid())));
        self.run(|connection| diesel::delete(on_record).execute(connection))?;
        Ok(())
    }

    fn insert_grant(&mut self, user: UserId, facility: FacilityId, grant: &Grant) -> Stored<()> {
        self.touch(Touched::HOLDINGS);
        let record = AccessRecord::of(user, facility, grant);
        self.run(|connection| diesel::insert_into(table).values(record).execute(connection))?;
        Ok(())
    }
}
