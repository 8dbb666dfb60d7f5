//! What holds for every route, tried on each of them: the routes come from the service's own list, so that a new one without
//! a row here fails the test.

mod bodies;
mod heads;
mod hostile;
mod objects;
mod table;

use roster_adapter_actix::{ROUTES, Route};
use roster_tests::{Actor, Service};
use serde_json::{Value, json};

/// A service with an administrator who calls and somebody to call about.
struct Stage {
    service: Service,
    administrator: Actor,
    person: Actor,
}

impl Stage {
    fn new() -> Self {
        let service = Service::start();
        let administrator = service.administrator();
        let person = service.user_made_by(&administrator, "tech");
        Self { service, administrator, person }
    }

    /// The path of a route about the person, or about a session of the administrator.
    fn path(&self, template: &str) -> String {
        let id = if template.starts_with("/user/sessions") { self.session() } else { self.person.id.clone() };
        let path = template.replace("{id}", &id).replace("{facilityId}", table::FACILITY);
        path.replace("{kid}", "none")
            .replace("{name}", "none")
            .replace("{code}", "not_found")
            .replace("{policy}", "authenticated")
            .replace("{file:.*}", "")
            .replace("{path:.*}", "any")
    }

    /// A session of the administrator beside the one that calls.
    fn session(&self) -> String {
        self.service.administrator();
        let sessions = self.administrator.get("/user/sessions").expect(200);
        let all = sessions["data"].as_array().unwrap();
        let other = all.iter().find(|session| session["current"] == false).unwrap();
        other["id"].as_str().unwrap().to_owned()
    }

    /// A body with which the call would succeed.
    fn good_body(&self, call: &str) -> Value {
        let mut body = table::row(call).good_body();
        if call == "PUT /user/password" {
            body["oldPassword"] = json!(self.administrator.password);
        }
        body
    }
}

/// As in the table: the method and the path.
fn name(route: &Route) -> String {
    format!("{} {}", route.method, route.path)
}

fn routes_with(methods: &[&str]) -> impl Iterator<Item = &'static Route> {
    ROUTES.iter().filter(move |route| methods.contains(&route.method))
}
