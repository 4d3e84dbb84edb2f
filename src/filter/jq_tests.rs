//! What jq filters do with records, and how they fail.

use super::*;
use crate::error::Kind;

fn results(filter: &str, record: &str) -> Vec<String> {
    let mut results = Vec::new();
    Jq::compile(filter)
        .unwrap()
        .run(record.as_bytes(), &mut |value| {
            let mut text = String::new();
            write_json(value, &mut text)?;
            results.push(text);
            Ok(())
        })
        .unwrap();
    results
}

fn complaint(filter: &str) -> Error {
    let error = Jq::compile(filter).unwrap_err();
    assert_eq!(error.kind, Kind::Usage);
    error
}

fn failure(filter: &str, record: &str) -> Error {
    let jq = Jq::compile(filter).unwrap();
    jq.run(record.as_bytes(), &mut |_| Ok(())).unwrap_err()
}

#[test]
fn the_identity_keeps_digits_order_and_big_integers() {
    let record = r#"{"z":12345678901234567890123,"a":1.10,"m":-0.0,"e":1E2}"#;
    assert_eq!(results(".", record), [record]);
}

#[test]
fn the_usual_filters_work() {
    let record = r#"{"id":7,"price":"10.50","tags":["a","b"],"at":"2024-01-02T03:04:05Z"}"#;
    for (filter, expected) in [
        ("select(.price|tonumber > 10) | .id", r"7"),
        ("(.price|tonumber) * 2", "21"),
        ("[.tags[] | ascii_upcase]", r#"["A","B"]"#),
        ("{id, first: .tags[0]}", r#"{"id":7,"first":"a"}"#),
        ("[.id, .price, null, true] | @csv", r#""7,\"10.50\",,true""#),
        (r#"[.id, "a\tb\\"] | @tsv"#, r#""7\ta\\tb\\\\""#),
        (".price | @base64", r#""MTAuNTA=""#),
        (r#"@text "\(.id): \(.price)""#, r#""7: 10.50""#),
        (r#".price | test("^[0-9]+\\.50$")"#, "true"),
        (".at | fromdate | todate", r#""2024-01-02T03:04:05Z""#),
        (
            r#".at | strptime("%Y-%m-%dT%H:%M:%SZ") | mktime"#,
            "1704164645",
        ),
        (
            r#"["2024-01-02T03:04:05+00:00", "2024-01-02T03:04:05+0000", "2024-01-02T03:04:05Z"]
               | map(strptime("%Y-%m-%dT%H:%M:%S%z") | mktime) | unique"#,
            "[1704164645]",
        ),
        (
            r#"["2024-01-02T03:04:05%z", "2024-01-02T03:04:05Z"]
               | map(try (strptime("%Y-%m-%dT%H:%M:%S%%z") | .[0]) catch "refused")"#,
            r#"[2024,"refused"]"#,
        ),
        (
            r#"try ("soon" | strptime("%Y%z")) catch (test("%Y") and (test("%:z") | not))"#,
            "true",
        ),
        ("with_entries(select(.key == \"id\"))", r#"{"id":7}"#),
        ("first(repeat(1))", "1"),
        ("[limit(3; repeat(.id))]", "[7,7,7]"),
        (".id | IN(6, 7)", "true"),
        ("[.tags[] | {k: .}] | INDEX(.k) | keys", r#"["a","b"]"#),
        (".missing // \"none\"", r#""none""#),
        ("del(.tags, .at)", r#"{"id":7,"price":"10.50"}"#),
        ("reduce .tags[] as $t (\"\"; . + $t)", r#""ab""#),
        ("try error(\"x\") catch .", r#""x""#),
        ("0 / 0", "null"),
    ] {
        assert_eq!(results(filter, record), [expected], "{filter}");
    }
}

#[test]
fn a_filter_may_give_none_or_many() {
    assert!(results("empty", "1").is_empty());
    assert!(results("select(false)", "1").is_empty());
    assert_eq!(results(".[]", "[1,2]"), ["1", "2"]);
}

#[test]
fn an_undefined_filter_is_named_with_its_place_and_the_nearest() {
    let error = complaint(".a | selct(.b)");
    assert_eq!(
        error.message,
        "jq filter, line 1, column 6: undefined filter `selct/1`"
    );
    assert_eq!(
        error.hints,
        [".a | selct(.b)", "     ^^^^^", "did you mean `select`?"]
    );
}

#[test]
fn a_wrong_number_of_arguments_names_the_right_one() {
    let error = complaint("map");
    assert_eq!(error.hints.last().unwrap(), "there is `map/1`");
}

#[test]
fn the_place_is_found_on_later_lines_and_behind_wide_letters() {
    let error = complaint("\"日本\" |\n \"日本\" + )");
    assert!(
        error.message.contains("line 2, column 9"),
        "{}",
        error.message
    );
    assert_eq!(error.hints[0], " \"日本\" + )");
    assert_eq!(error.hints[1], format!("{}^", " ".repeat(10)));
}

#[test]
fn what_was_expected_is_said() {
    for (filter, expected) in [
        ("if . then 1", "expected else or end"),
        (".a[", "closing bracket"),
        ("\"abc", "closing quote"),
        ("1 +", "the filter ends"),
        ("", "the filter ends"),
        (". ~ 1", "unexpected `~`"),
        ("$x", "undefined variable `$x`"),
        ("break $x", "undefined label"),
        (".a;", "expected the end"),
    ] {
        let error = complaint(filter);
        assert!(
            error.message.contains(expected),
            "{filter}: {}",
            error.message
        );
    }
}

#[test]
fn a_filter_reaches_neither_environment_nor_files_nor_other_inputs() {
    for filter in [
        "env",
        "$ENV",
        "$ENV.PATH",
        "input",
        "[inputs]",
        "input_filename",
        "debug",
    ] {
        let hint = complaint(filter).hints.pop().unwrap();
        assert!(
            hint.contains("filter") || hint.contains("API"),
            "{filter}: {hint}"
        );
    }
    for filter in [
        "import \"a\" as a; .",
        "include \"a\"; .",
        "import \"a\" as $a; $a",
    ] {
        assert!(Jq::compile(filter).is_err(), "{filter}");
    }
}

#[test]
fn an_error_at_run_time_carries_its_message() {
    assert_eq!(failure("error(\"no price\")", "1").message, "no price");
    assert_eq!(failure("error({a: 1})", "1").message, r#"{"a":1}"#);
    assert!(failure(".a", "[1]").message.contains("cannot index"));
    assert_eq!(failure(".a", "[1]").kind, Kind::Unexpected);
    assert!(
        failure("error", "\"\\u001b[31m\"")
            .message
            .starts_with("\\u{1b}")
    );
}

#[test]
fn a_long_message_is_cut() {
    let record = format!("[\"{}\"]", "x".repeat(5000));
    assert!(failure(".a", &record).message.chars().count() < 400);
}

#[test]
fn halting_stops_the_work_and_never_the_process() {
    let run = |filter: &str| {
        let mut seen = 0;
        let jq = Jq::compile(filter).unwrap();
        let flow = jq.run(b"1", &mut |_| {
            seen += 1;
            Ok(())
        });
        (seen, flow)
    };
    assert!(matches!(run("1, halt, 2"), (1, Ok(Flow::Enough))));
    assert!(matches!(run("1, halt(3)"), (1, Err(_))));
    let (_, error) = run("\"too bad\" | halt_error");
    assert_eq!(error.unwrap_err().message, "too bad");
}

#[test]
fn an_endless_filter_ends_when_the_reader_goes() {
    for filter in [
        "repeat(1)",
        "range(0; infinite)",
        "def f: ., (. + 1 | f); f",
        "recurse(. + 1)",
    ] {
        let mut left = 100_000;
        let jq = Jq::compile(filter).unwrap();
        let error = jq
            .run(b"1", &mut |_| {
                left -= 1;
                if left > 0 {
                    return Ok(());
                }
                Err(Error::new(Kind::Closed, "standard output was closed"))
            })
            .unwrap_err();
        assert_eq!(error.kind, Kind::Closed, "{filter}");
    }
}

#[test]
fn a_record_nested_too_deep_is_an_error() {
    let deep = |levels| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(
        failure(".", &deep(100_000))
            .message
            .contains("nested deeper")
    );
    assert_eq!(results("length", &deep(500)), ["1"]);
    let quoted = format!("[\"{}\"]", "[".repeat(5000));
    assert_eq!(results("length", &quoted), ["1"]);
}

#[test]
fn a_filter_nested_too_deep_is_refused() {
    for bracket in ["(", "[", "{"] {
        let error = complaint(&bracket.repeat(100_000));
        assert!(error.message.contains("nested deeper"), "{error}");
    }
}

#[test]
fn recursion_without_end_is_an_error_wherever_it_hides() {
    let run = || {
        for filter in [
            "def f: f | f; f",
            "def f: f + 1; f",
            "def f: [f]; f",
            "def f: {a: f}; f",
            "def f: try f catch f; f | .",
            "def f: reduce f as $x (0; $x); f",
            "def f: label $out | f + 1; f",
            "def f: if f then 1 else 2 end; f",
            "def f: first(f); f",
            "def f: -f; f",
            "def f: \"\\(f)\"; f",
            "def f: . as [$a] | f | $a; f",
            "[recurse(def f: f + 1; f)]",
        ] {
            let jq = Jq::compile(filter).unwrap();
            let error = jq.run(b"[1]", &mut |_| Ok(())).unwrap_err();
            assert_eq!(error.message, "the filter recurses too deep", "{filter}");
            // Another record finds all as it was.
            assert!(jq.run(b"[1]", &mut |_| Ok(())).is_err());
        }
    };
    run();
    crate::filter::with_room(run);
}

#[test]
fn recursion_that_ends_may_be_deep() {
    let deep = "def f: if . == 0 then 0 else (. - 1 | f) + 1 end; f";
    let count = |depth: u32| {
        let mut results = Vec::new();
        let jq = Jq::compile(deep).unwrap();
        let ran = jq.run(depth.to_string().as_bytes(), &mut |value| {
            results.push(value.to_string());
            Ok(())
        });
        ran.map(|_| results)
    };
    crate::filter::with_room(|| assert_eq!(count(5_000).unwrap(), ["5000"]));
}

#[test]
fn values_nested_without_end_are_dropped_and_refused_without_a_crash() {
    crate::filter::with_room(|| {
        for filter in [
            "reduce range(300000) as $_ (null; [.])",
            "last(limit(100000; recurse([.])))",
            "[limit(1000; repeat(\"[\"))] | add | fromjson",
            "(\"[\" * 1000000) | fromjson",
            "[\"\\(\"{\\\"a\\\":\" * 1000000)\" | fromjson]",
        ] {
            let jq = Jq::compile(filter).unwrap();
            let ran = jq.run(b"null", &mut |value| {
                let mut text = String::new();
                write_json(value, &mut text)
            });
            let error = ran.unwrap_err();
            assert!(error.message.contains("nested deeper"), "{filter}: {error}");
        }
    });
}

#[test]
fn regular_expressions_are_of_unicode() {
    let record = r#"{"name":"Łucja MÜLLER","note":"a b"}"#;
    for (filter, expected) in [
        (r#".name | test("müller"; "i")"#, "true"),
        (r#".name | [scan("\\w+")]"#, r#"["Łucja","MÜLLER"]"#),
        (r#".name | [match("\\b\\w"; "g").offset]"#, "[0,6]"),
        (r#".note | test("\\s")"#, "true"),
        (r#".name | [scan("[[:upper:]]")] | add"#, r#""ŁMÜLLER""#),
        (r#".name | [scan("[[:^alpha:]]")]"#, r#"[" "]"#),
        (r#".name | gsub("[[:alnum:]]"; "x")"#, r#""xxxxx xxxxxx""#),
        (r#".name | gsub("[^[:alnum:]]"; "_")"#, r#""Łucja_MÜLLER""#),
        (
            r#".name | gsub("(?<l>\\p{Lu})"; .l | ascii_downcase)"#,
            r#""Łucja mÜller""#,
        ),
        (r#".name | split("\\s+"; null)"#, r#"["Łucja","MÜLLER"]"#),
        (
            r#".name | [match("ü(?<x>y)?"; "gi") | .captures[0].string]"#,
            "[null]",
        ),
        (
            r#".name | sub("(?<first>\\w+) (?<last>\\w+)"; "\(.last), \(.first)")"#,
            r#""MÜLLER, Łucja""#,
        ),
    ] {
        assert_eq!(results(filter, record), [expected], "{filter}");
    }
}

#[test]
fn computed_whole_numbers_have_no_point_in_texts() {
    let record = r#"{"n":21,"price":"10.50","exact":1.10}"#;
    for (filter, expected) in [
        (r#""\(.n / 3)""#, r#""7""#),
        (r#"{"k\(.n / 3)": 1} | keys[0]"#, r#""k7""#),
        (r#"."n\("")""#, "21"),
        (r".n / 3 | tostring", r#""7""#),
        (r"[.n / 3, {a: (.n / 7)}] | tojson", r#""[7,{\"a\":3}]""#),
        (r#"@json "\(.n / 3)""#, r#""7""#),
        (r#"@uri "\(.n / 3)&\("a&b")""#, r#""7&a%26b""#),
        (r#"[.n / 3] | join("-")"#, r#""7""#),
        (
            r#""\(.exact) \(.n / 2) \([.n / 3]) \("\(.n / 3)")""#,
            r#""1.10 10.5 [7] 7""#,
        ),
        (r#"def f: "\(.n / 3)"; f"#, r#""7""#),
        (
            r#"[.n / 3 | @text, @json, @csv "\([.])"]"#,
            r#"["7","7","7"]"#,
        ),
        (r"INDEX([{a: (.n / 3)}][]; .a) | keys", r#"["7"]"#),
    ] {
        assert_eq!(results(filter, record), [expected], "{filter}");
    }
}

#[test]
fn half_of_a_surrogate_pair_is_replaced() {
    assert_eq!(results(".", r#"{"a":"\ud83d"}"#), ["{\"a\":\"\u{fffd}\"}"]);
    let error = failure(".", r#"{"a":"\ud83d"#);
    assert!(
        error.message.contains("the record is not JSON"),
        "{error:?}"
    );
}
