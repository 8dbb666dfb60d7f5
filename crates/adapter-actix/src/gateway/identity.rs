use actix_web::HttpResponse;
use actix_web::http::header::{HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use roster_domain::Role;
use roster_usecases::sign_in::Authenticated;

use crate::answer::Problem;

/// What the doors answer where a request may pass.
#[derive(utoipa::IntoResponses)]
#[response(status = 200, description = "It may pass.", headers(
    ("X-Roster-User-Id" = String, description = "Empty for a client's own token, and without one."),
    ("X-Roster-Email" = String),
    ("X-Roster-Roles" = String, description = "With commas between."),
    ("X-Roster-Scopes" = String, description = "With spaces between; those alone that the caller can use now."),
    ("X-Roster-Client-Id" = String, description = "Empty without a valid token."),
))]
pub(super) struct Allowed;

/// What is percent-encoded in a header, beside all that is not ASCII: controls, and the sign itself.
const ENCODED: &AsciiSet = &CONTROLS.add(b'%');

/// 200 without a body, with all of the identity headers, empty where there is no value, so that none that a client sent
/// itself survives.
pub(super) fn allow(who: Option<&Authenticated>) -> Result<HttpResponse, Problem> {
    let mut answer = HttpResponse::Ok();
    for (name, value) in identity(who) {
        let value = utf8_percent_encode(&value, ENCODED).to_string();
        let value = HeaderValue::try_from(value).map_err(|error| Problem::internal(&error))?;
        answer.insert_header((HeaderName::from_static(name), value));
    }
    Ok(answer.finish())
}

fn identity(who: Option<&Authenticated>) -> [(&'static str, String); 5] {
    let caller = who.map(|who| &who.caller);
    let user = who.and_then(|who| who.user.as_ref());
    let roles: Vec<&str> = user.map(|user| user.roles.iter().map(Role::as_str).collect()).unwrap_or_default();
    [
        ("x-roster-user-id", user.map(|user| user.id.to_string()).unwrap_or_default()),
        ("x-roster-email", user.map(|user| user.email.as_str().to_owned()).unwrap_or_default()),
        ("x-roster-roles", roles.join(",")),
        ("x-roster-scopes", caller.map(|caller| caller.usable_scopes().to_string()).unwrap_or_default()),
        ("x-roster-client-id", caller.map(|caller| caller.client.to_string()).unwrap_or_default()),
    ]
}
