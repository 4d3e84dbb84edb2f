//! Faults of texts: invisible characters, lost letters, and what spreadsheets
//! leave in place of a value.
//!
//! Takes the text of a cell and gives the reason why it cannot be meant. Plain
//! text, which nearly every cell is, is recognised without looking twice.

use super::{misread, slips};
use crate::bulk::error_values;
use crate::bulk::invisible::{is_invisible, visible};
use crate::catalog::Parameter;

/// Text by which something is found again: people type it, and other systems
/// compare it.
const IDENTIFYING: [&str; 6] = ["code", "email", "sku", "discount_code", "key", "phone"];

/// Whether the values of a parameter identify something.
pub(super) fn identifies(parameter: &Parameter) -> bool {
    IDENTIFYING.contains(&parameter.name)
}

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
            "a character was lost (\u{fffd}) when the file was converted; take it from the original"
                .to_owned(),
        );
    }
    spoilt(text.trim())
        .or_else(|| misread::told(text))
        .or_else(|| control(text))
}

/// A value that a spreadsheet has replaced: an error, a formula, a number
/// without its last digits.
fn spoilt(word: &str) -> Option<String> {
    match word.as_bytes() {
        [b'#' | b'E', ..] => error_value(word),
        [b'=', ..] => formula(word),
        [b'0'..=b'9' | b'-', ..] => slips::exponential(word),
        _ => None,
    }
}

/// Whether a spreadsheet shows the text in place of a value.
fn error_value(word: &str) -> Option<String> {
    if error_values::is_error_value(word) {
        return Some(error_values::reason(word));
    }
    let is_narrow = word.len() >= 3 && word.bytes().all(|byte| byte == b'#');
    is_narrow.then(|| "the column was too narrow for the value; widen it and export again".into())
}

/// A formula: `="00123"`, `=CONCAT(A1;5)`, `=A1`. A text that only begins with
/// the sign is none: spreadsheets write values into files, not `=1+1`.
fn formula(word: &str) -> Option<String> {
    let rest = &word[1..];
    let inner = rest
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    if let Some(inner) = inner {
        let without_pairs = inner.replace("\"\"", "");
        return Some(if without_pairs.contains('"') {
            FORMULA.to_owned()
        } else {
            let inner = inner.replace("\"\"", "\"");
            format!("a formula around a text; write {inner}")
        });
    }
    let name = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.');
    let is_call = name.is_some_and(|end| end > 0 && rest[end..].starts_with('('));
    let of_sheet = rest
        .rsplit_once('!')
        .is_some_and(|(_, cell)| starts_with_cell(cell));
    (is_call || of_sheet || starts_with_cell(rest)).then(|| FORMULA.to_owned())
}

const FORMULA: &str = "a formula, not its value; copy the column and paste its values";

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

/// A text that identifies something, without the blanks around it.
///
/// # Errors
/// The reason, as a fragment, when characters in it are invisible: no one could
/// type the text to find it again.
pub(super) fn identifying(text: &str) -> Result<&str, String> {
    let word = text.trim();
    if word
        .bytes()
        .all(|byte| byte.is_ascii_graphic() || byte == b' ')
        && !is_quoted(word)
    {
        return Ok(word);
    }
    if let Some(found) = invisible(word) {
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
            '\n' | '\r' => "a line break inside".to_owned(),
            '\t' => "a tab inside".to_owned(),
            _ => format!("an unusual space character inside (U+{code:04X})"),
        });
    }
    if is_quoted(word) {
        return Err("quotes around it, which would be part of it".to_owned());
    }
    Ok(word)
}

/// The first invisible character that is not a part of an emoji.
fn invisible(word: &str) -> Option<char> {
    let mut before = ' ';
    for letter in word.chars() {
        // Joiners and variants belong to the symbol before them.
        let belongs = matches!(letter, '\u{200d}' | '\u{fe0e}' | '\u{fe0f}') && is_symbol(before);
        if is_invisible(letter) && !belongs {
            return Some(letter);
        }
        before = letter;
    }
    None
}

fn is_symbol(letter: char) -> bool {
    matches!(letter, '\u{2190}'..='\u{2bff}' | '\u{fe0f}' | '\u{1f000}'..='\u{1faff}')
        || matches!(letter, '#' | '*' | '0'..='9' | '©' | '®')
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
            ("#WERT!", "an error of the spreadsheet"),
            ("#¡VALOR!", "an error of the spreadsheet"),
            ("=\"00123\"", "write 00123"),
            ("=\"Crème\"", "write Crème"),
            ("=\"a\"\"b\"", "write a\"b"),
            ("=\"001\"&\"2\"", "paste its values"),
            ("=Prices!B2", "a formula"),
            ("='My sheet'!B2", "a formula"),
            ("=CONCAT(A1;5)", "a formula"),
            ("=A1", "a formula"),
            ("=$B$7*2", "a formula"),
            ("1.23457E+11", "shortened the number"),
            ("CR\u{fffd}ME", "a character was lost"),
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
            "=)",
            "=5€",
            "CAFÉ® 250 g",
            "NESCAFÉ™",
            "L’école",
            "“Über uns”",
            "SMÅ…",
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
            ("❤\u{fe0f}10", "❤\u{fe0f}10"),
            ("👩\u{200d}👧", "👩\u{200d}👧"),
            ("", ""),
        ] {
            assert_eq!(identifying(text), Ok(kept), "{text}");
        }
        for (text, part) in [
            ("SPR\u{200b}ING", "U+200B); write SPRING"),
            ("SPRING\u{200b}", "write SPRING"),
            ("\u{feff}", "nothing but invisible"),
            ("SPR\nING", "a line break inside"),
            ("SPR\tING", "a tab inside"),
            ("SPR\u{a0}ING", "U+00A0"),
            ("“FALL5”", "quotes around it"),
        ] {
            let reason = identifying(text).unwrap_err();
            assert!(reason.contains(part), "{text}: {reason}");
        }
    }
}
