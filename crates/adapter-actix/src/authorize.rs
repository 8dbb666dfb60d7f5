use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use roster_domain::Role;
use roster_usecases::sign_in::Authenticated;

use crate::answer::Problem;
use crate::http::Http;
use crate::request::authenticate;

/// What is percent-encoded in a header, beside all that is not ASCII: controls, and the sign itself.
const ENCODED: &AsciiSet = &CONTROLS.add(b'%');

/// Tells a gateway who calls: 200 when the token is valid, with all of the identity headers, empty where there is no
/// value, so that none that a client sent itself survives.
#[utoipa::path(
    get, path = "/authorize", tag = "gateway",
    description = "Answers every method alike.",
    responses(
        (status = 200, description = "The token is valid.", headers(
            ("X-Roster-User-Id" = String, description = "Empty for a client's own token."),
            ("X-Roster-Email" = String),
            ("X-Roster-Roles" = String, description = "With commas between."),
            ("X-Roster-Scopes" = String, description = "With spaces between; those alone that the caller can use now."),
            ("X-Roster-Client-Id" = String),
        )),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn authorize(http: Data<Http>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let authenticated = authenticate(&http, &request).await?;
    let mut answer = HttpResponse::Ok();
    for (name, value) in identity(&authenticated) {
        let value = utf8_percent_encode(&value, ENCODED).to_string();
        let value = HeaderValue::try_from(value).map_err(|error| Problem::internal(&error))?;
        answer.insert_header((HeaderName::from_static(name), value));
    }
    Ok(answer.finish())
}

fn identity(Authenticated { caller, user }: &Authenticated) -> [(&'static str, String); 5] {
    let user = user.as_ref();
    let roles: Vec<&str> = user.map(|user| user.roles.iter().map(Role::as_str).collect()).unwrap_or_default();
    [
        ("x-roster-user-id", user.map(|user| user.id.to_string()).unwrap_or_default()),
        ("x-roster-email", user.map(|user| user.email.as_str().to_owned()).unwrap_or_default()),
        ("x-roster-roles", roles.join(",")),
        ("x-roster-scopes", caller.usable_scopes().to_string()),
        ("x-roster-client-id", caller.client.to_string()),
    ]
}
