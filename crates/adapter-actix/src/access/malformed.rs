use crate::answer::{FieldError, Problem, ProblemKind};

/// What makes a request none: the standard has one status for all of it, 400.
#[derive(Debug, Default)]
pub(super) struct Malformed(Vec<FieldError>);

impl Malformed {
    /// Notes that something must be there.
    pub(super) fn required(&mut self, pointer: String) {
        self.note(pointer, "required", "is required");
    }

    /// Notes that something is of another kind than it must be.
    pub(super) fn wrong_type(&mut self, pointer: String, expected: &str) {
        self.note(pointer, "wrong_type", &format!("must be {expected}"));
    }

    /// Notes what is wrong with a value.
    pub(super) fn note(&mut self, pointer: String, code: &'static str, detail: &str) {
        self.0.push(FieldError { pointer: Some(pointer), parameter: None, code, detail: detail.to_owned() });
    }

    /// All of it in one text.
    pub(super) fn text(&self) -> String {
        let each =
            |fault: &FieldError| format!("{} {}", fault.pointer.as_deref().unwrap_or(""), fault.detail);
        self.0.iter().map(each).collect::<Vec<_>>().join("; ")
    }

    /// What was read, or all faults at once.
    pub(super) fn judged<T>(self, value: Option<T>) -> Result<T, Problem> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(self.problem()),
        }
    }

    /// The problem that tells all of it.
    pub(super) fn problem(self) -> Problem {
        Problem::new(ProblemKind::MalformedRequest).about(self.0)
    }

    /// The problem of a body that nests too deeply.
    pub(super) fn too_deep() -> Problem {
        Problem::new(ProblemKind::MalformedRequest).saying("The body nests too deeply.")
    }
}
