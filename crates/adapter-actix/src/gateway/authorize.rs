use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::identity::allow;
use crate::answer::Problem;
use crate::http::Http;
use crate::request::authenticate;

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
    allow(Some(&authenticate(&http, &request).await?))
}
