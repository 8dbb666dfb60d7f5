//! What can be said of a data folder after the power failed, without starting the service on it.

use roster_tests::{Database, report};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::journal::{Journal, UNTOLD};

/// What became of the images that were tried.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) tried: usize,
    /// Something that was acknowledged is not there: the cut, and the first few things.
    pub(crate) lost: Vec<String>,
    /// The database is damaged, or tells half a story.
    pub(crate) corrupt: Vec<String>,
}

impl Tally {
    /// Judges an image of which all must be there that was acknowledged until this moment.
    pub(crate) fn judge(&mut self, what: &str, data: &Path, journal: &Journal, at: u64) {
        self.tried += 1;
        match find(data) {
            Err(fault) => self.corrupt.push(format!("{what}: {fault}")),
            Ok(found) => {
                let lost = found.lost(journal, at);
                if !lost.is_empty() {
                    let some: Vec<&String> = lost.iter().take(3).collect();
                    self.lost.push(format!("{what}: {} lost, {some:?}", lost.len()));
                }
            }
        }
    }

    pub(crate) fn report(&self, what: &str) {
        let line = format!(
            "{what}: {} images, {} lost, {} corrupt",
            self.tried,
            self.lost.len(),
            self.corrupt.len()
        );
        report(&line);
    }

    #[track_caller]
    pub(crate) fn assert_all_whole(&self) {
        assert!(self.lost.is_empty() && self.corrupt.is_empty(), "{self:#?}");
    }
}

/// What a data folder knows.
struct Found {
    /// The requests that left an event.
    requests: BTreeSet<String>,
    names: BTreeMap<String, String>,
    actions: BTreeMap<String, BTreeSet<String>>,
}

/// Reads a data folder; fails with what is wrong with it.
fn find(data: &Path) -> Result<Found, String> {
    let mut database = Database::try_open(&data.join("roster.db"))?;
    database.check_sound()?;
    match database.count(UNTOLD) {
        0 => {}
        count => return Err(format!("{count} versions without events")),
    }
    let pictures = "SELECT lower(hex(picture_sha256)) AS value FROM users WHERE picture_sha256 IS NOT NULL";
    for picture in database.texts(pictures) {
        check_picture(data, &picture)?;
    }
    let pairs = |lines: Vec<String>| -> BTreeMap<String, String> {
        let pair = |line: &String| line.split_once('|').map(|(id, value)| (id.to_owned(), value.to_owned()));
        lines.iter().filter_map(pair).collect()
    };
    let words = |text: String| text.split(' ').map(str::to_owned).collect();
    let names = database.texts("SELECT lower(hex(id)) || '|' || first_name AS value FROM users");
    let actions =
        database.texts("SELECT lower(hex(user_id)) || '|' || actions AS value FROM facility_access");
    let requests = database.texts("SELECT request_id AS value FROM events");
    Ok(Found {
        requests: requests.into_iter().collect(),
        names: pairs(names),
        actions: pairs(actions).into_iter().map(|(id, actions)| (id, words(actions))).collect(),
    })
}

/// A picture that somebody has is there, and is what its name says.
fn check_picture(data: &Path, sha256: &str) -> Result<(), String> {
    let path = data.join("pictures").join(&sha256[..2]).join(format!("{sha256}.jpg"));
    let bytes = fs::read(&path).map_err(|error| format!("picture {sha256}: {error}"))?;
    let found: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    if found == sha256 { Ok(()) } else { Err(format!("picture {sha256} is another")) }
}

impl Found {
    /// What was acknowledged until this moment and is not here.
    fn lost(&self, journal: &Journal, at: u64) -> Vec<String> {
        let changes = journal
            .changes
            .iter()
            .filter(|(request, acknowledged)| *acknowledged <= at && !self.requests.contains(request));
        let mut lost: Vec<String> = changes.map(|(request, _)| format!("the change {request}")).collect();
        for (id, person) in &journal.people {
            let id = id.replace('-', "");
            if person.name.possible(at).is_empty() {
                continue;
            }
            if !self.names.get(&id).is_some_and(|name| person.name.allows(name, at)) {
                lost.push(format!("the name of {id}"));
            }
            let actions = self.actions.get(&id).cloned().unwrap_or_default();
            if !person.actions.allows(&actions, at) {
                lost.push(format!("the access of {id}: {actions:?}, {:?}", person.actions.possible(at)));
            }
        }
        lost
    }
}
