use crate::permission::{AdministerUser, Permit};
use crate::{
    Administration, Description, Email, EventKind, GroupId, Happened, Instant, JobTitle, LanguageTag,
    NameKey, PersonName, PhoneNumber, PictureName, Roles, UserChange, UserId, WorkspaceId,
};

/// A person of the organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Who.
    pub id: UserId,
    /// Counts the changes of this record, from 1.
    pub version: u64,
    /// When the record was made.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
    /// The address, unique by its key.
    pub email: Email,
    /// Another address, not unique.
    pub fallback_email: Option<Email>,
    /// Whether the address was verified.
    pub email_verification: EmailVerification,
    /// The first name.
    pub first_name: PersonName,
    /// The last name.
    pub last_name: PersonName,
    /// A few words.
    pub description: Option<Description>,
    /// What they do.
    pub job_title: Option<JobTitle>,
    /// The language they prefer.
    pub locale: Option<LanguageTag>,
    /// Their roles.
    pub roles: Roles,
    /// Whether they may act at all.
    pub status: Status,
    /// The group they belong to.
    pub group_id: Option<GroupId>,
    /// The workspace they work in.
    pub active_workspace: Option<WorkspaceId>,
    /// Their picture.
    pub picture: Option<PictureName>,
    /// Their phone number.
    pub phone_number: Option<PhoneNumber>,
}

/// Whether somebody, or a client, may act at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// They may.
    Enabled,
    /// They may not: no sign-in, no token, no access.
    Disabled,
}

/// Whether an address is known to belong to the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EmailVerification {
    /// It is.
    Verified,
    /// It is not, or not yet.
    Unverified,
}

/// How often, when and from where somebody signed in. It makes no version of the person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SignIns {
    /// When they last did.
    pub last_at: Option<Instant>,
    /// From which address.
    pub last_ip: Option<String>,
    /// How often.
    pub count: u64,
}

/// A person as the directory shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryEntry {
    /// The person.
    pub user: User,
    /// Their sign-ins.
    pub sign_ins: SignIns,
}

/// What it takes to create a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser {
    /// The address.
    pub email: Email,
    /// Another address.
    pub fallback_email: Option<Email>,
    /// The first name.
    pub first_name: PersonName,
    /// The last name.
    pub last_name: PersonName,
    /// A few words.
    pub description: Option<Description>,
    /// What they do.
    pub job_title: Option<JobTitle>,
    /// The language they prefer.
    pub locale: Option<LanguageTag>,
    /// Their roles.
    pub roles: Roles,
    /// The group they belong to.
    pub group_id: Option<GroupId>,
    /// The workspace they work in.
    pub active_workspace: Option<WorkspaceId>,
}

impl NewUser {
    /// The person's first record: enabled, the address not verified.
    pub fn into_user(self, id: UserId, now: Instant) -> User {
        User {
            id,
            version: 1,
            created_at: now,
            updated_at: now,
            email: self.email,
            fallback_email: self.fallback_email,
            email_verification: EmailVerification::Unverified,
            first_name: self.first_name,
            last_name: self.last_name,
            description: self.description,
            job_title: self.job_title,
            locale: self.locale,
            roles: self.roles,
            status: Status::Enabled,
            group_id: self.group_id,
            active_workspace: self.active_workspace,
            picture: None,
            phone_number: None,
        }
    }
}

impl User {
    /// First and last name.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }

    /// What lists are ordered by and searches look into.
    pub fn name_key(&self) -> NameKey {
        NameKey::of(&self.first_name, &self.last_name)
    }

    /// Whether they administer now: hold `hr` or `board` and are enabled.
    pub const fn is_active_administrator(&self) -> bool {
        self.roles.administer() && matches!(self.status, Status::Enabled)
    }

    /// The record with these changes, not yet a new version: see [`User::changed_since`].
    #[must_use]
    pub fn changed(mut self, change: UserChange) -> Self {
        let UserChange {
            email,
            fallback_email,
            first_name,
            last_name,
            description,
            job_title,
            locale,
            active_workspace,
            picture,
            phone_number,
        } = change;
        if let Some(email) = email.filter(|email| *email != self.email) {
            self.email = email;
            self.email_verification = EmailVerification::Unverified;
        }
        self.first_name = first_name.unwrap_or(self.first_name);
        self.last_name = last_name.unwrap_or(self.last_name);
        fallback_email.apply(&mut self.fallback_email);
        description.apply(&mut self.description);
        job_title.apply(&mut self.job_title);
        locale.apply(&mut self.locale);
        active_workspace.apply(&mut self.active_workspace);
        picture.apply(&mut self.picture);
        phone_number.apply(&mut self.phone_number);
        self
    }

    /// The record with these administrative changes, not yet a new version: see [`User::changed_since`].
    #[must_use]
    pub fn administered(mut self, _: &Permit<AdministerUser>, change: Administration) -> Self {
        let Administration { roles, status, group_id, email_verification } = change;
        self.roles = roles.unwrap_or(self.roles);
        self.status = status.unwrap_or(self.status);
        group_id.apply(&mut self.group_id);
        self.email_verification = email_verification.unwrap_or(self.email_verification);
        self
    }

    /// The new version of a changed record and what happened; `None` where it equals the one before.
    pub fn changed_since(mut self, before: &Self, now: Instant) -> Option<(Self, Happened)> {
        let mut kinds = Vec::new();
        let fields = self.fields_unlike(before);
        if !fields.is_empty() {
            kinds.push(EventKind::UserUpdated { fields });
        }
        if self.roles != before.roles {
            kinds.push(EventKind::UserRolesChanged { before: before.roles, after: self.roles });
        }
        match (before.status, self.status) {
            (Status::Enabled, Status::Disabled) => kinds.push(EventKind::UserDisabled),
            (Status::Disabled, Status::Enabled) => kinds.push(EventKind::UserEnabled),
            _ => {}
        }
        let happened = Happened::all(kinds)?;
        self.version = before.version + 1;
        self.updated_at = now;
        Some((self, happened))
    }

    /// The names of the fields that differ, but for roles and status, which have events of their own.
    fn fields_unlike(&self, other: &Self) -> Vec<&'static str> {
        [
            ("email", self.email != other.email),
            ("fallbackEmail", self.fallback_email != other.fallback_email),
            ("emailVerified", self.email_verification != other.email_verification),
            ("firstName", self.first_name != other.first_name),
            ("lastName", self.last_name != other.last_name),
            ("description", self.description != other.description),
            ("jobTitle", self.job_title != other.job_title),
            ("locale", self.locale != other.locale),
            ("groupId", self.group_id != other.group_id),
            ("activeWorkspace", self.active_workspace != other.active_workspace),
            ("picture", self.picture != other.picture),
            ("phoneNumber", self.phone_number != other.phone_number),
        ]
        .into_iter()
        .filter_map(|(name, differs)| differs.then_some(name))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Patch, Role, permission};
    use chrono::TimeZone;

    fn at(second: i64) -> Instant {
        chrono::Utc.timestamp_opt(second, 0).unwrap()
    }

    fn email(text: &str) -> Email {
        Email::parse(text, |domain| Some(domain.to_owned())).unwrap()
    }

    fn ada() -> User {
        let new = NewUser {
            email: email("ada@example.org"),
            fallback_email: None,
            first_name: "Ada".parse().unwrap(),
            last_name: "Byron".parse().unwrap(),
            description: Some("x".parse().unwrap()),
            job_title: None,
            locale: None,
            roles: Roles::of([Role::Hr]).unwrap(),
            group_id: None,
            active_workspace: None,
        };
        new.into_user(UserId::new(uuid::Uuid::nil()), at(0))
    }

    #[test]
    fn nothing_changed_makes_no_version() {
        let change = UserChange { first_name: Some("Ada".parse().unwrap()), ..UserChange::default() };
        assert_eq!(ada().changed(change).changed_since(&ada(), at(5)), None);
    }

    #[test]
    fn a_change_makes_a_version_and_names_the_fields() {
        let change = UserChange {
            last_name: Some("Lovelace".parse().unwrap()),
            description: Patch::Clear,
            ..UserChange::default()
        };
        let (user, happened) = ada().changed(change).changed_since(&ada(), at(5)).unwrap();
        assert_eq!((user.version, user.updated_at, user.full_name().as_str()), (2, at(5), "Ada Lovelace"));
        assert_eq!(
            happened.into_iter().collect::<Vec<_>>(),
            [EventKind::UserUpdated { fields: vec!["lastName", "description"] }]
        );
    }

    #[test]
    fn a_changed_address_is_unverified_unless_an_administrator_says_so() {
        let permit = permission::operator();
        let verified = Administration {
            email_verification: Some(EmailVerification::Verified),
            ..Administration::default()
        };
        let before = ada().administered(&permit, verified.clone());
        let same = UserChange { email: Some(email("ada@example.org")), ..UserChange::default() };
        let other = UserChange { email: Some(email("al@example.org")), ..UserChange::default() };
        assert_eq!(before.clone().changed(same).email_verification, EmailVerification::Verified);
        let after = before.changed(other);
        assert_eq!(after.email_verification, EmailVerification::Unverified);
        assert_eq!(after.administered(&permit, verified).email_verification, EmailVerification::Verified);
    }

    #[test]
    fn roles_and_status_have_events_of_their_own() {
        let (tech, hr) = (Roles::of([Role::Tech]).unwrap(), Roles::of([Role::Hr]).unwrap());
        let change =
            Administration { roles: Some(tech), status: Some(Status::Disabled), ..Administration::default() };
        let (user, happened) =
            ada().administered(&permission::operator(), change).changed_since(&ada(), at(1)).unwrap();
        assert!(ada().is_active_administrator() && !user.is_active_administrator());
        assert_eq!(
            happened.into_iter().collect::<Vec<_>>(),
            [EventKind::UserRolesChanged { before: hr, after: tech }, EventKind::UserDisabled]
        );
        let enable = Administration { status: Some(Status::Enabled), ..Administration::default() };
        let (_, happened) =
            user.clone().administered(&permission::operator(), enable).changed_since(&user, at(2)).unwrap();
        assert_eq!(happened.into_iter().collect::<Vec<_>>(), [EventKind::UserEnabled]);
    }

    #[test]
    fn each_field_that_changes_is_named() {
        let id = uuid::Uuid::from_u128(9);
        let phone = PhoneNumber {
            e164: "+390612345678".to_owned(),
            country_code: 39,
            national_number: 612_345_678,
            region: "IT".to_owned(),
        };
        let picture = PictureName { sha256: [7; 32], format: crate::PictureFormat::Png };
        let change = |change: UserChange| ada().changed(change);
        let none = UserChange::default;
        let group = Administration { group_id: Patch::Set(GroupId::new(id)), ..Administration::default() };
        for (name, after) in [
            ("email", change(UserChange { email: Some(email("al@example.org")), ..none() })),
            ("fallbackEmail", change(UserChange { fallback_email: Patch::Set(email("a@b.c")), ..none() })),
            ("firstName", change(UserChange { first_name: Some("Augusta".parse().unwrap()), ..none() })),
            ("lastName", change(UserChange { last_name: Some("King".parse().unwrap()), ..none() })),
            ("description", change(UserChange { description: Patch::Clear, ..none() })),
            ("jobTitle", change(UserChange { job_title: Patch::Set("y".parse().unwrap()), ..none() })),
            ("locale", change(UserChange { locale: Patch::Set("en".parse().unwrap()), ..none() })),
            ("groupId", ada().administered(&permission::operator(), group)),
            (
                "activeWorkspace",
                change(UserChange { active_workspace: Patch::Set(WorkspaceId::new(id)), ..none() }),
            ),
            ("picture", change(UserChange { picture: Patch::Set(picture), ..none() })),
            ("phoneNumber", change(UserChange { phone_number: Patch::Set(phone), ..none() })),
        ] {
            let (_, happened) = after.changed_since(&ada(), at(1)).unwrap();
            assert_eq!(
                happened.into_iter().collect::<Vec<_>>(),
                [EventKind::UserUpdated { fields: vec![name] }]
            );
        }
    }

    #[test]
    fn the_first_record_holds_what_was_given() {
        let user = ada();
        assert_eq!((user.version, user.created_at, user.updated_at), (1, at(0), at(0)));
        assert_eq!((user.status, user.email_verification), (Status::Enabled, EmailVerification::Unverified));
        assert_eq!(user.name_key().as_str(), "byron\u{1}ada");
        let tech = Administration { roles: Roles::of([Role::Tech]), ..Administration::default() };
        assert!(!ada().administered(&permission::operator(), tech).is_active_administrator());
        let disabled = Administration { status: Some(Status::Disabled), ..Administration::default() };
        assert!(!ada().administered(&permission::operator(), disabled).is_active_administrator());
    }
}
