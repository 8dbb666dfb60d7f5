use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::{Problem, json};
use crate::http::Http;

/// Where decisions about access are to be had (`OpenID` Authorization API 1.0).
#[derive(Serialize, ToSchema)]
#[schema(as = PolicyDecisionPointMetadata)]
struct DecisionPointWire<'a> {
    policy_decision_point: &'a str,
    access_evaluation_endpoint: String,
    access_evaluations_endpoint: String,
    search_subject_endpoint: String,
    search_resource_endpoint: String,
    search_action_endpoint: String,
}

/// Reads where decisions about access are to be had.
#[utoipa::path(
    get, path = "/.well-known/authzen-configuration", tag = "access",
    responses((status = 200, body = DecisionPointWire<'_>))
)]
pub(crate) async fn read_decision_point(http: Data<Http>) -> Result<HttpResponse, Problem> {
    let point = &http.public_url;
    let metadata = DecisionPointWire {
        policy_decision_point: point,
        access_evaluation_endpoint: format!("{point}/access/v1/evaluation"),
        access_evaluations_endpoint: format!("{point}/access/v1/evaluations"),
        search_subject_endpoint: format!("{point}/access/v1/search/subject"),
        search_resource_endpoint: format!("{point}/access/v1/search/resource"),
        search_action_endpoint: format!("{point}/access/v1/search/action"),
    };
    json(StatusCode::OK, &metadata)
}
