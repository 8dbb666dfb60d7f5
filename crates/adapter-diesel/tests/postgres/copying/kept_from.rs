use roster_adapter_diesel::CopyError;
use roster_domain::{PictureFormat, PictureName};
use roster_ports::{BackupDraft, BackupError, Picture};

use super::places::{Place, begin, copied};

#[test]
fn a_target_that_holds_anything_is_refused() {
    let from = Place::full_file();
    for target in [Place::full_server(), Place::full_file()] {
        let before = target.contents();
        assert!(matches!(begin(&from, &target), Err(CopyError::NotEmpty { table: "users" })));
        assert_eq!(target.contents(), before);
    }
    let server = Place::server();
    copied(&from, &server).1.unwrap();
    for (rest, table) in
        [("users", "clients"), ("clients", "login_attempts"), ("login_attempts", "signing_keys")]
    {
        server.execute(&format!("DELETE FROM {rest}"));
        let begun = begin(&from, &server).map(drop);
        assert!(matches!(begun, Err(CopyError::NotEmpty { table: found }) if found == table), "{begun:?}");
    }
}

#[test]
fn a_target_that_has_told_events_is_refused() {
    let target = Place::server();
    copied(&Place::full_file(), &target).1.unwrap();
    for table in [
        "users",
        "clients",
        "login_attempts",
        "signing_keys",
        "master_secrets",
        "doomed_pictures",
        "pictures",
        "events",
    ] {
        target.execute(&format!("DELETE FROM {table}"));
    }
    let begun = begin(&Place::full_file(), &target).map(drop);
    assert!(matches!(begun, Err(CopyError::NotEmpty { table: "events" })), "{begun:?}");
}

#[test]
fn a_wrong_byte_in_the_target_is_found() {
    let from = Place::full_file();
    for (change, table) in [
        ("UPDATE sessions SET user_agent = 'curL' WHERE user_agent = 'curl'", "sessions: "),
        ("UPDATE events SET data = '[]' WHERE seq = 700", "events: "),
        ("UPDATE facility_access SET expires_at = 0 WHERE granted_at = 9", "facility_access: "),
        ("UPDATE pictures SET bytes = <70696374757266>", "pictures: "),
        ("DELETE FROM doomed_pictures WHERE format = 2", "doomed_pictures: "),
    ] {
        for to in [Place::server(), Place::file()] {
            let mut copy = begin(&from, &to).unwrap();
            copy.take_snapshot().unwrap();
            to.execute(change);
            let ended = copy.finish();
            assert!(
                matches!(&ended, Err(BackupError::Unfaithful(line)) if line.starts_with(table)),
                "{ended:?}"
            );
        }
    }
}

#[test]
fn pictures_that_are_kept_elsewhere_are_added() {
    let name = PictureName {
        sha256: [
            0xb1, 0x2c, 0x0b, 0x0d, 0x0b, 0x8a, 0x0c, 0x05, 0x8e, 0x0d, 0x31, 0x40, 0x2b, 0x46, 0x6e, 0x35,
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        ],
        format: PictureFormat::Png,
    };
    let (from, to) = (Place::full_file(), Place::server());
    from.execute("DELETE FROM pictures");
    let mut copy = begin(&from, &to).unwrap();
    copy.take_snapshot().unwrap();
    let lacking = copy.lacking(None, 9).unwrap();
    assert_eq!(lacking.len(), 1);
    // One that nobody has goes again.
    copy.add(&Picture { name, bytes: b"another".to_vec() }).unwrap();
    copy.add(&Picture { name: lacking[0], bytes: b"picture".to_vec() }).unwrap();
    assert!(copy.lacking(None, 9).unwrap().is_empty());
    assert_eq!(copy.finish().unwrap().rows_of("pictures"), 1);
    let back = Place::file();
    copied(&to, &back).1.unwrap();
    assert_eq!(back.contents(), Place::full_file().contents());
}

#[test]
fn another_snapshot_takes_the_place_of_the_first_but_for_pictures() {
    let (from, to) = (Place::full_server(), Place::file());
    let mut copy = begin(&from, &to).unwrap();
    copy.take_snapshot().unwrap();
    from.execute(
        "UPDATE users SET first_name = 'Bob' WHERE updated_at = 3; DELETE FROM users WHERE updated_at = 2;
         DELETE FROM pictures; INSERT INTO login_attempts SELECT counts_for, 99, id FROM login_attempts LIMIT 1",
    );
    copy.take_snapshot().unwrap();
    assert!(copy.lacking(None, 9).unwrap().is_empty(), "it is there already");
    copy.finish().unwrap();
    assert_eq!(to.text("SELECT count(*) FROM users WHERE first_name = 'Bob'"), "1");
    assert_eq!(to.text("SELECT count(*) FROM users WHERE updated_at = 2"), "0");
    assert_eq!(to.text("SELECT count(*) FROM login_attempts WHERE at = 99"), "1");
}
