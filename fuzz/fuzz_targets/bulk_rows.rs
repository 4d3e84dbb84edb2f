//! Files of bulk jobs: rows do not depend on the pieces in which a file arrives.
#![no_main]

use std::io::{Cursor, Read};

use libfuzzer_sys::fuzz_target;
use recharge_cli::bulk::read::{InputReader, ReadOptions};
use recharge_cli::bulk::row::RowContent;
use serde_json::{Map, Value};

/// What is JSON and yet has no value in `serde_json`: nesting that is too deep,
/// numbers that are too large, halves of characters. The reader passes the text
/// on, and the check of the row reports them.
const LIMITS: [&str; 4] = [
    "recursion limit exceeded",
    "number out of range",
    "surrogate in hex escape",
    "unexpected end of hex escape",
];

/// Gives so many bytes at a time.
struct InPieces(Cursor<Vec<u8>>, usize);

impl Read for InPieces {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let most = self.1.min(into.len());
        self.0.read(&mut into[..most])
    }
}

/// What was read: each row with its line, and how it ended.
fn rows(name: &str, bytes: &[u8], piece: usize) -> (Vec<(u64, String)>, Option<String>) {
    let stream = InPieces(Cursor::new(bytes.to_vec()), piece);
    let opened = InputReader::open(name, Box::new(stream), &ReadOptions::default(), &|_| true);
    let mut reader = match opened {
        Ok(reader) => reader,
        Err(error) => return (Vec::new(), Some(error.message)),
    };
    let names = reader.header().map(<[String]>::len);
    let (mut found, mut last) = (Vec::new(), 0);
    loop {
        let row = match reader.next_row() {
            Ok(Some(row)) => row,
            Ok(None) => return (found, None),
            Err(error) => {
                // A file that broke stays broken.
                let message = error.message;
                assert!(reader.next_row().is_err());
                return (found, Some(message));
            }
        };
        // Objects of a JSON list may share a line.
        assert!(row.line >= last, "line {} after line {last}", row.line);
        last = row.line;
        let text = match row.content {
            RowContent::Cells(cells) | RowContent::Marked(cells, _) => {
                assert_eq!(Some(cells.len()), names);
                format!("{cells:?}")
            }
            RowContent::Object(text) => {
                if let Err(error) = serde_json::from_str::<Map<String, Value>>(text) {
                    let error = error.to_string();
                    let limit = LIMITS.iter().any(|limit| error.contains(limit));
                    assert!(limit, "{text}: {error}");
                }
                text.to_owned()
            }
            RowContent::Unusable { text, reason } => format!("{text}: {reason}"),
        };
        found.push((row.line, text));
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&first, bytes)) = bytes.split_first() else {
        return;
    };
    let name = ["rows.csv", "rows.ndjson", "rows.xlsx", "rows"][usize::from(first % 4)];
    let piece = usize::from(first / 4 % 16) + 1;
    let whole = rows(name, bytes, usize::MAX);
    assert_eq!(whole, rows(name, bytes, piece), "in pieces of {piece}");
});
