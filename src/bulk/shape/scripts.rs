//! Digits of other scripts: `١٢٫٥٠`, `１２`, `१२`.
//!
//! Takes a text and gives the same number in the digits of the API.

/// The zeros of scripts whose ten digits follow each other.
const ZEROS: [char; 22] = [
    '٠', '۰', '߀', '०', '০', '੦', '૦', '୦', '௦', '౦', '೦', '൦', '๐', '໐', '༠', '၀', '០', '᠐', '᥆',
    '᧐', '０', '𝟎',
];

/// A text with its digits and the marks beside them as in ASCII. `None` if it
/// has no digit of another script.
pub(super) fn plain(text: &str) -> Option<String> {
    if text.is_ascii() || !text.chars().any(|letter| digit(letter).is_some()) {
        return None;
    }
    let letters = text.chars().map(|letter| match letter {
        '٫' | '．' => '.',
        '٬' | '，' => ',',
        '٪' | '％' => '%',
        '－' => '-',
        '／' => '/',
        '：' => ':',
        other => digit(other).unwrap_or(other),
    });
    Some(letters.collect())
}

/// The ASCII digit that a digit of another script means.
fn digit(letter: char) -> Option<char> {
    let offset = |zero: &char| u32::from(letter).checked_sub(u32::from(*zero));
    let value = ZEROS.iter().filter_map(offset).find(|value| *value < 10)?;
    char::from_digit(value, 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_any_script_are_those_of_ascii() {
        for (text, number) in [
            ("١٢٫٥٠", Some("12.50")),
            ("۱۹", Some("19")),
            ("१२३", Some("123")),
            ("２０２７－０１－０５", Some("2027-01-05")),
            ("๑๐％", Some("10%")),
            ("12", None),
            ("Crème", None),
            ("½", None),
            ("²", None),
        ] {
            assert_eq!(plain(text).as_deref(), number, "{text}");
        }
    }
}
