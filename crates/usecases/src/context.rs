use roster_domain::{Actor, EventId, RequestId, Stamp};
use std::net::IpAddr;

use crate::{Once, Ports};

/// What a request says beside its content.
#[derive(Debug, Clone)]
pub struct RequestContext {
    /// Names the request in answers, logs and events.
    pub request_id: RequestId,
    /// The address of the client, as far as trusted proxies tell it.
    pub address: Option<IpAddr>,
    /// The version of the record that the caller means to change (`If-Match`).
    pub expected_version: ExpectedVersion,
    /// The request as one that shall change things once, where the caller asks for that.
    pub once: Option<Once>,
}

/// Which version of a record a change is meant for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ExpectedVersion {
    /// Whichever there is.
    #[default]
    Any,
    /// One of these.
    OneOf(Vec<u64>),
}

/// A new id for a request that brings none of its own.
pub fn fresh_request_id(ports: &Ports) -> RequestId {
    ports.ids.uuid().into()
}

impl ExpectedVersion {
    /// Whether a record of this version may be changed.
    pub fn admits(&self, version: u64) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(versions) => versions.contains(&version),
        }
    }
}

impl RequestContext {
    /// The context of something that no request asks for: what it does can be told apart by a fresh id.
    pub fn fresh(ports: &Ports) -> Self {
        Self {
            request_id: fresh_request_id(ports),
            address: None,
            expected_version: ExpectedVersion::Any,
            once: None,
        }
    }

    /// What the events of this request share. Made before the write, so that running it again makes the same events.
    pub(crate) fn stamp(&self, ports: &Ports, actor: Actor) -> Stamp {
        Stamp {
            first_id: EventId::new(ports.ids.uuid()),
            time: ports.clock.now(),
            actor,
            request_id: self.request_id.clone(),
        }
    }
}
