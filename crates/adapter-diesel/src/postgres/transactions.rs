use diesel::result::Error;
use roster_ports::{ReadJob, StoreError, Stored, Undo, WriteJob};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::connections::Desk;
use super::errors::{Remedy, remedy};
use super::link::Link;
use super::statements::Transaction;

/// How an attempt at a transaction ended.
enum Attempt {
    /// For good.
    Ended(Stored<()>),
    /// Nothing of it remains, and it may go better the next time.
    Again(StoreError),
    /// The same, unless it goes like that every time.
    LookAgain(StoreError),
}

use Attempt::{Again, Ended, LookAgain};

/// How often a broken rule may be the doing of others.
const MOST_LOOKS: u32 = 5;

/// Runs a write until it stands, is undone for good, or time is over.
///
/// Serializable: with less, two administrators could disable each other at once. What lost against others is run again.
pub(super) fn write(desk: &mut Desk, job: &mut WriteJob) -> Stored<()> {
    repeat(desk, |desk| {
        begin(desk, "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE")?;
        Ok(attempt_write(desk, job))
    })
}

/// Runs a read against one snapshot.
pub(super) fn read(desk: &mut Desk, job: &mut ReadJob) -> Stored<()> {
    repeat(desk, |desk| {
        begin(desk, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
        Ok(attempt_read(desk, job))
    })
}

fn repeat(desk: &mut Desk, mut attempt: impl FnMut(&mut Desk) -> Result<Attempt, Attempt>) -> Stored<()> {
    for tries in 0.. {
        match attempt(desk).unwrap_or_else(|early| early) {
            Ended(ended) => return ended,
            Again(error) | LookAgain(error) if !desk.may_try_again() => return Err(error),
            LookAgain(error) if tries >= MOST_LOOKS => return Err(error),
            Again(error) | LookAgain(error) => {
                tracing::debug!(%error, tries, "a transaction is run again");
                give_way(tries);
            }
        }
    }
    Err(StoreError::Unavailable("a transaction was run too often".to_owned()))
}

/// Rests for a moment that grows with the tries and differs between those who were in each other's way.
fn give_way(tries: u32) {
    static TURN: AtomicU64 = AtomicU64::new(0);
    if tries > 0 {
        let turn = TURN.fetch_add(7, Ordering::Relaxed) % 16;
        std::thread::sleep(Duration::from_micros(200 * u64::from(tries.min(50)) + 150 * turn));
    }
}

fn begin(desk: &mut Desk, command: &str) -> Result<(), Attempt> {
    let link = desk.link().map_err(|error| Ended(Err(error)))?;
    link.execute(command).map_err(|error| failed(link, &error))
}

/// What a failed command outside of a closure means for its transaction.
fn failed(link: &mut Link, error: &Error) -> Attempt {
    let meaning = link.failed(error);
    if !link.is_broken() {
        link.roll_back();
    }
    match remedy(error) {
        Remedy::RunAgain | Remedy::Reconnect => Again(meaning),
        Remedy::LookAgain => LookAgain(meaning),
        Remedy::None => Ended(Err(meaning)),
    }
}

fn attempt_write(desk: &mut Desk, job: &mut WriteJob) -> Attempt {
    let link = match desk.link() {
        Ok(link) => link,
        Err(error) => return Ended(Err(error)),
    };
    let mut transaction = Transaction::new(&mut link.connection);
    let ended = catch_unwind(AssertUnwindSafe(|| {
        let events = job(&mut transaction)?;
        transaction.insert_events(&events).and_then(|()| transaction.sound()).map_err(Undo::Store)
    }));
    let (_, failure) = transaction.trace();
    let ended = ended.unwrap_or_else(|_| Err(Undo::Store(StoreError::Failed("a write panicked".to_owned()))));
    match ended {
        Ok(()) => commit(desk),
        Err(undo) => {
            undo_with(link, failure);
            match undo {
                Undo::Refused => Ended(Ok(())),
                Undo::Store(error) => told(error, failure),
            }
        }
    }
}

/// Makes it stand, unless its caller was told already that it does not.
fn commit(desk: &mut Desk) -> Attempt {
    let is_awaited = desk.is_awaited();
    let link = match desk.link() {
        Ok(link) => link,
        Err(error) => return Ended(Err(error)),
    };
    if !is_awaited {
        link.roll_back();
        return Ended(Err(StoreError::Unavailable("nobody waits for it any more".to_owned())));
    }
    match link.execute("COMMIT") {
        Ok(()) => Ended(Ok(())),
        Err(error) if remedy(&error) == Remedy::RunAgain => Again(link.failed(&error)),
        // It may stand or not: running it again could do it twice.
        Err(error) => {
            link.give_up();
            Ended(Err(StoreError::Unavailable(format!("whether a write stands is not known: {error}"))))
        }
    }
}

fn attempt_read(desk: &mut Desk, job: &mut ReadJob) -> Attempt {
    let link = match desk.link() {
        Ok(link) => link,
        Err(error) => return Ended(Err(error)),
    };
    let mut transaction = Transaction::new(&mut link.connection);
    let ended = catch_unwind(AssertUnwindSafe(|| job(&mut transaction)));
    let (_, failure) = transaction.trace();
    undo_with(link, failure);
    match ended.unwrap_or_else(|_| Err(StoreError::Failed("a read panicked".to_owned()))) {
        Ok(()) => Ended(Ok(())),
        Err(error) => told(error, failure),
    }
}

/// Ends a transaction of which nothing shall remain.
fn undo_with(link: &mut Link, failure: Option<Remedy>) {
    match failure {
        Some(Remedy::Reconnect) => link.give_up(),
        _ => link.roll_back(),
    }
}

/// What a closure's error means, given what failed in it.
fn told(error: StoreError, failure: Option<Remedy>) -> Attempt {
    match failure {
        Some(Remedy::RunAgain | Remedy::Reconnect) => Again(error),
        Some(Remedy::LookAgain) => LookAgain(error),
        Some(Remedy::None) | None => Ended(Err(error)),
    }
}

/// Asks one thing, outside of a transaction.
pub(super) fn ask<T>(
    desk: &mut Desk,
    mut question: impl FnMut(&mut super::Connection) -> diesel::QueryResult<T>,
) -> Stored<T> {
    loop {
        let link = desk.link()?;
        match question(&mut link.connection) {
            Ok(answer) => return Ok(answer),
            Err(error) => {
                let meaning = link.failed(&error);
                if remedy(&error) == Remedy::None || !desk.may_try_again() {
                    return Err(meaning);
                }
            }
        }
    }
}
