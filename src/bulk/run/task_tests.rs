//! The result that each task of a batch proves.

use super::*;

fn fate_of(task: &str, again: Idempotency, ended: Phase) -> RowEnd {
    let record = format!("{{\"id\":1,\"body\":{{}},{task}}}");
    read(&record, again, ended).unwrap().fate
}

fn of(task: &str) -> RowEnd {
    fate_of(task, Idempotency::RejectsRepeat, Phase::Completed)
}

#[test]
fn a_success_names_what_it_made() {
    let ok = RowEnd::Ok {
        status: Some(201),
        object: Some("59".to_owned()),
    };
    let result = r#"{"status_code":201,"output":{"discount":{"id":59}}}"#;
    assert_eq!(of(&format!(r#""status":"success","result":{result}"#)), ok);
    let text = Value::String(result.to_owned()).to_string();
    assert_eq!(of(&format!(r#""status":"success","result":{text}"#)), ok);
}

#[test]
fn a_task_whose_answer_says_otherwise_is_neither_done_nor_failed() {
    for (said, result) in [
        (
            "success",
            r#"{"status_code":422,"output":{"errors":{"code":["taken"]}}}"#,
        ),
        ("success", r#"{"status_code":500,"output":{}}"#),
        ("success", r#"{"status_code":206,"output":{}}"#),
        ("success", r#"{"status_code":200,"output":{"errors":"no"}}"#),
        ("success", r#"{"error":"no"}"#),
        (
            "failed",
            r#"{"status_code":201,"output":{"discount":{"id":59}}}"#,
        ),
    ] {
        let fate = of(&format!(r#""status":"{said}","result":{result}"#));
        assert!(matches!(fate, RowEnd::Unknown { .. }), "{result}: {fate:?}");
    }
}

#[test]
fn a_failure_says_why_in_the_words_of_the_api() {
    let result = r#"{"status_code":422,"output":{"errors":{"code":["taken"]}}}"#;
    assert_eq!(
        of(&format!(r#""status":"failed","result":{result}"#)),
        RowEnd::Failed {
            status: Some(422),
            error: r#"{"code":["taken"]}"#.to_owned()
        }
    );
}

#[test]
fn trouble_of_the_server_leaves_open_what_a_second_time_would_double() {
    let task = r#""status":"failed","result":{"status_code":503,"output":{"error":"late"}}"#;
    let fate = |again| fate_of(task, again, Phase::Completed);
    assert!(matches!(
        fate(Idempotency::NotIdempotent),
        RowEnd::Unknown { .. }
    ));
    assert!(matches!(
        fate(Idempotency::RejectsRepeat),
        RowEnd::Failed { .. }
    ));
}

#[test]
fn a_task_that_was_not_reached_was_not_carried_out_and_one_under_way_may_have_been() {
    let fate = |task, ended| fate_of(task, Idempotency::Idempotent, ended);
    let pending = r#""status":"pending","result":null"#;
    assert!(matches!(
        fate(pending, Phase::Failed),
        RowEnd::Failed { .. }
    ));
    assert!(matches!(
        fate(pending, Phase::Completed),
        RowEnd::Unknown { .. }
    ));
    let begun = r#""status":"processing","result":null"#;
    assert!(matches!(fate(begun, Phase::Failed), RowEnd::Unknown { .. }));
    assert!(is_open("{\"status\":\"pending\"}"));
    assert!(!is_open("{\"status\":\"success\"}"));
}

#[test]
fn a_task_contradicts_its_response_when_one_succeeded_and_the_other_did_not() {
    for (said, status, output, contradicting) in [
        ("success", None, "{}", false),
        ("success", Some(200), "{}", false),
        ("success", Some(299), "{}", false),
        ("success", Some(199), "{}", true),
        ("success", Some(300), "{}", true),
        ("success", Some(206), "{}", true),
        ("success", None, "{\"errors\":\"no\"}", true),
        ("success", None, "{\"error\":\"no\"}", true),
        ("success", None, "{\"errors\":null,\"error\":null}", false),
        ("success", None, "{\"errors\":\"late\",\"id\":5}", false),
        ("failed", None, "{}", false),
        ("failed", Some(422), "{\"id\":5}", false),
        ("failed", Some(206), "{}", false),
        ("failed", Some(201), "{\"errors\":\"no\"}", true),
    ] {
        let output: Value = serde_json::from_str(output).unwrap();
        assert_eq!(
            contradicts(said, status, &output),
            contradicting,
            "{said} {status:?} {output}"
        );
    }
}

#[test]
fn each_end_of_a_task_has_its_words() {
    let unknown = |status, error: &str| RowEnd::Unknown {
        status,
        error: error.to_owned(),
    };
    let failed = |status, error: &str| RowEnd::Failed {
        status,
        error: error.to_owned(),
    };
    let not_again = Idempotency::NotIdempotent;
    let (completed, broken) = (Phase::Completed, Phase::Failed);
    for (task, ended, fate) in [
        (
            r#""status":"success","result":{"status_code":500,"output":{"error":"no"}}"#,
            completed,
            unknown(
                Some(500),
                "the task has the status success, but its response disagrees: no",
            ),
        ),
        (
            r#""status":"failed","result":{"status_code":499,"output":{"error":"no"}}"#,
            completed,
            failed(Some(499), "no"),
        ),
        (
            r#""status":"failed","result":{"status_code":500,"output":{"warning":"no"}}"#,
            completed,
            unknown(Some(500), "no; it may have been carried out"),
        ),
        (
            r#""status":"failed","result":{"output":"late"}"#,
            completed,
            failed(None, "late"),
        ),
        (
            r#""status":"failed""#,
            completed,
            failed(None, "it failed, and no reason is given"),
        ),
        (
            r#""status":"failed","result":{"status_code":"422","output":{"x":[1]}}"#,
            completed,
            failed(Some(422), "{\"x\":[1]}"),
        ),
        (
            r#""status":"pending""#,
            broken,
            failed(None, "the batch stopped before this row"),
        ),
        (
            r#""status":"pending""#,
            completed,
            unknown(None, "the batch ended, and the task of this row did not"),
        ),
        (
            r#""status":"processing""#,
            broken,
            unknown(None, "the batch ended, and the task of this row did not"),
        ),
        (
            r#""status":"paused""#,
            completed,
            unknown(None, "the task is paused"),
        ),
        (
            r#""result":null"#,
            completed,
            unknown(None, "the task is without a status"),
        ),
    ] {
        assert_eq!(fate_of(task, not_again, ended), fate, "{task} {ended:?}");
    }
}

#[test]
fn a_task_is_read_with_its_id_and_its_body() {
    let read = |record| read(record, Idempotency::Idempotent, Phase::Completed);
    let task = read(r#"{"id":"12","body":{"a":1},"status":"success"}"#).unwrap();
    assert_eq!((task.id, task.body.as_str()), (12, "{\"a\":1}"));
    assert_eq!(task.likeness, likeness("{\"a\":1}"));
    assert_eq!(read(r#"{"id":3}"#).unwrap().body, "null");
    assert_eq!(read(r#"{"body":{},"status":"success"}"#), None);
    assert_eq!(read("{"), None);
}

#[test]
fn a_task_is_open_until_it_has_ended() {
    for (status, open) in [
        ("pending", true),
        ("processing", true),
        ("success", false),
        ("failed", false),
    ] {
        let record = format!("{{\"id\":1,\"status\":\"{status}\"}}");
        assert_eq!(is_open(&record), open, "{status}");
    }
    assert!(!is_open("{\"id\":1}"));
}

#[test]
fn the_object_of_a_response_is_found_as_its_operation_wraps_it() {
    let api = &crate::catalog::recharge::API;
    let of = |name: &str, body: &str| {
        let (_, operation) = api.operation(name).unwrap();
        answered_object(operation, body.as_bytes()).map(|found| found.to_string())
    };
    let object = Some("{\"id\":1}");
    for (name, body, found) in [
        ("customers.get", "{\"customer\":{\"id\":1}}", object),
        ("customers.get", "{\"customer\":7}", None),
        ("customers.get", "{\"id\":1}", None),
        (
            "credit_adjustments.get",
            "{\"credit_adjustments\":[{\"id\":1},{\"id\":2}]}",
            object,
        ),
        (
            "credit_adjustments.get",
            "{\"credit_adjustments\":[]}",
            None,
        ),
        ("customers.list", "{\"customers\":[{\"id\":1}]}", None),
        ("customers.get", "{", None),
    ] {
        assert_eq!(of(name, body).as_deref(), found, "{name} {body}");
    }
    let operation = api
        .operations()
        .map(|(_, operation)| operation)
        .find(|operation| {
            matches!(
                operation.response,
                ResponseShape::Bare("deliverySchedule", _)
            )
        })
        .unwrap();
    for body in ["{\"id\":1}", "{\"deliverySchedule\":{\"id\":1}}"] {
        let found = answered_object(operation, body.as_bytes());
        assert_eq!(found.unwrap().to_string(), "{\"id\":1}", "{body}");
    }
}

#[test]
fn the_id_of_an_object_is_found_within_its_key() {
    for (output, id) in [
        ("{\"id\":5}", Some("5")),
        ("{\"id\":\"a5\"}", Some("a5")),
        ("{\"discount\":{\"id\":59}}", Some("59")),
        ("{\"discounts\":[{\"id\":1},{\"id\":2}]}", Some("1")),
        ("{\"count\":3,\"discount\":{\"id\":59}}", Some("59")),
        ("{\"id\":null}", None),
        ("{\"discounts\":[]}", None),
        ("[{\"id\":1}]", None),
        ("{}", None),
    ] {
        let output: Value = serde_json::from_str(output).unwrap();
        assert_eq!(object_id(&output).as_deref(), id, "{output}");
    }
}

#[test]
fn a_long_reason_is_cut_and_a_short_one_is_kept() {
    assert_eq!(kept("taken"), "taken");
    let long = "a".repeat(LONGEST + 1);
    assert_eq!(kept(&long), format!("{}…", "a".repeat(LONGEST)));
}
