//! Headers that are not on the first line, and names that people cannot see.

use std::fmt::Write as _;

use super::*;

#[test]
fn header_below_titles_is_found_and_its_line_is_named() {
    for above in [
        "Spring sale,,\nexported yesterday,,\n",
        "# made by hand\n\n",
        "\"Spring\nsale\",,\n",
    ] {
        let text = format!("{above}code,value,note\nA,1,x\nB,2,y\n");
        let got = read(&text);
        assert_eq!(got.header.unwrap(), ["code", "value", "note"], "{above}");
        let lines: Vec<u64> = got.rows.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [4, 5], "{above}");
        assert_eq!(
            got.notes,
            ["the header is on line 3; the lines above it are left out"]
        );
    }
}

#[test]
fn header_below_titles_is_found_with_any_delimiter() {
    let got = read("Spring sale\nfor all shops\ncode;value\nA;1,5\n");
    assert_eq!(got.header.unwrap(), ["code", "value"]);
    assert_eq!(got.rows, [(4, cells(&["A", "1,5"]))]);
}

#[test]
fn header_below_long_titles_is_found_however_slowly_they_come() {
    for (repeats, at_a_time) in [(20, usize::MAX), (20, 1), (50, 5), (50, 700)] {
        let title = "Ladies and gentlemen, ".repeat(repeats);
        let text = format!("{title}\n{title}\ncode;value\nA;1,5\n");
        let stream = Slowly(io::Cursor::new(text), at_a_time);
        let got = read_from("a file", stream, ReadOptions::default()).unwrap();
        assert_eq!(got.header.unwrap(), ["code", "value"], "{at_a_time}");
        assert_eq!(got.rows, [(4, cells(&["A", "1,5"]))], "{at_a_time}");
    }
}

#[test]
fn delimiter_line_has_a_limit_that_does_not_depend_on_how_it_comes() {
    for (columns, is_said) in [(16_384, true), (40_000, false)] {
        let text = format!("sep=;{}\ncode,x;value\nA;1\n", ";".repeat(columns));
        for at_a_time in [700, usize::MAX] {
            let stream = Slowly(io::Cursor::new(text.clone()), at_a_time);
            let got = read_from("a file", stream, ReadOptions::default());
            let header = got.ok().and_then(|got| got.header);
            let is_read = header.is_some_and(|header| header == ["code,x", "value"]);
            assert_eq!(is_read, is_said, "{columns} columns, {at_a_time} at a time");
        }
    }
}

#[test]
fn rows_that_look_like_titles_stay_when_no_header_is_known() {
    let got = read_from(
        "a file",
        io::Cursor::new("one,two\nx,y\n"),
        ReadOptions::default(),
    )
    .unwrap();
    assert_eq!(got.header.unwrap(), ["one", "two"]);
    assert_eq!(got.rows, [(2, cells(&["x", "y"]))]);
    assert_eq!(got.notes, [""; 0]);
}

#[test]
fn rows_read_while_a_header_is_sought_are_not_lost() {
    let mut text = "one,two\n".to_owned();
    for number in 0..50 {
        writeln!(text, "{number},x").unwrap();
    }
    let got = read(&text);
    assert_eq!(got.rows.len(), 50);
    assert_eq!(got.rows[30], (32, cells(&["30", "x"])));
}

#[test]
fn a_failure_while_a_header_is_sought_is_not_the_end_of_the_file() {
    let error = read_with("one,two\nx,y\n\"open,z\n", ReadOptions::default()).unwrap_err();
    assert!(told(&error).contains("cannot be read"), "{error}");
}

#[test]
fn delimiter_line_may_have_delimiters_behind_it() {
    for first in ["sep=;", "sep=;;;", "\"sep=;\"", "SEP=;", "\"sep=;\";;"] {
        let got = read(format!("{first}\r\ncode;value\r\nA;1\r\n"));
        assert_eq!(got.rows, [(3, cells(&["A", "1"]))], "{first}");
    }
    // Saved again by a program that writes commas.
    let got = read("sep=;,,\ncode,value,note\nA,1,x\n");
    assert_eq!(got.rows, [(3, cells(&["A", "1", "x"]))]);
}

#[test]
fn names_lose_what_nobody_can_type() {
    let got = read("\u{feff}\"\u{feff}code\",va\u{200b}lue,\"no\nte\"\nA,1,x\n");
    assert_eq!(got.header.unwrap(), ["code", "value", "no te"]);
}

#[test]
fn lines_are_skipped_when_asked() {
    let skipping = |text: &str, skip_lines| {
        let options = ReadOptions {
            skip_lines,
            ..ReadOptions::default()
        };
        read_with(text, options)
    };
    for end in ["\n", "\r\n", "\r"] {
        let text = ["value,value", "", "code,note", "A,x", ""].join(end);
        let got = skipping(&text, 2).unwrap();
        assert_eq!(got.header.unwrap(), ["code", "note"]);
        assert_eq!(got.rows, [(4, cells(&["A", "x"]))]);
    }
    assert!(skipping("code\nA\n", 5).is_err());
}

#[test]
fn apostrophes_before_formulas_are_taken_off_and_counted() {
    let got = read("code,note\nA,'=Kaffee=\nB,'tis\nC,'+49 30\n");
    assert_eq!(
        got.rows,
        [
            (2, cells(&["A", "=Kaffee="])),
            (3, cells(&["B", "'tis"])),
            (4, cells(&["C", "+49 30"])),
        ]
    );
    assert_eq!(
        got.notes,
        ["an apostrophe before a formula was removed from 2 cells, first on line 2"]
    );
}

#[test]
fn other_encodings_are_read_when_they_are_named() {
    let encoding = super::super::Encoding::named("macintosh");
    let options = ReadOptions {
        encoding,
        ..ReadOptions::default()
    };
    let got = read_with(b"code\nCR\x8fME\n", options).unwrap();
    assert_eq!(got.rows, [(2, cells(&["CRèME"]))]);
    assert_eq!(got.notes, [""; 0]);
    let options = ReadOptions {
        encoding: super::super::Encoding::named("iso-8859-2"),
        ..ReadOptions::default()
    };
    let got = read_with(b"code\n\xb1\n", options).unwrap();
    assert_eq!(got.rows, [(2, cells(&["ą"]))]);
}

#[test]
fn rows_that_explain_a_template_are_left_out() {
    let text = "HEADER,code,value,note\nREQUIRED?,REQUIRED,REQUIRED,\nEXPLANATION,the code,how \
        much,\n\
                Options:,,,\nEXAMPLE,MOSS10,10,x\n,FERN20,20,y\nSpring,EXAMPLE,5,z\n";
    let got = read(text);
    assert_eq!(
        got.rows,
        [
            (6, cells(&["", "FERN20", "20", "y"])),
            (7, cells(&["Spring", "EXAMPLE", "5", "z"])),
        ]
    );
    assert_eq!(got.notes, ["4 rows that explain the template are left out"]);
    // Without a column of labels the same words are data.
    let got = read("code,value,note\nEXAMPLE,5,x\n");
    assert_eq!(got.rows, [(2, cells(&["EXAMPLE", "5", "x"]))]);
}
