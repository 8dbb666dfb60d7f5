//! Level Discovery: where decisions are to be had.

use roster_tests::{PUBLIC_URL, Service};
use serde_json::json;

use super::{RECORD_1, Scenario, permitted};

#[test]
fn the_metadata_name_what_there_is() {
    let service = Service::start();
    let answer = service.nobody().get("/.well-known/authzen-configuration");
    let expected = json!({
        "policy_decision_point": PUBLIC_URL,
        "access_evaluation_endpoint": format!("{PUBLIC_URL}/access/v1/evaluation"),
        "access_evaluations_endpoint": format!("{PUBLIC_URL}/access/v1/evaluations"),
        "search_subject_endpoint": format!("{PUBLIC_URL}/access/v1/search/subject"),
        "search_resource_endpoint": format!("{PUBLIC_URL}/access/v1/search/resource"),
        "search_action_endpoint": format!("{PUBLIC_URL}/access/v1/search/action"),
    });
    assert_eq!(answer.expect(200), expected);
    assert_eq!(answer.header("content-type"), Some("application/json"), "{answer}");
}

#[test]
fn whoever_goes_by_the_metadata_is_answered() {
    let scenario = Scenario::new();
    let metadata = scenario.asking.get("/.well-known/authzen-configuration").expect(200);
    let endpoint = metadata["access_evaluation_endpoint"].as_str().unwrap();
    let path = endpoint.strip_prefix(metadata["policy_decision_point"].as_str().unwrap()).unwrap();
    let asked = Scenario::about(&scenario.alice, "read", RECORD_1);
    assert_eq!(scenario.asking.post(path, asked).expect(200), permitted());
}
