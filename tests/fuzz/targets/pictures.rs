//! Uploads: a small picture, or a refusal.
#![no_main]

use libfuzzer_sys::fuzz_target;
use roster_adapter_pictures::ImageStudio;
use roster_ports::PictureStudio;
use std::sync::LazyLock;
use tokio::runtime::Runtime;

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| tokio::runtime::Builder::new_current_thread().build().expect("a runtime"));

fuzz_target!(|upload: &[u8]| {
    let studio = ImageStudio::new();
    if let Ok(picture) = RUNTIME.block_on(studio.develop(upload.to_vec().into())) {
        let again = RUNTIME.block_on(studio.develop(picture.bytes.into()));
        assert!(again.is_ok(), "what is served is a picture");
    }
});
