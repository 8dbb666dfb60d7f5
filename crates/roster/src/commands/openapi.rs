use crate::{Stop, output};

/// Prints the OpenAPI document, which is JSON in any case.
pub(super) fn run() -> Result<(), Stop> {
    output::print(&roster_adapter_actix::openapi_json())
}
