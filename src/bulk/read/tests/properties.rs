//! Properties of any table and any bytes.

use proptest::prelude::*;

use super::super::Encoding;
use super::*;
use crate::output::formula::restored;

/// Letters that make trouble, and some that make none.
const CELL: &str = "[a-c0-9 ,;|\t\"'\r\né€{}=]{0,6}";

fn tables() -> impl Strategy<Value = Vec<Vec<String>>> {
    (1..5_usize).prop_flat_map(|columns| {
        let row = prop::collection::vec(CELL, columns);
        prop::collection::vec(row, 0..8)
    })
}

/// Writes a table; gives its text, and for each row the line it begins on.
fn written(
    rows: &[Vec<String>],
    columns: usize,
    delimiter: u8,
    end: csv::Terminator,
    always: bool,
) -> (String, Vec<u64>) {
    let style = if always {
        csv::QuoteStyle::Always
    } else {
        csv::QuoteStyle::Necessary
    };
    let mut writer = csv::WriterBuilder::new()
        .delimiter(delimiter)
        .terminator(end)
        .quote_style(style)
        .from_writer(Vec::new());
    let header = ["code", "value", "note", "id"];
    writer.write_record(&header[..columns]).unwrap();
    let mut places = Vec::new();
    for row in rows {
        writer.flush().unwrap();
        places.push(line_after(writer.get_ref()));
        writer.write_record(row).unwrap();
    }
    let text = writer.into_inner().unwrap();
    (String::from_utf8(text).unwrap(), places)
}

/// The line on which the next byte stands, counted as an editor does.
fn line_after(bytes: &[u8]) -> u64 {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let ends = text.replace("\r\n", "\n").replace('\r', "\n");
    ends.matches('\n').count() as u64 + 1
}

fn encoded(text: &str, encoding: usize) -> Vec<u8> {
    match encoding {
        0 => text.as_bytes().to_vec(),
        1 => format!("\u{FEFF}{text}").into_bytes(),
        2 => utf16(&format!("\u{FEFF}{text}"), false),
        3 => utf16(&format!("\u{FEFF}{text}"), true),
        _ => text.chars().map(windows_1252).collect(),
    }
}

/// The letters of these tests alone.
fn windows_1252(letter: char) -> u8 {
    match letter {
        'é' => 0xE9,
        '€' => 0x80,
        letter => u8::try_from(letter).unwrap(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_table_is_read_back_cell_for_cell_with_its_lines(
        rows in tables(),
        delimiter in prop::sample::select(b",;\t|".to_vec()),
        end in 0..3_usize,
        encoding in 0..5_usize,
        always: bool,
        slowly in prop::option::of(1..8_usize),
        said: bool,
    ) {
        let columns = rows.first().map_or(2, Vec::len);
        let end = [csv::Terminator::Any(b'\n'), csv::Terminator::CRLF, csv::Terminator::Any(b'\r')][end];
        let (text, lines) = written(&rows, columns, delimiter, end, always);
        let bytes = encoded(&text, encoding);
        // These three bytes of Windows-1252 are a letter of UTF-8, too: there
        // the user has to say it.
        let encoding_said = encoding == 4 && (said || text.contains("é€€"));
        // A lone column has no delimiter that its header could tell.
        let options = ReadOptions {
            delimiter: (said || columns == 1).then_some(delimiter),
            encoding: encoding_said.then_some(Encoding::Windows1252),
            ..ReadOptions::default()
        };
        let stream = Slowly(io::Cursor::new(bytes), slowly.unwrap_or(usize::MAX));
        let got = read_from("a file", stream, options).unwrap();
        let is_blank = |row: &Vec<String>| row.iter().all(|cell| cell.trim().is_empty());
        let wanted: Vec<_> = lines
            .into_iter()
            .zip(&rows)
            .filter(|(_, row)| !is_blank(row))
            .map(|(line, row)| {
                // It may be what --excel writes, whose mark gets lost.
                let cell = |cell: &String| restored(cell).to_owned();
                (line, What::Cells(row.iter().map(cell).collect()))
            })
            .collect();
        prop_assert_eq!(&got.rows, &wanted);
        prop_assert_eq!(got.blank, rows.iter().filter(|row| is_blank(row)).count() as u64);
    }

    #[test]
    fn any_bytes_end_and_are_the_same_however_they_come(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        slowly in 1..8_usize,
    ) {
        alike(&bytes, slowly)?;
    }

    #[test]
    fn any_bad_table_ends_and_is_the_same_however_it_comes(
        text in "(code|[a,;\"\r\n\u{0}é ]){0,60}",
        slowly in 1..8_usize,
    ) {
        alike(text.as_bytes(), slowly)?;
        alike(format!("code,note\n{text}").as_bytes(), slowly)?;
        // The title is longer than the bytes from which the encoding is detected.
        alike(format!("{}\n{text}", "title ".repeat(100)).as_bytes(), slowly)?;
    }

    #[test]
    fn any_bad_json_ends_and_is_the_same_however_it_comes(
        text in r#"[{}\[\],:"\\a1 \r\n]{0,60}"#,
        slowly in 1..8_usize,
    ) {
        alike(text.as_bytes(), slowly)?;
        alike(format!("{{{text}").as_bytes(), slowly)?;
        alike(format!("{{\"a\":1}}\n{text}").as_bytes(), slowly)?;
        alike(format!("[\n{{\"a\":1}},\n{text}").as_bytes(), slowly)?;
    }

    #[test]
    fn no_good_row_of_a_table_is_swallowed(
        text in "[a,\"\r\n]{0,40}",
    ) {
        // Whatever is between, a row is read, unusable, or the file is refused:
        // never is it part of another without a word.
        let text = format!("code,note\n{text}\nlast,row\n");
        if let Ok(got) = read_with(&text, ReadOptions::default()) {
            let line = line_after(text.as_bytes()) - 1;
            let last = got.rows.last().unwrap();
            prop_assert!(last == &(line, cells(&["last", "row"])), "{:?}", got);
        }
    }
}

fn alike(bytes: &[u8], slowly: usize) -> Result<(), TestCaseError> {
    let told = |result: Result<Got>| result.map_err(|error| told(&error));
    let at_once = told(read_with(bytes, ReadOptions::default()));
    let stream = Slowly(io::Cursor::new(bytes.to_vec()), slowly);
    let in_pieces = told(read_from("a file", stream, ReadOptions::default()));
    prop_assert_eq!(at_once, in_pieces);
    Ok(())
}
