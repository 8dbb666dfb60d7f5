use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files that are open beside connections: the database, pictures, the log.
const RESERVED: u64 = 64;

/// How many connections fit below the limit of open files, `wanted` at most.
///
/// A connection more than fits would leave none to open the database with. The soft limit is raised to the hard one
/// first: it is low for the sake of programs that use `select`.
pub(crate) fn room_for_connections(wanted: usize) -> usize {
    let mut limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit = raised,
        Err(error) => tracing::debug!(%error, "the limit of open files stays as it is"),
    }
    // No limit at all reads as `None`.
    let room = limit.current.map_or(u64::MAX, |files| files.saturating_sub(RESERVED));
    usize::try_from(room).unwrap_or(usize::MAX).clamp(1, wanted)
}
