//! What becomes of the results of a filter, and of its failures.

use crate::error::Kind;
use crate::filter::{Flow, OnError};
use crate::output::testing::{KeptText, as_jq_prints, jq, printed};
use crate::output::{Format, Output, OutputSettings, Shape};

fn skipping(settings: OutputSettings) -> OutputSettings {
    OutputSettings {
        on_error: Some(OnError::Skip),
        ..settings
    }
}

#[test]
fn a_filter_written_for_a_list_is_told_of_slurp() {
    let kept = KeptText::default();
    let settings = |jq: &str| OutputSettings {
        jq: Some(jq.to_owned()),
        ..OutputSettings::new(Format::Json, Shape::Many)
    };
    let failure = |jq: &str| {
        let mut output = Output::new(&settings(jq), kept.destination()).unwrap();
        output
            .record(r#"{"id":7,"email":"ada@example.com"}"#)
            .unwrap_err()
    };
    let error = failure(".[].id");
    assert_eq!(
        error.message,
        "jq: record 1 (id 7): cannot index 7 with \"id\""
    );
    assert_eq!(
        error.hints,
        ["a filter runs for each record; --slurp passes all records as one list"]
    );
    assert_eq!(failure(".id.x").hints, [""; 0]);
}

#[test]
fn a_failure_names_the_record_by_number_and_id() {
    let error = printed(&as_jq_prints("error(\"no\")"), &["{}", "{}"]).unwrap_err();
    assert_eq!(error.message, "jq: record 1: no");
    let settings = as_jq_prints("if .id == 7 then error(\"no\") else . end");
    let error = printed(&settings, &["{}", r#"{"a":1,"id":7}"#]).unwrap_err();
    assert_eq!(error.message, "jq: record 2 (id 7): no");
}

#[test]
fn a_record_that_the_filter_fails_on_can_be_left_out_of_every_format() {
    let filter = "{a: .}, (if . == 2 then error(\"two\") else empty end)";
    for (format, expected) in [
        (Format::Json, "[\n{\"a\":1},\n{\"a\":3}\n]\n"),
        (Format::Ndjson, "{\"a\":1}\n{\"a\":3}\n"),
        (Format::Csv, "a\n1\n3\n"),
        (Format::Tsv, "a\n1\n3\n"),
    ] {
        let paper = KeptText::default();
        let settings = skipping(jq(format, filter));
        let mut output = Output::new(&settings, paper.destination()).unwrap();
        let skipped = output.skipped();
        for record in ["1", "2", "3"] {
            assert_eq!(output.record(record).unwrap(), Flow::More);
        }
        assert_eq!(output.finish().unwrap().printed, 2);
        assert_eq!(paper.text(), expected, "{format:?}");
        assert_eq!(
            skipped.notes(),
            [
                "1 record left out, where the filter failed:",
                "record 2: two"
            ]
        );
    }
}

#[test]
fn a_result_that_does_not_fit_is_never_skipped() {
    let settings = skipping(jq(Format::Csv, "if . == 1 then {a: 1} else [1, 2] end"));
    let error = printed(&settings, &["1", "2"]).unwrap_err();
    assert!(error.message.starts_with("result 2"), "{error}");
}

#[test]
fn a_record_with_more_results_than_can_be_held_is_left_out() {
    let paper = KeptText::default();
    let settings = skipping(as_jq_prints(
        "if . == 1 then repeat(\"x\" * 1000) else . end",
    ));
    let mut output = Output::new(&settings, paper.destination()).unwrap();
    let skipped = output.skipped();
    output.record("1").unwrap();
    output.record("2").unwrap();
    output.finish().unwrap();
    assert_eq!(paper.text(), "2\n");
    assert!(skipped.notes()[1].contains("more than 8 MiB"));
}

#[test]
fn several_results_of_a_record_go_into_every_format() {
    for (format, expected) in [
        (Format::Json, "[\n{\"a\":1},\n{\"a\":2}\n]\n"),
        (Format::Ndjson, "{\"a\":1}\n{\"a\":2}\n"),
        (Format::Csv, "a\n1\n2\n"),
        (Format::Tsv, "a\n1\n2\n"),
    ] {
        let each = jq(format, "{a: .[]}");
        assert_eq!(printed(&each, &["[1,2]"]).unwrap(), expected, "{format:?}");
        let all = OutputSettings {
            slurp: true,
            ..jq(format, ".[] | {a: .}")
        };
        assert_eq!(printed(&all, &["1", "2"]).unwrap(), expected, "{format:?}");
    }
}

#[test]
fn one_list_of_all_records_cannot_be_skipped_in_part() {
    let slurped = OutputSettings {
        slurp: true,
        ..skipping(as_jq_prints("."))
    };
    let error = Output::new(&slurped, KeptText::default().destination()).unwrap_err();
    assert_eq!(error.kind, Kind::Usage);
    assert!(error.message.starts_with("--jq-errors skip"), "{error}");
}
