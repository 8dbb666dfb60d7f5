//! E-mail addresses and phone numbers: what is accepted has one canonical form, which reads back as itself.
#![no_main]

use libfuzzer_sys::fuzz_target;
use roster_adapter_system::{InternationalDomainNames, LibPhoneNumbers};
use roster_domain::Email;
use roster_ports::{DomainNames, NumberingPlans};

fn read(text: &str) -> Option<Email> {
    Email::parse(text, |domain| InternationalDomainNames.a_labels(domain)).ok()
}

fuzz_target!(|text: &str| {
    if let Some(email) = read(text) {
        assert_eq!(email.as_str(), text, "an address is kept as given");
        let again = read(email.key().as_str()).expect("the canonical form is an address too");
        assert_eq!(again.key(), email.key(), "the canonical form is its own");
    }
    let (region, number) = text.split_at_checked(2).unwrap_or(("TR", text));
    if let Ok(phone) = LibPhoneNumbers.parse(number, region) {
        let again = LibPhoneNumbers.parse(&phone.e164, region).expect("the E.164 form is a number too");
        assert_eq!(again.e164, phone.e164);
    }
});
