use chrono::SecondsFormat;
use roster_domain::{Access, Grant, Instant, PhoneNumber, PictureName};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::Http;

/// RFC 3339 in UTC with milliseconds.
pub(crate) fn instant(instant: Instant) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Makes a call safe to repeat.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it describes; the header is read elsewhere")]
pub(crate) struct IdempotencyHeader {
    /// For a day the same key with the same request gets the same answer, and changes nothing again; with another request it
    /// is refused. 1 to 255 printable ASCII characters.
    #[param(
        rename = "Idempotency-Key",
        min_length = 1,
        max_length = 255,
        required = false,
        nullable = false
    )]
    idempotency_key: String,
}

/// Where a picture is served.
pub(crate) fn picture_url(http: &Http, name: &PictureName) -> String {
    format!("{}/pictures/{name}", http.public_url)
}

/// A phone number, as both APIs show it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PhoneNumber)]
pub(crate) struct PhoneNumberWire<'a> {
    /// The country calling code.
    country_code: u16,
    /// The E.164 form.
    e164_format: &'a str,
    /// The national significant number.
    national_number: u64,
    /// The region to which the number belongs; `001` for one of none.
    region: &'a str,
}

impl<'a> From<&'a PhoneNumber> for PhoneNumberWire<'a> {
    fn from(number: &'a PhoneNumber) -> Self {
        Self {
            country_code: number.country_code,
            e164_format: &number.e164,
            national_number: number.national_number,
            region: &number.region,
        }
    }
}

/// What somebody holds at a facility. Where nothing is held, `actions` is empty and the last three are null.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Access)]
pub(crate) struct AccessWire {
    user_id: String,
    facility_id: String,
    /// What the user holds now, sorted.
    actions: Vec<String>,
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// Who gave, at the last giving that changed something.
    granted_by: Option<GrantorWire>,
    #[schema(format = DateTime)]
    granted_at: Option<String>,
}

/// Who gave access.
#[derive(Serialize, ToSchema)]
#[schema(as = Grantor)]
pub(crate) struct GrantorWire {
    /// `user` or `client`.
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
}

impl From<&Access> for AccessWire {
    fn from(access: &Access) -> Self {
        let grant = access.grant.as_ref();
        Self {
            user_id: access.user.to_string(),
            facility_id: access.facility.to_string(),
            actions: grant.map(action_names).unwrap_or_default(),
            expires_at: grant.and_then(|grant| grant.expiry.instant()).map(instant),
            granted_by: grant
                .map(|grant| GrantorWire { kind: grant.granted_by.kind(), id: grant.granted_by.id() }),
            granted_at: grant.map(|grant| instant(grant.granted_at)),
        }
    }
}

pub(crate) fn action_names(grant: &Grant) -> Vec<String> {
    grant.actions.iter().map(ToString::to_string).collect()
}
