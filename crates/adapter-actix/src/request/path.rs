use actix_web::HttpRequest;
use std::str::FromStr;

/// The id in the path; `None` for what is no UUID, which is then nobody's.
pub(crate) fn path_id<T: FromStr>(request: &HttpRequest, name: &str) -> Option<T> {
    request.match_info().get(name)?.parse().ok()
}
