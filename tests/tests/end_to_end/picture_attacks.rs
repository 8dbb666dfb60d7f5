//! Pictures that are to exhaust the service: it stays small, quick and alive.

use roster_tests::{Actor, Body, Form, Picture, Service, assert_in_time, eventually, is_long_run};
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::pictures::{bomb, path};

const MIB: u64 = 1024 * 1024;
/// What a machine may give the service at least.
const LIMIT: u64 = 128 * MIB;
/// What of the binary must be in memory at once; the rest the system takes back where it has to. That of the tests is not
/// optimised, and so several times as large.
const BINARY: u64 = 16 * MIB;
/// No status: the answer to what is refused early may go under in what was still being sent.
const UNHEARD: u16 = 0;
/// The largest upload.
const MOST: usize = 5 * 1024 * 1024;

/// With bytes behind its end, so that it is as large as an upload may be.
fn padded(mut file: Vec<u8>) -> Vec<u8> {
    file.resize(MOST, 0);
    file
}

/// A JPEG that claims a size which it does not have.
fn claiming_jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut jpeg = Picture::jpeg(8, 8);
    let frame = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    jpeg[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    jpeg[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    jpeg
}

/// A GIF that goes on and on.
fn long_gif() -> Vec<u8> {
    let frame =
        b"\x21\xF9\x04\x00\x01\x00\x00\x00\x2C\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00";
    [b"GIF89a\x01\x00\x01\x00\x00\x00\x00", &frame.repeat(20_000)[..], b";"].concat()
}

/// An animated WebP of thousands of pictures, each as large as a picture may be and none of them whole.
fn long_webp() -> Vec<u8> {
    let chunk = |kind: &[u8], content: &[u8]| {
        [kind, &u32::try_from(content.len()).unwrap().to_le_bytes(), content].concat()
    };
    let frame = chunk(b"VP8L", &[0x2F, 0xFF, 0xCF, 0xFF, 0x03, 0, 0, 0]);
    let head = [0, 0, 0, 0, 0, 0, 0xFF, 0x0F, 0, 0xFF, 0x0F, 0, 0, 0, 0, 0];
    let frames = chunk(b"ANMF", &[&head[..], &frame].concat()).repeat(20_000);
    let canvas = chunk(b"VP8X", &[2, 0, 0, 0, 0xFF, 0x0F, 0, 0xFF, 0x0F, 0]);
    chunk(b"RIFF", &[b"WEBP", &canvas[..], &chunk(b"ANIM", &[0; 6]), &frames].concat())
}

fn bombs() -> Vec<Vec<u8>> {
    vec![
        bomb(50_000, 50_000),
        claiming_jpeg(65_500, 65_500),
        claiming_jpeg(4_096, 4_096),
        long_gif(),
        long_webp(),
        padded(bomb(4_096, 4_096)),
    ]
}

/// What came of uploads: their statuses, and how long the slowest took.
struct Outcome {
    statuses: Vec<u16>,
    slowest: Duration,
}

/// Uploads all of these at once, two by each of the people; whoever is refused for want of room is told when to try again.
fn upload_at_once(people: &[Actor], uploads: &[&[u8]]) -> Outcome {
    let outcomes: Vec<(u16, Duration)> = thread::scope(|scope| {
        let upload = |(person, file): (&Actor, &&[u8])| {
            let (person, file) = (person.clone(), file.to_vec());
            scope.spawn(move || {
                let body = Body::Form(Form::image(file));
                let started = Instant::now();
                let Ok(answer) = person.try_send("PATCH", "/user/picture", &[], &body) else {
                    return (UNHEARD, started.elapsed());
                };
                assert!(answer.status != 503 || answer.header("retry-after").is_some(), "{answer:?}");
                (answer.status, started.elapsed())
            })
        };
        let running: Vec<_> = people.iter().cycle().zip(uploads).map(upload).collect();
        running.into_iter().map(|upload| upload.join().unwrap()).collect()
    });
    let slowest = outcomes.iter().map(|(_, took)| *took).max().unwrap_or_default();
    Outcome { statuses: outcomes.into_iter().map(|(status, _)| status).collect(), slowest }
}

/// Reads again and again while something else is done; how long each read took.
fn reading_meanwhile<T>(reader: &Actor, work: impl FnOnce() -> T) -> (T, Vec<Duration>) {
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        let reads = scope.spawn(|| {
            let mut reads = Vec::new();
            while !is_done.load(Ordering::Relaxed) {
                let started = Instant::now();
                reader.get("/users/me").expect_status(200);
                reads.push(started.elapsed());
            }
            reads
        });
        let done = work();
        is_done.store(true, Ordering::Relaxed);
        (done, reads.join().unwrap())
    })
}

fn ninety_ninth(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() * 99 / 100]
}

fn people(service: &Service, count: usize) -> (Actor, Vec<Actor>) {
    let administrator = service.administrator();
    let people = (0..count).map(|_| service.user_made_by(&administrator, "tech")).collect();
    (administrator, people)
}

/// A group of processes that may have so much memory and no more, where this machine lets us make one.
struct Confinement(PathBuf);

impl Confinement {
    /// Moves a process into one. What it has already counts for where it was.
    fn of(process: u32, bytes: u64) -> Option<Self> {
        [("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max")]
            .into_iter()
            .find_map(|(root, limit)| {
                let group = PathBuf::from(root).join(format!("roster-test-{process}"));
                fs::create_dir(&group).ok()?;
                let group = Self(group);
                fs::write(group.0.join(limit), bytes.to_string()).ok()?;
                fs::write(group.0.join("cgroup.procs"), process.to_string()).ok()?;
                Some(group)
            })
    }
}

impl Drop for Confinement {
    fn drop(&mut self) {
        // It goes when its process has gone; until then nobody minds it.
        fs::remove_dir(&self.0).ok();
    }
}

#[test]
fn many_large_uploads_at_once_stay_within_the_memory_of_a_small_machine() {
    let confinement;
    let service = Service::start();
    let (reader, people) = people(&service, 32);
    let before = service.memory().resident;
    // The rule is the same where there is none: the kernel would have ended what once had more.
    confinement = is_long_run().then(|| Confinement::of(service.process(), LIMIT - before)).flatten();
    if is_long_run() && confinement.is_none() {
        eprintln!("no group of processes could be made, so nothing but the high-water mark is looked at");
    }
    let mut files = vec![
        padded(Picture::largest_progressive_jpeg()),
        padded(Picture::largest_lossless_webp()),
        // So small that many of them find room at once.
        Picture::largest_lossless_webp(),
        Picture::largest_lossless_webp(),
        padded(Picture::jpeg(1_000, 1_000)),
        padded(Picture::png(1_000, 1_000)),
        vec![0xFF; MOST + 1],
    ];
    files.extend(bombs());
    let uploads: Vec<&[u8]> = files.iter().cycle().take(64).map(Vec::as_slice).collect();
    for _ in 0..if is_long_run() { 20 } else { 2 } {
        let (outcome, reads) = reading_meanwhile(&reader, || upload_at_once(&people, &uploads));
        let allowed = [UNHEARD, 200, 413, 415, 422, 503];
        assert!(outcome.statuses.iter().all(|status| allowed.contains(status)), "{:?}", outcome.statuses);
        assert!(outcome.statuses.contains(&200), "{:?}", outcome.statuses);
        assert_in_time(Duration::from_secs(20), outcome.slowest);
        assert_in_time(Duration::from_secs(1), ninety_ninth(reads));
        let most = service.memory().most_own();
        assert!(most < LIMIT - BINARY, "{} MiB", most / MIB);
    }
    service.report_attack("large pictures, 64 uploads at once");
    eventually("memory that is given back", || (service.memory().resident < before + 24 * MIB).then_some(()));
    assert!(service.is_running());
    drop(service);
    drop(confinement);
}

#[test]
fn each_of_the_largest_pictures_is_taken_when_it_comes_alone() {
    let service = Service::start();
    let user = service.user("tech");
    for (file, colour) in [
        (padded(Picture::largest_progressive_jpeg()), [252, 108, 255]),
        (padded(Picture::largest_lossless_webp()), [0, 200, 0]),
    ] {
        let answer = user.send("PATCH", "/user/picture", &[], &Body::Form(Form::image(file)));
        let picture = Picture::decode(&service.nobody().get(&path(&answer)).body).into_rgb8();
        assert_eq!(picture.dimensions(), (512, 512));
        let seen = picture.get_pixel(200, 200).0;
        assert!(seen.iter().zip(colour).all(|(seen, told)| seen.abs_diff(told) < 4), "{seen:?}");
    }
    service.report_attack("the largest pictures, one after the other");
    let most = service.memory().most_own();
    assert!(most < LIMIT - BINARY, "{} MiB", most / MIB);
}

#[test]
fn bombs_are_refused_quickly_and_take_little() {
    let service = Service::start();
    let (reader, people) = people(&service, 32);
    let before = service.memory().resident;
    let bombs = bombs();
    for file in &bombs {
        let started = Instant::now();
        let answer = people[0].send("PATCH", "/user/picture", &[], &Body::Form(Form::image(file.clone())));
        assert!([415, 422].contains(&answer.status), "{answer:?}");
        assert_in_time(Duration::from_secs(2), started.elapsed());
    }
    let uploads: Vec<&[u8]> = bombs.iter().cycle().take(64).map(Vec::as_slice).collect();
    let (outcome, _) = reading_meanwhile(&reader, || upload_at_once(&people, &uploads));
    let allowed = [UNHEARD, 415, 422, 503];
    assert!(outcome.statuses.iter().all(|status| allowed.contains(status)), "{:?}", outcome.statuses);
    service.report_attack("bombs for pictures, 64 at once");
    let more = service.memory().most.saturating_sub(before) / MIB;
    assert!(more < 64, "{more} MiB more");
}
