//! The account API: `/user…`.

use roster_domain::{Access, EmailVerification, JobTitle, Role, Session, SessionId};
use roster_usecases::account::Account;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{PhoneNumberWire, action_names, instant, picture_url};
use crate::http::Http;
use crate::request::Member;

/// The caller's own account.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Account)]
pub(crate) struct AccountWire<'a> {
    id: String,
    email: &'a str,
    first_name: &'a str,
    last_name: &'a str,
    full_name: String,
    email_verified: bool,
    /// In the order tech, hr, finance, com, business, board.
    roles: Vec<&'static str>,
    active_workspace: Option<String>,
    picture: Option<String>,
    is_sso: bool,
    connection: &'static str,
    group_id: Option<String>,
    phone_number: Option<PhoneNumberWire<'a>>,
    job_title: Option<&'a str>,
    /// Proves to Intercom who the user is, where that is configured.
    intercom_hash: Option<&'a str>,
}

impl<'a> AccountWire<'a> {
    pub(crate) fn of(http: &Http, account: &'a Account) -> Self {
        let user = account.user.as_ref();
        Self {
            id: user.id.to_string(),
            email: user.email.as_str(),
            first_name: user.first_name.as_str(),
            last_name: user.last_name.as_str(),
            full_name: user.full_name(),
            email_verified: user.email_verification == EmailVerification::Verified,
            roles: user.roles.iter().map(Role::as_str).collect(),
            active_workspace: user.active_workspace.map(|id| id.to_string()),
            picture: user.picture.map(|name| picture_url(http, &name)),
            is_sso: false,
            connection: "password",
            group_id: user.group_id.map(|id| id.to_string()),
            phone_number: user.phone_number.as_ref().map(PhoneNumberWire::from),
            job_title: user.job_title.as_ref().map(JobTitle::as_str),
            intercom_hash: account.intercom_hash.as_deref(),
        }
    }
}

/// The caller's own account, in an envelope.
#[derive(Serialize, ToSchema)]
#[schema(as = AccountAnswer)]
pub(crate) struct AccountAnswer<'a> {
    pub(crate) status: &'static str,
    pub(crate) data: AccountWire<'a>,
}

/// The body of `PATCH /user`; all three are required, and `jobTitle: null` clears it.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = AccountChange)]
pub(crate) struct AccountChangeWire {
    #[serde(default)]
    #[schema(value_type = String, required = true)]
    pub(crate) first_name: Member<String>,
    #[serde(default)]
    #[schema(value_type = String, required = true)]
    pub(crate) last_name: Member<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, required = true)]
    pub(crate) job_title: Member<String>,
}

/// The body of `PATCH /user/phone_number`.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = PhoneNumberChange)]
pub(crate) struct PhoneNumberChangeWire {
    /// The number in any usual notation.
    #[serde(default)]
    #[schema(value_type = String, required = true)]
    pub(crate) phone_number: Member<String>,
    /// ISO 3166-1 alpha-2: how to read the number.
    #[serde(default)]
    #[schema(value_type = String, required = true)]
    pub(crate) region: Member<String>,
}

/// The body of `PUT /user/password`.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = PasswordChange)]
pub(crate) struct PasswordChangeWire {
    #[serde(default)]
    #[schema(value_type = String, required = true)]
    pub(crate) old_password: Member<String>,
    #[serde(default)]
    #[schema(value_type = String, required = true)]
    pub(crate) new_password: Member<String>,
}

/// Where the caller is signed in.
#[derive(Serialize, ToSchema)]
#[schema(as = SessionsAnswer)]
pub(crate) struct SessionsAnswer<'a> {
    pub(crate) status: &'static str,
    pub(crate) data: Vec<SessionWire<'a>>,
}

/// One sign-in of the caller.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Session)]
pub(crate) struct SessionWire<'a> {
    id: String,
    /// The client through which it was.
    client_id: &'a str,
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was last refreshed, or else made.
    #[schema(format = DateTime)]
    last_used_at: String,
    last_ip: Option<&'a str>,
    user_agent: Option<&'a str>,
    /// Whether it is the one of the token that asks.
    current: bool,
}

impl<'a> SessionWire<'a> {
    pub(crate) fn of(session: &'a Session, current: Option<SessionId>) -> Self {
        Self {
            id: session.id.to_string(),
            client_id: session.client.as_str(),
            created_at: instant(session.created_at),
            last_used_at: instant(session.last_used_at),
            last_ip: session.last_ip.as_deref(),
            user_agent: session.user_agent.as_deref(),
            current: current == Some(session.id),
        }
    }
}

/// The answer to a new picture.
#[derive(Serialize, ToSchema)]
#[schema(as = PictureAnswer)]
pub(crate) struct PictureAnswer {
    pub(crate) status: &'static str,
    pub(crate) message: &'static str,
    pub(crate) data: PictureWire,
}

/// Where a new picture is served.
#[derive(Serialize, ToSchema)]
#[schema(as = Picture)]
pub(crate) struct PictureWire {
    pub(crate) picture: String,
}

/// The form of `PATCH /user/picture`.
#[derive(ToSchema)]
#[schema(as = PictureForm)]
#[expect(
    dead_code,
    reason = "describes the form for the OpenAPI document; the form itself is read as a stream"
)]
pub(crate) struct PictureFormWire {
    #[schema(value_type = String, format = Binary)]
    image: Vec<u8>,
}

/// What the caller may do, facility by facility.
#[derive(Serialize, ToSchema)]
#[schema(as = GrantsAnswer)]
pub(crate) struct GrantsAnswer {
    pub(crate) status: &'static str,
    pub(crate) data: Vec<GrantWire>,
}

/// What the caller may do at one facility.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Grant)]
pub(crate) struct GrantWire {
    facility_id: String,
    actions: Vec<String>,
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    #[schema(format = DateTime)]
    granted_at: Option<String>,
}

impl From<&Access> for GrantWire {
    fn from(access: &Access) -> Self {
        let grant = access.grant.as_ref();
        Self {
            facility_id: access.facility.to_string(),
            actions: grant.map(action_names).unwrap_or_default(),
            expires_at: grant.and_then(|grant| grant.expiry.instant()).map(instant),
            granted_at: grant.map(|grant| instant(grant.granted_at)),
        }
    }
}
