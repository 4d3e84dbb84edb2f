//! What tables look like, on a terminal and off one.

use super::*;
use crate::catalog;
use crate::output::rows::{Header, RowMaker};
use crate::output::testing::KeptText;
use crate::output::{Format, FormatWriter, Output, OutputSettings, Shape, Style};

const fn terminal(width: u16) -> Style {
    Style {
        colour: false,
        terminal_width: Some(width),
    }
}

fn printed_pages(style: Style, header: Header, pages: &[&[&str]]) -> String {
    let paper = KeptText::default();
    let mut rows = RowMaker::new(
        ConsoleTable::new(paper.destination(), style, HiddenColumns::default()),
        header,
        "record",
    );
    for page in pages {
        for record in *page {
            rows.record(record).unwrap();
        }
        rows.page_end().unwrap();
    }
    rows.finish().unwrap();
    paper.text()
}

fn printed(style: Style, records: &[&str]) -> String {
    printed_pages(style, Header::FromFirst, &[records])
}

#[test]
fn columns_stand_under_their_headings_and_numbers_right() {
    assert_eq!(
        printed(
            Style::PLAIN,
            &[
                r#"{"id":1,"first_name":"Ada","price":"9.50"}"#,
                r#"{"id":1234,"first_name":"Bo","price":null}"#,
            ]
        ),
        "  ID  FIRST NAME  PRICE\n   1  Ada         9.50\n1234  Bo\n"
    );
}

#[test]
fn the_catalogue_says_that_money_stands_right() {
    let charges = catalog::recharge::API.resource("charges").unwrap().object;
    let columns = Columns::parse("total_price,status", Some(charges), &[]).unwrap();
    assert_eq!(
        printed_pages(
            Style::PLAIN,
            Header::Known(columns),
            &[&[r#"{"total_price":"9.50","status":"queued"}"#]]
        ),
        "TOTAL  STATUS\n 9.50  queued\n"
    );
}

#[test]
fn an_empty_table_prints_nothing() {
    let columns = Columns::parse("id", None, &[]).unwrap();
    assert_eq!(printed_pages(terminal(80), Header::Known(columns), &[]), "");
    assert_eq!(printed(Style::PLAIN, &[]), "");
}

#[test]
fn the_first_page_decides_the_widths_and_is_printed_at_once() {
    let first: &[&str] = &[r#"{"a":"xx","b":"1"}"#];
    let second: &[&str] = &[r#"{"a":"yyyyyy","b":"2"}"#];
    assert_eq!(
        printed_pages(Style::PLAIN, Header::FromFirst, &[first, second]),
        "A   B\nxx  1\nyyyyyy  2\n"
    );
    assert_eq!(
        printed_pages(terminal(80), Header::FromFirst, &[first, second]),
        "A   B\nxx  1\ny…  2\n"
    );
}

#[test]
fn on_a_terminal_the_widest_text_is_cut_to_fit() {
    let text = printed(
        terminal(30),
        &[
            r#"{"id":123456,"email":"somebody@example.com","title":"A very long title of a product"}"#,
        ],
    );
    for line in text.lines() {
        assert!(line.width() <= 30, "{line}");
    }
    assert!(text.contains("123456") && text.contains('…'), "{text}");
}

#[test]
fn off_a_terminal_nothing_is_cut() {
    let long = "x".repeat(1 << 20);
    let text = printed(
        Style::PLAIN,
        &[&format!(r#"{{"a":"{long}","b":1}}"#), r#"{"a":"y","b":2}"#],
    );
    assert!(text.contains(&format!("{long}  1\n")));
    assert!(text.len() < long.len() + 500);
}

#[test]
fn widths_are_those_that_a_terminal_shows() {
    assert_eq!(
        printed(
            Style::PLAIN,
            &[
                r#"{"a":"日本","b":"x"}"#,
                r#"{"a":"e\u0301","b":"x"}"#,
                r#"{"a":"👩","b":"x"}"#,
            ]
        ),
        "A     B\n日本  x\ne\u{301}     x\n👩    x\n"
    );
}

#[test]
fn hostile_data_is_shown_and_not_obeyed() {
    let hostile = r#"{"a":"\u001b[31mred\u0000","b":"x\r\ny\u202e","\u001b":"k"}"#;
    assert_eq!(
        printed(Style::PLAIN, &[hostile]),
        "A          B            ␛\n␛[31mred␀  x⏎y\\u{202e}  k\n"
    );
}

#[test]
fn statuses_are_coloured_and_nothing_else_is() {
    let style = Style {
        colour: true,
        terminal_width: Some(80),
    };
    let text = printed(
        style,
        &[
            r#"{"status":"active","name":"active"}"#,
            r#"{"status":"cancelled","name":"x"}"#,
            r#"{"status":"skipped","name":"x"}"#,
        ],
    );
    assert!(
        text.contains("\u{1b}[32mactive\u{1b}[0m     active\n"),
        "{text:?}"
    );
    assert!(
        text.contains("\u{1b}[31mcancelled\u{1b}[0m  x\n"),
        "{text:?}"
    );
    assert!(text.contains("\nskipped    x\n"), "{text:?}");
}

#[test]
fn lists_are_rows_without_headings() {
    assert_eq!(
        printed(Style::PLAIN, &["[1,\"a\"]", "[20,\"b\",3]"]),
        " 1  a\n20  b  3\n"
    );
}

#[test]
fn an_endless_first_page_does_not_wait_for_its_end() {
    let paper = KeptText::default();
    let mut rows = RowMaker::new(
        ConsoleTable::new(paper.destination(), Style::PLAIN, HiddenColumns::default()),
        Header::FromFirst,
        "result",
    );
    for _ in 0..200_000 {
        rows.record(r#"{"a":1}"#).unwrap();
    }
    assert!(paper.text().len() > 100_000);
}

#[test]
fn rows_of_a_page_are_printed_before_the_next_page() {
    let paper = KeptText::default();
    let mut rows = RowMaker::new(
        ConsoleTable::new(paper.destination(), terminal(80), HiddenColumns::default()),
        Header::FromFirst,
        "record",
    );
    for (page, text) in ["A\n1\n", "A\n1\n2\n", "A\n1\n2\n3\n"]
        .into_iter()
        .enumerate()
    {
        rows.record(&format!(r#"{{"a":"{}"}}"#, page + 1)).unwrap();
        rows.page_end().unwrap();
        assert_eq!(paper.text(), text);
    }
}

fn of_settings(settings: &OutputSettings, record: &str) -> (String, Option<String>) {
    let paper = KeptText::default();
    let mut output = Output::new(settings, paper.destination()).unwrap();
    output.record(record).unwrap();
    let hidden = output.hidden_columns();
    output.finish().unwrap();
    (paper.text(), hidden.note())
}

const SUBSCRIPTION: &str = r#"{"id":1,"status":"active","customer_id":2,
    "next_charge_scheduled_at":"2026-12-20T00:00:00"}"#;

fn subscriptions(format: Format, width: Option<u16>) -> OutputSettings {
    OutputSettings {
        object: catalog::recharge::API
            .resource("subscriptions")
            .map(|resource| resource.object),
        style: Style {
            colour: false,
            terminal_width: width,
        },
        ..OutputSettings::new(format, Shape::Many)
    }
}

#[test]
fn a_narrow_terminal_counts_the_columns_it_hides() {
    let (_, note) = of_settings(&subscriptions(Format::Table, Some(30)), SUBSCRIPTION);
    let note = note.unwrap();
    assert!(
        note.ends_with("columns hidden; -c help lists them"),
        "{note}"
    );
    let (_, note) = of_settings(&subscriptions(Format::Table, Some(200)), SUBSCRIPTION);
    assert_eq!(note, None);
    let (_, note) = of_settings(&subscriptions(Format::Csv, Some(30)), SUBSCRIPTION);
    assert_eq!(note, None);
}

#[test]
fn a_moment_at_midnight_is_a_date_in_a_table_only() {
    let settings = |format, record: &str| {
        let columns = Some("id,next_charge_scheduled_at".to_owned());
        let settings = OutputSettings {
            columns,
            no_headers: true,
            ..subscriptions(format, None)
        };
        of_settings(&settings, record).0
    };
    assert_eq!(settings(Format::Table, SUBSCRIPTION), "1  2026-12-20\n");
    assert_eq!(
        settings(Format::Csv, SUBSCRIPTION),
        "1,2026-12-20T00:00:00\n"
    );
    let noon = SUBSCRIPTION.replace("T00", "T12");
    assert_eq!(settings(Format::Table, &noon), "1  2026-12-20T12:00:00\n");
}

#[test]
fn headings_are_left_out_of_each_format_with_columns() {
    for (format, expected) in [
        (Format::Table, "1  active\n"),
        (Format::Csv, "1,active\n"),
        (Format::Tsv, "1\tactive\n"),
    ] {
        let settings = OutputSettings {
            columns: Some("id,status".to_owned()),
            no_headers: true,
            ..subscriptions(format, None)
        };
        assert_eq!(of_settings(&settings, SUBSCRIPTION).0, expected);
    }
    let settings = OutputSettings {
        no_headers: true,
        ..subscriptions(Format::Json, None)
    };
    let error = Output::new(&settings, KeptText::default().destination()).unwrap_err();
    assert_eq!(error.message, "--no-headers needs -o table, csv or tsv");
}
