//! The directory API: `/users…` and facility access.

use roster_domain::{Description, Email, EmailVerification, JobTitle, LanguageTag, Role, Status};
use roster_usecases::directory::{Disclosure, Profile};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AccessWire, PhoneNumberWire, instant, picture_url};
use crate::http::Http;
use crate::request::Member;

/// A person of the directory. `authId`, `fallbackEmail`, `lastLogin`, `lastIp`, `loginsCount` and `phoneNumber` are null
/// unless the reader is that person or an administrator.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = User)]
pub(crate) struct UserWire<'a> {
    id: String,
    auth_id: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    email: &'a str,
    fallback_email: Option<&'a str>,
    first_name: &'a str,
    last_name: &'a str,
    full_name: String,
    description: Option<&'a str>,
    email_verified: bool,
    /// In the order tech, hr, finance, com, business, board.
    roles: Vec<&'static str>,
    #[schema(format = DateTime)]
    last_login: Option<String>,
    active_workspace: Option<String>,
    group_id: Option<String>,
    last_ip: Option<&'a str>,
    logins_count: Option<u64>,
    locale: Option<&'a str>,
    picture: Option<String>,
    /// The same URL as `picture`.
    picture_profile_url: Option<String>,
    is_sso: bool,
    connection: &'static str,
    job_title: Option<&'a str>,
    phone_number: Option<PhoneNumberWire<'a>>,
    disabled: bool,
}

impl<'a> UserWire<'a> {
    pub(crate) fn of(http: &Http, profile: &'a Profile) -> Self {
        let Profile { user, sign_ins, disclosure } = profile;
        let is_private = *disclosure == Disclosure::Private;
        let picture = user.picture.map(|name| picture_url(http, &name));
        Self {
            id: user.id.to_string(),
            auth_id: is_private.then(|| format!("roster|{}", user.id)),
            created_at: instant(user.created_at),
            updated_at: instant(user.updated_at),
            email: user.email.as_str(),
            fallback_email: user.fallback_email.as_ref().filter(|_| is_private).map(Email::as_str),
            first_name: user.first_name.as_str(),
            last_name: user.last_name.as_str(),
            full_name: user.full_name(),
            description: user.description.as_ref().map(Description::as_str),
            email_verified: user.email_verification == EmailVerification::Verified,
            roles: user.roles.iter().map(Role::as_str).collect(),
            last_login: sign_ins.last_at.filter(|_| is_private).map(instant),
            active_workspace: user.active_workspace.map(|id| id.to_string()),
            group_id: user.group_id.map(|id| id.to_string()),
            last_ip: sign_ins.last_ip.as_deref().filter(|_| is_private),
            logins_count: is_private.then_some(sign_ins.count),
            locale: user.locale.as_ref().map(LanguageTag::as_str),
            picture_profile_url: picture.clone(),
            picture,
            is_sso: false,
            connection: "password",
            job_title: user.job_title.as_ref().map(JobTitle::as_str),
            phone_number: user.phone_number.as_ref().filter(|_| is_private).map(PhoneNumberWire::from),
            disabled: user.status == Status::Disabled,
        }
    }
}

/// A part of the directory.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = UserPage)]
pub(crate) struct UserPageWire<'a> {
    pub(crate) results: Vec<UserWire<'a>>,
    /// The page asked for; null in an answer to a cursor.
    pub(crate) page: Option<u64>,
    pub(crate) limit: u32,
    pub(crate) page_count: u64,
    pub(crate) total: u64,
    /// Where the list goes on; null at its end.
    pub(crate) next_cursor: Option<&'a str>,
}

/// The body of `POST /users`.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = NewUser)]
pub(crate) struct NewUserWire {
    #[serde(default)]
    #[schema(value_type = String, required = true)]
    pub(crate) first_name: Member<String>,
    #[serde(default)]
    #[schema(value_type = String, required = true)]
    pub(crate) last_name: Member<String>,
    #[serde(default)]
    #[schema(value_type = String, required = true)]
    pub(crate) email: Member<String>,
    #[serde(default)]
    #[schema(value_type = String, required = true)]
    pub(crate) plain_password: Member<String>,
    /// At least one of tech, hr, finance, com, business, board.
    #[serde(default)]
    #[schema(value_type = Vec<String>, required = true)]
    pub(crate) roles: Member<Vec<String>>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(crate) fallback_email: Member<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(crate) description: Member<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(crate) job_title: Member<String>,
    /// A BCP 47 tag.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(crate) locale: Member<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(crate) group_id: Member<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(crate) active_workspace: Member<String>,
}

/// The body of `PUT` and `PATCH /users/{id}`: an absent member stays, null clears an optional one.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = UserChange)]
pub(crate) struct UserChangeWire {
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(crate) first_name: Member<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(crate) last_name: Member<String>,
    /// A changed own address needs `currentPassword`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(crate) email: Member<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(crate) fallback_email: Member<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(crate) description: Member<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(crate) job_title: Member<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(crate) locale: Member<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(crate) active_workspace: Member<String>,
    /// For administrators alone.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    pub(crate) roles: Member<Vec<String>>,
    /// For administrators alone.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(crate) group_id: Member<String>,
    /// For administrators alone.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    pub(crate) disabled: Member<bool>,
    /// For administrators alone.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    pub(crate) email_verified: Member<bool>,
    /// From the user itself, with a changed address.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(crate) current_password: Member<String>,
}

/// The answer to a deletion.
#[derive(Serialize, ToSchema)]
#[schema(as = Deleted)]
pub(crate) struct DeletedWire {
    pub(crate) deleted: bool,
}

/// The body of `PUT /users/{id}/password`.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = NewPassword)]
pub(crate) struct NewPasswordWire {
    #[serde(default)]
    #[schema(value_type = String, format = Password, required = true)]
    pub(crate) new_password: Member<String>,
    /// Whether its owner is told to change it; true where absent.
    #[serde(default)]
    #[schema(value_type = Option<bool>, required = false, default = true)]
    pub(crate) temporary: Member<bool>,
}

/// The answer to a changed password.
#[derive(Serialize, ToSchema)]
#[schema(as = Changed)]
pub(crate) struct ChangedWire {
    pub(crate) changed: bool,
}

/// How many sessions ended.
#[derive(Serialize, ToSchema)]
#[schema(as = Ended)]
pub(crate) struct EndedWire {
    pub(crate) ended: usize,
}

/// The body of `POST /facilities/{facilityId}/give_access`.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = GiveAccess)]
pub(crate) struct GiveAccessWire {
    /// 1–64 actions.
    #[serde(default)]
    #[schema(value_type = Vec<String>, required = true)]
    pub(crate) actions: Member<Vec<String>>,
    /// Who gets the access; the caller where it is absent.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(crate) user_id: Member<String>,
    /// Absent keeps what there is, null makes the grant permanent.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) expires_at: Member<String>,
}

/// The body of `POST /facilities/{facilityId}/remove_access`.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = RemoveAccess)]
pub(crate) struct RemoveAccessWire {
    /// 1–64 actions.
    #[serde(default)]
    #[schema(value_type = Vec<String>, required = true)]
    pub(crate) actions: Member<Vec<String>>,
    /// Who loses the access; the caller where it is absent.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(crate) user_id: Member<String>,
}

/// The answer to a change of access.
#[derive(Serialize, ToSchema)]
#[schema(as = AccessAnswer)]
pub(crate) struct AccessAnswer {
    pub(crate) status: &'static str,
    pub(crate) message: &'static str,
    pub(crate) data: AccessWire,
}

/// A part of a list of access.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AccessPage)]
pub(crate) struct AccessPageWire {
    pub(crate) results: Vec<AccessWire>,
    /// Where the list goes on; null at its end.
    pub(crate) next_cursor: Option<String>,
}
