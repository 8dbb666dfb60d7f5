//! The one list of what is served. The app, the OpenAPI document and the authorisation test are held against it.

use actix_web::guard::{self, Guard};
use actix_web::http::header;
use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, Resource, web};
use std::time::Duration;

use crate::answer::{Problem, ProblemKind};
use crate::{
    access, account, directory, docs, facilities, gateway, health, layers, oauth, openapi, pictures,
    problems, well_known,
};

/// One method of one path.
pub struct Route {
    /// `GET` and so on; `ANY` where every method is answered alike.
    pub method: &'static str,
    /// The path, with `{name}` for what varies.
    pub path: &'static str,
    /// What the caller must show.
    pub needs: Needs,
    handler: fn() -> actix_web::Route,
}

/// What a caller must show to be let in at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: anybody may call.
    Nothing,
    /// A valid access token.
    Token,
    /// What a policy asks of whoever sent the request that waits at a gateway.
    Policy,
    /// The authentication of a client, as RFC 6749 §2.3 has it.
    ClientAuthentication,
}

/// Every route of the service.
pub static ROUTES: &[Route] = &[
    route("GET", "/user", Needs::Token, || web::to(account::read_account::read_account)),
    route("PATCH", "/user", Needs::Token, || web::to(account::change_account::change_account)),
    route("PATCH", "/user/picture", Needs::Token, || web::to(account::picture::set_picture)),
    route("DELETE", "/user/picture", Needs::Token, || web::to(account::picture::remove_picture)),
    route("PATCH", "/user/phone_number", Needs::Token, || web::to(account::phone_number::set_phone_number)),
    route("DELETE", "/user/phone_number", Needs::Token, || {
        web::to(account::phone_number::remove_phone_number)
    }),
    route("PUT", "/user/password", Needs::Token, || web::to(account::change_password::change_password)),
    route("GET", "/user/facilities", Needs::Token, || {
        web::to(account::list_own_facilities::list_own_facilities)
    }),
    route("GET", "/user/sessions", Needs::Token, || web::to(account::sessions::list_own_sessions)),
    route("DELETE", "/user/sessions/{id}", Needs::Token, || web::to(account::sessions::end_own_session)),
    route("GET", "/users", Needs::Token, || web::to(directory::list_users::list_users)),
    route("POST", "/users", Needs::Token, || web::to(directory::create_user::create_user)),
    route("GET", "/users/me", Needs::Token, || web::to(directory::read_user::read_own_profile)),
    route("GET", "/users/{id}", Needs::Token, || web::to(directory::read_user::read_user)),
    route("PUT", "/users/{id}", Needs::Token, || web::to(directory::change_user::replace_user)),
    route("PATCH", "/users/{id}", Needs::Token, || web::to(directory::change_user::change_user)),
    route("DELETE", "/users/{id}", Needs::Token, || web::to(directory::delete_user::delete_user)),
    route("PUT", "/users/{id}/password", Needs::Token, || web::to(directory::set_password::set_password)),
    route("DELETE", "/users/{id}/sessions", Needs::Token, || web::to(directory::end_sessions::end_sessions)),
    route("GET", "/users/{id}/facilities", Needs::Token, || {
        web::to(facilities::list_access::list_user_access)
    }),
    route("POST", "/facilities/{facilityId}/give_access", Needs::Token, || {
        web::to(facilities::give_access::give_access)
    }),
    route("POST", "/facilities/{facilityId}/remove_access", Needs::Token, || {
        web::to(facilities::remove_access::remove_access)
    }),
    route("GET", "/facilities/{facilityId}/access", Needs::Token, || {
        web::to(facilities::list_access::list_facility_access)
    }),
    route("POST", "/access/v1/evaluation", Needs::Token, || web::to(access::evaluate::evaluate)),
    route("POST", "/access/v1/evaluations", Needs::Token, || web::to(access::evaluate_all::evaluate_all)),
    route("POST", "/access/v1/search/subject", Needs::Token, || {
        web::to(access::search_subjects::search_subjects)
    }),
    route("POST", "/access/v1/search/resource", Needs::Token, || {
        web::to(access::search_resources::search_resources)
    }),
    route("POST", "/access/v1/search/action", Needs::Token, || {
        web::to(access::search_actions::search_actions)
    }),
    route("POST", "/oauth/token", Needs::ClientAuthentication, || web::to(oauth::token::issue_token)),
    route("POST", "/oauth/revoke", Needs::ClientAuthentication, || web::to(oauth::revoke::revoke_token)),
    route("POST", "/oauth/introspect", Needs::ClientAuthentication, || {
        web::to(oauth::introspect::introspect_token)
    }),
    route("GET", "/.well-known/jwks.json", Needs::Nothing, || web::to(well_known::key_set::read_key_set)),
    route("GET", "/.well-known/jwks/{kid}.pem", Needs::Nothing, || web::to(well_known::key_file::read_key)),
    route("GET", "/.well-known/oauth-authorization-server", Needs::Nothing, || {
        web::to(well_known::metadata::read_metadata)
    }),
    route("GET", "/.well-known/authzen-configuration", Needs::Nothing, || {
        web::to(well_known::authzen::read_decision_point)
    }),
    route("ANY", "/authorize", Needs::Token, || web::to(gateway::authorize::authorize)),
    route("ANY", "/authorize/forward/{policy}", Needs::Policy, || {
        web::to(gateway::forward::authorize_forward)
    }),
    route("ANY", "/authorize/nginx/{policy}", Needs::Policy, || web::to(gateway::nginx::authorize_nginx)),
    route("ANY", "/authorize/envoy/{policy}/{path:.*}", Needs::Policy, || {
        web::to(gateway::envoy::authorize_envoy)
    }),
    route("GET", "/pictures/{name}", Needs::Nothing, || web::to(pictures::read_picture)),
    route("GET", "/problems/{code}", Needs::Nothing, || web::to(problems::read_problem)),
    route("GET", "/health/live", Needs::Nothing, || web::to(health::live)),
    route("GET", "/health/ready", Needs::Nothing, || web::to(health::ready)),
    route("GET", "/openapi.json", Needs::Nothing, || web::to(openapi::read_document)),
    route("GET", "/docs", Needs::Nothing, || web::to(docs::redirect)),
    route("GET", "/docs/{file:.*}", Needs::Nothing, || web::to(docs::read_file)),
];

const fn route(
    method: &'static str,
    path: &'static str,
    needs: Needs,
    handler: fn() -> actix_web::Route,
) -> Route {
    Route { method, path, needs, handler }
}

/// Registers every path once, literal paths before patterns. A read that takes longer than the time-out is given up.
pub(crate) fn configure(app: &mut web::ServiceConfig, timeout: Duration) {
    let mut paths: Vec<&str> = ROUTES.iter().map(|route| route.path).collect();
    paths.sort_unstable_by_key(|path| (path.contains('{'), *path));
    paths.dedup();
    for path in paths {
        let rows: Vec<&Route> = ROUTES.iter().filter(|route| route.path == path).collect();
        app.service(resource(path, &rows, timeout));
    }
}

fn resource(path: &str, rows: &[&Route], timeout: Duration) -> Resource {
    let resource = rows.iter().fold(web::resource(path), |resource, row| resource.route(row.serve(timeout)));
    if rows.iter().any(|row| row.method == ANY) {
        return resource;
    }
    let allow = allowed(rows);
    let refused = allow.clone();
    let options = web::method(actix_web::http::Method::OPTIONS).to(move || {
        let allow = allow.clone();
        async move { HttpResponse::NoContent().insert_header((header::ALLOW, allow)).finish() }
    });
    resource.route(options).default_service(web::to(move || {
        let allow = refused.clone();
        async move {
            Err::<HttpResponse, _>(
                Problem::new(ProblemKind::MethodNotAllowed).with_header(header::ALLOW, allow),
            )
        }
    }))
}

const ANY: &str = "ANY";

impl Route {
    /// Whether it only reads, so that giving up on it leaves nothing half done.
    fn reads(&self) -> bool {
        matches!(self.method, "GET" | ANY)
    }

    fn serve(&self, timeout: Duration) -> actix_web::Route {
        let mut route = (self.handler)();
        if self.method != ANY {
            route = route.guard(method_guard(self.method));
        }
        route = route.wrap(from_fn(move |request, next| layers::wait_for_the_store(timeout, request, next)));
        if self.reads() {
            route = route.wrap(from_fn(move |request, next| layers::give_up_after(timeout, request, next)));
        }
        route.wrap(from_fn(layers::catch_panic))
    }
}

/// `HEAD` is served wherever `GET` is; the server leaves the body out.
fn method_guard(method: &'static str) -> impl Guard {
    guard::fn_guard(move |context| {
        let asked = context.head().method.as_str();
        asked == method || (asked == "HEAD" && method == "GET")
    })
}

fn allowed(rows: &[&Route]) -> String {
    let mut methods: Vec<&str> = rows.iter().map(|row| row.method).collect();
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    methods.push("OPTIONS");
    methods.join(", ")
}
