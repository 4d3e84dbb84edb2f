//! Faults of texts: invisible characters, lost letters, and what spreadsheets
//! leave in place of a value.
//!
//! Takes the text of a cell and gives the reason why it cannot be meant. Plain
//! text, which nearly every cell is, is recognised without looking twice.

use super::slips;
use crate::bulk::invisible::{is_invisible, visible};

/// The letters of the bytes 0x80 to 0x9F in Windows-1252.
const HIGH: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";

/// What a spreadsheet shows in place of a value that it cannot compute.
const ERRORS: [&str; 17] = [
    "#N/A",
    "#NAME?",
    "#REF!",
    "#VALUE!",
    "#DIV/0!",
    "#NUM!",
    "#NULL!",
    "#SPILL!",
    "#CALC!",
    "#FIELD!",
    "#BLOCKED!",
    "#BUSY!",
    "#CONNECT!",
    "#UNKNOWN!",
    "#EXTERNAL!",
    "#GETTING_DATA",
    "#PYTHON!",
];

/// Why a text cannot be meant as it is; `None` for all others.
pub(super) fn damage(text: &str) -> Option<String> {
    if text.is_ascii() {
        let is_control = |byte: u8| byte.is_ascii_control() && !b"\t\r\n".contains(&byte);
        if text.bytes().any(is_control) {
            return control(text);
        }
        return spoilt(text.trim());
    }
    if text.contains('\u{fffd}') {
        return Some(
            "a letter was lost (\u{fffd}) when the file was converted; take it from the original"
                .to_owned(),
        );
    }
    let misread = misread(text)
        .map(|right| format!("letters of UTF-8 that were read as Windows-1252; write {right}"));
    misread.or_else(|| control(text))
}

/// A value that a spreadsheet has replaced: an error, a formula, a number
/// without its last digits.
fn spoilt(word: &str) -> Option<String> {
    match word.as_bytes() {
        [b'#', ..] => error_value(word),
        [b'=', ..] => formula(word),
        [b'0'..=b'9' | b'-', ..] => slips::exponential(word),
        [b'E', b'r', b'r', b':', digits @ ..] if is_code(digits) => Some(format!(
            "{word} is an error of the spreadsheet, not a value"
        )),
        _ => None,
    }
}

fn is_code(digits: &[u8]) -> bool {
    digits.len() == 3 && digits.iter().all(u8::is_ascii_digit)
}

/// Whether a spreadsheet shows the text in place of a value.
fn error_value(word: &str) -> Option<String> {
    if ERRORS.iter().any(|error| word.eq_ignore_ascii_case(error)) {
        return Some(format!(
            "{word} is an error of the spreadsheet, not a value"
        ));
    }
    let is_narrow = word.len() >= 3 && word.bytes().all(|byte| byte == b'#');
    is_narrow.then(|| "the column was too narrow for the value; widen it and export again".into())
}

/// A formula: `="00123"`, `=CONCAT(A1;5)`, `=A1`. A text that only begins with
/// the sign is none.
fn formula(word: &str) -> Option<String> {
    let rest = &word[1..];
    if let Some(inner) = rest
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    {
        let inner = inner.replace("\"\"", "\"");
        return Some(format!("a formula around a text; write {inner}"));
    }
    let name = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.');
    let is_call = name.is_some_and(|end| end > 0 && rest[end..].starts_with('('));
    (is_call || starts_with_cell(rest))
        .then(|| "a formula, not its value; copy the column and paste its values".to_owned())
}

/// Whether a text begins with the address of a cell, like `A1` or `$B$7`.
fn starts_with_cell(text: &str) -> bool {
    let text = text.strip_prefix('$').unwrap_or(text);
    let letters = text.bytes().take_while(u8::is_ascii_uppercase).count();
    let digits = text[letters..]
        .strip_prefix('$')
        .unwrap_or(&text[letters..]);
    let count = digits.bytes().take_while(u8::is_ascii_digit).count();
    let end = digits[count..].chars().next();
    (1..=3).contains(&letters)
        && count > 0
        && end.is_none_or(|letter| "+-*/&:;,!^ ".contains(letter))
}

/// A control character other than a tab or a line end.
fn control(text: &str) -> Option<String> {
    let found = text
        .chars()
        .find(|letter| letter.is_control() && !matches!(letter, '\t' | '\r' | '\n'))?;
    Some(format!("a control character (U+{:04X})", u32::from(found)))
}

/// The text that was meant, where UTF-8 was read as Windows-1252.
fn misread(text: &str) -> Option<String> {
    let bytes: Option<Vec<u8>> = text.chars().map(byte).collect();
    String::from_utf8(bytes?).ok()
}

/// The byte of a letter in Windows-1252.
fn byte(letter: char) -> Option<u8> {
    if let Some(at) = HIGH.chars().position(|high| high == letter) {
        return u8::try_from(0x80 + at).ok();
    }
    u8::try_from(u32::from(letter)).ok()
}

/// A text that identifies something, without the blanks around it.
///
/// # Errors
/// The reason, as a fragment, when characters in it are invisible: nobody
/// could type the text to find it again.
pub(super) fn identifying(text: &str) -> Result<&str, String> {
    let word = text.trim();
    if word
        .bytes()
        .all(|byte| byte.is_ascii_graphic() || byte == b' ')
        && !is_quoted(word)
    {
        return Ok(word);
    }
    if let Some(found) = word.chars().find(|letter| is_invisible(*letter)) {
        let code = u32::from(found);
        let bare = visible(word);
        let bare = bare.trim();
        return Err(if bare.is_empty() {
            format!("nothing but invisible characters (U+{code:04X})")
        } else {
            format!("an invisible character (U+{code:04X}); write {bare}")
        });
    }
    if let Some(found) = word
        .chars()
        .find(|letter| *letter != ' ' && (letter.is_whitespace() || letter.is_control()))
    {
        let code = u32::from(found);
        return Err(match found {
            '\n' | '\r' => "a line end inside".to_owned(),
            '\t' => "a tab inside".to_owned(),
            _ => format!("an unusual blank inside (U+{code:04X})"),
        });
    }
    if is_quoted(word) {
        return Err("quotes around it, which would be part of it".to_owned());
    }
    Ok(word)
}

/// Whether quotes, straight or typographic, are around a text.
fn is_quoted(word: &str) -> bool {
    let is_quote = |letter| matches!(letter, '"' | '“' | '”' | '„' | '«' | '»');
    word.starts_with(is_quote) && word.ends_with(is_quote)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_is_found_in_any_text() {
        for (text, part) in [
            ("#N/A", "an error of the spreadsheet"),
            ("#name?", "an error of the spreadsheet"),
            (" #REF! ", "an error of the spreadsheet"),
            ("Err:502", "an error of the spreadsheet"),
            ("######", "too narrow"),
            ("=\"00123\"", "write 00123"),
            ("=CONCAT(A1;5)", "a formula"),
            ("=A1", "a formula"),
            ("=$B$7*2", "a formula"),
            ("1.23457E+11", "shortened the number"),
            ("CR\u{fffd}ME", "a letter was lost"),
            ("CrÃ¨me", "write Crème"),
            ("itâ€™s", "write it’s"),
            ("a\u{7}b", "U+0007"),
            ("é\u{85}", "U+0085"),
        ] {
            let reason = damage(text).unwrap_or_default();
            assert!(reason.contains(part), "{text}: {reason}");
        }
    }

    #[test]
    fn usual_text_is_not_damaged() {
        for text in [
            "",
            "Crème brûlée",
            "SÃO PAULO",
            "#1 fan",
            "=Kaffee=",
            "=)",
            "line\nline",
            "naïve",
            "1E10",
            "日本",
            "👩‍👩‍👧",
            "£5 off",
            "#",
            "##",
            "Ã",
            "ÜBER",
            "½ price",
        ] {
            assert_eq!(damage(text), None, "{text}");
        }
    }

    #[test]
    fn identifying_text_has_only_what_people_can_type() {
        for (text, kept) in [
            (" SPRING ", "SPRING"),
            ("\u{a0}SPRING\u{a0}", "SPRING"),
            ("SPRING\n", "SPRING"),
            ("two words", "two words"),
            ("ÉTÉ15", "ÉTÉ15"),
            ("", ""),
        ] {
            assert_eq!(identifying(text), Ok(kept), "{text}");
        }
        for (text, part) in [
            ("SPR\u{200b}ING", "U+200B); write SPRING"),
            ("SPRING\u{200b}", "write SPRING"),
            ("\u{feff}", "nothing but invisible"),
            ("SPR\nING", "a line end inside"),
            ("SPR\tING", "a tab inside"),
            ("SPR\u{a0}ING", "U+00A0"),
            ("“FALL5”", "quotes around it"),
        ] {
            let reason = identifying(text).unwrap_err();
            assert!(reason.contains(part), "{text}: {reason}");
        }
    }
}
