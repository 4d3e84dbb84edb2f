//! Data that is shown to eyes and cannot steer the terminal: control
//! characters, escapes and marks that turn text around are made visible.
//!
//! In comes any text; out comes the same text, borrowed when it is harmless.
//! `ESC` becomes `␛`, what has no such sign becomes `\u{202e}`.

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
        // Writing into a text cannot fail; no hidden character needs two units.
        let _ = write!(out, "\\u{:04x}", u32::from(letter));
    })
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

/// Characters that steer the terminal, turn text around, or cannot be seen.
/// The joiner stays, because emoji need it.
fn hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{061C}'
                | '\u{200B}'
                | '\u{200E}'
                | '\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{FEFF}'
                | '\u{FFF9}'..='\u{FFFB}'
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

    #[test]
    fn json_stays_the_same_json() {
        let hostile = "{\"a\":\"\u{9b}31m\u{202e}\u{7f}\"}";
        let shown = json(hostile);
        assert_eq!(shown, r#"{"a":"\u009b31m\u202e\u007f"}"#);
        let parse = |text| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(parse(&shown), parse(hostile));
    }
}
