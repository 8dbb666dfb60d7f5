use std::time::{Duration, Instant};

use crate::actor::Actor;
use crate::service::Service;

/// How long somebody who has nothing to do with an attack may have to wait because of it.
const PATIENCE: Duration = Duration::from_secs(1);

/// What every secret of the tests begins with.
const CANARY: &str = "canary";

/// Somebody who has nothing to do with an attack, taken aside before it.
#[derive(Debug)]
pub struct Bystander {
    person: Actor,
    process: u32,
}

impl Service {
    /// Takes somebody aside before an attack.
    #[track_caller]
    pub fn bystander(&self) -> Bystander {
        Bystander { person: self.user("business"), process: self.process() }
    }

    /// Checks after an attack that it harmed nobody: the same process serves the bystander without delay, answered nothing
    /// with an error of its own but that it is unavailable, and wrote nothing but whole lines without secrets to its log.
    #[track_caller]
    pub fn assert_unharmed(&self, bystander: &Bystander) {
        assert!(self.is_running(), "the service ended: {:#?}", self.log().lines());
        assert_eq!(self.process(), bystander.process, "another process serves");
        let start = Instant::now();
        let answer = bystander.person.get("/users/me");
        let took = start.elapsed();
        assert_eq!(answer.expect(200)["id"], bystander.person.id.as_str());
        assert!(took < PATIENCE, "the bystander waited for {took:?}");
        for line in self.log().lines() {
            check_line(&line);
        }
    }
}

#[track_caller]
fn check_line(line: &str) {
    let event: serde_json::Value =
        serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
    assert!(event.is_object(), "{line:?}");
    assert!(!line.chars().any(char::is_control), "{line:?}");
    assert!(!line.contains(CANARY), "{line}");
    assert_ne!(event["level"], "ERROR", "{line}");
    let is_fault = event["status"].as_u64().is_some_and(|status| status >= 500 && status != 503);
    assert!(!is_fault, "{line}");
}

#[cfg(test)]
mod tests {
    use super::check_line;
    use std::panic::catch_unwind;

    #[test]
    fn a_line_that_tells_of_harm_is_seen() {
        for fine in [
            r#"{"level":"WARN","message":"answered","status":503}"#,
            r#"{"level":"INFO","message":"answered","status":429}"#,
        ] {
            check_line(fine);
        }
        for harm in [
            "",
            "thread 'main' panicked",
            "[1]",
            "{\"a\":\"\u{1b}\"}",
            r#"{"level":"INFO","path":"/canary-password"}"#,
            r#"{"level":"ERROR","message":"a handler panicked"}"#,
            r#"{"level":"WARN","message":"answered","status":500}"#,
        ] {
            assert!(catch_unwind(|| check_line(harm)).is_err(), "{harm:?}");
        }
    }
}
