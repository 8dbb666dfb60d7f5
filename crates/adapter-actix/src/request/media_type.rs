use actix_web::HttpRequest;
use actix_web::http::header;

/// Whether the body is said to be of this media type, once, and in UTF-8.
pub(crate) fn has_media_type(request: &HttpRequest, media_type: &str) -> bool {
    let mut values = request.headers().get_all(header::CONTENT_TYPE);
    let (Some(value), None) = (values.next(), values.next()) else { return false };
    let Ok(value) = value.to_str() else { return false };
    let (essence, parameters) = value.split_once(';').unwrap_or((value, ""));
    let parameter = parameters.trim().trim_end_matches(';').to_ascii_lowercase();
    essence.trim().eq_ignore_ascii_case(media_type)
        && matches!(parameter.as_str(), "" | "charset=utf-8" | "charset=\"utf-8\"")
}
