//! What filters need, and that cutting changes nothing.

use proptest::prelude::*;

use super::*;
use crate::filter::Jq;
use crate::filter::value::write_json;

/// The fields that a filter needs, or `all`.
fn needed(filter: &str) -> String {
    NeededFields::of(filter).map_or_else(|| "all".to_owned(), |needed| needed.names().join(" "))
}

#[test]
fn accesses_by_name_need_only_what_they_name() {
    for (filter, fields) in [
        (".id", "id"),
        ("{id, status}", "id status"),
        (".customer.email", "customer.email"),
        (".customer | .email, .id", "customer.email customer.id"),
        (".customer.email, .customer", "customer"),
        (".\"id\", .[\"status\"]", "id status"),
        ("select(.status == \"active\") | .id", "status id"),
        ("select(.price|tonumber > 50)|.id", "price id"),
        ("select(has(\"x\")) | .id", "x id"),
        ("[.id, .items[0].title]", "items id"),
        (".items[] | .title", "items"),
        ("\"\\(.id): \\(.name)\"", "id name"),
        ("[.id, .name] | @csv", "id name"),
        (".id as $id | {$id, name}", "id name"),
        ("if .a then .b else .c end", "a b c"),
        (".a? // .b", "a b"),
        ("try .a.b catch .", "a.b"),
        (
            "{id, email: .customer.email, total: (.price * .quantity)}",
            "id customer.email price quantity",
        ),
        (".a == null and (.b | not)", "a b"),
        ("{(.key): .value}", "key value"),
        ("-.a", "a"),
        ("1", ""),
        ("empty", ""),
        ("now", ""),
        ("label $out | .a | ., break $out", "a"),
    ] {
        assert_eq!(needed(filter), fields, "{filter}");
    }
}

#[test]
fn whatever_may_look_at_the_record_needs_all_of_it() {
    for filter in [
        ".",
        "..",
        "keys",
        "length",
        "to_entries",
        "map(.id)",
        ".[]",
        ".[0]",
        "tojson",
        "del(.id)",
        ".id = 1",
        ".id |= 1",
        ". as {id: $id} | $id",
        ". as $record | $record.id",
        "select(.id)",
        "has($x)",
        "getpath([\"id\"])",
        "def id: .id; id",
        "def select(f): .; select(.id) | .id",
        "reduce .id as $x (0; . + $x)",
        "if .a then .b end",
        "first(.id)",
        "path(.id)",
        "error",
        "[.id, .]",
        "\"\\(.)\"",
        "{a: .}",
        ".[.name]",
        "walk(.)",
        "with_entries(.value)",
        "[limit(1; .id)]",
        "@json",
        "input",
        "$__loc__, .",
        "not",
    ] {
        assert_eq!(needed(filter), "all", "{filter}");
    }
}

/// Results and error of a filter, in words.
fn run(jq: &Jq, record: &str) -> String {
    let mut out = String::new();
    let end = jq.run(record.as_bytes(), &mut |value| {
        write_json(value, &mut out)?;
        out.push('\n');
        Ok(())
    });
    format!("{out}{end:?}")
}

/// Runs a filter with what it needs, and with the whole record.
fn same(filter: &str, record: &str) {
    let Ok(cut) = Jq::compile(filter) else {
        return;
    };
    let whole = Jq::compile(filter).unwrap().reading_all();
    assert_eq!(run(&cut, record), run(&whole, record), "{filter}\n{record}");
}

#[test]
fn odd_records_give_the_same_as_when_they_are_read_in_whole() {
    let filters = [
        ".id",
        "{id, b}",
        ".b.c",
        ".b.c.d",
        "has(\"id\")",
        ".b | .c?, .d?",
        "1",
        "[.b[]?]",
        "try .b.c catch .",
        ".id, .b",
        "select(.id == 1) | .b.c",
    ];
    let records = [
        r#"{"id":1,"id":2,"b":{"c":1},"b":{"d":2}}"#,
        r#"{"id":1,"i\u0064":2}"#,
        r#"{"\u0062":{"c":"\ud800"},"id":"\ud83d\ude00"}"#,
        r#"{"a":{"id":7},"b":{"id":8}}"#,
        r#"{"id":1,"b":"#,
        r#"{"id":1,"b":{"c":1}"#,
        r#"{"id":1} x"#,
        r#"{"id":1,"x":tru}"#,
        r#"{"id":1,"x":01}"#,
        r#"{"id":NaN,"x":NaN}"#,
        r#"{"id":1,}"#,
        "[1,2]",
        "\"text\"",
        "null",
        "7",
        "",
        "  {\"id\" : 1 , \"b\" : {\"c\" : [1, {\"d\" : 2}]}}  ",
        r#"{"id":null,"b":[{"c":1}]}"#,
        r#"{"b":"text"}"#,
        r#"{"b":{"c":"text"}}"#,
        r#"{"id":12345678901234567890123,"b":1.10}"#,
        "{\"id\":\"a\u{0}b\"}",
        r#"{"":1,"id":2}"#,
    ];
    for filter in filters {
        for record in records {
            same(filter, record);
        }
    }
}

#[test]
fn odd_record_gives_the_result_of_full_parsing() {
    for (record, filter, results) in [
        // The last of two keys counts, also of two objects.
        (r#"{"id":1,"id":2}"#, ".id", "2\n".to_owned()),
        (
            r#"{"b":{"c":1,"d":2},"b":{"d":3}}"#,
            ".b.c, .b.d",
            "null\n3\n".to_owned(),
        ),
        (r#"{"b":{"c":1},"b":7}"#, "[.b]", "[7]\n".to_owned()),
        // A key with an escape is the same key.
        (r#"{"i\u0064":1}"#, "{id}", "{\"id\":1}\n".to_owned()),
        (r#"{"id":1,"\u0069d":2}"#, ".id", "2\n".to_owned()),
        (r#"{"b":{"\u0063":1}}"#, ".b.c", "1\n".to_owned()),
        // A key of a nested object is another key.
        (
            r#"{"b":{"id":1},"list":[{"id":2}]}"#,
            ".id",
            "null\n".to_owned(),
        ),
        (r#"{"b":{"b":{"c":1}}}"#, ".b.c", "null\n".to_owned()),
        (r#"{"a":{"x":1}}"#, "has(\"x\")", "false\n".to_owned()),
        // Half of a surrogate pair, in a field that is read and in one that is not.
        (r#"{"id":"a\ud800"}"#, ".id", "\"a\u{fffd}\"\n".to_owned()),
        (r#"{"id":1,"x":"\ud800"}"#, ".id", "1\n".to_owned()),
        // What is not an object.
        ("null", ".id", "null\n".to_owned()),
        ("[1]", "[.id?]", "[]\n".to_owned()),
        ("7", "try .id catch \"no\"", "\"no\"\n".to_owned()),
    ] {
        let ran = format!("{results}Ok(More)");
        let needing = Jq::compile(filter).unwrap();
        assert!(needing.needed_fields().is_some(), "{filter}");
        assert_eq!(run(&needing, record), ran, "{filter} of {record}");
        assert_eq!(
            run(&needing.reading_all(), record),
            ran,
            "{filter} of {record}"
        );
    }
}

#[test]
fn truncated_record_fails_wherever_it_ends() {
    let record = r#"{"id":1,"b":{"c":[1,"x\n"],"d":{}},"list":[true,-1.5e3]}"#;
    for filter in [".id", "{id, b}", ".b.c", "1", "has(\"id\")"] {
        let needing = Jq::compile(filter).unwrap();
        let whole = Jq::compile(filter).unwrap().reading_all();
        for end in 0..record.len() {
            let cut_short = &record[..end];
            let ran = run(&needing, cut_short);
            assert!(ran.contains("the record is not JSON"), "{cut_short}: {ran}");
            assert_eq!(ran, run(&whole, cut_short), "{filter} of {cut_short}");
        }
    }
}

#[test]
fn deep_record_gives_the_result_of_full_parsing_or_its_error() {
    for depth in [63, 64, 65, 66, 130, 511, 512, 513, 700] {
        let record = format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
        for filter in [".a".repeat(depth), ".a".to_owned(), "1".to_owned()] {
            same(&filter, &record);
        }
        let needing = Jq::compile("1").unwrap();
        let is_refused = run(&needing, &record).contains("deeper than 512 levels");
        assert_eq!(is_refused, depth > 512, "{depth}");
    }
}

#[test]
fn field_that_is_not_needed_is_not_built() {
    let needed = NeededFields::of("{id, c: .b.c}").unwrap();
    let record = r#"{"id":1,"b":{"c":2,"d":3},"e":{"id":4}}"#;
    let mut text = String::new();
    write_json(
        &crate::filter::cut::cut(record.as_bytes(), &needed).unwrap(),
        &mut text,
    )
    .unwrap();
    assert_eq!(text, r#"{"id":1,"b":{"c":2}}"#);
}

fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        (-9..99_i32).prop_map(|number| number.to_string()),
        Just("1.50".to_owned()),
        "[a-c]{0,2}".prop_map(|text| format!("\"{text}\"")),
        Just("\"9\"".to_owned()),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let key = prop_oneof!["[a-d]", Just("\\u0061".to_owned())];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3)
                .prop_map(|items| format!("[{}]", items.join(","))),
            proptest::collection::vec((key, inner), 0..5).prop_map(|fields| {
                let fields = fields
                    .iter()
                    .map(|(key, value)| format!("\"{key}\":{value}"));
                format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
            }),
        ]
    })
}

fn filter() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        4 => "\\.[a-d]",
        2 => "\\.[a-d]\\.[a-d]",
        1 => Just(".".to_owned()),
        1 => "\\.[a-d]\\?",
        1 => "has\\(\"[a-d]\"\\)",
        1 => Just("tonumber".to_owned()),
        1 => Just("length".to_owned()),
        1 => Just("keys".to_owned()),
        1 => Just(".[]".to_owned()),
        1 => Just("..".to_owned()),
        1 => Just("not".to_owned()),
        1 => Just("empty".to_owned()),
        1 => Just("error".to_owned()),
        1 => Just("1".to_owned()),
        1 => Just("\"a\"".to_owned()),
        1 => Just("null".to_owned()),
    ];
    leaf.prop_recursive(4, 16, 3, |inner| {
        let two = (inner.clone(), inner.clone());
        let three = (inner.clone(), inner.clone(), inner.clone());
        prop_oneof![
            4 => two.clone().prop_map(|(a, b)| format!("({a}) | ({b})")),
            2 => two.clone().prop_map(|(a, b)| format!("({a}), ({b})")),
            1 => two.clone().prop_map(|(a, b)| format!("({a}) // ({b})")),
            1 => two.clone().prop_map(|(a, b)| format!("({a}) == ({b})")),
            1 => two.clone().prop_map(|(a, b)| format!("({a}) + ({b})")),
            1 => two.clone().prop_map(|(a, b)| format!("({a}) and ({b})")),
            1 => two.clone().prop_map(|(a, b)| format!("({a}) as $x | [$x, ({b})]")),
            1 => two.clone().prop_map(|(a, b)| format!("try ({a}) catch ({b})")),
            1 => two.clone().prop_map(|(a, b)| format!("{{a, x: ({a}), \"y\": ({b})}}")),
            1 => two.clone().prop_map(|(a, b)| format!("({a})[({b})]")),
            1 => two.clone().prop_map(|(a, b)| format!("({a}) |= ({b})")),
            1 => two.clone().prop_map(|(a, b)| format!("reduce ({a}) as $x (0; ({b}))")),
            1 => two.clone().prop_map(|(a, b)| format!("def f: {a}; ({b}) | f")),
            1 => two.prop_map(|(a, b)| format!("first({a}), last({b})")),
            1 => three.prop_map(|(a, b, c)| format!("if ({a}) then ({b}) else ({c}) end")),
            2 => inner.clone().prop_map(|a| format!("select({a})")),
            2 => inner.clone().prop_map(|a| format!("[{a}]")),
            1 => inner.clone().prop_map(|a| format!("({a}).a")),
            1 => inner.clone().prop_map(|a| format!("({a})[]?")),
            1 => inner.clone().prop_map(|a| format!("map({a})")),
            1 => inner.prop_map(|a| format!("\"x\\({a})\"")),
        ]
    })
}

/// Cases of the property; `RC_FILTERS` asks for another number.
fn cases() -> u32 {
    let asked = std::env::var("RC_FILTERS").ok();
    asked.and_then(|asked| asked.parse().ok()).unwrap_or(250)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn filters_give_the_same_with_what_they_need_as_with_all(filter in filter(), record in json()) {
        same(&filter, &record);
    }
}
