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

/// A page that is a bare list, of a list that continues in that form.
fn page(body: &str, form: PageForm) -> Envelope {
    let answer = client::Response {
        status: 200,
        request_id: None,
        link: None,
        headers: http::HeaderMap::new(),
        reading: reading(form),
        body: Bytes::copy_from_slice(body.as_bytes()),
    };
    Envelope::open(answer, Wanted::BareList).unwrap()
}

fn reading(page: PageForm) -> client::Reading {
    client::Reading {
        page,
        ..client::Reading::of(&catalog::recharge::API, None)
    }
}

#[test]
fn empty_body_is_called_empty() {
    let error = open("", Wanted::List("orders")).unwrap_err();
    assert_eq!(error.message, "the response is empty (status 200)");
}

#[test]
fn value_that_is_no_list_is_passed_over_and_the_list_is_missing() {
    for value in ["{\"a\":1}", "null", "true", "-1", "1", "1.5", "\"text\""] {
        let body = format!("{{\"orders\":{value}}}");
        let error = open(&body, Wanted::List("orders")).unwrap_err();
        assert_eq!(
            error.message, "the response has no list under \"orders\" (status 200)",
            "{value}"
        );
    }
}

#[test]
fn first_list_of_a_body_is_read_where_any_will_do() {
    assert_eq!(
        records("{\"x\":1,\"a\":[1],\"b\":[2,3]}", Wanted::AnyList),
        ["1"]
    );
}

#[test]
fn list_after_an_id_needs_ids_that_increase() {
    let falls = Some("its ids do not increase");
    for (body, last_id, mistyped) in [
        ("[]", None, None),
        ("[{\"id\":1},{\"id\":2}]", Some("2"), None),
        ("[{\"id\":9},{\"id\":10}]", Some("10"), None),
        ("[{\"id\":2},{\"id\":1}]", Some("1"), falls),
        ("[{\"id\":1},{\"id\":1}]", Some("1"), falls),
        ("[{\"id\":2},{\"id\":1},{\"id\":3}]", Some("3"), falls),
        // Ids that are not numbers are not compared.
        ("[{\"id\":\"b\"},{\"id\":\"a\"}]", Some("a"), None),
        ("[{\"id\":1},{\"id\":null}]", None, None),
        ("[{\"id\":1},{\"name\":\"x\"}]", None, None),
    ] {
        let form = PageForm::AfterId {
            parameter: "since_id",
            step: 0,
        };
        let facts = page(body, form).facts;
        assert_eq!(facts.last_id.as_deref(), last_id, "{body}");
        assert_eq!(facts.mistyped, mistyped, "{body}");
    }
}

#[test]
fn number_of_pages_is_looked_for_under_the_first_name_of_its_path_alone() {
    let counted = reading(PageForm::Counted {
        parameter: "page",
        total: "meta.pages",
    });
    assert!(counted.is_fact("meta"));
    for other in ["list", "met", "metadata", "pages"] {
        assert!(!counted.is_fact(other), "{other}");
    }
}

#[test]
fn body_that_is_no_object_is_told_as_what_it_is() {
    let error = open("null", Wanted::List("orders")).unwrap_err();
    assert_eq!(
        error.message,
        "the response has an unexpected format: invalid type: null, expected a JSON object \
         at line 1 column 4 (status 200)"
    );
}
