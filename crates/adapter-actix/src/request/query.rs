use actix_web::HttpRequest;

use crate::answer::{FieldError, Problem, ProblemKind};

/// How many parameters are looked at: more than any call takes, and few enough to list what is wrong with each.
const MAX: usize = 128;

/// The query of a request: known parameters alone, and none twice unless it may be.
#[derive(Debug)]
pub(crate) struct Query {
    pairs: Vec<(String, String)>,
    errors: Vec<FieldError>,
}

impl Query {
    /// Refuses any query at all.
    pub(crate) fn none(request: &HttpRequest) -> Result<(), Problem> {
        Self::parse(request, &[], &[])?.judged(Some(()))
    }

    /// Reads the query; `once` lists the parameters that may be given once, `many` those that may be repeated.
    pub(crate) fn parse(request: &HttpRequest, once: &[&str], many: &[&str]) -> Result<Self, Problem> {
        let malformed = || Problem::new(ProblemKind::MalformedRequest).saying("The query cannot be read.");
        percent_encoding::percent_decode_str(request.query_string())
            .decode_utf8()
            .map_err(|_| malformed())?;
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(request.query_string())
            .map_err(|_| Problem::new(ProblemKind::MalformedRequest).saying("The query cannot be read."))?;
        if pairs.len() > MAX {
            return Err(
                Problem::new(ProblemKind::MalformedRequest).saying("The query has too many parameters.")
            );
        }
        let mut errors = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        for (name, value) in &pairs {
            let is_known = once.contains(&name.as_str()) || many.contains(&name.as_str());
            if !is_known {
                errors.push(FieldError::of_parameter(
                    name,
                    "unknown_parameter",
                    "is not a parameter of this call",
                ));
            } else if once.contains(&name.as_str()) && seen.contains(&name.as_str()) {
                errors.push(FieldError::of_parameter(name, "repeated_parameter", "must be given once"));
            } else if value.contains('\0') {
                errors.push(FieldError::of_parameter(name, "nul_character", "must not contain U+0000"));
            }
            seen.push(name);
        }
        Ok(Self { pairs, errors })
    }

    /// The value of a parameter that may be given once; `None` where it is absent.
    pub(crate) fn one(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// As [`Query::one`], and `None` where it is blank.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.one(name).filter(|value| !value.trim().is_empty())
    }

    /// All values of a parameter, `None` where it is absent.
    pub(crate) fn all(&self, name: &str) -> Option<Vec<&str>> {
        let values: Vec<&str> =
            self.pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect();
        if values.is_empty() { None } else { Some(values) }
    }

    /// How many items to answer: 1–100, 20 where nothing is said.
    pub(crate) fn limit(&mut self) -> u32 {
        let Some(text) = self.one("limit") else { return 20 };
        let limit = parse_decimal(text).and_then(|limit| u32::try_from(limit).ok());
        if let Some(limit) = limit.filter(|limit| (1..=100).contains(limit)) {
            return limit;
        }
        self.refuse("limit", "out_of_range", "must be a whole number from 1 to 100");
        20
    }

    /// Which page to answer, from 1; `None` where nothing is said.
    pub(crate) fn page(&mut self) -> Option<u64> {
        let text = self.one("page")?;
        let page = parse_decimal(text).filter(|page| *page >= 1);
        if page.is_none() {
            self.refuse("page", "out_of_range", "must be a whole number from 1 on");
        }
        page
    }

    /// Notes a fault of a parameter.
    pub(crate) fn refuse(&mut self, name: &str, code: &'static str, detail: &str) {
        self.errors.push(FieldError::of_parameter(name, code, detail));
    }

    /// What was read, or all faults at once.
    pub(crate) fn judged<T>(self, value: Option<T>) -> Result<T, Problem> {
        match value {
            Some(value) if self.errors.is_empty() => Ok(value),
            _ => Err(Problem::new(ProblemKind::MalformedRequest).about(self.errors)),
        }
    }
}

fn parse_decimal(text: &str) -> Option<u64> {
    let is_decimal = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_decimal { text.parse().ok() } else { None }
}
