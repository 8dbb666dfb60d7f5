use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use super::door::{decide, told_by};
use super::identity::Allowed;
use crate::answer::Problem;
use crate::http::Http;

/// Tells a gateway that speaks as Traefik, Caddy and APISIX do whether a request may pass, and who sent it.
#[utoipa::path(
    get, path = "/authorize/forward/{policy}", tag = "gateway",
    description = "Answers every method alike: the original one is in `X-Forwarded-Method`. A denial has none of the identity \
        headers.",
    params(
        ("policy" = String, Path, description = "A policy of the settings file, or `authenticated`."),
        ("X-Forwarded-Method" = String, Header, description = "The original method; exactly once."),
        ("X-Forwarded-Uri" = String, Header, description = "The original path, with or without its query; exactly once."),
    ),
    responses(Allowed),
    security((), ("bearer" = []))
)]
pub(crate) async fn authorize_forward(
    http: Data<Http>,
    policy: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let headers = request.headers();
    let original = told_by(headers, "X-Forwarded-Method", "X-Forwarded-Uri")?;
    decide(&http, headers, &policy, &original).await
}
