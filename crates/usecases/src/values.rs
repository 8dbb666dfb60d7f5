//! Values that only the world can read: what the edge parses with the help of a port, before any use case runs.

use chrono::{DateTime, SubsecRound, Utc};
use roster_domain::{Email, Expiry, Fault, Instant, Password, PersonalWords, PhoneNumber};

use crate::Ports;

/// Reads an e-mail address.
pub fn email(ports: &Ports, text: &str) -> Result<Email, Fault> {
    Email::parse(text, |domain| ports.domain_names.a_labels(domain))
}

/// Reads a phone number as people of the region write it.
pub fn phone_number(ports: &Ports, number: &str, region: &str) -> Result<PhoneNumber, Fault> {
    ports.numbering_plans.parse(number, region)
}

/// Reads an RFC 3339 time as an expiry, which must lie in the future.
pub fn expiry(ports: &Ports, text: &str) -> Result<Expiry, Fault> {
    let time = DateTime::parse_from_rfc3339(text).map_err(|_| Fault::InvalidTime)?;
    let time = time.with_timezone(&Utc).trunc_subsecs(3);
    if time <= ports.clock.now() { Err(Fault::InThePast) } else { Ok(Expiry::At(time)) }
}

/// Reads an RFC 3339 time that must not lie in the future.
pub fn past(ports: &Ports, text: &str) -> Result<Instant, Fault> {
    let time = DateTime::parse_from_rfc3339(text).map_err(|_| Fault::InvalidTime)?.with_timezone(&Utc);
    if time > ports.clock.now() { Err(Fault::InTheFuture) } else { Ok(time.trunc_subsecs(3)) }
}

/// Reads a password to be set, by the rules for choosing one.
pub fn password(ports: &Ports, text: &str, person: PersonalWords<'_>) -> Result<Password, Fault> {
    Password::choose(text, ports.policy.shortest_password, person)
}

/// Judges a password by every rule that needs no person: for telling all faults of a request that does not name the
/// person well.
pub fn password_of_nobody(ports: &Ports, text: &str) -> Result<(), Fault> {
    Password::judge(text, ports.policy.shortest_password)
}
