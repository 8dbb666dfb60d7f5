use std::fmt::Write;

/// The sign-ins of a playground, as `bootstrap.txt` keeps them. Its form is for people first: a word and its values a
/// line. `Debug` is missing on purpose.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Bootstrap {
    pub(super) administrator: SignIn,
    pub(super) people: Vec<SignIn>,
    pub(super) client: String,
    pub(super) facility: String,
}

/// An address and its password.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct SignIn {
    pub(super) email: String,
    pub(super) password: String,
}

const HEAD: &str =
    "# The sign-ins that `roster serve --dev` made. Nobody but you can read this file; keep it so.";

impl Bootstrap {
    /// The content of the file.
    pub(super) fn to_text(&self) -> String {
        let mut text = format!("{HEAD}\n");
        let people = self.people.iter().map(|person| ("person", person));
        for (word, sign_in) in std::iter::once(("administrator", &self.administrator)).chain(people) {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{word:<14} {:<28} {}", sign_in.email, sign_in.password);
        }
        let _ = writeln!(text, "{:<14} {}\n{:<14} {}", "client", self.client, "facility", self.facility);
        text
    }

    /// Reads the file back; `None` when somebody made something else of it.
    pub(super) fn from_text(text: &str) -> Option<Self> {
        let (mut administrator, mut people, mut client, mut facility) = (None, Vec::new(), None, None);
        for line in text.lines() {
            let words: Vec<_> = line.split_whitespace().collect();
            match *words.as_slice() {
                ["administrator", email, password] => administrator = Some(SignIn::new(email, password)),
                ["person", email, password] => people.push(SignIn::new(email, password)),
                ["client", id] => client = Some(id.to_owned()),
                ["facility", id] => facility = Some(id.to_owned()),
                _ => {}
            }
        }
        Some(Self { administrator: administrator?, people, client: client?, facility: facility? })
    }
}

impl SignIn {
    pub(super) fn new(email: &str, password: &str) -> Self {
        Self { email: email.to_owned(), password: password.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_back() {
        let bootstrap = Bootstrap {
            administrator: SignIn::new("admin@example.org", "one"),
            people: vec![SignIn::new("ines.moreau@example.org", "two"), SignIn::new("b@c.d", "three")],
            client: "roster-cli".to_owned(),
            facility: "970df7c4-843d-4a1d-9264-bd0cc5c5d927".to_owned(),
        };
        assert!(Bootstrap::from_text(&bootstrap.to_text()) == Some(bootstrap));
    }

    #[test]
    fn a_file_that_lacks_something_is_no_bootstrap() {
        assert!(Bootstrap::from_text("").is_none());
        assert!(Bootstrap::from_text("administrator a@b.c secret\nclient roster-cli\n").is_none());
    }
}
