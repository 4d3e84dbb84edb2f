//! Cells by a walk over the bytes of a record, and by the parser.

use super::*;

const PATHS: &[&str] = &["id", "b.c", "b.d.0", "list.t", "text"];

fn tree() -> Vec<Branch> {
    let mut branches = Vec::new();
    for (column, path) in PATHS.iter().enumerate() {
        let path: Vec<String> = path.split('.').map(str::to_owned).collect();
        plant(&mut branches, &path, column);
    }
    branches
}

/// The cells of a record as the parser alone reads it; `None` of what is not an object.
fn parsed<'a>(record: &'a str, branches: &[Branch]) -> Option<Vec<Cell<'a>>> {
    let mut cells = vec![Cell::Empty; PATHS.len()];
    let mut reader = RecordReader {
        branches,
        cells: &mut cells,
        strict: false,
        stranger: None,
    };
    let mut parser = serde_json::Deserializer::from_str(record);
    parser.deserialize_map(&mut reader).ok()?;
    Some(cells)
}

const RECORDS: &[&str] = &[
    r#"{"id":1.10,"b":{"c":"x","d":[1,2]},"list":[{"t":1},{"t":2}],"text":"a\"b\u00e9"}"#,
    " { \"text\" : \"é\" ,\n \"id\" : null , \"other\" : {\"id\":9} } ",
    r#"{"id":1,"id":2,"b":{"c":1},"b":{"d":[3]}}"#,
    r#"{"i\u0064":7,"id":8,"i\u0064":9}"#,
    r#"{"other":{"id":7},"b":{"id":8,"\u0063":4}}"#,
    r#"{"text":"\ud800","b":[{"c":1},{"c":2}]}"#,
    r#"{"b":7,"list":"x"}"#,
    "{}",
    r#"{"id":1} x"#,
];

#[test]
fn cells_are_those_of_the_parser() {
    let branches = tree();
    for record in RECORDS {
        let mut cells = vec![Cell::Empty; PATHS.len()];
        fill(record, &branches, false, &mut cells).unwrap();
        assert_eq!(Some(cells), parsed(record, &branches), "{record}");
    }
}

#[test]
fn spoilt_record_gives_the_cells_of_the_parser_or_its_error() {
    let branches = tree();
    for record in RECORDS {
        for (at, _) in record.char_indices() {
            let mut spoilt = vec![record[..at].to_owned()];
            for letter in ['"', '\\', '{', '}', '[', ']', ',', ':', '0', '\n', '\u{1}'] {
                let rest = record[at..].chars().skip(1).collect::<String>();
                spoilt.push(format!("{}{letter}{rest}", &record[..at]));
            }
            for record in spoilt {
                let mut cells = vec![Cell::Empty; PATHS.len()];
                let filled = fill(&record, &branches, false, &mut cells);
                let filled = filled.is_ok().then_some(cells);
                assert_eq!(filled, parsed(&record, &branches), "{record}");
            }
        }
    }
}

#[test]
fn usual_record_is_read_without_the_parser() {
    let branches = tree();
    for (record, is_walked) in [(RECORDS[0], true), (RECORDS[1], true), (RECORDS[3], false)] {
        let mut cells = vec![Cell::Empty; PATHS.len()];
        let mut reader = RecordReader {
            branches: &branches,
            cells: &mut cells,
            strict: false,
            stranger: None,
        };
        assert_eq!(scan(record, &mut reader).is_some(), is_walked, "{record}");
    }
}

#[test]
fn key_without_a_column_is_found_in_usual_and_unusual_records() {
    let branches = tree();
    for record in [r#"{"id":1,"new":2}"#, r#"{"id":1,"n\u0065w":2}"#] {
        let mut cells = vec![Cell::Empty; PATHS.len()];
        let filled = fill(record, &branches, true, &mut cells);
        assert!(
            matches!(filled, Err(Misfit::Stranger(key)) if key == "new"),
            "{record}"
        );
    }
}
