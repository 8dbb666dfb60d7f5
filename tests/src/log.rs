use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// What a running service wrote to standard output and standard error, line by line.
#[derive(Debug, Clone, Default)]
pub struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    pub(crate) fn follow(&self, stream: impl Read + Send + 'static) {
        let log = self.clone();
        thread::spawn(move || {
            for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line).into_owned();
                log.0.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            }
        });
    }

    /// Every line so far.
    pub fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Checks that nothing broke so far: no panic, and nothing that the service's own code tells as an error.
    pub(crate) fn assert_nothing_broke(&self) {
        let is_ours =
            |event: &Value| event["target"].as_str().is_some_and(|target| target.starts_with("roster"));
        let is_error = |event: &Value| event["level"] == "ERROR" && is_ours(event);
        for line in self.lines() {
            let is_told = serde_json::from_str(&line).is_ok_and(|event| is_error(&event));
            assert!(!is_told && !line.contains("panicked at"), "something broke: {line}");
        }
    }

    /// Whether this was told.
    pub fn tells(&self, message: &str) -> bool {
        self.events().iter().any(|event| event["message"] == message)
    }

    /// Every line so far that is a JSON object.
    pub fn events(&self) -> Vec<Value> {
        self.lines()
            .iter()
            .filter_map(|line| serde_json::from_str(line).ok())
            .filter(Value::is_object)
            .collect()
    }
}
