//! Tests of opening responses.

use super::*;

fn open(body: &str, wanted: Wanted) -> Result<Envelope> {
    let answer = client::Response {
        status: 200,
        request_id: Some("req-9".to_owned()),
        link: None,
        headers: http::HeaderMap::new(),
        reading: client::Reading::of(&catalog::recharge::API, None),
        body: Bytes::copy_from_slice(body.as_bytes()),
    };
    Envelope::open(answer, wanted)
}

fn records(body: &str, wanted: Wanted) -> Vec<String> {
    open(body, wanted)
        .unwrap()
        .records()
        .map(str::to_owned)
        .collect()
}

#[test]
fn records_are_the_bytes_that_came() {
    let body = "{\"next_cursor\":\"abc\",\"previous_cursor\":null,\"charges\": [ {\"price\":10.00,\n \"id\":123456789012345678901}, {} ]}";
    let envelope = open(body, Wanted::List("charges")).unwrap();
    assert_eq!(envelope.facts.cursor.as_deref(), Some("abc"));
    let records: Vec<&str> = envelope.records().collect();
    assert_eq!(
        records,
        ["{\"price\":10.00,\n \"id\":123456789012345678901}", "{}"]
    );
}

#[test]
fn empty_cursor_is_none() {
    for cursor in ["null", "\"\"", "\" \"", "\"\\n\\t\""] {
        let body = format!("{{\"next_cursor\":{cursor},\"orders\":[]}}");
        let next = open(&body, Wanted::List("orders")).unwrap().facts.cursor;
        assert_eq!(next, None, "{cursor}");
    }
}

#[test]
fn a_single_object_loses_its_wrapping() {
    assert_eq!(
        records("{\"order\":{\"id\":1}}", Wanted::Value("order")),
        ["{\"id\":1}"]
    );
    assert_eq!(records("{\"count\":10}", Wanted::Whole), ["{\"count\":10}"]);
    assert_eq!(
        records("{\"a\":1,\"b\":[1,2]}", Wanted::AnyList),
        ["1", "2"]
    );
}

#[test]
fn object_without_a_wrapper_is_read_with_and_without_one() {
    let (_, operation) = catalog::recharge::API
        .operation("customers.delivery_schedule")
        .unwrap();
    let wanted = Wanted::of(operation.response);
    let bare = "{\"customer\":{\"id\":1},\"deliveries\":[]}";
    assert_eq!(records(bare, wanted), [bare]);
    let wrapped = format!("{{\"deliverySchedule\":{bare}}}");
    assert_eq!(records(&wrapped, wanted), [bare]);
    for other in ["{}", "{\"error\":\"x\"}"] {
        let error = open(other, wanted).unwrap_err();
        assert_eq!(error.kind, Kind::Unexpected, "{other}");
    }
}

#[test]
fn remarks_beside_the_data_are_kept() {
    let body = "{\"warning\":\"soon gone\",\"orders\":[]}";
    let envelope = open(body, Wanted::List("orders")).unwrap();
    assert_eq!(envelope.remarks, ["warning: soon gone"]);
}

#[test]
fn an_answer_without_what_was_wanted_says_so_with_status_and_request_id() {
    for (body, wanted) in [
        ("{\"charges\":[]}", Wanted::List("orders")),
        ("{\"orders\":{}}", Wanted::List("orders")),
        ("{\"orders\":null}", Wanted::List("orders")),
        ("{}", Wanted::Value("order")),
        ("[{\"id\":1}]", Wanted::List("orders")),
        ("null", Wanted::List("orders")),
    ] {
        let error = open(body, wanted).unwrap_err();
        assert_eq!(error.kind, Kind::Unexpected, "{body}");
        assert_eq!(error.answer.unwrap().request_id.as_deref(), Some("req-9"));
    }
}

#[test]
fn what_is_not_whole_json_is_no_answer() {
    for body in [
        "",
        "<html>",
        "{\"orders\":[{\"id\":1}",
        "{}x",
        "{\"orders\":[}]",
        "nul",
    ] {
        let error = open(body, Wanted::List("orders")).unwrap_err();
        assert_eq!(error.kind, Kind::Unreachable, "{body}");
        assert_eq!(error.answer.unwrap().status, 200);
    }
}

#[test]
fn a_part_of_an_answer_is_no_answer() {
    let answer = client::Response {
        status: 206,
        request_id: None,
        link: None,
        headers: http::HeaderMap::new(),
        reading: client::Reading::of(&catalog::recharge::API, None),
        body: Bytes::from_static(b"{\"orders\":[]}"),
    };
    let error = Envelope::open(answer, Wanted::List("orders")).unwrap_err();
    assert_eq!(error.kind, Kind::Unreachable);
}

#[test]
fn remarks_are_kept_where_no_data_is_expected() {
    let envelope = open(
        "{\"warning\":\"soon gone\",\"error\":null}",
        Wanted::Nothing,
    )
    .unwrap();
    assert_eq!(envelope.remarks, ["warning: soon gone"]);
}

#[test]
fn nothing_is_expected_of_an_answer_without_content() {
    assert_eq!(records("", Wanted::Nothing), Vec::<String>::new());
    assert_eq!(records("{}", Wanted::Nothing), Vec::<String>::new());
}
