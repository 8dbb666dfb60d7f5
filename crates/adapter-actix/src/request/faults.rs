use roster_domain::Fault;
use std::str::FromStr;

use crate::answer::{FieldError, Problem, ProblemKind};

/// Collects the faults of a body, so that all of them are told at once.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<FieldError>);

impl Faults {
    /// The value, or `None` and its fault noted at this pointer.
    pub(crate) fn note<T>(&mut self, pointer: &str, value: Result<T, Fault>) -> Option<T> {
        match value {
            Ok(value) => Some(value),
            Err(fault) => {
                self.0.push(FieldError::at(pointer, fault));
                None
            }
        }
    }

    /// The items of a list, each fault noted at its index; `max` bounds how many there may be, and none is a fault.
    pub(crate) fn note_items<T: FromStr<Err = Fault>>(
        &mut self,
        pointer: &str,
        items: Result<Vec<String>, Fault>,
        max: usize,
    ) -> Option<Vec<T>> {
        let items = self.note(pointer, items)?;
        if items.is_empty() {
            return self.note(pointer, Err(Fault::Empty));
        }
        if items.len() > max {
            return self.note(pointer, Err(Fault::TooLong { max }));
        }
        let parsed: Vec<Option<T>> = items
            .iter()
            .enumerate()
            .map(|(index, item)| self.note(&format!("{pointer}/{index}"), item.parse()))
            .collect();
        parsed.into_iter().collect()
    }

    /// What was read, or all faults at once.
    pub(crate) fn judged<T>(self, value: Option<T>) -> Result<T, Problem> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(Problem::new(ProblemKind::ValidationFailed).about(self.0)),
        }
    }
}
