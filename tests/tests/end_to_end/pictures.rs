//! `/user/picture` and `GET /pictures/…`: what goes in, and what comes out.

use image::GenericImageView as _;
use roster_tests::{Actor, Answer, Body, Form, Picture, Service, eventually};
use serde_json::{Value, json};

pub(crate) fn upload(by: &Actor, bytes: impl Into<Vec<u8>>) -> Answer {
    send(by, Form::image(bytes))
}

fn send(by: &Actor, form: Form) -> Answer {
    by.send("PATCH", "/user/picture", &[], &Body::Form(form))
}

/// The path of an uploaded picture.
pub(crate) fn path(answer: &Answer) -> String {
    let url = answer.expect(200)["data"]["picture"].as_str().unwrap().to_owned();
    url.strip_prefix("https://roster.test")
        .unwrap_or_else(|| panic!("not under the public URL: {url}"))
        .to_owned()
}

#[test]
fn an_uploaded_picture_is_served_to_anybody() {
    let service = Service::start();
    let user = service.user("tech");
    let answer = upload(&user, Picture::jpeg(800, 400));
    let body = answer.expect(200);
    assert_eq!((&body["status"], &body["message"]), (&json!("ok"), &json!("Picture updated")));
    let picture = service.nobody().get(&path(&answer));
    assert_eq!(picture.expect_status(200).header("content-type"), Some("image/jpeg"));
    assert_eq!(picture.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(picture.header("content-security-policy"), Some("default-src 'none'"));
    assert_eq!(picture.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(Picture::decode(&picture.body).dimensions(), (512, 256), "fitted");
    let url = &body["data"]["picture"];
    assert_eq!(&user.get("/user").expect(200)["data"]["picture"], url);
    let profile = user.get("/users/me").expect(200);
    assert_eq!((&profile["picture"], &profile["pictureProfileUrl"]), (url, url));
    let removed = user.delete("/user/picture").expect(200);
    assert_eq!(removed, json!({ "status": "ok", "message": "Picture removed" }));
    assert_eq!(user.get("/user").expect(200)["data"]["picture"], Value::Null);
}

#[test]
fn the_format_is_that_of_the_content() {
    let service = Service::start();
    let user = service.user("tech");
    for (bytes, media_type) in [
        (Picture::jpeg(40, 20), "image/jpeg"),
        (Picture::png(40, 20), "image/jpeg"),
        (Picture::webp(40, 20), "image/jpeg"),
        (Picture::transparent_png(40, 20), "image/png"),
    ] {
        let form = Form::default()
            .part("name=\"image\"; filename=\"../../x.svg\"\r\nContent-Type: text/html", bytes);
        let picture = service.nobody().get(&path(&send(&user, form)));
        assert_eq!(picture.expect_status(200).header("content-type"), Some(media_type));
        assert_eq!(Picture::decode(&picture.body).dimensions(), (40, 20), "never enlarged");
    }
}

#[test]
fn a_picture_is_turned_and_loses_what_it_tells() {
    let service = Service::start();
    let user = service.user("tech");
    let uploaded = Picture::turned_jpeg(80, 40, "canary-camera-of-the-owner");
    let picture = service.nobody().get(&path(&upload(&user, uploaded)));
    let decoded = Picture::decode(&picture.body);
    assert_eq!(decoded.dimensions(), (40, 80));
    let (top, bottom) = (decoded.get_pixel(20, 5), decoded.get_pixel(20, 75));
    assert!(top[0] > 150 && top[2] < 80, "the left half went up: {top:?}");
    assert!(bottom[2] > 150 && bottom[0] < 80, "the right half went down: {bottom:?}");
    let text = String::from_utf8_lossy(&picture.body).into_owned();
    assert!(!text.contains("canary") && !text.contains("Exif"));
}

#[test]
fn what_is_no_picture_of_the_three_kinds_is_refused() {
    let service = Service::start();
    let user = service.user("tech");
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    for bytes in
        [svg, "GIF89a\u{1}\u{0}\u{1}\u{0}\u{0}\u{0}\u{0};", "<html>", "%PDF-1.7", "BM", "", "II*\u{0}"]
    {
        upload(&user, bytes).expect_problem(415, "unsupported_media_type");
    }
    let mut truncated = Picture::png(300, 300);
    truncated.truncate(truncated.len() / 2);
    let faults = upload(&user, truncated).expect_faults();
    assert_eq!(faults, [("/image".to_owned(), "broken_picture".to_owned())]);
    upload(&user, b"\x89PNG\r\n\x1a\n".to_vec()).expect_problem(422, "validation_failed");
    upload(&user, b"\xff\xd8\xff\xe0".to_vec()).expect_problem(422, "validation_failed");
    assert_eq!(user.get("/user").expect(200)["data"]["picture"], Value::Null);
    assert_eq!(service.kept_pictures(), 0);
}

#[test]
fn a_picture_that_hides_something_is_drawn_anew() {
    let service = Service::start();
    let user = service.user("tech");
    let mut archive = Picture::png(30, 30);
    archive.extend(b"PK\x03\x04 canary-archive <script>canary</script>");
    let document = b"\xFF\xFE\0\x20%PDF-1.7 canary 1 0 obj<</JS(1)>>";
    let mut document = [&Picture::jpeg(30, 30)[..2], &document[..34], &Picture::jpeg(30, 30)[2..]].concat();
    document.extend(b"\n%%EOF canary");
    for disguised in [archive, document] {
        let picture = service.nobody().get(&path(&upload(&user, disguised)));
        let text = String::from_utf8_lossy(&picture.body).into_owned();
        assert!(!text.contains("canary") && !text.contains("%PDF"));
        assert_eq!(picture.header("content-type"), Some("image/jpeg"));
        assert_eq!(picture.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(picture.header("content-security-policy"), Some("default-src 'none'"));
    }
    for script in
        ["GIF89a/*\u{1}*/=1;alert(1)//", "<!DOCTYPE html><script>alert(1)</script>", "%PDF-1.7 \u{FF}"]
    {
        let form =
            Form::default().part("name=\"image\"; filename=\"a.png\"\r\nContent-Type: image/png", script);
        send(&user, form).expect_problem(415, "unsupported_media_type");
    }
}

/// A PNG that claims this size and holds nothing of it.
pub(crate) fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut png = Picture::png(1, 1);
    png.splice(16..24, [width.to_be_bytes(), height.to_be_bytes()].concat());
    let checksum = crc32(&png[12..29]).to_be_bytes();
    png.splice(29..33, checksum);
    png
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        let shift = |crc: u32, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
        (0..8).fold(crc ^ u32::from(*byte), shift)
    };
    !bytes.iter().fold(!0, step)
}

#[test]
fn too_many_pixels_are_refused_before_they_are_decoded() {
    let service = Service::start();
    let user = service.user("tech");
    let fault = [("/image".to_owned(), "too_many_pixels".to_owned())];
    for (width, height) in [(4097, 1), (1, 4097), (50_000, 50_000), (2_147_483_647, 2_147_483_647)] {
        assert_eq!(upload(&user, bomb(width, height)).expect_faults(), fault, "{width}×{height}");
    }
    assert_eq!(upload(&user, Picture::jpeg(4097, 2)).expect_faults(), fault);
    let largest = service.nobody().get(&path(&upload(&user, Picture::jpeg(4096, 16))));
    assert_eq!(Picture::decode(&largest.body).dimensions(), (512, 2));
}

#[test]
fn an_upload_has_a_size() {
    let service = Service::start();
    let user = service.user("tech");
    let mut padded = Picture::png(10, 10);
    padded.resize(5 * 1024 * 1024, 0);
    upload(&user, padded.clone()).expect(200);
    padded.push(0);
    upload(&user, padded).expect_problem(413, "too_large");
    upload(&user, vec![0xff; 6 * 1024 * 1024]).expect_problem(413, "too_large");
}

#[test]
fn a_form_has_one_part() {
    let service = Service::start();
    let user = service.user("tech");
    let missing = send(&user, Form::default()).status;
    assert!([400, 422].contains(&missing), "{missing}");
    let twice = Form::image(Picture::png(9, 9)).part("name=\"image\"", Picture::png(9, 9));
    send(&user, twice).expect_problem(400, "malformed_request");
    let other = Form::default().part("name=\"picture\"", Picture::png(9, 9));
    send(&user, other).expect_problem(400, "malformed_request");
    let many = (0..10_000).fold(Form::default(), |form, n| form.part(&format!("name=\"p{n}\""), ""));
    send(&user, many).expect_problem(400, "malformed_request");
    let raw = |content_type: &str, bytes: &[u8]| {
        let body = Body::Bytes("", bytes.to_vec());
        user.send("PATCH", "/user/picture", &[("content-type", content_type)], &body)
    };
    raw("application/json", b"{}").expect_problem(415, "unsupported_media_type");
    raw("image/png", &Picture::png(9, 9)).expect_problem(415, "unsupported_media_type");
    raw("multipart/form-data", b"x").expect_problem(400, "malformed_request");
    raw("multipart/form-data; boundary=b", b"no such boundary").expect_problem(400, "malformed_request");
    let long = format!("multipart/form-data; boundary={}", "b".repeat(10_000));
    raw(&long, b"x").expect_problem(400, "malformed_request");
    let form = format!("--b\r\nX: {}\r\n\r\nx\r\n--b--\r\n", "h".repeat(1_000_000));
    raw("multipart/form-data; boundary=b", form.as_bytes()).expect_problem(400, "malformed_request");
    user.send("PATCH", "/user/picture", &[("content-encoding", "gzip")], &Body::Form(Form::image("x")))
        .expect_problem(415, "unsupported_media_type");
}

#[test]
fn a_picture_goes_when_nobody_refers_to_it() {
    let service = Service::start();
    let administrator = service.administrator();
    let (one, other) =
        (service.user_made_by(&administrator, "tech"), service.user_made_by(&administrator, "tech"));
    let shared = path(&upload(&one, Picture::png(20, 20)));
    assert_eq!(path(&upload(&other, Picture::png(20, 20))), shared, "kept by content");
    let nobody = service.nobody();
    upload(&one, Picture::png(30, 30)).expect(200);
    other.get("/user").expect(200);
    nobody.get(&shared).expect_status(200);
    administrator.delete(&format!("/users/{}", other.id)).expect(200);
    eventually("the end of the shared picture", || (nobody.get(&shared).status == 404).then_some(()));
    one.delete("/user/picture").expect(200);
    eventually("nothing kept", || (service.kept_pictures() == 0).then_some(()));
    // Erased once, it can come back.
    nobody.get(&path(&upload(&one, Picture::png(20, 20)))).expect_status(200);
}

#[test]
fn pictures_have_names_and_no_paths() {
    let service = Service::start();
    let nobody = service.nobody();
    let name = "0".repeat(64);
    for path in [
        format!("{name}.jpg"),
        name.clone(),
        format!("{name}.gif"),
        format!("{}.jpg", "z".repeat(64)),
        "..%2f..%2fsecret".to_owned(),
        "../roster.db".to_owned(),
        "%00.jpg".to_owned(),
        String::new(),
    ] {
        nobody.get(&format!("/pictures/{path}")).expect_problem(404, "not_found");
    }
}
