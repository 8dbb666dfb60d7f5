use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use roster_domain::permission::{Operation, Target, decide};
use roster_domain::{Fault, NewUser, Password, PersonalWords, Role, Roles};
use roster_usecases::{directory, values};

use crate::answer::{Problem, versioned};
use crate::http::Http;
use crate::request::{Faults, Query, authenticate, read_once};
use crate::wire::IdempotencyHeader;
use crate::wire::directory::{NewUserWire, UserWire};

/// Creates a person, with a first password and at least one role.
#[utoipa::path(
    post, path = "/users", tag = "directory", params(IdempotencyHeader), request_body = NewUserWire,
    responses((status = 201, body = UserWire<'_>, headers(("Location" = String, description = "Where the person is read")))),
    security(("bearer" = ["users:create"]))
)]
pub(crate) async fn create_user(
    http: Data<Http>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let caller = authenticate(&http, &request).await?.caller;
    decide(Operation::CreateUser, Target::Another, &caller)?;
    Query::none(&request)?;
    let (context, wire) = read_once(&http, &request, payload, &caller).await?;
    let (new, password) = parse(&http, wire)?;
    let profile = directory::create_user(&http.ports, &caller, &context, new, &password).await?;
    let user = &profile.user;
    let mut response =
        versioned(&request, StatusCode::CREATED, user.version, &UserWire::of(&http, &profile))?;
    let location = header::HeaderValue::from_str(&format!("/users/{}", user.id));
    response.headers_mut().insert(header::LOCATION, location.map_err(|error| Problem::internal(&error))?);
    Ok(response)
}

fn parse(http: &Http, wire: NewUserWire) -> Result<(NewUser, Password), Problem> {
    let mut faults = Faults::default();
    let email = |text: String| values::email(&http.ports, &text);
    let first_name = faults.note("/firstName", wire.first_name.required().and_then(|text| text.parse()));
    let last_name = faults.note("/lastName", wire.last_name.required().and_then(|text| text.parse()));
    let address = faults.note("/email", wire.email.required().and_then(email));
    let plain = wire.plain_password.required();
    let roles = faults.note_items::<Role>("/roles", wire.roles.required(), usize::MAX);
    let fallback_email = faults.note("/fallbackEmail", wire.fallback_email.optional().map(email).transpose());
    let description = faults.note("/description", parsed(wire.description.optional()));
    let job_title = faults.note("/jobTitle", parsed(wire.job_title.optional()));
    let locale = faults.note("/locale", parsed(wire.locale.optional()));
    let group_id = faults.note("/groupId", parsed(wire.group_id.optional()));
    let active_workspace = faults.note("/activeWorkspace", parsed(wire.active_workspace.optional()));

    let person = (|| {
        Some(PersonalWords {
            email: address.as_ref()?,
            first_name: first_name.as_ref()?,
            last_name: last_name.as_ref()?,
        })
    })();
    let password = plain.and_then(|text| password(http, &text, person));
    let password = faults.note("/plainPassword", password).flatten();
    let new = (|| {
        Some(NewUser {
            email: address?,
            fallback_email: fallback_email?,
            first_name: first_name?,
            last_name: last_name?,
            description: description?,
            job_title: job_title?,
            locale: locale?,
            roles: Roles::of(roles?)?,
            group_id: group_id?,
            active_workspace: active_workspace?,
        })
    })();
    faults.judged(new.zip(password))
}

/// Judges the password also where the person could not be read, and then has none to hand out.
fn password(http: &Http, text: &str, person: Option<PersonalWords<'_>>) -> Result<Option<Password>, Fault> {
    match person {
        Some(person) => values::password(&http.ports, text, person).map(Some),
        None => values::password_of_nobody(&http.ports, text).map(|()| None),
    }
}

fn parsed<T: std::str::FromStr<Err = Fault>>(text: Option<String>) -> Result<Option<T>, Fault> {
    text.map(|text| text.parse()).transpose()
}
