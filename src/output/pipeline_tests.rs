//! What comes out for what the flags say.

use super::*;
use crate::catalog;
use crate::output::testing::{EYES, KeptText, as_jq_prints, closed_after, jq, many, printed};

fn refused(settings: &OutputSettings) -> String {
    let error = printed(settings, &[]).unwrap_err();
    assert_eq!(error.kind, Kind::Usage);
    error.message
}

const RECORDS: [&str; 2] = [
    r#"{"id":12345678901234567890,"price":"10.00","tags":["a"]}"#,
    r#"{"id":2,"price":1.50,"tags":[]}"#,
];

#[test]
fn every_format_prints_an_empty_list() {
    for (format, expected) in [
        (Format::Json, "[]\n"),
        (Format::Ndjson, ""),
        (Format::Csv, ""),
        (Format::Tsv, ""),
        (Format::Table, ""),
    ] {
        assert_eq!(printed(&many(format), &[]).unwrap(), expected, "{format:?}");
    }
}

#[test]
fn every_format_prints_a_list() {
    let [first, second] = RECORDS;
    for (format, expected) in [
        (Format::Json, format!("[\n{first},\n{second}\n]\n")),
        (Format::Ndjson, format!("{first}\n{second}\n")),
        (
            Format::Csv,
            "id,price,tags\n12345678901234567890,10.00,\"[\"\"a\"\"]\"\n2,1.50,[]\n".to_owned(),
        ),
        (
            Format::Tsv,
            "id\tprice\ttags\n12345678901234567890\t10.00\t[\"a\"]\n2\t1.50\t[]\n".to_owned(),
        ),
        (
            Format::Table,
            "                  ID  PRICE  TAGS\n12345678901234567890  10.00  [\"a\"]\n                   2  1.50   []\n"
                .to_owned(),
        ),
    ] {
        assert_eq!(printed(&many(format), &RECORDS).unwrap(), expected, "{format:?}");
    }
}

#[test]
fn every_format_prints_one_object() {
    let record = "{\n  \"id\": 1.0,\n  \"a\": {\"b\": \"x\"}\n}";
    for (format, expected) in [
        (Format::Json, format!("{record}\n")),
        (
            Format::Ndjson,
            "{\"id\":1.0,\"a\":{\"b\":\"x\"}}\n".to_owned(),
        ),
        (
            Format::Csv,
            "id,a\n1.0,\"{\"\"b\"\":\"\"x\"\"}\"\n".to_owned(),
        ),
        (Format::Table, "id   1.0\na.b  x\n".to_owned()),
    ] {
        let settings = OutputSettings::new(format, Shape::One);
        assert_eq!(
            printed(&settings, &[record]).unwrap(),
            expected,
            "{format:?}"
        );
    }
    let settings = OutputSettings {
        style: EYES,
        ..OutputSettings::new(Format::Json, Shape::One)
    };
    assert_eq!(
        printed(&settings, &["{\"a\":1.0}"]).unwrap(),
        "{\n  \"a\": 1.0\n}\n"
    );
}

#[test]
fn the_catalogue_gives_the_columns() {
    let customers = catalog::recharge::API.resource("customers").unwrap().object;
    let with_object = |format| OutputSettings {
        object: Some(customers),
        includes: vec!["addresses".to_owned()],
        ..many(format)
    };
    let csv = printed(&with_object(Format::Csv), &[]).unwrap();
    assert!(csv.starts_with("id,"), "{csv}");
    assert!(csv.contains("external_customer_id.ecommerce"), "{csv}");
    assert!(csv.trim_end().ends_with(",include.addresses"), "{csv}");
    let table = printed(&with_object(Format::Table), &["{\"id\":1}"]).unwrap();
    assert!(table.contains("ID  EMAIL"), "{table}");
    let unknown = OutputSettings {
        columns: Some("nme".to_owned()),
        ..with_object(Format::Csv)
    };
    assert_eq!(refused(&unknown), "customer has no column `nme`");
}

#[test]
fn the_limit_counts_records_before_the_filter() {
    let settings = OutputSettings {
        limit: Some(2),
        ..as_jq_prints("select(. > 1)")
    };
    let paper = KeptText::default();
    let mut output = Output::new(&settings, paper.destination()).unwrap();
    assert_eq!(output.record("1").unwrap(), Flow::More);
    assert_eq!(output.record("2").unwrap(), Flow::Enough);
    assert_eq!(output.record("3").unwrap(), Flow::Enough);
    let summary = output.finish().unwrap();
    assert_eq!((summary.records, summary.printed), (2, 1));
    assert_eq!(paper.text(), "2\n");
}

#[test]
fn results_print_as_jq_prints_them_unless_a_format_is_chosen() {
    let filter = ".id, {price}";
    assert_eq!(
        printed(&as_jq_prints(filter), &RECORDS[..1]).unwrap(),
        "12345678901234567890\n{\"price\":\"10.00\"}\n"
    );
    assert_eq!(
        printed(&jq(Format::Json, filter), &RECORDS[..1]).unwrap(),
        "[\n12345678901234567890,\n{\"price\":\"10.00\"}\n]\n"
    );
    let eyes = OutputSettings {
        style: EYES,
        ..as_jq_prints("{price}")
    };
    assert_eq!(
        printed(&eyes, &RECORDS[1..]).unwrap(),
        "{\n  \"price\": 1.50\n}\n"
    );
}

#[test]
fn raw_results_have_no_quotes() {
    let raw = |settings| OutputSettings {
        raw: true,
        ..settings
    };
    let settings = raw(as_jq_prints("[.id, .price] | @csv"));
    assert_eq!(
        printed(&settings, &RECORDS).unwrap(),
        "12345678901234567890,\"10.00\"\n2,1.50\n"
    );
    assert!(refused(&raw(jq(Format::Json, "."))).starts_with("--raw"));
    let one = OutputSettings {
        shape: Shape::One,
        ..raw(jq(Format::Json, ".price"))
    };
    assert_eq!(printed(&one, &RECORDS[..1]).unwrap(), "10.00\n");
}

#[test]
fn results_become_rows() {
    let settings = jq(Format::Csv, "{id, n: (.tags | length)}");
    assert_eq!(
        printed(&settings, &RECORDS).unwrap(),
        "id,n\n12345678901234567890,1\n2,0\n"
    );
    let settings = jq(Format::Csv, "[.id, .price]");
    assert_eq!(
        printed(&settings, &RECORDS).unwrap(),
        "12345678901234567890,10.00\n2,1.50\n"
    );
    let chosen = OutputSettings {
        columns: Some("price,missing".to_owned()),
        ..jq(Format::Csv, ".")
    };
    assert_eq!(
        printed(&chosen, &RECORDS).unwrap(),
        "price,missing\n10.00,\n1.50,\n"
    );
}

#[test]
fn a_result_with_another_key_is_named_by_its_number() {
    let settings = jq(Format::Csv, "{id}, {id, extra: 1}");
    let error = printed(&settings, &RECORDS).unwrap_err();
    assert_eq!(
        error.message,
        "result 2 has the key `extra`, which the first did not have"
    );
    assert_eq!(error.hints, ["name the columns: --columns id,extra"]);
}

#[test]
fn a_failing_filter_names_the_record_and_lets_out_what_came_before() {
    let paper = KeptText::default();
    let settings = jq(Format::Table, "{id, p: (.price | ascii_upcase)}");
    let mut output = Output::new(&settings, paper.destination()).unwrap();
    output.record(RECORDS[0]).unwrap();
    let error = output.record(RECORDS[1]).unwrap_err();
    assert!(
        error
            .message
            .starts_with("jq: record 2 (id 2): cannot use 1.50"),
        "{error}"
    );
    assert!(paper.text().contains("10.00"));
}

#[test]
fn slurping_runs_the_filter_once_over_all() {
    let slurp = |settings| OutputSettings {
        slurp: true,
        ..settings
    };
    let settings = slurp(as_jq_prints("length, (map(.id) | add)"));
    assert_eq!(
        printed(&settings, &RECORDS).unwrap(),
        "2\n12345678901234567892\n"
    );
    assert_eq!(printed(&settings, &[]).unwrap(), "0\nnull\n");
    let error = printed(&slurp(as_jq_prints(".a")), &RECORDS).unwrap_err();
    assert!(error.message.starts_with("jq: cannot index"), "{error}");
    assert!(refused(&slurp(many(Format::Json))).starts_with("--slurp"));
}

#[test]
fn halting_ends_the_work_quietly() {
    let paper = KeptText::default();
    let settings = as_jq_prints("if . == 2 then halt else . end");
    let mut output = Output::new(&settings, paper.destination()).unwrap();
    assert_eq!(output.record("1").unwrap(), Flow::More);
    assert_eq!(output.record("2").unwrap(), Flow::Enough);
    output.finish().unwrap();
    assert_eq!(paper.text(), "1\n");
}

#[test]
fn an_endless_filter_ends_when_the_reader_goes() {
    for format in [
        Format::Json,
        Format::Ndjson,
        Format::Csv,
        Format::Tsv,
        Format::Table,
    ] {
        let settings = jq(format, "repeat({a: 1})");
        let mut output = Output::new(&settings, closed_after(1 << 16)).unwrap();
        assert_eq!(
            output.record("1").unwrap_err().kind,
            Kind::Closed,
            "{format:?}"
        );
    }
}

#[test]
fn a_gone_reader_is_noticed_in_every_format() {
    for format in Format::ALL {
        let mut output = Output::new(&many(format), closed_after(0)).unwrap();
        let pushed = output.record(RECORDS[0]).and_then(|_| output.page_end());
        assert_eq!(pushed.unwrap_err().kind, Kind::Closed, "{format:?}");
    }
}

#[test]
fn flags_that_do_not_go_together_are_refused() {
    let excel = OutputSettings {
        excel: true,
        ..many(Format::Table)
    };
    assert!(refused(&excel).starts_with("--excel"));
    assert!(refused(&as_jq_prints(".a | nope")).contains("undefined filter `nope/0`"));
}

#[test]
fn a_megabyte_in_one_cell_passes_through_every_format() {
    let record = format!(r#"{{"a":"{}"}}"#, "x,\\t".repeat(1 << 18));
    for format in Format::ALL {
        let text = printed(&many(format), &[&record]).unwrap();
        assert!(text.len() > 1 << 19, "{format:?}");
    }
}

#[test]
fn columns_choose_the_fields_of_json_and_of_results() {
    let chosen = |columns: &str, settings: OutputSettings| OutputSettings {
        columns: Some(columns.to_owned()),
        ..settings
    };
    let json = chosen("price,id", many(Format::Json));
    assert_eq!(
        printed(&json, &RECORDS).unwrap(),
        "[\n{\"id\":12345678901234567890,\"price\":\"10.00\"},\n{\"id\":2,\"price\":1.50}\n]\n"
    );
    let ndjson = chosen("tags", many(Format::Ndjson));
    assert_eq!(
        printed(&ndjson, &RECORDS).unwrap(),
        "{\"tags\":[\"a\"]}\n{\"tags\":[]}\n"
    );
    let results = chosen("b", as_jq_prints("{a: .id, b: .price}"));
    assert_eq!(printed(&results, &RECORDS[1..]).unwrap(), "{\"b\":1.50}\n");
    let numbers = chosen("b", as_jq_prints(".id"));
    let error = printed(&numbers, &RECORDS).unwrap_err();
    assert_eq!(
        error.message,
        "a result is not an object, so it has no columns"
    );
}
