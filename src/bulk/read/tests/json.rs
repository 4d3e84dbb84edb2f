//! Records of JSON, one a line and otherwise.

use super::*;

#[test]
fn each_line_is_a_record_with_its_line() {
    for end in ["\n", "\r\n", "\r"] {
        let text = "^{\"a\":1}^^ {\"a\": \"x,y\"} ^{}".replace('^', end);
        let got = read(&text);
        assert_eq!(got.header, None);
        assert_eq!(
            got.rows,
            [
                (2, object("{\"a\":1}")),
                (4, object("{\"a\": \"x,y\"}")),
                (5, object("{}")),
            ],
            "{end:?}"
        );
    }
}

#[test]
fn the_text_of_a_record_stays_as_it_is() {
    let text = "{\"id\": 12345678901234567890, \"price\":1.10,\"é\":\"\\u00e9\"}";
    assert_eq!(read(format!("{text}\n")).rows, [(1, object(text))]);
}

#[test]
fn a_line_that_is_no_object_spoils_no_other() {
    let got = read("{\"a\":1}\n{\"a\":}\nnull\n{\"a\":1\n{\"a\":2},\n[]\n{\"a\":3}\n");
    let reasons: Vec<_> = got
        .rows
        .iter()
        .map(|(line, what)| match what {
            What::Unusable(_, reason) => (*line, reason.as_str()),
            _ => (*line, ""),
        })
        .collect();
    assert_eq!(
        reasons,
        [
            (1, ""),
            (2, "not valid JSON: expected value (column 6)"),
            (3, "not a JSON object"),
            (4, "not valid JSON: EOF while parsing an object (column 6)"),
            (5, "not valid JSON: trailing characters (column 8)"),
            (6, "not a JSON object"),
            (7, ""),
        ]
    );
}

#[test]
fn the_array_that_a_list_prints_is_read() {
    let got = read("[\n{\"a\":1},\n{\"a\":2}\n]\n");
    assert_eq!(
        got.rows,
        [(2, object("{\"a\":1}")), (3, object("{\"a\":2}"))]
    );
    // Two of them, one after the other.
    let got = read("[\r\n{\"a\":1}\r\n]\r\n[\r\n{\"a\":2}\r\n]\r\n");
    assert_eq!(
        got.rows,
        [(2, object("{\"a\":1}")), (5, object("{\"a\":2}"))]
    );
}

#[test]
fn an_array_that_is_not_closed_was_cut_off() {
    for text in [
        "[\n{\"a\":1},\n{\"a\":2}\n",
        "[{\"a\":1},{\"a\":2}",
        "[\n{\n\"a\":1}\n,",
    ] {
        let error = refused(text);
        assert!(
            error
                .message
                .contains("line 1: the array that begins here is never closed"),
            "{error}"
        );
    }
}

#[test]
fn indented_records_are_read_too() {
    for (before, after) in [("", ""), ("[\n", "\n]\n")] {
        let comma = if before.is_empty() { "" } else { "," };
        let first = "{\n  \"a\": {\n    \"b\": \"}\\\"{\"\n  }\n}";
        let text = format!("{before}{first}{comma}\n{{\n  \"a\": [\n  1]\n}}{after}");
        let got = read(&text);
        let line = if before.is_empty() { 1 } else { 2 };
        assert_eq!(
            got.rows,
            [
                (line, object(first)),
                (line + 5, object("{\n  \"a\": [\n  1]\n}"))
            ]
        );
    }
    let got = read("{\r\n  \"a\": 1\r\n}\r\n{\r  \"a\": 2\r}\r");
    assert_eq!(got.rows.iter().map(|row| row.0).collect::<Vec<_>>(), [1, 4]);
}

#[test]
fn many_records_on_a_line_are_read_too() {
    for text in [
        "[{\"a\":1},{\"a\":2}]",
        "{\"a\":1}{\"a\":2}",
        "{\"a\":1} {\"a\":2}\n",
    ] {
        let got = read(text);
        assert_eq!(
            got.rows,
            [(1, object("{\"a\":1}")), (1, object("{\"a\":2}"))]
        );
    }
}

#[test]
fn an_array_on_one_line_may_be_longer_than_a_row() {
    let record = format!("{{\"a\":\"{}\"}}", "x".repeat(1000));
    let many = vec![record; 10_000].join(",");
    assert_eq!(read(format!("[{many}]")).rows.len(), 10_000);
}

#[test]
fn what_is_broken_in_a_document_ends_it_with_the_way_out() {
    for (text, message) in [
        (
            "{\n\"a\": 1\n}\n{\n\"a\" 2\n}\n",
            "line 4: not valid JSON: expected `:`",
        ),
        ("[1,2]", "line 1: expected a JSON object here"),
        ("[{\"a\":1}, 2]", "line 1: expected a JSON object here"),
        ("{\n\"a\": 1\n}\nend", "line 4: expected a JSON object here"),
    ] {
        let told = told(&refused(text));
        assert!(told.contains(message), "{told}");
        assert!(told.contains("jq -c"), "{told}");
    }
}

#[test]
fn a_record_that_ends_with_the_file_in_its_middle_was_cut_off() {
    let error = refused("{\"a\":1}\n{\"a\":2,\"b");
    assert!(
        error
            .message
            .starts_with("a file, line 2: the record is incomplete"),
        "{error}"
    );
    let error = refused("{\n\"a\": 1\n}\n{\n\"a\":");
    assert!(
        error
            .message
            .starts_with("a file, line 4: the record that begins here"),
        "{error}"
    );
}

#[test]
fn json_is_found_by_the_name_of_the_file() {
    for name in ["x.ndjson", "x.jsonl", "X.JSON"] {
        let stream = io::Cursor::new("oops\n{\"a\":1}\n");
        let got = read_from(name, stream, ReadOptions::default()).unwrap();
        assert_eq!(got.rows.len(), 2, "{name}");
    }
}

#[test]
fn a_name_in_brackets_is_a_name() {
    assert_eq!(
        read("[Promo],code\nx,A\n").header.unwrap(),
        ["[Promo]", "code"]
    );
}

#[test]
fn the_form_can_be_said() {
    let options = ReadOptions {
        form: Some(super::super::FileLayout::Table),
        ..ReadOptions::default()
    };
    assert_eq!(
        read_with("{code},value\nA,1\n", options)
            .unwrap()
            .rows
            .len(),
        1
    );
}
