//! Texts cut for messages: a text and a length come in, its beginning goes out.

use std::borrow::Cow;

/// The text, or its first `most` letters and `…` when it has more.
#[must_use]
pub fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    match first_letters(text, most) {
        Some(beginning) => Cow::Owned(format!("{beginning}…")),
        None => Cow::Borrowed(text),
    }
}

/// The first `most` letters of a text; `None` when it has no more.
#[must_use]
pub fn first_letters(text: &str, most: usize) -> Option<&str> {
    let (end, _) = text.char_indices().nth(most)?;
    Some(&text[..end])
}

/// The letters within the first `most` bytes, and how many bytes are left out.
#[must_use]
pub fn first_bytes(text: &str, most: usize) -> (&str, usize) {
    if text.len() <= most {
        return (text, 0);
    }
    let end = (0..=most).rev().find(|end| text.is_char_boundary(*end));
    let kept = &text[..end.unwrap_or(0)];
    (kept, text.len() - kept.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortened_cuts_between_letters_when_a_text_is_longer() {
        for (text, most, short) in [
            ("abc", 3, "abc"),
            ("abcd", 3, "abc…"),
            ("äöü", 3, "äöü"),
            ("äöü", 2, "äö…"),
            ("日本", 0, "…"),
            ("", 0, ""),
        ] {
            assert_eq!(shortened(text, most), short, "{text} {most}");
        }
    }

    #[test]
    fn first_bytes_cuts_between_letters_when_a_text_is_longer() {
        for (text, most, cut) in [
            ("abc", 3, ("abc", 0)),
            ("abcd", 3, ("abc", 1)),
            ("aä", 2, ("a", 2)),
            ("日", 2, ("", 3)),
        ] {
            assert_eq!(first_bytes(text, most), cut, "{text} {most}");
        }
    }
}
