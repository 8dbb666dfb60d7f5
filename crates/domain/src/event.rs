use crate::{
    Actions, Actor, ClientId, EventId, Expiry, FacilityId, Grant, Instant, RequestId, Roles, SessionId,
    Subject,
};

/// Something that happened: the audit trail, and what followers of the service are told.
///
/// It never holds personal data but ids: of changed personal fields it names only the names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its own id.
    pub id: EventId,
    /// When it happened.
    pub time: Instant,
    /// Who caused it.
    pub actor: Actor,
    /// Whom or what it is about.
    pub subject: Subject,
    /// The request in which it happened.
    pub request_id: RequestId,
    /// What happened.
    pub kind: EventKind,
}

/// What happened, with the values that it carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventKind {
    /// A person was created with these roles.
    UserCreated {
        /// The roles.
        roles: Roles,
    },
    /// Fields of a person changed.
    UserUpdated {
        /// Their names, as answers spell them.
        fields: Vec<&'static str>,
    },
    /// The roles of a person changed.
    UserRolesChanged {
        /// The roles until now.
        before: Roles,
        /// The roles from now on.
        after: Roles,
    },
    /// A person was disabled.
    UserDisabled,
    /// A person was enabled again.
    UserEnabled,
    /// A person was erased.
    UserDeleted,
    /// A password was changed.
    PasswordChanged,
    /// Somebody signed in.
    SessionStarted {
        /// The sign-in.
        session: SessionId,
        /// The client through which.
        client: ClientId,
    },
    /// A sign-in ended before its time.
    SessionEnded {
        /// The sign-in.
        session: SessionId,
        /// The client through which it was.
        client: ClientId,
    },
    /// Facility access was given.
    AccessGiven(AccessChange),
    /// Facility access was removed.
    AccessRemoved(AccessChange),
    /// A client was registered.
    ClientCreated,
    /// A client was disabled.
    ClientDisabled,
    /// A client was enabled again.
    ClientEnabled,
    /// A client got a new secret in the place of the old one.
    ClientSecretRotated,
    /// A client was deleted.
    ClientDeleted,
    /// The set of signing keys changed.
    KeyRotated(KeyChange),
}

/// What became of a signing key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyChange {
    /// It was made, and signs from this instant on.
    Made {
        /// When it first signs.
        signs_from: Instant,
    },
    /// It was brought in from outside, and signs from this instant on.
    Imported {
        /// When it first signs.
        signs_from: Instant,
    },
    /// It was taken out of use at once, and whatever it signed is refused.
    Revoked,
}

impl EventKind {
    /// The type's name in the feed.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::UserCreated { .. } => "user.created",
            Self::UserUpdated { .. } => "user.updated",
            Self::UserRolesChanged { .. } => "user.roles_changed",
            Self::UserDisabled => "user.disabled",
            Self::UserEnabled => "user.enabled",
            Self::UserDeleted => "user.deleted",
            Self::PasswordChanged => "password.changed",
            Self::SessionStarted { .. } => "session.started",
            Self::SessionEnded { .. } => "session.ended",
            Self::AccessGiven(_) => "access.given",
            Self::AccessRemoved(_) => "access.removed",
            Self::ClientCreated => "client.created",
            Self::ClientDisabled => "client.disabled",
            Self::ClientEnabled => "client.enabled",
            Self::ClientSecretRotated => "client.secret_rotated",
            Self::ClientDeleted => "client.deleted",
            Self::KeyRotated(_) => "key.rotated",
        }
    }
}

/// What a person holds at a facility, before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessChange {
    /// The facility.
    pub facility: FacilityId,
    /// What was held, without what had expired.
    pub before: Option<(Actions, Expiry)>,
    /// What is held from now on.
    pub after: Option<(Actions, Expiry)>,
}

impl AccessChange {
    /// The change between two grants in force.
    pub fn between(facility: FacilityId, before: Option<&Grant>, after: Option<&Grant>) -> Self {
        let held = |grant: &Grant| (grant.actions.clone(), grant.expiry);
        Self { facility, before: before.map(held), after: after.map(held) }
    }
}

/// What happened to one subject in one write: at least one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened(EventKind, Vec<EventKind>);

impl Happened {
    /// All of it, in order; `None` where there is nothing.
    pub fn all(kinds: impl IntoIterator<Item = EventKind>) -> Option<Self> {
        let mut kinds = kinds.into_iter();
        kinds.next().map(|first| Self(first, kinds.collect()))
    }

    /// And then this.
    #[must_use]
    pub fn and(mut self, kinds: impl IntoIterator<Item = EventKind>) -> Self {
        self.1.extend(kinds);
        self
    }
}

impl From<EventKind> for Happened {
    fn from(kind: EventKind) -> Self {
        Self(kind, Vec::new())
    }
}

impl IntoIterator for Happened {
    type Item = EventKind;
    type IntoIter = std::iter::Chain<std::iter::Once<EventKind>, std::vec::IntoIter<EventKind>>;

    fn into_iter(self) -> Self::IntoIter {
        std::iter::once(self.0).chain(self.1)
    }
}

/// The events of one write: never none, so that no change goes untold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Events(pub Event, pub Vec<Event>);

impl Events {
    /// All of them, in order.
    pub fn into_vec(self) -> Vec<Event> {
        let mut events = vec![self.0];
        events.extend(self.1);
        events
    }
}

/// What all events of one request share. Made once before the write, which may be run again with the same result.
#[derive(Debug, Clone)]
pub struct Stamp {
    /// The id of the first event; the others follow it.
    pub first_id: EventId,
    /// When.
    pub time: Instant,
    /// Who.
    pub actor: Actor,
    /// In which request.
    pub request_id: RequestId,
}

impl Stamp {
    /// The one event of a write.
    pub fn event(&self, subject: Subject, kind: EventKind) -> Events {
        Events(self.nth(0, subject, kind), Vec::new())
    }

    /// The events of a write about one subject.
    pub fn events(&self, subject: &Subject, happened: Happened) -> Events {
        let Happened(first, others) = happened;
        self.events_of((subject.clone(), first), others.into_iter().map(|kind| (subject.clone(), kind)))
    }

    /// The events of a write about several subjects.
    pub fn events_of(
        &self,
        first: (Subject, EventKind),
        others: impl IntoIterator<Item = (Subject, EventKind)>,
    ) -> Events {
        let others =
            others.into_iter().enumerate().map(|(n, (subject, kind))| self.nth(n + 1, subject, kind));
        Events(self.nth(0, first.0, first.1), others.collect())
    }

    fn nth(&self, n: usize, subject: Subject, kind: EventKind) -> Event {
        Event {
            id: self.first_id.after(n),
            time: self.time,
            actor: self.actor.clone(),
            subject,
            request_id: self.request_id.clone(),
            kind,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ExpiryChange, PrincipalId, UserId};

    fn stamp() -> Stamp {
        Stamp {
            first_id: EventId::new(uuid::Uuid::from_u128(40)),
            time: Instant::UNIX_EPOCH,
            actor: Actor::System,
            request_id: "r1".parse().unwrap(),
        }
    }

    fn grant(names: &[&str]) -> Grant {
        let at = Instant::UNIX_EPOCH;
        let by = PrincipalId::User(UserId::new(uuid::Uuid::nil()));
        let actions = Actions::of(names.iter().map(|name| name.parse().unwrap())).unwrap();
        Grant::given(None, &actions, ExpiryChange::Set(Expiry::At(at)), by, at)
    }

    #[test]
    fn the_events_of_a_write_share_its_stamp_and_count_their_ids() {
        let subject = Subject::Client("app".parse().unwrap());
        let happened = Happened::from(EventKind::UserDisabled).and([EventKind::UserEnabled]);
        assert_eq!(Some(happened.clone()), Happened::all(happened.clone()));
        let events = stamp().events(&subject, happened).into_vec();
        assert_eq!(events.iter().map(|event| event.id.uuid().as_u128()).collect::<Vec<_>>(), [40, 41]);
        assert_eq!(
            events.iter().map(|event| event.kind.name()).collect::<Vec<_>>(),
            ["user.disabled", "user.enabled"]
        );
        assert!(
            events.iter().all(|event| event.subject == subject && event.request_id == stamp().request_id)
        );
        assert_eq!(Happened::all([]), None);
        let one = stamp().event(subject.clone(), EventKind::UserDeleted).into_vec();
        assert_eq!(one, stamp().events(&subject, EventKind::UserDeleted.into()).into_vec());
    }

    #[test]
    fn every_kind_has_the_name_that_followers_know() {
        let roles = Roles::from_bits(1).unwrap();
        let (session, client) = (SessionId::new(uuid::Uuid::nil()), "app".parse::<ClientId>().unwrap());
        let access = AccessChange::between(FacilityId::new(uuid::Uuid::nil()), None, None);
        for (kind, name) in [
            (EventKind::UserCreated { roles }, "user.created"),
            (EventKind::UserUpdated { fields: Vec::new() }, "user.updated"),
            (EventKind::UserRolesChanged { before: roles, after: roles }, "user.roles_changed"),
            (EventKind::UserDisabled, "user.disabled"),
            (EventKind::UserEnabled, "user.enabled"),
            (EventKind::UserDeleted, "user.deleted"),
            (EventKind::PasswordChanged, "password.changed"),
            (EventKind::SessionStarted { session, client: client.clone() }, "session.started"),
            (EventKind::SessionEnded { session, client }, "session.ended"),
            (EventKind::AccessGiven(access.clone()), "access.given"),
            (EventKind::AccessRemoved(access), "access.removed"),
            (EventKind::ClientCreated, "client.created"),
        ] {
            assert_eq!(kind.name(), name);
        }
    }

    #[test]
    fn a_change_of_access_tells_what_was_and_what_is_held() {
        let facility = FacilityId::new(uuid::Uuid::from_u128(3));
        let (before, after) = (grant(&["read"]), grant(&["read", "write"]));
        let change = AccessChange::between(facility, Some(&before), Some(&after));
        assert_eq!(change.facility, facility);
        assert_eq!(change.before, Some((before.actions, before.expiry)));
        assert_eq!(change.after, Some((after.actions, after.expiry)));
        assert_eq!(AccessChange::between(facility, None, None).after, None);
    }
}
