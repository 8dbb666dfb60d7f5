use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use roster_domain::permission::{Operation, Target, decide};
use roster_domain::{Administration, EmailVerification, Role, Roles, Status, UserChange, UserId};
use roster_usecases::directory::{self, UserChanges};
use roster_usecases::sign_in::Authenticated;
use roster_usecases::{RequestContext, values};
use secrecy::SecretString;

use crate::answer::{Problem, versioned};
use crate::http::Http;
use crate::request::{Faults, Query, authenticate, context, path_id, read_json};
use crate::wire::directory::{UserChangeWire, UserWire};

/// Changes a person: an absent member stays, null clears an optional one.
#[utoipa::path(
    patch, path = "/users/{id}", tag = "directory", params(("id" = uuid::Uuid, Path)), request_body = UserChangeWire,
    responses((status = 200, body = UserWire<'_>)),
    security(("bearer" = ["users:modify"]), ("bearer" = ["profile:modify"]))
)]
pub(crate) async fn change_user(
    http: Data<Http>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let authenticated = authenticate(&http, &request).await?;
    let caller = &authenticated.caller;
    let id: Option<UserId> = path_id(&request, "id");
    let target = id.map_or(Target::Another, |id| caller.target(id));
    decide(Operation::ChangeUser, target, caller)?;
    Query::none(&request)?;
    let context = context(&http, &request)?;
    let wire: UserChangeWire = read_json(&request, payload).await?;
    if wire.asks_for_administration() {
        decide(Operation::AdministerUser, target, caller)?;
    }
    let changes = parse(&http, &authenticated, &context, id, wire).await?;
    let profile = directory::change_user(&http.ports, caller, &context, id, changes).await?;
    versioned(&request, StatusCode::OK, profile.user.version, &UserWire::of(&http, &profile))
}

/// Changes a person, exactly as `PATCH` does.
#[utoipa::path(
    put, path = "/users/{id}", tag = "directory", params(("id" = uuid::Uuid, Path)), request_body = UserChangeWire,
    responses((status = 200, body = UserWire<'_>)),
    security(("bearer" = ["users:modify"]), ("bearer" = ["profile:modify"]))
)]
pub(crate) async fn replace_user(
    http: Data<Http>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    change_user(http, request, payload).await
}

impl UserChangeWire {
    /// Whether it names a member that only administrators may set, even to what it is already.
    const fn asks_for_administration(&self) -> bool {
        self.roles.is_present()
            || self.disabled.is_present()
            || self.group_id.is_present()
            || self.email_verified.is_present()
    }
}

async fn parse(
    http: &Http,
    authenticated: &Authenticated,
    context: &RequestContext,
    id: Option<UserId>,
    mut wire: UserChangeWire,
) -> Result<UserChanges, Problem> {
    let mut faults = Faults::default();
    let asks_for_administration = wire.asks_for_administration();
    let current_password = std::mem::take(&mut wire.current_password).optional();
    let email_text = std::mem::take(&mut wire.email).not_null();
    let email = email_text.and_then(|text| text.map(|text| values::email(&http.ports, &text)).transpose());
    let email = faults.note("/email", email);
    let proof = match email.as_ref().and_then(Option::as_ref) {
        None => Ok(None),
        Some(email) => {
            let password = current_password.map(SecretString::from);
            directory::prove_own_address(&http.ports, authenticated, context, id, email, password).await?
        }
    };
    let proof = faults.note("/currentPassword", proof);
    let administration = administration(&mut faults, &mut wire);
    let change = change(http, &mut faults, wire);
    let changes = (|| {
        let administration = administration?;
        Some(UserChanges {
            change: UserChange { email: email?, ..change? },
            administration: asks_for_administration.then_some(administration),
            proof: proof?,
        })
    })();
    faults.judged(changes)
}

fn administration(faults: &mut Faults, wire: &mut UserChangeWire) -> Option<Administration> {
    let roles = match std::mem::take(&mut wire.roles).not_null() {
        Ok(None) => Some(None),
        Ok(Some(roles)) => faults
            .note_items::<Role>("/roles", Ok(roles), usize::MAX)
            .and_then(|roles| Roles::of(roles).map(Some)),
        Err(fault) => faults.note("/roles", Err(fault)),
    };
    let disabled = faults.note("/disabled", std::mem::take(&mut wire.disabled).not_null());
    let verified = faults.note("/emailVerified", std::mem::take(&mut wire.email_verified).not_null());
    let group_id = faults.note("/groupId", std::mem::take(&mut wire.group_id).patch(|text| text.parse()));
    Some(Administration {
        roles: roles?,
        status: disabled?.map(|disabled| if disabled { Status::Disabled } else { Status::Enabled }),
        group_id: group_id?,
        email_verification: verified?.map(|verified| {
            if verified { EmailVerification::Verified } else { EmailVerification::Unverified }
        }),
    })
}

fn change(http: &Http, faults: &mut Faults, wire: UserChangeWire) -> Option<UserChange> {
    let name = |name: Option<String>| name.map(|text| text.parse()).transpose();
    let first_name = faults.note("/firstName", wire.first_name.not_null().and_then(name));
    let last_name = faults.note("/lastName", wire.last_name.not_null().and_then(name));
    let fallback_email =
        faults.note("/fallbackEmail", wire.fallback_email.patch(|text| values::email(&http.ports, &text)));
    let description = faults.note("/description", wire.description.patch(|text| text.parse()));
    let job_title = faults.note("/jobTitle", wire.job_title.patch(|text| text.parse()));
    let locale = faults.note("/locale", wire.locale.patch(|text| text.parse()));
    let active_workspace = faults.note("/activeWorkspace", wire.active_workspace.patch(|text| text.parse()));
    Some(UserChange {
        first_name: first_name?,
        last_name: last_name?,
        fallback_email: fallback_email?,
        description: description?,
        job_title: job_title?,
        locale: locale?,
        active_workspace: active_workspace?,
        ..UserChange::default()
    })
}
