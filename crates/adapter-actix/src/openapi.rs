use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Bytes;
use roster_domain::Scope;
use std::sync::LazyLock;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{
    ClientCredentials, Flow, Http, HttpAuthScheme, HttpBuilder, OAuth2, Password, Scopes,
    SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{Components, ContentBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{Modify, OpenApi as _};

use crate::answer::{Problem, ProblemBody, in_pieces};
use crate::oauth::OAuthErrorBody;
use crate::{
    access, account, directory, docs, facilities, gateway, health, oauth, pictures, problems, well_known,
};

const TOKEN_URL: &str = "/oauth/token";

#[derive(utoipa::OpenApi)]
#[openapi(
    info(title = "Roster", description = "An organisation's people, their roles, sign-in, and access to facilities."),
    paths(
        account::read_account::read_account,
        account::change_account::change_account,
        account::picture::set_picture,
        account::picture::remove_picture,
        account::phone_number::set_phone_number,
        account::phone_number::remove_phone_number,
        account::change_password::change_password,
        account::list_own_facilities::list_own_facilities,
        account::sessions::list_own_sessions,
        account::sessions::end_own_session,
        pictures::read_picture,
        directory::list_users::list_users,
        directory::create_user::create_user,
        directory::read_user::read_own_profile,
        directory::read_user::read_user,
        directory::change_user::replace_user,
        directory::change_user::change_user,
        directory::delete_user::delete_user,
        directory::set_password::set_password,
        directory::end_sessions::end_sessions,
        facilities::give_access::give_access,
        facilities::remove_access::remove_access,
        facilities::list_access::list_user_access,
        facilities::list_access::list_facility_access,
        access::evaluate::evaluate,
        access::evaluate_all::evaluate_all,
        access::search_subjects::search_subjects,
        access::search_resources::search_resources,
        access::search_actions::search_actions,
        well_known::authzen::read_decision_point,
        oauth::token::issue_token,
        oauth::revoke::revoke_token,
        oauth::introspect::introspect_token,
        well_known::metadata::read_metadata,
        well_known::key_set::read_key_set,
        well_known::key_file::read_key,
        gateway::authorize::authorize,
        gateway::forward::authorize_forward,
        gateway::nginx::authorize_nginx,
        gateway::envoy::authorize_envoy,
        health::live,
        health::ready,
        problems::read_problem,
        read_document,
        docs::redirect,
    ),
    components(schemas(ProblemBody<'_>, OAuthErrorBody)),
    tags(
        (name = "account", description = "The caller's own account"),
        (name = "directory", description = "The organisation's people"),
        (name = "facilities", description = "Who may do what where"),
        (name = "access", description = "Decisions about facility access (OpenID Authorization API 1.0)"),
        (name = "tokens", description = "Sign-in (OAuth 2.0)"),
        (name = "keys", description = "What verifies access tokens"),
        (name = "gateway", description = "For gateways in front of other services"),
        (name = "operations", description = "Health and reference"),
    ),
    modifiers(&SecuritySchemes, &SharedResponses),
)]
struct Document;

static JSON: LazyLock<String> = LazyLock::new(|| {
    let mut text = Document::openapi().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
});

/// The OpenAPI 3.1 document of the service, made from the endpoints themselves; indented, with a final newline.
pub fn openapi_json() -> String {
    JSON.clone()
}

/// Reads the OpenAPI document of the service.
#[utoipa::path(
    get, path = "/openapi.json", tag = "operations",
    responses((status = 200, body = serde_json::Value, content_type = "application/json"))
)]
pub(crate) async fn read_document() -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .body(in_pieces(Bytes::from_static(JSON.as_bytes()))))
}

/// How callers prove who they are.
struct SecuritySchemes;

impl Modify for SecuritySchemes {
    fn modify(&self, document: &mut OpenApi) {
        let components = document.components.get_or_insert_with(Components::new);
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        let client = Http::new(HttpAuthScheme::Basic);
        components.add_security_scheme("client", SecurityScheme::Http(client));
        let scopes = || Scopes::from_iter(Scope::ALL.map(|scope| (scope.as_str(), meaning(scope))));
        let flows = [
            Flow::Password(Password::new(TOKEN_URL, scopes())),
            Flow::ClientCredentials(ClientCredentials::new(TOKEN_URL, scopes())),
        ];
        components.add_security_scheme("oauth2", SecurityScheme::OAuth2(OAuth2::new(flows)));
        for (_, operation) in operations(document) {
            offer_oauth2(operation);
        }
    }
}

/// Whatever takes a token takes one that a flow of OAuth 2.0 gave.
fn offer_oauth2(operation: &mut Operation) {
    let Some(security) = &mut operation.security else { return };
    let offered: Vec<SecurityRequirement> = security.iter().filter_map(with_oauth2).collect();
    security.extend(offered);
}

fn with_oauth2(requirement: &SecurityRequirement) -> Option<SecurityRequirement> {
    let value = serde_json::to_value(requirement).ok()?;
    let scopes = value.get("bearer")?.as_array()?.iter().filter_map(|scope| scope.as_str());
    Some(SecurityRequirement::new("oauth2", scopes))
}

/// Every problem looks alike, so it is described once.
struct SharedResponses;

impl Modify for SharedResponses {
    fn modify(&self, document: &mut OpenApi) {
        let components = document.components.get_or_insert_with(Components::new);
        components.responses.insert("Problem".to_owned(), shared("Problem", "application/problem+json"));
        components.responses.insert("OAuthError".to_owned(), shared("OAuthError", "application/json"));
        for (path, operation) in operations(document) {
            let errors = if path.starts_with("/oauth/") { "OAuthError" } else { "Problem" };
            let reference = Ref::from_response_name(errors);
            operation.responses.responses.insert("default".to_owned(), RefOr::Ref(reference));
            operation.responses.responses.values_mut().for_each(describe);
        }
    }
}

/// A description is required (OpenAPI 3.1 §4.8.17), also where there is nothing to add.
fn describe(response: &mut RefOr<Response>) {
    if let RefOr::T(response) = response
        && response.description.is_empty()
    {
        "Success".clone_into(&mut response.description);
    }
}

fn shared(schema: &str, media_type: &str) -> RefOr<Response> {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(schema))).build();
    let description = if schema == "Problem" { "A problem (RFC 9457)" } else { "An error (RFC 6749 §5.2)" };
    ResponseBuilder::new().description(description).content(media_type, content).build().into()
}

fn operations(document: &mut OpenApi) -> impl Iterator<Item = (&str, &mut Operation)> {
    document.paths.paths.iter_mut().flat_map(|(path, item)| {
        let all = [&mut item.get, &mut item.put, &mut item.post, &mut item.patch, &mut item.delete];
        all.into_iter().flatten().map(|operation| (path.as_str(), operation))
    })
}

const fn meaning(scope: Scope) -> &'static str {
    match scope {
        Scope::UsersGet => "Read the directory",
        Scope::UsersCreate => "Create people",
        Scope::UsersModify => "Change people",
        Scope::UsersDelete => "Delete people",
        Scope::UsersWrite => "Give, remove and read facility access",
        Scope::ProfileGet => "Read oneself",
        Scope::ProfileModify => "Change oneself",
        Scope::AccessCheck => "Ask for decisions about others",
        Scope::EventsRead => "Read the feed of events",
        Scope::WebhooksManage => "Register webhooks",
    }
}
