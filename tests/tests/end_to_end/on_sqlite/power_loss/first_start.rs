//! The power fails while the first start makes everything there is.

use roster_tests::{CLIENT, Dice, Flushes, Recorder, Recording, Roster, Service, is_long_run, report};
use std::path::Path;

use super::image;

const EMAIL: &str = "first@example.com";
const PASSWORD: &str = "canary-first-password";

/// What was recorded, and when something was acknowledged in it.
struct FirstStart {
    recording: Recording,
    administrator_made: u64,
    client_made: u64,
}

/// An administrator and a client are made in a folder that is not there yet.
fn record() -> Option<FirstStart> {
    let folder = tempfile::tempdir().unwrap();
    let recorder = Recorder::of(folder.path())?;
    let run = |arguments: &[&str], input: &str| {
        let run = Roster::new(arguments.iter().copied()).on(&folder.path().join("data")).reading(input);
        recorder.environment().into_iter().fold(run, |run, (name, value)| run.with(name, value)).succeed();
        recorder.now()
    };
    let names = ["--first-name", "Ada", "--last-name", "First"];
    let administrator = [&["admin", "create", "--email", EMAIL], &names[..]].concat();
    let administrator_made = run(&administrator, &format!("{PASSWORD}\n"));
    let scopes = ["--scope", "profile:get", "--grant", "password"];
    let client_made = run(&[&["client", "create", "--id", CLIENT, "--public"], &scopes[..]].concat(), "");
    let recording = recorder.recording();
    Some(FirstStart { recording, administrator_made, client_made })
}

fn lines(folder: &Path, table: &str) -> i64 {
    let mut database = roster_tests::Database::open(&folder.join("data/roster.db"));
    database.count(&format!("SELECT count(*) AS value FROM {table}"))
}

#[test]
fn a_first_start_may_be_cut_off_at_any_moment() {
    let Some(FirstStart { recording, administrator_made, client_made }) = record() else { return };
    let count = if is_long_run() { 200 } else { 24 };
    let mut dice = Dice::of(3);
    let mut cuts: Vec<usize> = (0..count).map(|_| dice.roll(recording.len() + 1)).collect();
    cuts.extend([administrator_made, client_made].map(|moment| recording.until(moment)));
    for (number, (cut, disk)) in recording.disks(cuts, Flushes::Work).enumerate() {
        println!("image {number}, cut after {cut} of {} notes", recording.len());
        let folder = image(&disk, &mut Dice::of(u64::try_from(number).unwrap()));
        let path = folder.path().to_owned();
        let service = Service::options().at(folder).start();
        service.database().assert_sound();
        let at = recording.moment(cut);
        if at >= administrator_made {
            assert_eq!(lines(&path, "users"), 1, "the administrator was acknowledged");
        }
        if at >= client_made {
            assert_eq!(lines(&path, "clients"), 1, "the client was acknowledged");
            service.try_password(EMAIL, PASSWORD).expect(200);
        }
    }
    report(&format!("power cuts: {} first starts", count + 2));
}
