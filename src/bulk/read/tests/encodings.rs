//! Encodings: detected while reading, or said.

use super::super::Encoding;
use super::*;

fn as_said(bytes: &[u8], encoding: Encoding) -> Result<Got> {
    let options = ReadOptions {
        encoding: Some(encoding),
        ..ReadOptions::default()
    };
    read_with(bytes, options)
}

#[test]
fn utf_16_is_read_with_a_mark_and_without_in_both_orders() {
    let text = "code,note\nÄ-1,\"żółw\n🐢\"\nB,2\n";
    for backwards in [false, true] {
        for mark in ["", "\u{FEFF}"] {
            let got = read(utf16(&format!("{mark}{text}"), backwards));
            assert_eq!(got.header.unwrap(), ["code", "note"]);
            assert_eq!(
                got.rows,
                [(2, cells(&["Ä-1", "żółw\n🐢"])), (4, cells(&["B", "2"]))]
            );
            assert_eq!(got.notes, ["read as UTF-16"]);
        }
    }
}

#[test]
fn utf_16_that_is_cut_in_a_letter_is_an_error_with_its_line() {
    let mut bytes = utf16("\u{FEFF}code\nA\nB", false);
    bytes.push(b'C');
    let error = refused(&bytes);
    assert!(
        error
            .message
            .starts_with("a file, line 3: bytes that are not valid utf-16"),
        "{error}"
    );
    // Half a pair, in the middle.
    let mut bytes = utf16("\u{FEFF}code\nA\n", false);
    bytes.extend([0x3D, 0xD8, b'x', 0]);
    assert!(refused(&bytes).message.starts_with("a file, line 3:"));
}

#[test]
fn utf_16_whose_letters_do_not_tell_is_read_when_it_is_said() {
    let bytes = utf16("код\nя\n", false);
    let got = as_said(&bytes, Encoding::Utf16).unwrap();
    assert_eq!(got.header.unwrap(), ["код"]);
    assert_eq!(got.rows, [(2, cells(&["я"]))]);
    // Said by the user is nothing to tell the user.
    assert!(got.notes.is_empty());
    // The order is detected also then.
    let got = as_said(&utf16("code\nя\n", true), Encoding::Utf16).unwrap();
    assert_eq!(got.rows, [(2, cells(&["я"]))]);
}

#[test]
fn a_file_whose_first_letter_beyond_ascii_is_none_of_utf_8_is_windows_1252() {
    let got = read(b"code,note\nA,plain\nB,caf\xE9 \x80 5\r\nC,\xC3\xA9\n");
    assert_eq!(
        got.rows,
        [
            (2, cells(&["A", "plain"])),
            (3, cells(&["B", "café € 5"])),
            (4, cells(&["C", "Ã©"])),
        ]
    );
    assert_eq!(
        got.notes,
        [
            "read as Windows-1252, as it is not valid UTF-8; if characters are wrong, name the \
             encoding, like --encoding macintosh"
        ]
    );
}

#[test]
fn windows_1252_is_seen_however_late_and_at_the_very_end() {
    let mut bytes = b"code\n".to_vec();
    for _ in 0..100_000 {
        bytes.extend(b"AAAA\n");
    }
    bytes.extend(b"caf\xC3");
    let got = read(&bytes);
    assert_eq!(got.rows.last().unwrap(), &(100_002, cells(&["cafÃ"])));
    assert_eq!(got.notes.len(), 1);
}

#[test]
fn a_later_byte_that_is_no_utf_8_is_an_error_with_its_line_and_the_way_out() {
    let error = refused(b"code,note\r\nA,\xC3\xA9\r\nB,\"x\r\ny\xE9\"\r\n");
    assert_eq!(
        error.message,
        "a file, line 4: bytes that are not valid UTF-8"
    );
    assert!(told(&error).contains("--encoding windows-1252"));
    // Also when it is cut off in a letter.
    let error = refused(b"code\n\xC3\xA9\n\xC3");
    assert_eq!(
        error.message,
        "a file, line 3: bytes that are not valid UTF-8"
    );
}

#[test]
fn what_is_said_overrides_what_would_be_found() {
    let got = as_said(b"code\n\xC3\xA9\n", Encoding::Windows1252).unwrap();
    assert_eq!(got.rows, [(2, cells(&["Ã©"]))]);
    assert!(got.notes.is_empty());
    let error = as_said(b"code\n\xE9\n", Encoding::Utf8).unwrap_err();
    assert!(error.message.contains("line 2"), "{error}");
    // Anyone who says UTF-8 has its mark taken off all the same.
    let got = as_said("\u{FEFF}code\nA\n".as_bytes(), Encoding::Utf8).unwrap();
    assert_eq!(got.header.unwrap(), ["code"]);
}

#[test]
fn a_nul_is_an_error_with_its_line() {
    let error = refused(b"code,note\nA,\"x\ny\"\nB,a\0b\n");
    assert_eq!(
        error.message,
        "a file, line 4: a NUL byte, which text does not contain"
    );
    let error = refused(utf16("\u{FEFF}code\nA\n\0\n", true));
    assert!(
        error.message.starts_with("a file, line 3: a NUL"),
        "{error}"
    );
    let error = refused(b"{\"a\":1}\n{\"a\":\0}\n");
    assert!(
        error.message.starts_with("a file, line 2: a NUL"),
        "{error}"
    );
}

#[test]
fn encodings_have_the_names_that_the_flag_takes() {
    for name in Encoding::COMMON {
        let encoding = Encoding::named(name).unwrap();
        assert_eq!(encoding.name().to_ascii_lowercase(), name);
    }
    assert_eq!(Encoding::named("UTF-8"), Some(Encoding::Utf8));
    assert_eq!(Encoding::named("latin-99"), None);
}
