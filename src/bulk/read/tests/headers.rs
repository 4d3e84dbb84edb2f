//! Headers: good ones, and what is said of bad ones.

use super::*;

#[test]
fn names_are_trimmed() {
    assert_eq!(
        read(" code ,\"value \"\nA,1\n").header.unwrap(),
        ["code", "value"]
    );
}

#[test]
fn a_header_may_stand_below_lines_that_are_blank() {
    let got = read("\n,,\n \ncode,value\nA,1\n");
    assert_eq!(got.header.unwrap(), ["code", "value"]);
    assert_eq!(got.rows, [(5, cells(&["A", "1"]))]);
}

#[test]
fn columns_of_the_same_name_are_named_all_at_once() {
    let error = refused("code,value,code,note,note , code\nA,1,2,3,4,5\n");
    assert_eq!(
        error.message,
        "a file, line 1: more than one column is named code (columns 1, 3, 6), note (columns 4, 5)"
    );
}

#[test]
fn a_column_without_a_name_between_others_is_refused() {
    let error = refused("code,,value, ,note\nA,1,2,3,4\n");
    assert_eq!(
        error.message,
        "a file, line 1: columns 2, 4 have no name in the header"
    );
    let error = refused(",code\n1,A\n");
    assert_eq!(
        error.message,
        "a file, line 1: column 1 has no name in the header"
    );
}

#[test]
fn columns_without_a_name_at_the_end_may_be_there_while_they_are_empty() {
    let got = read("code,value,,\nA,1,,\nB,2\nC,3, ,,,\n");
    assert_eq!(got.header.unwrap(), ["code", "value"]);
    assert_eq!(
        got.rows,
        [
            (2, cells(&["A", "1"])),
            (3, cells(&["B", "2"])),
            (4, cells(&["C", "3"])),
        ]
    );
    let error = refused("code,value,,\nA,1,,\nB,2,,x\n");
    assert_eq!(
        error.message,
        "a file, line 3: column 4 has no name in the header"
    );
}

#[test]
fn a_missing_header_is_told_where_the_first_line_is_a_row() {
    for text in [
        "1001,SPRING,active\n1002,SUMMER,active\n",
        "SPRING,2024-01-01\n",
        "SPRING,2024-01-01T00:00:00Z\n",
        "SPRING,-10.5\n",
        "ada@example.com,Ada\n",
        "SPRING,true\n",
    ] {
        let told = told(&refused(text));
        assert!(told.contains("line 1: a header is missing"), "{told}");
        assert!(told.contains("rc bulk template"), "{told}");
    }
}

#[test]
fn names_that_are_only_unknown_are_not_taken_for_a_row() {
    // Anyone who gives columns their places names them better.
    for text in [
        "Promo Code;Amount\nA;1\n",
        "kode,valu\nA,1\n",
        "code,2024\nA,1\n",
        "x-1\nA\n",
    ] {
        assert!(read(text).header.is_some(), "{text}");
    }
}

#[test]
fn a_file_with_nothing_but_a_header_ends_at_once() {
    for text in ["code,value", "code,value\n", "code,value\r\n\r\n"] {
        let got = read(text);
        assert_eq!(got.header.unwrap(), ["code", "value"]);
        assert!(got.rows.is_empty());
    }
}

#[test]
fn a_header_of_very_many_names_is_judged_quickly() {
    let names: Vec<_> = (0..200_000)
        .map(|number| format!("c{}", number % 100_000))
        .collect();
    let error = refused(names.join(",") + "\n");
    assert!(error.message.ends_with("and 99980 more"), "{error}");
}
