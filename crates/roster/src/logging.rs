//! Log lines on standard error.

use std::io::{self, IsTerminal};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::settings::{Key, LogFormat, Settings};

/// What is left out unless the operator's filter names it: what would tell once more what the service tells itself, and
/// the bytes of strangers that are no request, each of which would be an error of ours.
const QUIETER: &str = "actix_server=warn,actix_http::h1::dispatcher=off";

/// Starts logging, for the life of the process.
pub(crate) fn start(settings: &Settings) {
    // The filter was read once already when the settings were checked.
    let filter = EnvFilter::try_new(format!("{QUIETER},{}", settings.log)).unwrap_or_default();
    let lines = fmt().with_env_filter(filter).with_writer(io::stderr);
    // Fails only where logging was started already; then there is nothing left to do.
    let _ = match settings.log_format {
        LogFormat::Text => lines.with_ansi(io::stderr().is_terminal()).finish().try_init(),
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).finish().try_init(),
    };
}

/// Starts logging where somebody asked for it: the standard error of a short command is for its own message.
pub(crate) fn start_if_chosen(settings: &Settings) {
    if settings.given().is_chosen(Key::Log) {
        start(settings);
    }
}
