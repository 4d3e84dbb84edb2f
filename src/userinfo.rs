//! Names and passwords within URLs: they are taken out of whatever is reported.
//!
//! A text that is not an URL because of a password (`https://me:a/b@host`) is
//! read as its author meant it: all up to the last `@` is hidden. Pure.

use std::borrow::Cow;

/// What is where a name or password stood.
const REDACTED: &str = "[redacted]";

/// The text without what is before the `@` of a URL.
#[must_use]
pub fn hidden(text: &str) -> Cow<'_, str> {
    if !text.contains("://") || !text.contains('@') {
        return Cow::Borrowed(text);
    }
    each_word(text, |word| {
        let (start, at) = (word.find("://")? + 3, word.rfind('@')?);
        (start <= at).then_some((start, at))
    })
}

/// As [`hidden`], for a word of a command line that is not understood: there a
/// URL may have no scheme (`me:password@host`).
#[must_use]
pub fn hidden_in_words(text: &str) -> Cow<'_, str> {
    if !text.contains('@') {
        return Cow::Borrowed(text);
    }
    each_word(text, |word| {
        let at = word.rfind('@')?;
        let colon = word[..at].find(':')?;
        let scheme = word[colon..].starts_with("://");
        // What is given to a flag with `=` begins behind it.
        let given = word[..colon].rfind('=').map_or(0, |equals| equals + 1);
        let start = if scheme { colon + 3 } else { given };
        (start <= at).then_some((start, at))
    })
}

/// Hides a range of each word that `find` finds one in.
fn each_word(text: &str, find: impl Fn(&str) -> Option<(usize, usize)>) -> Cow<'_, str> {
    let ends = |letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'' | '`');
    let mut out = String::with_capacity(text.len());
    for word in text.split_inclusive(ends) {
        match find(word) {
            Some((start, at)) => {
                out.push_str(&word[..start]);
                out.push_str(REDACTED);
                out.push_str(&word[at..]);
            }
            None => out.push_str(word),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_before_the_at_of_a_url_is_hidden() {
        for (text, shown) in [
            ("no https://a:b@h/x is", "no https://[redacted]@h/x is"),
            ("'https://a:b/c#d?e@h:1'", "'https://[redacted]@h:1'"),
            ("x=http://a@b@h,", "x=http://[redacted]@h,"),
            (
                "me@example.com, see https://h/x",
                "me@example.com, see https://h/x",
            ),
            ("https://h/x", "https://h/x"),
            ("@file", "@file"),
        ] {
            assert_eq!(hidden(text), shown);
        }
        for (text, shown) in [
            ("no resource a:b@h", "no resource [redacted]@h"),
            ("--x=a:b/c@h", "--x=[redacted]@h"),
            ("'https://a:b@h'", "'https://[redacted]@h'"),
            ("me@example.com and @file", "me@example.com and @file"),
        ] {
            assert_eq!(hidden_in_words(text), shown);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_passes(text in "[ -~é\"'@:/]{0,40}") {
            let _ = (hidden(&text), hidden_in_words(&text));
        }
    }
}
