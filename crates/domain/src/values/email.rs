use std::fmt;

use crate::Fault;

/// An e-mail address as its owner writes it, with the key by which addresses are compared.
#[derive(Debug, Clone)]
pub struct Email {
    text: String,
    key: EmailKey,
}

/// What addresses are compared by: the local part and the A-labels of the domain (RFC 5890), in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmailKey(String);

impl Email {
    /// The longest address, in octets, as given and with A-labels (RFC 5321 §4.5.3.1).
    pub const MAX: usize = 254;
    const MAX_LOCAL: usize = 64;

    /// Reads an RFC 5321 mailbox with an unquoted ASCII local part and a domain name.
    ///
    /// `a_labels` gives the lower-case A-label form of a domain name, or `None` for what is none; the tables behind it
    /// change with the world, so they are not part of this crate.
    pub fn parse(text: &str, a_labels: impl FnOnce(&str) -> Option<String>) -> Result<Self, Fault> {
        if text.contains('\0') {
            return Err(Fault::NulCharacter);
        }
        if text.len() > Self::MAX {
            return Err(Fault::TooLong { max: Self::MAX });
        }
        let (local, domain) = text.rsplit_once('@').ok_or(Fault::InvalidEmail)?;
        if local.len() > Self::MAX_LOCAL || !local.split('.').all(is_atom) {
            return Err(Fault::InvalidEmail);
        }
        if domain.contains(|character: char| character.is_whitespace() || character.is_control()) {
            return Err(Fault::InvalidEmail);
        }
        let domain = a_labels(domain).filter(|name| is_host_name(name)).ok_or(Fault::InvalidEmail)?;
        let key = format!("{}@{domain}", local.to_ascii_lowercase());
        if key.len() > Self::MAX {
            return Err(Fault::TooLong { max: Self::MAX });
        }
        Ok(Self { text: text.to_owned(), key: EmailKey(key) })
    }

    /// The address that a store gave back with its key.
    pub const fn from_stored(text: String, key: EmailKey) -> Self {
        Self { text, key }
    }

    /// The address as given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What it is compared by.
    pub const fn key(&self) -> &EmailKey {
        &self.key
    }
}

impl PartialEq for Email {
    /// Compares the spelling; for the same mailbox compare [`Email::key`].
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Email {}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl EmailKey {
    /// The key that a store gave back.
    pub const fn from_stored(key: String) -> Self {
        Self(key)
    }

    /// The key as text, for storing. Compare it by bytes.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// `atext` of RFC 5322 §3.2.3, which RFC 5321 §4.1.2 builds local parts from.
fn is_atom(run: &str) -> bool {
    !run.is_empty()
        && run.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte))
}

/// A host name of letters, digits and inner hyphens (RFC 5321 §4.1.2, RFC 1035 §2.3.4), in lower case.
fn is_host_name(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    name.len() <= 253 && name.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<Email, Fault> {
        Email::parse(text, |domain| domain.is_ascii().then(|| domain.to_ascii_lowercase()))
    }

    #[test]
    fn the_text_is_kept_and_the_key_is_lower_case() {
        let email = parse("Ada.Lovelace+x@Example.ORG").unwrap();
        assert_eq!(email.as_str(), "Ada.Lovelace+x@Example.ORG");
        assert_eq!(email.key().as_str(), "ada.lovelace+x@example.org");
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "",
            "a",
            "@b",
            "a@",
            " a@b.c",
            "a@b.c ",
            "a@b.c.",
            "a@.b",
            "a@b..c",
            ".a@b.c",
            "a.@b.c",
            "a..b@c.d",
            "\"a b\"@c.d",
            "a b@c.d",
            "a@b@c.d",
            "ä@b.c",
            "a@[127.0.0.1]",
            "a@-b.c",
            "a@b_c.d",
            "a＠b.c",
            "a@b.c\n",
            "\ta@b.c",
            "a@b.c\u{3000}",
            "a@ b.c",
            "a@b.-c",
            "a@b-.c",
            "a(note)@b.c",
            "Ada <a@b.c>",
            "a@b.c,d@e.f",
            "a@ä.c",
        ] {
            assert_eq!(parse(text).map(|_| ()), Err(Fault::InvalidEmail), "{text:?}");
        }
        assert_eq!(parse("a\0@b.c").map(|_| ()), Err(Fault::NulCharacter));
    }

    #[test]
    fn white_space_is_refused_whatever_the_tables_make_of_it() {
        let generous = |domain: &str| Some(domain.split_whitespace().collect());
        for text in ["a@b.c ", "a@\u{a0}b.c", "a@b.\tc", "a@b.c\u{85}", "a@b\u{1}.c"] {
            assert_eq!(Email::parse(text, generous).map(|_| ()), Err(Fault::InvalidEmail), "{text:?}");
        }
    }

    #[test]
    fn an_international_domain_is_kept_as_given_and_compared_by_its_a_labels() {
        let tables = |domain: &str| {
            matches!(domain, "Bücher.example" | "xn--bcher-kva.example")
                .then(|| "xn--bcher-kva.example".to_owned())
        };
        let unicode = Email::parse("Ada@Bücher.example", tables).unwrap();
        let ascii = Email::parse("ada@xn--bcher-kva.example", tables).unwrap();
        assert_eq!(unicode.to_string(), "Ada@Bücher.example");
        assert_eq!(unicode.key(), ascii.key());
        assert_ne!(unicode, ascii);
        assert_eq!(Email::parse("ada@xn--.example", tables).map(|_| ()), Err(Fault::InvalidEmail));
    }

    #[test]
    fn a_stored_address_is_taken_as_it_is() {
        let email = parse("Ada@b.c").unwrap();
        let key = EmailKey::from_stored("ada@b.c".to_owned());
        let stored = Email::from_stored("Ada@b.c".to_owned(), key);
        assert_eq!((stored.as_str(), stored.key()), (email.as_str(), email.key()));
    }

    #[test]
    fn lengths_are_bounded() {
        let too_long = Err(Fault::TooLong { max: 254 });
        assert!(parse(&format!("{}@b.c", "a".repeat(64))).is_ok());
        assert_eq!(parse(&format!("{}@b.c", "a".repeat(65))).map(|_| ()), Err(Fault::InvalidEmail));
        assert!(parse(&format!("a@{}.c", "d".repeat(63))).is_ok());
        assert_eq!(parse(&format!("a@{}.c", "d".repeat(64))).map(|_| ()), Err(Fault::InvalidEmail));
        // The whole counts before its parts.
        assert_eq!(parse(&format!("{}@b.c", "a".repeat(251))).map(|_| ()), too_long);
        let domain =
            |length: usize| format!("{}{}", "d.".repeat((length - 1) / 2), "e".repeat(2 - length % 2));
        assert!(parse(&format!("a@{}", domain(252))).is_ok());
        assert_eq!(parse(&format!("a@{}", domain(253))).map(|_| ()), too_long);
        let grown = |length| Email::parse("a@é.c", |_| Some(domain(length))).map(|_| ());
        assert_eq!(grown(252), Ok(()));
        assert_eq!(grown(253), too_long);
        assert_eq!(grown(254), Err(Fault::InvalidEmail));
        let label = "d".repeat(60);
        let domain = [label.as_str(); 4].join(".");
        assert_eq!(
            parse(&format!("{}@{domain}", "a".repeat(20))).map(|_| ()),
            Err(Fault::TooLong { max: 254 })
        );
        assert!(parse(&format!("{}@{domain}", "a".repeat(10))).is_ok());
    }

    proptest! {
        #[test]
        fn a_key_is_its_own_key(text in "[A-Za-z0-9.+]{1,10}@[A-Za-z0-9.-]{1,12}") {
            if let Ok(email) = parse(&text) {
                let again = parse(email.key().as_str()).unwrap();
                prop_assert_eq!(again.key(), email.key());
            }
        }
    }
}
