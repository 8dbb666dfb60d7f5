use diesel::dsl::sql;
use diesel::helper_types::IntoBoxed;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use roster_domain::{Access, ActionName, FacilityId, Grant, Holding, Instant, PastChange, Status, UserId};
use roster_ports::{ReadAccessHistory, Stored};
use std::collections::{HashMap, HashSet};

use super::{Database, Transaction};
use crate::rows::{PastChangeRow, bytes, micros};
use crate::schema::all_events::{facility_id, is_fresh, kind, place, subject_id, table, time};
use crate::schema::users;

/// How many people, or facilities, are looked at in one go.
const STEP: i64 = 100;

type Events<'a> = IntoBoxed<'a, table, Database>;

impl ReadAccessHistory for Transaction<'_> {
    fn past_holding(&mut self, user: UserId, facility: FacilityId, then: Instant) -> Stored<Option<Holding>> {
        let Some(status) = self.statuses_then(&[user], then)?.remove(&user) else { return Ok(None) };
        let changes = self.changes(
            until(then).filter(subject_id.eq(user.to_string())).filter(facility_id.eq(facility.to_string())),
        )?;
        let grant = PastChange::outcome(changes.into_iter().map(|(.., change)| change));
        Ok(Some(Holding { status, grant }))
    }

    fn of_user_then(
        &mut self,
        user: UserId,
        then: Instant,
        after: Option<FacilityId>,
        take: u32,
    ) -> Stored<Vec<Access>> {
        if self.statuses_then(&[user], then)?.get(&user) != Some(&Status::Enabled) {
            return Ok(Vec::new());
        }
        let of_user = || until(then).filter(subject_id.eq(user.to_string()));
        let mut walk = Walk::from(after.map(|facility| facility.to_string()), take);
        while walk.goes_on() {
            let from = walk.from.clone();
            let facilities: Vec<Option<String>> = self.run(|connection| {
                let changed = of_user().filter(facility_id.gt(from.unwrap_or_default()));
                changed.select(facility_id).distinct().order(facility_id.asc()).limit(STEP).load(connection)
            })?;
            let facilities: Vec<String> = facilities.into_iter().flatten().collect();
            let Some((first, last)) = walk.step(&facilities) else { break };
            let changes =
                self.changes(of_user().filter(facility_id.ge(first)).filter(facility_id.le(last)))?;
            walk.found.extend(in_force(&changes, then));
        }
        Ok(walk.taken())
    }

    fn of_facility_then(
        &mut self,
        facility: FacilityId,
        action: Option<&ActionName>,
        then: Instant,
        after: Option<UserId>,
        take: u32,
    ) -> Stored<Vec<Access>> {
        let at_facility = || until(then).filter(facility_id.eq(facility.to_string()));
        let mut walk = Walk::from(after.map(|user| user.to_string()), take);
        while walk.goes_on() {
            let from = walk.from.clone();
            let holders: Vec<String> = self.run(|connection| {
                let changed = at_facility().filter(subject_id.gt(from.unwrap_or_default()));
                changed.select(subject_id).distinct().order(subject_id.asc()).limit(STEP).load(connection)
            })?;
            let Some((first, last)) = walk.step(&holders) else { break };
            let changes =
                self.changes(at_facility().filter(subject_id.ge(first)).filter(subject_id.le(last)))?;
            let mut held = in_force(&changes, then);
            held.retain(|access| action.is_none_or(|action| names(access, action)));
            let people: Vec<UserId> = held.iter().map(|access| access.user).collect();
            let statuses = self.statuses_then(&people, then)?;
            held.retain(|access| statuses.get(&access.user) == Some(&Status::Enabled));
            walk.found.extend(held);
        }
        Ok(walk.taken())
    }
}

impl Transaction<'_> {
    /// The changes that these events tell of: those of one person at one facility together, and in their order.
    fn changes(&mut self, events: Events<'_>) -> Stored<Vec<(UserId, FacilityId, PastChange)>> {
        let in_order =
            events.order((subject_id.asc(), facility_id.asc(), time.asc(), is_fresh.asc(), place.asc()));
        let rows: Vec<PastChangeRow> =
            self.run(|connection| in_order.select(PastChangeRow::as_select()).load(connection))?;
        rows.into_iter().map(PastChangeRow::read).collect()
    }

    /// Who of these people is there now, and whether they were enabled then.
    fn statuses_then(&mut self, people: &[UserId], then: Instant) -> Stored<HashMap<UserId, Status>> {
        if people.is_empty() {
            return Ok(HashMap::new());
        }
        let ids: Vec<[u8; 16]> = people.iter().map(|user| bytes(user.uuid())).collect();
        let here: Vec<Vec<u8>> = self.run(|connection| {
            users::table.filter(users::id.eq_any(ids)).select(users::id).load(connection)
        })?;
        let here: HashSet<Vec<u8>> = here.into_iter().collect();
        let names: Vec<String> = people.iter().map(ToString::to_string).collect();
        let changes: Vec<(String, String)> = self.run(|connection| {
            until(then)
                .filter(sql::<Bool>("type IN ('user.disabled', 'user.enabled')"))
                .filter(subject_id.eq_any(names))
                .order((time.asc(), is_fresh.asc(), place.asc()))
                .select((subject_id, kind))
                .load(connection)
        })?;
        let last: HashMap<String, String> = changes.into_iter().collect();
        let status = |user: &UserId| match last.get(&user.to_string()).map(String::as_str) {
            Some("user.disabled") => Status::Disabled,
            _ => Status::Enabled,
        };
        let present = people.iter().filter(|user| here.contains(bytes(user.uuid()).as_slice()));
        Ok(present.map(|user| (*user, status(user))).collect())
    }
}

/// What happened until then, that moment included.
fn until<'a>(then: Instant) -> Events<'a> {
    table.into_boxed().filter(time.le(micros(then)))
}

fn names(access: &Access, action: &ActionName) -> bool {
    access.grant.as_ref().is_some_and(|grant| grant.actions.contains(action))
}

/// What came of the changes and was in force then.
fn in_force(changes: &[(UserId, FacilityId, PastChange)], then: Instant) -> Vec<Access> {
    let of_one =
        |one: &(UserId, FacilityId, _), next: &(UserId, FacilityId, _)| (one.0, one.1) == (next.0, next.1);
    let outcome = |changes: &[(UserId, FacilityId, PastChange)]| {
        let (user, facility, _) = changes.first()?;
        let grant = PastChange::outcome(changes.iter().map(|(.., change)| change.clone()));
        let grant = Grant::in_force(grant, then)?;
        Some(Access { user: *user, facility: *facility, grant: Some(grant) })
    };
    changes.chunk_by(of_one).filter_map(outcome).collect()
}

/// A way along ids in their order, step by step until enough is found.
struct Walk {
    from: Option<String>,
    take: usize,
    found: Vec<Access>,
    is_over: bool,
}

impl Walk {
    fn from(from: Option<String>, take: u32) -> Self {
        let take = usize::try_from(take).unwrap_or(usize::MAX);
        Self { from, take, found: Vec::new(), is_over: false }
    }

    fn goes_on(&self) -> bool {
        !self.is_over && self.found.len() < self.take
    }

    /// The first and the last of the next ids, `None` where there are no more; notes whether this step is the last one.
    fn step(&mut self, ids: &[String]) -> Option<(String, String)> {
        let (first, last) = (ids.first()?.clone(), ids.last()?.clone());
        self.is_over = i64::try_from(ids.len()).is_ok_and(|count| count < STEP);
        self.from = Some(last.clone());
        Some((first, last))
    }

    fn taken(mut self) -> Vec<Access> {
        self.found.truncate(self.take);
        self.found
    }
}
