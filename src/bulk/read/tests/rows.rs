//! Lines, delimiters and rows of tables.

use super::super::delimiter;
use super::*;

#[test]
fn lines_end_with_lf_crlf_or_cr_also_mixed() {
    let rows = [
        (2, cells(&["A", "1"])),
        (3, cells(&["B", "2"])),
        (4, cells(&["C", "3"])),
    ];
    for end in ["\n", "\r\n", "\r"] {
        let lines = ["code,value", "A,1", "B,2", "C,3"];
        assert_eq!(
            read(lines.join(end)).rows,
            rows,
            "{end:?}, no end of the last line"
        );
        assert_eq!(read(lines.join(end) + end).rows, rows, "{end:?}");
    }
    assert_eq!(read("code,value\r\nA,1\rB,2\nC,3\r").rows, rows);
}

#[test]
fn a_row_is_on_the_line_on_which_it_begins_whatever_is_in_its_cells() {
    for end in ["\n", "\r\n", "\r"] {
        let text = "code,note|A,\"one|two|three\"|B,4||\"C\",\"|\"|D,5|".replace('|', end);
        let got = read(&text);
        let inner = format!("one{end}two{end}three");
        assert_eq!(
            got.rows,
            [
                (2, cells(&["A", &inner])),
                (5, cells(&["B", "4"])),
                (7, cells(&["C", end])),
                (9, cells(&["D", "5"])),
            ],
            "{end:?}"
        );
    }
    // A quoted CR beside a quoted LF, with a quote between them.
    let got = read("code\n\"a\r\"\"\nb\"\nB\n");
    assert_eq!(got.rows, [(2, cells(&["a\r\"\nb"])), (5, cells(&["B"]))]);
    // A CR that closes a row behind a quote, and the LF of the next line.
    let got = read("code\n\"a\r\"\n\"b\"\r\n\nB\n");
    assert_eq!(
        got.rows,
        [(2, cells(&["a\r"])), (4, cells(&["b"])), (6, cells(&["B"]))]
    );
}

#[test]
fn empty_lines_are_no_rows_and_rows_of_empty_cells_are_counted() {
    let got = read("\n\r\ncode,value\n\nA,1\n,\n  , \n\"\",\"\"\n,,,,\n \nB,2\n\n");
    assert_eq!(
        got.rows,
        [(5, cells(&["A", "1"])), (11, cells(&["B", "2"]))]
    );
    assert_eq!(got.blank, 5);
    // In a table of one column an empty row must be quoted.
    let got = read("code\nA\n\"\"\nB\n");
    assert_eq!(got.rows.len(), 2);
    assert_eq!(got.blank, 1);
}

#[test]
fn delimiters_are_found_by_the_names_that_are_familiar() {
    for (delimiter, note) in [
        (",", None),
        (";", Some("cells are separated by ;")),
        ("\t", Some("cells are separated by tabs")),
        ("|", Some("cells are separated by |")),
    ] {
        // What else is in the header would mislead who only counts.
        let text = "code^\"value\"^a,b;c|d\te,f;g|h\ti\nA^1^x\n".replace('^', delimiter);
        let got = read(&text);
        assert_eq!(got.header.unwrap()[..2], ["code", "value"], "{delimiter:?}");
        assert_eq!(got.notes, note.into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn where_no_name_is_familiar_the_delimiter_that_makes_most_cells_is_taken() {
    assert_eq!(
        read("x;y;z,w\n1;2;3\n").rows,
        [(2, cells(&["1", "2", "3"]))]
    );
    // What is in quotes does not count.
    assert_eq!(read("\"x;y;z\",w\n1,2\n").rows, [(2, cells(&["1", "2"]))]);
    // Of equal ones, the usual.
    assert_eq!(read("x;y,z\n1,2\n").header.unwrap(), ["x;y", "z"]);
    let stream = io::Cursor::new("x,y\tz\n1\t2\n");
    let got = read_from("a.tsv", stream, ReadOptions::default()).unwrap();
    assert_eq!(got.header.unwrap(), ["x,y", "z"]);
}

#[test]
fn a_delimiter_that_the_file_says_is_taken_and_its_line_counted() {
    for first in ["sep=;", "SEP=;", "\"sep=;\"", "\u{FEFF}sep=;"] {
        for end in ["\n", "\r\n", "\r"] {
            let got = read(format!("{first}{end}code,x;value{end}A,B;1{end}"));
            assert_eq!(
                got.header.unwrap(),
                ["code,x", "value"],
                "{first:?} {end:?}"
            );
            assert_eq!(got.rows, [(3, cells(&["A,B", "1"]))]);
        }
    }
    // A name that begins so is a name.
    assert_eq!(
        read("sep=count,code\n1,A\n").header.unwrap(),
        ["sep=count", "code"]
    );
}

#[test]
fn a_delimiter_that_is_said_overrides_all() {
    let options = ReadOptions {
        delimiter: Some(b'^'),
        ..ReadOptions::default()
    };
    for text in ["code^value,x\nA^1\n", "sep=;\ncode^value,x\nA^1\n"] {
        let got = read_with(text, options.clone()).unwrap();
        assert_eq!(got.header.unwrap(), ["code", "value,x"]);
        assert!(got.notes.is_empty());
    }
}

#[test]
fn words_for_delimiters_are_one_byte_or_tab() {
    for (word, byte) in [
        (",", b','),
        (";", b';'),
        ("|", b'|'),
        ("tab", b'\t'),
        ("\\t", b'\t'),
        ("\t", b'\t'),
    ] {
        assert_eq!(delimiter(word).unwrap(), byte);
    }
    for word in ["", ",,", "\"", "\n", "€", "a", "comma"] {
        let error = delimiter(word).unwrap_err();
        assert_eq!(error.kind, Kind::Usage);
    }
}

#[test]
fn a_table_of_one_column_has_no_delimiter() {
    let got = read("code\nA\n\"B,C\"\nD;E\n");
    assert_eq!(
        got.rows,
        [
            (2, cells(&["A"])),
            (3, cells(&["B,C"])),
            (4, cells(&["D;E"]))
        ]
    );
    assert!(got.notes.is_empty());
}

#[test]
fn too_few_cells_and_too_many_full_ones_spoil_a_row_and_no_other() {
    let got = read("code,value,note\nA,1\nB,2,x\nC,3,x,y,\nD\nE,4,x,,\n");
    assert_eq!(
        got.rows,
        [
            (2, unusable("A | 1", "2 cells where the header has 3")),
            (3, cells(&["B", "2", "x"])),
            (
                4,
                unusable("C | 3 | x | y | ", "4 cells where the header has 3")
            ),
            (5, unusable("D", "1 cell where the header has 3")),
            (6, cells(&["E", "4", "x"])),
        ]
    );
}

#[test]
fn cells_are_handed_over_as_they_stand() {
    let got = read("code,value\n A , 1\n\" B \",\t2\n");
    assert_eq!(
        got.rows,
        [(2, cells(&[" A ", " 1"])), (3, cells(&[" B ", "\t2"]))]
    );
}
