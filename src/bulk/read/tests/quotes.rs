//! What the guard of tables finds, and what it lets pass.

use super::super::feed::LONGEST;
use super::*;

#[test]
fn a_quote_that_is_never_closed_is_named_by_the_line_on_which_it_opens() {
    let error = refused("code,note\nA,1\nB,\"two\nthree\nfour");
    assert_eq!(
        error.message,
        "a file, line 3: the quote that opens here is never closed"
    );
    // Also when another cell of the row spans lines before it.
    let error = refused("code,note\n\"A\n\nB\",\"two\n");
    assert!(error.message.starts_with("a file, line 4:"), "{error}");
    // And in the header.
    assert!(
        refused("code,\"note\nA,1\n")
            .message
            .starts_with("a file, line 1:")
    );
}

#[test]
fn text_behind_a_closing_quote_is_named_by_its_line() {
    let error = refused("code,note\nA,1\n\"5\" pipe\",10\n");
    assert_eq!(
        error.message,
        "a file, line 3: text after the quote that closes a cell"
    );
    assert!(told(&error).contains("\"5\"\" pipe\""));
}

#[test]
fn a_forgotten_quote_is_told_by_the_line_on_which_its_cell_opens() {
    let error = refused("code,note\nA,\"one\nB,2\nC,\"three\"\n");
    let message = &error.message;
    assert!(
        message.starts_with("a file, line 4: text after the quote"),
        "{message}"
    );
    assert!(message.contains("opens on line 2"), "{message}");
}

#[test]
fn quotes_inside_plain_and_twice_inside_quoted_cells_are_text() {
    let got = read("code,note\n5\" pipe,a \"b\" c\n\"5\"\" pipe\",\"\"\"\"\n");
    assert_eq!(
        got.rows,
        [
            (2, cells(&["5\" pipe", "a \"b\" c"])),
            (3, cells(&["5\" pipe", "\""])),
        ]
    );
}

#[test]
fn a_quoted_cell_may_end_with_the_file() {
    let got = read("code,note\nA,\"x\"");
    assert_eq!(got.rows, [(2, cells(&["A", "x"]))]);
}

/// A header, a row, and a cell that never ends, made while it is read.
fn endless(begin: &'static str, with: u8) -> impl Read + Send {
    io::Cursor::new(begin).chain(io::repeat(with).take(200 * 1024 * 1024))
}

#[test]
fn a_row_without_end_is_an_error_before_it_fills_the_memory() {
    for (begin, hint) in [
        (
            "code,note\nA,1\nB,\"",
            "is the quote closed that opens on line 3?",
        ),
        ("code,note\nA,1\nB,", ""),
    ] {
        let error = read_from("a file", endless(begin, b'x'), ReadOptions::default()).unwrap_err();
        let told = told(&error);
        assert!(
            told.starts_with("a file, line 3: the row that begins here is longer than 4 MiB"),
            "{told}"
        );
        assert!(told.contains(hint), "{told}");
    }
}

#[test]
fn a_header_or_a_blank_without_end_is_an_error_too() {
    for (begin, with) in [
        ("", b'x'),
        ("\"", b'x'),
        (" ", b' '),
        ("[", b' '),
        ("[", b'['),
        ("[{\"a\": \"", b'x'),
        ("{\"a\":1}\n{\"a\":\"", b'x'),
        ("[\n", b'{'),
    ] {
        let read = read_from("a file", endless(begin, with), ReadOptions::default());
        assert_eq!(read.unwrap_err().kind, Kind::Usage);
    }
}

#[test]
fn a_row_may_be_as_long_as_the_limit_and_no_longer() {
    let row = |length: usize| format!("code,note\nA,{}\nB,2\n", "x".repeat(length));
    // The row has three more bytes: two of `A,` and its line end.
    let got = read(row(LONGEST - 3));
    assert_eq!(got.rows[1], (3, cells(&["B", "2"])));
    let error = refused(row(LONGEST - 2));
    assert!(error.message.contains("line 2"), "{error}");
}
