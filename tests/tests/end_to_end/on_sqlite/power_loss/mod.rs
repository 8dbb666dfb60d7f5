//! The power fails at any moment: what was acknowledged is on the disk, and nothing there is damaged or half done.
//!
//! What the real binary does to its files is recorded, and played up to a moment. Of what it had not flushed until then,
//! every part may be on the disk or not, torn and in any order. Each such image must be whole.

mod first_start;
mod verdict;

use roster_tests::{Dice, Disk, Flushes, Recorder, Recording, Service, data_folder, is_long_run, report};
use std::sync::OnceLock;
use std::sync::atomic::AtomicUsize;
use std::thread;
use tempfile::TempDir;

use crate::journal::{Journal, WRITERS, Writer, check};
use verdict::Tally;

/// What was done, and what whoever asked for it was told.
struct Told {
    recording: Recording,
    journal: Journal,
}

/// So much work that the log is written back into the database more than once.
const ENOUGH: usize = 400;

/// A service that was written to, was stopped and started, and was written to again. None where nothing can be recorded.
fn told() -> Option<&'static Told> {
    static TOLD: OnceLock<Option<Told>> = OnceLock::new();
    TOLD.get_or_init(record).as_ref()
}

fn record() -> Option<Told> {
    let folder = data_folder();
    let recorder = Recorder::of(folder.path())?;
    let mut service = Service::options().with_all(recorder.environment()).at(folder).start();
    let mut journal = write(&service, &recorder, 1);
    service.terminate();
    service.restart();
    journal.extend(write(&service, &recorder, 2));
    service.kill();
    let recording = recorder.recording();
    let copied_back = recording.writes_to("/roster.db");
    println!("{} notes, {copied_back} pages were written back from the log", recording.len());
    assert!(copied_back > 100, "{copied_back}");
    Some(Told { recording, journal })
}

fn write(service: &Service, recorder: &Recorder, round: u64) -> Journal {
    let administrator = service.administrator();
    let acknowledged = AtomicUsize::new(0);
    let now = || recorder.now();
    thread::scope(|scope| {
        let start = |number: u64| {
            let writer = Writer {
                service,
                administrator: &administrator,
                acknowledged: &acknowledged,
                dice: Dice::of(round * 1_000 + number),
                now: &now,
                journal: Journal::default(),
            };
            scope.spawn(move || writer.run(ENOUGH))
        };
        let writers: Vec<_> = (0..WRITERS).map(start).collect();
        let mut journal = Journal::default();
        for writer in writers {
            journal.extend(writer.join().unwrap());
        }
        journal
    })
}

/// Moments at which the power fails: any, and as often the very one at which somebody was told that all is well.
fn cuts(told: &Told, count: usize, dice: &mut Dice) -> Vec<usize> {
    let cut = |number| {
        if number % 2 == 0 {
            return dice.roll(told.recording.len() + 1);
        }
        let (_, moment) = *dice.choose(&told.journal.changes);
        told.recording.until(moment)
    };
    (0..count).map(cut).collect()
}

/// The folder that a service finds when the power is back.
fn image(disk: &Disk, dice: &mut Dice) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    disk.write_after_power_loss(dice, folder.path());
    folder
}

/// Cuts the power so many times on a disk whose flushes work like this.
fn cut_power(told: &Told, count: usize, flushes: Flushes) -> Tally {
    let mut tally = Tally::default();
    let cuts = cuts(told, count, &mut Dice::of(1));
    for (number, (cut, disk)) in told.recording.disks(cuts, flushes).enumerate() {
        let mut dice = Dice::of(u64::try_from(number).unwrap());
        let folder = image(&disk, &mut dice);
        let what = format!("image {number}, cut after {cut} notes");
        tally.judge(&what, &folder.path().join("data"), &told.journal, told.recording.moment(cut));
    }
    tally
}

#[test]
fn what_was_acknowledged_survives_a_power_cut() {
    let Some(told) = told() else { return };
    let count = if is_long_run() { 1_000 } else { 60 };
    let tally = cut_power(told, count, Flushes::Work);
    tally.report("power cuts");
    tally.assert_all_whole();
}

#[test]
fn a_service_starts_on_what_a_power_cut_left_and_knows_all_that_it_acknowledged() {
    let Some(told) = told() else { return };
    let count = if is_long_run() { 40 } else { 4 };
    let cuts = cuts(told, count, &mut Dice::of(2));
    for (number, (cut, disk)) in told.recording.disks(cuts, Flushes::Work).enumerate() {
        println!("image {number}, cut after {cut} notes");
        let folder = image(&disk, &mut Dice::of(u64::try_from(number).unwrap()));
        let options = Service::options().with("ROSTER_LOGIN_FAILURES_PER_ADDRESS", "10000");
        let service = options.at(folder).start();
        let mut journal = told.journal.clone();
        check(&service, &service.administrator(), &mut journal, told.recording.moment(cut));
        service.database().assert_sound();
    }
    report(&format!("power cuts: {count} services started on what one left"));
}

#[test]
fn a_second_power_cut_while_the_service_gets_over_the_first_takes_nothing() {
    let Some(told) = told() else { return };
    let (starts, images) = if is_long_run() { (20, 20) } else { (3, 8) };
    let mut dice = Dice::of(4);
    let mut tally = Tally::default();
    for (cut, disk) in told.recording.disks(cuts(told, starts, &mut dice), Flushes::Work) {
        let folder = image(&disk, &mut dice);
        let Some(recorder) = Recorder::of(folder.path()) else { return };
        let service = Service::options().with_all(recorder.environment()).at(folder).start();
        service.administrator();
        service.kill();
        let recording = recorder.recording();
        let second_cuts = (0..images).map(|_| dice.roll(recording.len() + 1)).collect();
        for (second_cut, disk) in recording.disks(second_cuts, Flushes::Work) {
            let what = format!("cut after {cut} notes, and again after {second_cut}");
            let folder = image(&disk, &mut dice);
            tally.judge(&what, &folder.path().join("data"), &told.journal, told.recording.moment(cut));
        }
    }
    tally.report("second power cuts");
    tally.assert_all_whole();
}

/// The same journal and the same judge, on disks that break their word: were they blind, nothing would be found.
#[test]
fn a_flush_that_is_left_out_is_found_out() {
    let Some(told) = told() else { return };
    let log_alone = cut_power(told, 40, Flushes::FailOn("-wal"));
    log_alone.report("power cuts where the log is not flushed");
    assert!(log_alone.lost.len() > 4, "{log_alone:#?}");
    let nothing = cut_power(told, 40, Flushes::Fail);
    nothing.report("power cuts where nothing is flushed");
    assert!(nothing.corrupt.len() > 4, "{nothing:#?}");
    let pictures = cut_power(told, 40, Flushes::FailOn(".tmp"));
    pictures.report("power cuts where pictures are not flushed");
    assert!(!pictures.corrupt.is_empty(), "{pictures:#?}");
}
