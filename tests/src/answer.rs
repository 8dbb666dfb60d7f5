use serde_json::Value;

/// An answer of the service.
#[derive(Debug, Clone)]
pub struct Answer {
    /// What was asked, for messages.
    pub asked: String,
    /// The status.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The value of a header, where there is one.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        let parsed = serde_json::from_slice(&self.body);
        parsed.unwrap_or_else(|error| panic!("{error}: {self}"))
    }

    /// All that could tell this answer from another one: status, headers and body. Of the headers that differ between
    /// any two, which are the date, the id of the request and the time to wait, only that they are there; their order is
    /// drawn for each answer.
    pub fn likeness(&self) -> (u16, Vec<(String, String)>, String) {
        let differs = |name: &str| ["date", "x-request-id", "retry-after"].contains(&name);
        let headers = self.headers.iter().map(|(name, value)| {
            let value = if differs(name) { String::new() } else { value.clone() };
            (name.clone(), value)
        });
        let mut headers: Vec<_> = headers.collect();
        headers.sort();
        let id = self.header("x-request-id").unwrap_or_default();
        (self.status, headers, self.text().replace(id, ""))
    }

    /// How many seconds to wait before another try, as the answer says.
    #[track_caller]
    pub fn retry_after(&self) -> u64 {
        let header = self.header("retry-after").and_then(|value| value.parse().ok());
        header.unwrap_or_else(|| panic!("no time to wait: {self}"))
    }

    /// The body of an answer that must have this status.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        self.expect_status(status);
        self.json()
    }

    /// The answer itself, which must have this status.
    #[track_caller]
    pub fn expect_status(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{self}");
        self
    }

    /// An error of the token endpoint, which must be as RFC 6749 §5.2 has it.
    #[track_caller]
    pub fn expect_oauth_error(&self, status: u16, error: &str) -> &Self {
        assert_eq!(self.expect(status)["error"], error, "{self}");
        assert_eq!(self.header("content-type"), Some("application/json"), "{self}");
        assert_eq!(self.header("cache-control"), Some("no-store"), "{self}");
        self
    }

    /// The body of a problem, which must be well-formed and have this status and code.
    #[track_caller]
    pub fn expect_problem(&self, status: u16, code: &str) -> Value {
        self.expect_status(status);
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self}");
        let problem = self.json();
        assert_eq!(problem["code"], code, "{self}");
        assert_eq!(problem["status"], status, "{self}");
        assert_eq!(problem["type"], format!("/problems/{code}"), "{self}");
        assert_eq!(problem["requestId"].as_str(), self.header("x-request-id"), "{self}");
        for member in ["title", "detail"] {
            assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{member}: {self}");
        }
        problem
    }

    /// The places and codes of a 422, sorted.
    #[track_caller]
    pub fn expect_faults(&self) -> Vec<(String, String)> {
        let problem = self.expect_problem(422, "validation_failed");
        let errors = problem["errors"].as_array().unwrap_or_else(|| panic!("no errors: {self}"));
        let text = |error: &Value, member: &str| error[member].as_str().unwrap_or_default().to_owned();
        let mut faults: Vec<_> =
            errors.iter().map(|error| (text(error, "pointer"), text(error, "code"))).collect();
        faults.sort();
        faults
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} was answered {} {:?} {}", self.asked, self.status, self.headers, self.text())
    }
}
