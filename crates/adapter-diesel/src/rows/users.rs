use diesel::prelude::*;
use roster_domain::{
    DirectoryEntry, Email, EmailKey, EmailVerification, FOLDING_VERSION, GroupId, PhoneNumber, PictureName,
    Roles, SignIns, Status, User, UserId, WorkspaceId,
};
use roster_ports::{StoreError, Stored};
use serde::{Deserialize, Serialize};

use super::pictures::{format_code, picture_name};
use super::table::{Table, bytes, micros};
use crate::schema::{sign_in_statistics, users};

const USERS: Table = Table("users");
const SIGN_INS: Table = Table("sign_in_statistics");

/// A user as read.
#[derive(Queryable, Selectable, Deserialize)]
#[diesel(table_name = users)]
pub(crate) struct UserRow {
    id: Vec<u8>,
    version: i64,
    created_at: i64,
    updated_at: i64,
    email: String,
    email_key: String,
    fallback_email: Option<String>,
    fallback_email_key: Option<String>,
    email_verified: bool,
    first_name: String,
    last_name: String,
    description: Option<String>,
    job_title: Option<String>,
    locale: Option<String>,
    roles: i16,
    disabled: bool,
    group_id: Option<Vec<u8>>,
    active_workspace: Option<Vec<u8>>,
    picture_sha256: Option<Vec<u8>>,
    picture_format: Option<i16>,
    phone_e164: Option<String>,
    phone_country_code: Option<i32>,
    phone_national_number: Option<i64>,
    phone_region: Option<String>,
}

impl TryFrom<UserRow> for User {
    type Error = StoreError;

    fn try_from(row: UserRow) -> Stored<Self> {
        let optional_id = |column, id: Option<&Vec<u8>>| id.map(|id| USERS.uuid(column, id)).transpose();
        Ok(Self {
            id: UserId::new(USERS.uuid("id", &row.id)?),
            version: USERS.number("version", row.version)?,
            created_at: USERS.instant("created_at", row.created_at)?,
            updated_at: USERS.instant("updated_at", row.updated_at)?,
            fallback_email: row.fallback_email()?,
            picture: row.picture()?,
            first_name: USERS.text("first_name", &row.first_name)?,
            last_name: USERS.text("last_name", &row.last_name)?,
            description: USERS.optional_text("description", row.description.as_deref())?,
            job_title: USERS.optional_text("job_title", row.job_title.as_deref())?,
            locale: USERS.optional_text("locale", row.locale.as_deref())?,
            roles: u8::try_from(row.roles).ok().and_then(Roles::from_bits).ok_or(USERS.broken("roles"))?,
            status: if row.disabled { Status::Disabled } else { Status::Enabled },
            group_id: optional_id("group_id", row.group_id.as_ref())?.map(GroupId::new),
            active_workspace: optional_id("active_workspace", row.active_workspace.as_ref())?
                .map(WorkspaceId::new),
            phone_number: phone_number(
                row.phone_e164,
                row.phone_country_code,
                row.phone_national_number,
                row.phone_region,
            )?,
            email: Email::from_stored(row.email, EmailKey::from_stored(row.email_key)),
            email_verification: if row.email_verified {
                EmailVerification::Verified
            } else {
                EmailVerification::Unverified
            },
        })
    }
}

impl UserRow {
    fn fallback_email(&self) -> Stored<Option<Email>> {
        match (&self.fallback_email, &self.fallback_email_key) {
            (None, None) => Ok(None),
            (Some(text), Some(key)) => {
                Ok(Some(Email::from_stored(text.clone(), EmailKey::from_stored(key.clone()))))
            }
            _ => Err(USERS.broken("fallback_email_key")),
        }
    }

    fn picture(&self) -> Stored<Option<PictureName>> {
        match (&self.picture_sha256, self.picture_format) {
            (None, None) => Ok(None),
            (Some(sha256), Some(format)) => {
                picture_name(sha256, format).map(Some).ok_or(USERS.broken("picture_format"))
            }
            _ => Err(USERS.broken("picture_format")),
        }
    }
}

fn phone_number(
    e164: Option<String>,
    country_code: Option<i32>,
    national_number: Option<i64>,
    region: Option<String>,
) -> Stored<Option<PhoneNumber>> {
    match (e164, country_code, national_number, region) {
        (None, None, None, None) => Ok(None),
        (Some(e164), Some(country_code), Some(national_number), Some(region)) => Ok(Some(PhoneNumber {
            e164,
            country_code: USERS.number("phone_country_code", country_code)?,
            national_number: USERS.number("phone_national_number", national_number)?,
            region,
        })),
        _ => Err(USERS.broken("phone_e164")),
    }
}

/// A user as written, with what is derived for ordering, searching and guarding.
#[derive(Insertable, AsChangeset, Serialize)]
#[diesel(table_name = users, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(crate) struct UserRecord<'a> {
    id: [u8; 16],
    version: i64,
    created_at: i64,
    updated_at: i64,
    email: &'a str,
    email_key: &'a str,
    fallback_email: Option<&'a str>,
    fallback_email_key: Option<&'a str>,
    email_verified: bool,
    first_name: &'a str,
    last_name: &'a str,
    name_key: String,
    folding_version: i16,
    description: Option<&'a str>,
    job_title: Option<&'a str>,
    locale: Option<&'a str>,
    roles: i16,
    administrator: bool,
    disabled: bool,
    group_id: Option<[u8; 16]>,
    active_workspace: Option<[u8; 16]>,
    picture_sha256: Option<[u8; 32]>,
    picture_format: Option<i16>,
    phone_e164: Option<&'a str>,
    phone_country_code: Option<i32>,
    phone_national_number: Option<i64>,
    phone_region: Option<&'a str>,
}

impl<'a> TryFrom<&'a User> for UserRecord<'a> {
    type Error = StoreError;

    fn try_from(user: &'a User) -> Stored<Self> {
        let phone = user.phone_number.as_ref();
        let national_number = phone.map(|phone| phone.national_number);
        Ok(Self {
            id: bytes(user.id.uuid()),
            version: USERS.number("version", user.version)?,
            created_at: micros(user.created_at),
            updated_at: micros(user.updated_at),
            email: user.email.as_str(),
            email_key: user.email.key().as_str(),
            fallback_email: user.fallback_email.as_ref().map(Email::as_str),
            fallback_email_key: user.fallback_email.as_ref().map(|email| email.key().as_str()),
            email_verified: user.email_verification == EmailVerification::Verified,
            first_name: user.first_name.as_str(),
            last_name: user.last_name.as_str(),
            name_key: user.name_key().as_str().to_owned(),
            folding_version: USERS.number("folding_version", FOLDING_VERSION)?,
            description: user.description.as_ref().map(roster_domain::Description::as_str),
            job_title: user.job_title.as_ref().map(roster_domain::JobTitle::as_str),
            locale: user.locale.as_ref().map(roster_domain::LanguageTag::as_str),
            roles: i16::from(user.roles.bits()),
            administrator: user.roles.administer(),
            disabled: user.status == Status::Disabled,
            group_id: user.group_id.map(|id| bytes(id.uuid())),
            active_workspace: user.active_workspace.map(|id| bytes(id.uuid())),
            picture_sha256: user.picture.map(|picture| picture.sha256),
            picture_format: user.picture.map(|picture| format_code(picture.format)),
            phone_e164: phone.map(|phone| phone.e164.as_str()),
            phone_country_code: phone.map(|phone| i32::from(phone.country_code)),
            phone_national_number: national_number
                .map(|number| USERS.number("phone_national_number", number))
                .transpose()?,
            phone_region: phone.map(|phone| phone.region.as_str()),
        })
    }
}

/// A user's sign-ins, where there was one.
#[derive(Queryable, Selectable)]
#[diesel(table_name = sign_in_statistics)]
pub(crate) struct SignInRow {
    last_at: i64,
    last_ip: Option<String>,
    count: i64,
}

impl TryFrom<SignInRow> for SignIns {
    type Error = StoreError;

    fn try_from(row: SignInRow) -> Stored<Self> {
        Ok(Self {
            last_at: Some(SIGN_INS.instant("last_at", row.last_at)?),
            last_ip: row.last_ip,
            count: SIGN_INS.number("count", row.count)?,
        })
    }
}

/// A person as the directory shows them.
pub(crate) fn entry((user, sign_ins): (UserRow, Option<SignInRow>)) -> Stored<DirectoryEntry> {
    let sign_ins = sign_ins.map(SignIns::try_from).transpose()?.unwrap_or_default();
    Ok(DirectoryEntry { user: user.try_into()?, sign_ins })
}
