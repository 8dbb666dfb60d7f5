//! `/docs`: a reference that works without internet.

use roster_tests::{Answer, Service, needed_program};
use std::process::Command;
use std::time::Duration;

fn page(service: &Service) -> Answer {
    let moved = service.nobody().get("/docs");
    assert_eq!(moved.expect_status(308).header("location"), Some("docs/"));
    service.nobody().get("/docs/")
}

#[test]
fn the_page_and_its_files_come_from_the_service_alone() {
    let service = Service::start();
    let page = page(&service);
    assert!(
        page.expect_status(200).header("content-type").is_some_and(|value| value.starts_with("text/html"))
    );
    let policy = page.header("content-security-policy").unwrap_or_default().to_owned();
    assert!(policy.contains("default-src 'none'") && !policy.contains("http"), "{policy}");
    let html = page.text();
    let references: Vec<&str> = html.split(['"', '\'']).filter(|text| is_script_or_style(text)).collect();
    assert!(!references.is_empty(), "{html}");
    for reference in references {
        assert!(!reference.contains("//"), "{reference}");
        let name = reference.trim_start_matches("./");
        service.nobody().get(&format!("/docs/{name}")).expect_status(200);
    }
    for odd in ["../Cargo.toml", "%2e%2e/x", "nothing.js", "..%2fx"] {
        assert_eq!(service.nobody().get(&format!("/docs/{odd}")).status, 404, "{odd}");
    }
}

fn is_script_or_style(reference: &str) -> bool {
    reference.rsplit_once('.').is_some_and(|(_, extension)| ["js", "css"].contains(&extension))
}

#[test]
fn a_browser_without_internet_shows_the_reference() {
    let names = ["chromium", "chromium-browser", "google-chrome", "chrome-headless-shell"];
    let Some(browser) = needed_program(&names, "the page /docs was not looked at in a browser") else {
        return;
    };
    let service = Service::start();
    let profile = tempfile::tempdir().unwrap();
    let shown = roster_tests::within(Duration::from_mins(2), "the reference in a browser", || {
        let output = Command::new(&browser)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--virtual-time-budget=20000",
            ])
            // Nothing but the service itself can be resolved.
            .args(["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--dump-dom"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg(format!("http://{}/docs/", service.address()))
            .output()
            .unwrap();
        Some(String::from_utf8_lossy(&output.stdout).into_owned()).filter(|dom| dom.contains("/users/me"))
    });
    let document = service.nobody().get("/openapi.json").expect(200);
    let title = document["info"]["title"].as_str().unwrap();
    assert!(shown.contains("swagger-ui") && shown.contains(title), "{title} is not on the page");
    assert!(
        shown.contains("/facilities/{facilityId}/give_access") || shown.contains("give_access"),
        "the calls are listed"
    );
}
