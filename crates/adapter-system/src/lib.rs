//! The parts of the machine and of the world that change by themselves: the clock and its pauses, randomness, ids,
//! numbering plans and the tables of internationalised domain names.
//!
//! It is the one place that may ask for the time; everything else takes a [`Clock`](roster_ports::Clock).

mod clock;
mod domain_names;
mod ids;
mod numbering_plans;
mod pause;

pub use clock::SystemClock;
pub use domain_names::InternationalDomainNames;
pub use ids::SystemIds;
pub use numbering_plans::LibPhoneNumbers;
pub use pause::TokioPause;
