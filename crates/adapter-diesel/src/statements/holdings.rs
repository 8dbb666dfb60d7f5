use diesel::prelude::*;
use diesel::sql_types::Binary;
use roster_domain::{FacilityId, Holding, UserId};
use roster_ports::Stored;

use super::Connection;
use crate::rows::{AccessRow, FoundHolding, bytes, holding};
use crate::schema::{facility_access, users};

/// Every pair is 32 bytes of one value, so that the statement is the same for however many there are, and each is looked
/// up by key.
const LOOK_UP: &str = "WITH RECURSIVE pair (start) AS (
         SELECT 1 UNION ALL SELECT start + 32 FROM pair WHERE start + 32 <= length($1)
     )
     SELECT
         users.id AS user_id, substr($1, pair.start + 16, 16) AS facility_id, users.disabled, held.actions,
         held.expires_at, held.granted_by_user, held.granted_by_client, held.granted_at
     FROM pair
     JOIN users ON users.id = substr($1, pair.start, 16)
     LEFT JOIN facility_access AS held
         ON held.user_id = substr($1, pair.start, 16) AND held.facility_id = substr($1, pair.start + 16, 16)";

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
            let pairs = many.iter().flat_map(|(user, facility)| [bytes(user.uuid()), bytes(facility.uuid())]);
            let pairs: Vec<u8> = pairs.flatten().collect();
            let rows =
                diesel::sql_query(LOOK_UP).bind::<Binary, _>(pairs).load::<FoundHolding>(connection)?;
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
