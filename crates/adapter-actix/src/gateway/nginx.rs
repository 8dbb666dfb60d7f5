use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use super::door::{decide, denied, told_by};
use super::identity::Allowed;
use crate::answer::{Problem, ProblemKind};
use crate::http::Http;

/// Tells nginx (`auth_request`) whether a request may pass, and who sent it.
#[utoipa::path(
    get, path = "/authorize/nginx/{policy}", tag = "gateway",
    description = "Answers every method alike: the original one is in `X-Original-Method`. A denial has none of the identity \
        headers. Missing or repeated metadata is 403 here: nginx makes a 500 of every other refusal.",
    params(
        ("policy" = String, Path, description = "A policy of the settings file, or `authenticated`."),
        ("X-Original-Method" = String, Header, description = "The original method; exactly once."),
        ("X-Original-URI" = String, Header, description = "The original path, with or without its query; exactly once."),
    ),
    responses(Allowed),
    security((), ("bearer" = []))
)]
pub(crate) async fn authorize_nginx(
    http: Data<Http>,
    policy: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let headers = request.headers();
    let original = told_by(headers, "X-Original-Method", "X-Original-URI").map_err(as_nginx_takes_it)?;
    decide(&http, headers, &policy, &original).await
}

fn as_nginx_takes_it(problem: Problem) -> Problem {
    match problem.kind() {
        ProblemKind::MalformedRequest => {
            denied("the original method and path are not both told once".to_owned())
        }
        _ => problem,
    }
}
