//! What a file begins with: marks, other kinds of files, nothing.

use super::super::Encoding;
use super::*;

#[test]
fn the_mark_of_utf_8_is_no_part_of_the_first_name() {
    let got = read("\u{FEFF}code,value\nA,1\n");
    assert_eq!(got.header.unwrap(), ["code", "value"]);
    assert_eq!(got.rows, [(2, cells(&["A", "1"]))]);
    assert!(got.notes.is_empty());
}

#[test]
fn other_files_are_named_with_the_way_out() {
    for (bytes, named, way) in [
        (
            &b"PK\x03\x04\x14\0\x06\0"[..],
            "Excel or ODS workbook",
            "save it as CSV",
        ),
        (
            b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0\0",
            "old Excel workbook",
            "save it as CSV",
        ),
        (b"\x1F\x8B\x08\0\0\0", "gzip", "gunzip"),
        (b"\x28\xB5\x2F\xFD\0", "zstd", "zstd -dc"),
        (b"\xFD7zXZ\0\0", "xz", "xz -dc"),
        (b"BZh91AY", "bzip2", "bzip2 -dc"),
        (b"%PDF-1.7\n", "a PDF", "export"),
        (b"{\\rtf1\\ansi", "RTF", "save it as CSV"),
        (b"PAR1\x15\0", "Parquet", "CSV or NDJSON"),
        (b"SQLite format 3\0\x10", "SQLite", "sqlite3 -csv"),
        (
            b"\n <!DOCTYPE html>\n<html>",
            "HTML",
            "download the file itself",
        ),
        (b"\xEF\xBB\xBF<table><tr>", "HTML", "save it as CSV"),
        (b"<?xml version=\"1.0\"?>", "XML", "save it as CSV"),
        (b"\xFF\xFE\0\0c\0\0\0", "UTF-32", "save it as UTF-8"),
    ] {
        let told = told(&refused(bytes));
        assert!(told.contains(named) && told.contains(way), "{told}");
        assert!(told.starts_with("a file is"), "{told}");
    }
}

#[test]
fn a_file_without_anything_in_it_is_refused_with_the_way_to_a_header() {
    for bytes in [
        "",
        "\n\n",
        "  \r\n\t\n",
        "\u{FEFF}",
        "\u{FEFF}\r\n",
        "sep=;\n",
        ",,,\n,,\n",
    ] {
        let told = told(&refused(bytes));
        assert!(told.starts_with("a file is empty"), "{bytes:?}: {told}");
        assert!(told.contains("rc bulk template"), "{told}");
    }
}

#[test]
fn no_lines_of_json_are_no_mistake_where_such_are_expected() {
    for bytes in ["", "\n", "[]", "[\n]\n"] {
        let stream = io::Cursor::new(bytes.as_bytes().to_vec());
        let got = read_from("none.ndjson", stream, ReadOptions::default()).unwrap();
        assert_eq!((got.header, got.rows), (None, vec![]), "{bytes:?}");
    }
}

#[test]
fn an_encoding_that_contradicts_the_mark_is_refused() {
    let options = ReadOptions {
        encoding: Some(Encoding::Windows1252),
        ..ReadOptions::default()
    };
    let error = read_with("\u{FEFF}code\nA\n", options).unwrap_err();
    let told = told(&error);
    assert!(
        told.contains("begins with the byte order mark of utf-8, not windows-1252"),
        "{told}"
    );
}
