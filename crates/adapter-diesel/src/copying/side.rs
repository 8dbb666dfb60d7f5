use diesel::QueryResult;
use roster_domain::PictureName;

use super::rows::{
    AccessCopy, AttemptCopy, ClientCopy, CredentialCopy, DoomedPictureCopy, EventCopy, KeptOutcomeCopy,
    MasterSecretCopy, PictureCopy, RefreshTokenCopy, SessionCopy, SignInCopy, SigningKeyCopy, UserCopy,
};

/// The rows of one table on one side of a copy, in the order of their keys.
pub(crate) trait Shelf<R> {
    /// At most `take` rows after this one.
    fn after(&mut self, last: Option<&R>, take: i64) -> QueryResult<Vec<R>>;

    /// The last one that is there.
    fn last(&mut self) -> QueryResult<Option<R>>;

    /// Inserts rows: all of them or none.
    fn put(&mut self, rows: &[R]) -> QueryResult<()>;
}

/// The name of a picture as the tables hold it, where somebody has one.
pub(crate) type NameColumns = (Option<Vec<u8>>, Option<i16>);

/// A database that is copied from or to: a connection of its own.
pub(crate) trait Side:
    Shelf<UserCopy>
    + Shelf<SignInCopy>
    + Shelf<CredentialCopy>
    + Shelf<AccessCopy>
    + Shelf<ClientCopy>
    + Shelf<SessionCopy>
    + Shelf<RefreshTokenCopy>
    + Shelf<AttemptCopy>
    + Shelf<SigningKeyCopy>
    + Shelf<MasterSecretCopy>
    + Shelf<DoomedPictureCopy>
    + Shelf<PictureCopy>
    + Shelf<KeptOutcomeCopy>
    + Shelf<EventCopy>
{
    /// From now on everything is read as it is at this moment.
    fn begin_snapshot(&mut self) -> QueryResult<()>;

    /// Ends that.
    fn end_snapshot(&mut self) -> QueryResult<()>;

    /// The last number that an event has, or had before it went.
    fn last_number(&mut self) -> QueryResult<i64>;

    /// Sets that number.
    fn keep_last_number(&mut self, number: i64) -> QueryResult<()>;

    /// Which source the copy is of that is not finished here.
    fn unfinished_source(&mut self) -> QueryResult<Option<String>>;

    /// Notes that a copy of this source begins, anew if another one had begun: but for pictures nothing is left.
    fn begin_copy(&mut self, source: &str) -> QueryResult<()>;

    /// Notes that the copy is finished.
    fn end_copy(&mut self) -> QueryResult<()>;

    /// The pictures that users have, in order.
    fn referenced(&mut self, after: Option<PictureName>, take: u32) -> QueryResult<Vec<NameColumns>>;

    /// Those of them that are not held here.
    fn lacking(&mut self, after: Option<PictureName>, take: u32) -> QueryResult<Vec<NameColumns>>;

    /// A picture that is held here.
    fn held(&mut self, name: PictureName) -> QueryResult<Option<PictureCopy>>;

    /// Lets go of the pictures that nobody has.
    fn release_unreferenced(&mut self) -> QueryResult<()>;

    /// How long the database is, in bytes.
    fn length(&mut self) -> QueryResult<i64>;
}
