//! Letters of UTF-8 that were read in another encoding: `CrÃ¨me`, `Cr√®me`.
//!
//! Takes a text and gives the one that was meant. Only letters that people
//! hardly ever write side by side are taken for such: `CAFÉ®` is a name.

use encoding_rs::{Encoding, MACINTOSH, WINDOWS_1252};

/// Encodings in which text is read by mistake, with their names, and the
/// letters with which the bytes of usual text begin there.
const MISTAKEN: [(&Encoding, &str, &[&str]); 2] = [
    (WINDOWS_1252, "Windows-1252", &["Ã", "Â", "â€", "ð", "Ð"]),
    (MACINTOSH, "Mac Roman", &["√", "¬", "‚Ä", "\u{f8ff}"]),
];

/// Why a text is not accepted, with what to write.
pub(super) fn told(text: &str) -> Option<String> {
    MISTAKEN.iter().find_map(|(encoding, name, begins)| {
        if !begins.iter().any(|begin| text.contains(begin)) && !is_ligature(text) {
            return None;
        }
        let right = meant(text, encoding)?;
        Some(format!(
            "letters of UTF-8 that were read as {name}; write {right}"
        ))
    })
}

/// `cœur`, whose second letter begins with one that people write.
fn is_ligature(text: &str) -> bool {
    let mut before = ' ';
    text.chars().any(|letter| {
        let follows = letter == 'Å' && before.is_lowercase();
        before = letter;
        follows
    })
}

/// The text whose bytes those of the letters are.
fn meant(text: &str, encoding: &'static Encoding) -> Option<String> {
    let (bytes, _, is_lossy) = encoding.encode(text);
    if is_lossy {
        return None;
    }
    String::from_utf8(bytes.into_owned()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misread_text_is_told_with_what_was_meant() {
        for (text, right) in [
            ("CrÃ¨me brÃ»lÃ©e", "Crème brûlée"),
            ("itâ€™s", "it’s"),
            ("5Â\u{a0}â‚¬", "5\u{a0}€"),
            ("cÅ“ur", "cœur"),
            ("ÐŸÑ€Ð¸Ð²ÐµÑ‚", "Привет"),
            ("Cr√®me", "Crème"),
            ("it‚Äôs", "it’s"),
        ] {
            let told = told(text).unwrap_or_default();
            assert!(told.ends_with(&format!("write {right}")), "{text}: {told}");
        }
    }

    #[test]
    fn usual_text_is_not_misread() {
        for text in [
            "CAFÉ®",
            "NESCAFÉ™ Gold",
            "L’école",
            "“Über”",
            "SMÅ…",
            "Spaß“",
            "SÃO PAULO",
            "Ã",
            "√2",
        ] {
            assert_eq!(told(text), None, "{text}");
        }
    }
}
