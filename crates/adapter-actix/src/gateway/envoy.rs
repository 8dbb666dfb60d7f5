use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use roster_usecases::gateway::OriginalRequest;

use super::door::{decide, method, not_below_the_door, path};
use super::identity::Allowed;
use crate::answer::Problem;
use crate::http::Http;

const DOOR: &str = "/authorize/envoy/";

/// Tells Envoy (`ext_authz` over HTTP) whether a request may pass, and who sent it.
#[utoipa::path(
    get, path = "/authorize/envoy/{policy}/{path}", tag = "gateway",
    description = "The start line is that of the original request, with its path below the door's: every method is answered as \
        that of the request that waits. A denial has none of the identity headers.",
    params(
        ("policy" = String, Path, description = "A policy of the settings file, or `authenticated`."),
        ("path" = String, Path, description = "The original path, exactly as it came."),
    ),
    responses(Allowed),
    security((), ("bearer" = []))
)]
pub(crate) async fn authorize_envoy(http: Data<Http>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let (policy, target) = below_the_door(request.uri().path()).ok_or_else(not_below_the_door)?;
    let original = OriginalRequest { method: method(request.method())?, path: path(target.as_bytes())? };
    decide(&http, request.headers(), policy, &original).await
}

/// The name of the policy and the original path, by the path as it came: what routes are found by is decoded in part.
fn below_the_door(raw: &str) -> Option<(&str, &str)> {
    let rest = raw.strip_prefix(DOOR)?;
    rest.split_at_checked(rest.find('/')?)
}
