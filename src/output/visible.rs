//! Data that is shown to eyes and cannot steer the terminal: control
//! characters, escapes and marks that turn text around are made visible.
//!
//! Takes any text; returns the same text, borrowed when it is harmless. `ESC`
//! becomes `␛`, what has no such sign becomes `\u{202e}`.

use std::borrow::Cow;
use std::fmt::Write as _;

/// For one line of a table: a line break becomes `⏎`, a tab a space.
#[must_use]
pub fn one_line(text: &str) -> Cow<'_, str> {
    if harmless(text, |_| false) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\n' => out.push('⏎'),
            '\r' if letters.peek() == Some(&'\n') => {}
            '\t' => out.push(' '),
            letter if hidden(letter) => show(letter, &mut out),
            letter => out.push(letter),
        }
    }
    Cow::Owned(out)
}

/// For running text: line breaks and tabs stay.
#[must_use]
pub fn lines(text: &str) -> Cow<'_, str> {
    replaced(text, show)
}

/// For JSON: hidden characters become JSON escapes, so that it stays the same
/// JSON.
#[must_use]
pub fn json(text: &str) -> Cow<'_, str> {
    replaced(text, |letter, out| {
        for unit in letter.encode_utf16(&mut [0; 2]) {
            // Writing into a text cannot fail.
            let _ = write!(out, "\\u{unit:04x}");
        }
    })
}

/// For a request in print, which may be pasted: hidden characters become JSON
/// escapes, which mean the same in its body, and each line end is `\n`.
///
/// Nowhere else can they stand: URLs are percent-encoded, and within a string
/// of JSON no line end is written as itself.
#[must_use]
pub fn request(text: &str) -> Cow<'_, str> {
    if !text.contains('\r') {
        return json(text);
    }
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    Cow::Owned(json(&text).into_owned())
}

fn replaced(text: &str, show: impl Fn(char, &mut String)) -> Cow<'_, str> {
    let stays = |letter| matches!(letter, '\n' | '\t');
    if harmless(text, stays) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        if hidden(letter) && !stays(letter) {
            show(letter, &mut out);
        } else {
            out.push(letter);
        }
    }
    Cow::Owned(out)
}

fn harmless(text: &str, stays: impl Fn(char) -> bool) -> bool {
    let plain = |byte: u8| (0x20..0x7F).contains(&byte);
    text.bytes().all(plain) || !text.chars().any(|letter| hidden(letter) && !stays(letter))
}

/// Characters that steer the terminal, reorder text, or hide some of it.
///
/// What scripts need stays: the joiners U+200C and U+200D (Persian, Indic
/// scripts, emoji), combining marks, and variation selectors. Tags go, also
/// from the three flags that are made of them: they can carry a hidden text.
fn hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{00AD}'
                | '\u{034F}'
                | '\u{061C}'
                | '\u{180E}'
                | '\u{200B}'
                | '\u{200E}'
                | '\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{FEFF}'
                | '\u{FFF9}'..='\u{FFFB}'
                | '\u{1D173}'..='\u{1D17A}'
                | '\u{E0000}'..='\u{E007F}'
        )
}

fn show(letter: char, out: &mut String) {
    let picture = match letter {
        '\0'..='\u{1F}' => char::from_u32(0x2400 + u32::from(letter)),
        '\u{7F}' => Some('␡'),
        _ => None,
    };
    match picture {
        Some(picture) => out.push(picture),
        None => out.extend(letter.escape_unicode()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_escapes_become_visible() {
        assert_eq!(one_line("\u{1b}[31mred\u{7}\0\u{7f}"), "␛[31mred␇␀␡");
        assert_eq!(one_line("\u{9b}31m"), "\\u{9b}31m");
    }

    #[test]
    fn marks_that_turn_text_around_become_visible() {
        assert_eq!(one_line("a\u{202e}b\u{200f}"), "a\\u{202e}b\\u{200f}");
    }

    #[test]
    fn a_line_break_is_one_sign_in_a_table_and_stays_in_running_text() {
        assert_eq!(one_line("a\r\nb\nc\td"), "a⏎b⏎c d");
        assert_eq!(lines("a\nb\tc\u{1b}"), "a\nb\tc␛");
    }

    #[test]
    fn letters_of_all_scripts_are_left_alone() {
        for text in ["plain", "żółw", "日本語", "עברית", "👨‍👩‍👧", "e\u{301}"]
        {
            assert!(matches!(one_line(text), Cow::Borrowed(same) if same == text));
            assert!(matches!(json(text), Cow::Borrowed(same) if same == text));
        }
    }

    /// Each character that steers, reorders or hides is shown by each of these.
    #[test]
    fn no_character_that_steers_or_hides_passes() {
        let steering = (0..0x20)
            .chain(0x7F..=0x9F)
            .chain([0xAD, 0x34F, 0x61C, 0x180E, 0x200B, 0x200E, 0x200F])
            .chain(0x2028..=0x202E)
            .chain(0x2060..=0x206F)
            .chain([0xFEFF, 0xFFF9, 0xE0001])
            .chain(0xE0020..=0xE007F);
        for letter in steering.filter_map(char::from_u32) {
            let text = format!("a{letter}b");
            assert!(!one_line(&text).contains(letter), "{letter:?}");
            if !matches!(letter, '\n' | '\t') {
                for shown in [lines(&text), json(&text), request(&text)] {
                    assert!(!shown.contains(letter), "{letter:?}");
                }
            }
        }
    }

    #[test]
    fn a_request_in_print_means_the_same() {
        let body = "{\r\n \"a\":\r\"\u{202e}\u{e0041}\u{7f}\"}";
        let shown = request(body);
        assert_eq!(shown, "{\n \"a\":\n\"\\u202e\\udb40\\udc41\\u007f\"}");
        let parse = |text| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(parse(&shown), parse(body));
        assert!(matches!(request("{\"a\":\"é\"}"), Cow::Borrowed(_)));
    }

    #[test]
    fn json_stays_the_same_json() {
        let hostile = "{\"a\":\"\u{9b}31m\u{202e}\u{7f}\"}";
        let shown = json(hostile);
        assert_eq!(shown, r#"{"a":"\u009b31m\u202e\u007f"}"#);
        let parse = |text| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(parse(&shown), parse(hostile));
    }
}
