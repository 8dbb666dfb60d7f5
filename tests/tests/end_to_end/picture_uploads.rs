//! Forms with a picture that do not keep to what a form is, or never end.

use roster_tests::{Actor, Body, Engine, Form, Picture, RawSocket, Service};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

/// Longer than any refusal takes here, shorter than the service waits for a body.
const SILENCE: Duration = Duration::from_secs(3);

/// The head of an upload of so many bytes, as it is announced.
fn head(by: &Actor, announced: &str) -> String {
    format!(
        "PATCH /user/picture HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
         Content-Type: multipart/form-data; boundary=b\r\n{announced}\r\n\r\n",
        by.token
    )
}

const PART: &str = "--b\r\nContent-Disposition: form-data; name=\"image\"\r\n\r\n";

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

#[test]
fn what_is_no_form_is_refused_early_and_leaves_no_file_anywhere() {
    let temporary = TempDir::new().unwrap();
    let service = Service::options().with("TMPDIR", temporary.path()).start();
    let user = service.user("tech");
    let before = files_below(&service.data());
    for (announced, body, statuses) in [
        ("Content-Length: 2147483648", PART, [413]),
        ("Content-Length: 99999999999", PART, [413]),
        ("Content-Length: 3", PART, [400]),
        ("Content-Length: 0", "", [400]),
        ("Content-Length: -1", PART, [400]),
        ("Transfer-Encoding: chunked", "zz\r\n", [400]),
    ] {
        let mut socket = RawSocket::connect(service.address());
        socket.send(head(&user, announced) + body);
        let answer = socket.read(SILENCE);
        // Where a server must be asked who calls, the connection may end before that is known: nobody can go on after
        // what is no chunk.
        let is_cut = Engine::chosen() == Engine::Postgres
            && announced.starts_with("Transfer-Encoding")
            && answer.text.is_empty()
            && answer.is_closed;
        let first = answer.statuses().first().copied();
        assert!(is_cut || first.is_some_and(|status| statuses.contains(&status)), "{announced}: {answer:?}");
    }
    // Fewer bytes than announced, and then the end.
    let mut socket = RawSocket::connect(service.address());
    socket.send(head(&user, "Content-Length: 100000") + PART + "abc");
    socket.finish();
    assert!(!socket.read(SILENCE).statuses().contains(&200));
    // More bytes than may be, without saying how many.
    let mut socket = RawSocket::connect(service.address());
    socket.send(head(&user, "Transfer-Encoding: chunked"));
    socket.send(format!("{:x}\r\n{PART}\r\n", PART.len()));
    for _ in 0..6 {
        socket.send(format!("{:x}\r\n{}\r\n", 1024 * 1024, "x".repeat(1024 * 1024)));
    }
    assert!(!socket.read(SILENCE).statuses().contains(&200));
    assert_eq!(files_below(&service.data().join("..")).len(), before.len());
    assert_eq!(files_below(&service.data()), before);
    assert_eq!(files_below(temporary.path()), Vec::<PathBuf>::new());
    assert!(service.is_running());
}

#[test]
fn the_name_of_a_file_is_not_looked_at() {
    let service = Service::start();
    let user = service.user("tech");
    for name in ["../../x", "a\0.png", "a\\\"\\r\\nX: y", "/etc/passwd", "c:\\x", "%00%0d%0a", "x.svg"] {
        let form = Form::default().part(&format!("name=\"image\"; filename=\"{name}\""), Picture::png(9, 9));
        let answer = user.send("PATCH", "/user/picture", &[], &Body::Form(form));
        assert!([200, 400].contains(&answer.status), "{name:?}: {answer:?}");
    }
    assert_eq!(service.kept_pictures(), 1);
    // A line break ends a header, and what follows is another one.
    let form = Form::default().part("name=\"image\"\r\nContent-Length: 1\r\nX: y", Picture::png(9, 9));
    let answer = user.send("PATCH", "/user/picture", &[], &Body::Form(form));
    assert!([200, 400].contains(&answer.status), "{answer:?}");
}

#[test]
fn uploads_that_do_not_go_on_keep_nobody_else_out() {
    let service = Service::start();
    let administrator = service.administrator();
    let stalled: Vec<(Actor, RawSocket)> = (0..24)
        .map(|_| {
            let person = service.user_made_by(&administrator, "tech");
            let mut socket = RawSocket::connect(service.address());
            socket.send(head(&person, "Content-Length: 5000000") + PART + "a beginning");
            (person, socket)
        })
        .collect();
    let other = service.user_made_by(&administrator, "tech");
    let picture = Picture::png(300, 300);
    for _ in 0..3 {
        let form = Body::Form(Form::image(picture.clone()));
        other.send("PATCH", "/user/picture", &[], &form).expect_status(200);
    }
    drop(stalled);
}

#[test]
fn an_account_has_two_uploads_at_once() {
    let service = Service::start();
    let administrator = service.administrator();
    let person = service.user_made_by(&administrator, "tech");
    let stall = || {
        let mut socket = RawSocket::connect(service.address());
        socket.send(head(&person, "Content-Length: 5000000\r\nExpect: 100-continue"));
        // Only who reads the body says that it may come.
        assert!(socket.read(Duration::from_millis(500)).text.starts_with("HTTP/1.1 100"));
        socket
    };
    let stalled = [stall(), stall()];
    let third = Body::Form(Form::image(Picture::png(9, 9)));
    let refused = person.send("PATCH", "/user/picture", &[], &third);
    refused.expect_problem(503, "unavailable");
    assert!(refused.header("retry-after").is_some());
    administrator.send("PATCH", "/user/picture", &[], &third).expect_status(200);
    drop(stalled);
    roster_tests::eventually("a turn that is free again", || {
        (person.send("PATCH", "/user/picture", &[], &third).status == 200).then_some(())
    });
}
