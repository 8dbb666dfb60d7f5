//! Level Batch: several decisions at once.

use serde_json::{Value, json};

use super::{RECORD_1, RECORD_2, Scenario, denied, facility, permitted, user, with};

fn decisions(answer: &Value) -> Vec<bool> {
    assert!(answer.get("decision").is_none(), "{answer}");
    let evaluations = answer["evaluations"].as_array().unwrap();
    evaluations.iter().map(|each| each["decision"].as_bool().unwrap()).collect()
}

#[test]
fn decisions_come_in_the_order_of_their_questions() {
    let scenario = Scenario::new();
    let Scenario { alice, bob, .. } = &scenario;
    let by_record = json!({
        "subject": user(alice), "action": { "name": "read" },
        "evaluations": [{ "resource": facility(RECORD_1) }, { "resource": facility(RECORD_2) }],
    });
    assert_eq!(decisions(&scenario.evaluate_all(by_record)), [true, false]);
    let by_action = json!({
        "subject": user(bob), "resource": facility(RECORD_1),
        "evaluations": [{ "action": { "name": "read" } }, { "action": { "name": "write" } }],
    });
    assert_eq!(scenario.evaluate_all(by_action), json!({ "evaluations": [permitted(), denied("no_grant")] }));
    let whole = json!({ "evaluations": [
        Scenario::about(alice, "read", RECORD_1), Scenario::about(bob, "write", RECORD_1),
    ] });
    assert_eq!(decisions(&scenario.evaluate_all(whole)), [true, false]);
}

#[test]
fn what_an_item_leaves_out_is_taken_whole_from_around_it() {
    let scenario = Scenario::new();
    let Scenario { alice, bob, .. } = &scenario;
    let around = with(Scenario::about(alice, "write", RECORD_1), "", "context", json!({ "time": "now" }));
    let items = json!([
        {},
        { "subject": user(bob) },
        { "resource": facility(RECORD_2), "context": { "source": "batch-override" } },
        { "subject": user(bob), "action": { "name": "read" } },
        { "subject": { "type": "user" } },
    ]);
    let answer = scenario.evaluate_all(with(around, "", "evaluations", items));
    assert_eq!(decisions(&answer), [true, false, false, true, false]);
    let error = &answer["evaluations"][4]["context"]["error"];
    assert_eq!(error["status"], 400, "an entity is not mended from around it: {answer}");
}

#[test]
fn an_item_that_is_no_question_is_denied_with_its_error_alone() {
    let scenario = Scenario::new();
    let good = Scenario::about(&scenario.alice, "read", RECORD_1);
    let items = json!([
        { "resource": facility(RECORD_1) }, {}, { "resource": "record-1" }, "x",
        { "resource": facility(RECORD_1), "context": 1 },
    ]);
    let body = json!({
        "subject": good["subject"], "action": good["action"],
        "options": { "evaluations_semantic": "execute_all", "another_option": "value" }, "evaluations": items,
    });
    let answer = scenario.evaluate_all(body);
    assert_eq!(decisions(&answer), [true, false, false, false, false]);
    for (index, place) in [
        (1, "/evaluations/1/resource"),
        (2, "/evaluations/2/resource"),
        (3, "/evaluations/3"),
        (4, "/context"),
    ] {
        let context = &answer["evaluations"][index]["context"];
        assert!(context["error"]["message"].as_str().unwrap().contains(place), "{answer}");
        assert!(context.get("reasons").is_none(), "{answer}");
    }
}

#[test]
fn the_semantic_says_how_many_are_answered() {
    let scenario = Scenario::new();
    let around = |semantic: Value, actions: &[&str]| {
        let items: Vec<Value> = actions.iter().map(|name| json!({ "action": { "name": name } })).collect();
        json!({
            "subject": user(&scenario.alice), "resource": facility(RECORD_1), "evaluations": items,
            "options": { "evaluations_semantic": semantic },
        })
    };
    let actions = ["read", "other", "write"];
    for (semantic, expected) in [
        ("execute_all", vec![true, false, true]),
        ("deny_on_first_deny", vec![true, false]),
        ("permit_on_first_permit", vec![true]),
    ] {
        let answer = scenario.evaluate_all(around(json!(semantic), &actions));
        assert_eq!(decisions(&answer), expected, "{semantic}");
    }
    let answer =
        scenario.evaluate_all(around(json!("permit_on_first_permit"), &["no", "never", "read", "no"]));
    assert_eq!(decisions(&answer), [false, false, true]);
    for wrong in [json!("EXECUTE_ALL"), json!(""), json!(1), json!({})] {
        let refused = scenario.refuses("evaluations", around(wrong, &actions));
        assert_eq!(refused, [("/options/evaluations_semantic".to_owned(), "unknown_semantic".to_owned())]);
    }
}

#[test]
fn without_items_it_is_one_question() {
    let scenario = Scenario::new();
    let one = Scenario::about(&scenario.bob, "write", RECORD_1);
    assert_eq!(scenario.evaluate_all(one.clone()), denied("no_grant"));
    assert_eq!(scenario.evaluate_all(with(one.clone(), "", "evaluations", json!([]))), denied("no_grant"));
    assert_eq!(
        scenario.refuses("evaluations", with(one, "", "subject", Value::Null)),
        [("/subject".to_owned(), "required".to_owned())]
    );
}

#[test]
fn what_is_wrong_around_the_items_is_400() {
    let scenario = Scenario::new();
    let good = with(
        Scenario::about(&scenario.alice, "read", RECORD_1),
        "",
        "evaluations",
        json!([Scenario::about(&scenario.bob, "read", RECORD_1)]),
    );
    for (member, wrong) in [
        ("subject", json!("alice")),
        ("subject", json!({ "type": "user" })),
        ("action", json!({})),
        ("resource", json!({ "id": RECORD_1 })),
        ("context", json!("x")),
        ("evaluations", json!({})),
        ("options", json!([])),
    ] {
        let refused = scenario.refuses("evaluations", with(good.clone(), "", member, wrong));
        assert_eq!(refused.len(), 1, "{member}: {refused:?}");
    }
}

#[test]
fn a_hundred_questions_are_answered_and_no_more() {
    let scenario = Scenario::new();
    let Scenario { alice, bob, .. } = &scenario;
    let question = |n: usize| {
        let (who, may) = if n.is_multiple_of(3) { (alice, true) } else { (bob, false) };
        (Scenario::about(who, "write", RECORD_1), may)
    };
    let batch = |count: usize| {
        let items: Vec<Value> = (0..count).map(|n| question(n).0).collect();
        json!({ "evaluations": items })
    };
    let expected: Vec<bool> = (0..100).map(|n| question(n).1).collect();
    assert_eq!(decisions(&scenario.evaluate_all(batch(100))), expected);
    assert_eq!(
        scenario.refuses("evaluations", batch(101)),
        [("/evaluations".to_owned(), "too_long".to_owned())]
    );
}
