//! Paths of requests that wait at gateways, and the patterns of rules: what is kept is read again as itself, and covering
//! a pattern is matching whatever it matches.
#![no_main]

use libfuzzer_sys::fuzz_target;
use roster_domain::gateway::{Method, OriginalPath, PathPattern};

fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.split(|byte| *byte == b'\n');
    let path = OriginalPath::of_target(parts.next().unwrap_or_default());
    if let Ok(path) = &path {
        let again = OriginalPath::of_target(path.as_str().as_bytes());
        assert_eq!(again.as_ref(), Ok(path), "the kept spelling is kept");
        for segment in path.segments() {
            assert!(!matches!(segment.split(';').next(), Some("." | "..")), "no dot segment is left");
        }
        assert!(!path.as_str().contains("//") && !path.as_str().contains(['\\', '#', '?', '\0']));
    }
    let patterns: Vec<PathPattern> =
        parts.filter_map(|part| str::from_utf8(part).ok()?.parse().ok()).take(4).collect();
    for wide in &patterns {
        assert!(wide.covers(wide));
        for narrow in &patterns {
            let Ok(path) = &path else { break };
            if wide.covers(narrow) && narrow.captures(path).is_some() {
                assert!(wide.captures(path).is_some(), "{wide} covers {narrow}");
            }
        }
    }
    let _ = str::from_utf8(bytes).map(|text| text.parse::<Method>());
});
