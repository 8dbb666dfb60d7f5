use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::Binary;
use roster_domain::{FacilityId, Holding, UserId};
use roster_ports::Stored;

use super::{Connection, Database};
use crate::rows::{AccessRow, FoundHolding, FoundHoldingSql, bytes, holding};
use crate::schema::{facility_access, users};

/// Looks up every pair by key. Each is 32 bytes of one value, so that the statement is the same for however many there
/// are, and is prepared once. SQLite takes a cross join as the order to go in.
#[derive(QueryId)]
struct HoldingsOf(Vec<u8>);

impl HoldingsOf {
    const PAIRS: &str = "WITH RECURSIVE asked (pairs) AS (SELECT ";
    const FOUND: &str = "),
        pair (user_id, facility_id, next) AS (
            SELECT substr(pairs, 1, 16), substr(pairs, 17, 16), 33 FROM asked
            UNION ALL
            SELECT substr(pairs, next, 16), substr(pairs, next + 16, 16), next + 32 FROM pair, asked
            WHERE next < length(pairs)
        )
        SELECT
            pair.user_id, pair.facility_id, users.disabled, held.actions, held.expires_at, held.granted_by_user,
            held.granted_by_client, held.granted_at
        FROM pair
        CROSS JOIN users
        LEFT JOIN facility_access AS held ON held.user_id = pair.user_id AND held.facility_id = pair.facility_id
        WHERE users.id = pair.user_id";

    fn pairs(pairs: &[(UserId, FacilityId)]) -> Self {
        let pairs = pairs.iter().flat_map(|(user, facility)| [bytes(user.uuid()), bytes(facility.uuid())]);
        Self(pairs.flatten().collect())
    }
}

impl QueryFragment<Database> for HoldingsOf {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Database>) -> QueryResult<()> {
        out.push_sql(Self::PAIRS);
        out.push_bind_param::<Binary, _>(&self.0)?;
        out.push_sql(Self::FOUND);
        Ok(())
    }
}

impl Query for HoldingsOf {
    type SqlType = FoundHoldingSql;
}

impl RunQueryDsl<Connection> for HoldingsOf {}

/// A pair that was asked for, and what is on record for it.
type Found = ((UserId, FacilityId), Stored<Holding>);

/// What is on record for each of these pairs whose person is known, in one statement.
pub(in super::super) fn holdings(
    connection: &mut Connection,
    of: &[(UserId, FacilityId)],
) -> QueryResult<Vec<Found>> {
    match of {
        [] => Ok(Vec::new()),
        [one] => Ok(holding_of(connection, *one)?.into_iter().collect()),
        many => {
            let rows = HoldingsOf::pairs(many).load::<FoundHolding>(connection)?;
            Ok(rows.into_iter().filter_map(FoundHolding::read).collect())
        }
    }
}

/// Of one alone, by a statement that is prepared once.
fn holding_of(
    connection: &mut Connection,
    (user, facility): (UserId, FacilityId),
) -> QueryResult<Option<Found>> {
    let is_held_there =
        facility_access::user_id.eq(users::id).and(facility_access::facility_id.eq(bytes(facility.uuid())));
    let row: Option<(bool, Option<AccessRow>)> = users::table
        .left_join(facility_access::table.on(is_held_there))
        .filter(users::id.eq(bytes(user.uuid())))
        .select((users::disabled, Option::<AccessRow>::as_select()))
        .get_result(connection)
        .optional()?;
    Ok(row.map(|row| ((user, facility), holding(row))))
}
