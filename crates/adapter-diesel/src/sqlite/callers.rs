use diesel::prelude::*;
use roster_domain::{Client, ClientId, SessionId, User, UserId};
use roster_ports::Stored;

use super::{Connection, store_error};
use crate::rows::{ClientRow, UserRow, bytes};
use crate::schema::{clients, sessions, users};

/// The hot read of every request, in one statement. A session lives as long as it is on record.
pub(super) fn caller(connection: &mut Connection, user: UserId, session: SessionId) -> Stored<Option<User>> {
    let row = users::table
        .inner_join(sessions::table.inner_join(clients::table))
        .filter(users::id.eq(bytes(user.uuid())))
        .filter(sessions::id.eq(bytes(session.uuid())))
        .filter(diesel::dsl::not(clients::disabled))
        .select(UserRow::as_select())
        .get_result(connection)
        .optional();
    row.map_err(|error| store_error(&error))?.map(User::try_from).transpose()
}

/// The client, in one statement.
pub(super) fn client(connection: &mut Connection, id: &ClientId) -> Stored<Option<Client>> {
    let row = clients::table
        .filter(clients::id.eq(id.as_str()))
        .select(ClientRow::as_select())
        .get_result(connection)
        .optional();
    row.map_err(|error| store_error(&error))?.map(Client::try_from).transpose()
}
