use async_trait::async_trait;
use roster_domain::{Fault, Instant, PhoneNumber};
use std::time::Duration;
use uuid::Uuid;

/// Tells the time.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait Clock: Send + Sync {
    /// The time now, in whole milliseconds: what is answered is then exactly what is stored and compared.
    fn now(&self) -> Instant;
}

/// Waits.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Pause: Send + Sync {
    /// Returns after so long, and holds no thread meanwhile.
    async fn pause(&self, time: Duration);
}

/// Makes ids.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait Ids: Send + Sync {
    /// A new UUID of version 7 (RFC 9562 §5.7), greater than all that this process made before.
    fn uuid(&self) -> Uuid;
}

/// Knows the numbering plans of the world, which change several times a year.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait NumberingPlans: Send + Sync {
    /// Reads a number in any usual notation, as people of the region (ISO 3166-1 alpha-2) write it.
    ///
    /// Fails with [`Fault::InvalidRegion`] for a region without a plan, with [`Fault::InvalidPhoneNumber`] for what is
    /// no valid number by the plan of the region to which it belongs.
    fn parse(&self, number: &str, region: &str) -> Result<PhoneNumber, Fault>;
}

/// Knows internationalised domain names (UTS #46), whose tables change with each Unicode version.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait DomainNames: Send + Sync {
    /// The lower-case A-label form of a domain name (RFC 5890); `None` for what is none.
    fn a_labels(&self, domain: &str) -> Option<String>;
}
