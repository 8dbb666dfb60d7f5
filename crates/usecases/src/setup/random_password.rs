use roster_domain::{Fault, Password, PersonalWords};
use secrecy::ExposeSecret;

use crate::{Ports, values};

/// The fewest characters of a random password: 32 of base64 hold 192 random bits.
const LEAST: usize = 32;

/// A random password that the rules allow this person.
pub fn random_password(ports: &Ports, person: PersonalWords<'_>) -> Result<Password, Fault> {
    let mut text = String::new();
    while text.len() < ports.policy.shortest_password.max(LEAST) {
        text.push_str(ports.opaque_tokens.generate().secret.expose_secret());
    }
    values::password(ports, &text, person)
}
