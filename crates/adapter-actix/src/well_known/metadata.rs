use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use roster_domain::{GrantType, Scope};
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::{Problem, json};
use crate::http::Http;

/// What the token endpoint can do (RFC 8414 §2).
#[derive(Serialize, ToSchema)]
#[schema(as = AuthorizationServerMetadata)]
struct MetadataWire<'a> {
    issuer: &'a str,
    token_endpoint: String,
    revocation_endpoint: String,
    introspection_endpoint: String,
    jwks_uri: String,
    scopes_supported: Vec<&'static str>,
    /// None: there is no authorization endpoint.
    response_types_supported: [&'static str; 0],
    grant_types_supported: Vec<&'static str>,
    token_endpoint_auth_methods_supported: [&'static str; 3],
    revocation_endpoint_auth_methods_supported: [&'static str; 3],
    introspection_endpoint_auth_methods_supported: [&'static str; 2],
}

/// How clients prove themselves: those that have a secret in two ways, the others not at all.
const AUTH_METHODS: [&str; 3] = ["client_secret_basic", "client_secret_post", "none"];

/// Reads what the token endpoint can do.
#[utoipa::path(
    get, path = "/.well-known/oauth-authorization-server", tag = "tokens",
    responses((status = 200, body = MetadataWire<'_>))
)]
pub(crate) async fn read_metadata(http: Data<Http>) -> Result<HttpResponse, Problem> {
    let issuer = &http.public_url;
    let metadata = MetadataWire {
        issuer,
        token_endpoint: format!("{issuer}/oauth/token"),
        revocation_endpoint: format!("{issuer}/oauth/revoke"),
        introspection_endpoint: format!("{issuer}/oauth/introspect"),
        jwks_uri: format!("{issuer}/.well-known/jwks.json"),
        scopes_supported: Scope::ALL.map(Scope::as_str).to_vec(),
        response_types_supported: [],
        grant_types_supported: GrantType::ALL.map(GrantType::as_str).to_vec(),
        token_endpoint_auth_methods_supported: AUTH_METHODS,
        revocation_endpoint_auth_methods_supported: AUTH_METHODS,
        introspection_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
    };
    json(StatusCode::OK, &metadata)
}
