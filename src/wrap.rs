//! Messages in lines that fit a terminal: a text and a width come in, the same
//! words come out, with line ends between them.
//!
//! A command that the reader may paste is never broken: a line end within it
//! would run its beginning.

use unicode_width::UnicodeWidthStr;

/// The narrowest terminal that lines are fitted to.
const NARROWEST: usize = 20;

/// How the first line begins, and the others.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// Columns of the terminal.
    pub width: usize,
    /// Columns that are taken in the first line.
    pub taken: usize,
    /// Blanks that further lines begin with.
    pub indent: usize,
}

/// The text with its lines wrapped between words. Line ends that are there stay.
#[must_use]
pub fn wrapped(text: &str, layout: Layout) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for (at, line) in text.split('\n').enumerate() {
        let mut column = layout.taken;
        if at > 0 {
            out.push('\n');
            column = 0;
        }
        wrap_line(line, column, layout, &mut out);
    }
    out
}

fn wrap_line(line: &str, taken: usize, layout: Layout, out: &mut String) {
    let width = layout.width.max(NARROWEST);
    let mut column = taken;
    // Blanks at the beginning of a line say how deep it stands.
    let blanks = line.len() - line.trim_start_matches(' ').len();
    out.push_str(&line[..blanks]);
    column += blanks;
    let mut is_first = true;
    for word in words(&line[blanks..]) {
        let wide = word.width();
        if is_first {
            is_first = false;
        } else if column + 1 + wide > width && column > layout.indent {
            out.push('\n');
            let indent = layout.indent.max(blanks);
            out.extend(std::iter::repeat_n(' ', indent));
            column = indent;
        } else {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += wide;
    }
}

/// The words of a line. A command, or flags that are named after a colon, count as
/// one word, up to the end of the line.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(line);
    let mut after_colon = false;
    std::iter::from_fn(move || {
        let line = rest.take()?;
        if line.starts_with("rc ") || (after_colon && line.starts_with("--")) {
            return Some(line);
        }
        match line.split_once(' ') {
            Some((word, after)) => {
                after_colon = word.ends_with(':');
                rest = Some(after);
                Some(word)
            }
            None => Some(line),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(width: usize, text: &str) -> String {
        let layout = Layout {
            width,
            taken: 0,
            indent: 2,
        };
        wrapped(text, layout)
    }

    #[test]
    fn lines_break_between_words_and_hang() {
        assert_eq!(
            at(20, "one two three four five six seven"),
            "one two three four\n  five six seven"
        );
        assert_eq!(at(20, "short"), "short");
        assert_eq!(at(20, ""), "");
        assert_eq!(at(20, "one\n  two"), "one\n  two");
    }

    #[test]
    fn word_that_is_too_long_stays_whole() {
        let long = "x".repeat(30);
        assert_eq!(at(20, &long), long);
        let text = format!("first {long} last");
        assert_eq!(at(20, &text), format!("first\n  {long}\n  last"));
    }

    #[test]
    fn command_is_never_broken() {
        assert_eq!(
            at(20, "with its token: rc bulk resume abc --profile garden"),
            "with its token:\n  rc bulk resume abc --profile garden"
        );
        assert_eq!(
            at(20, "add: --map 'Promo Code=code' --map Type=value_type"),
            "add:\n  --map 'Promo Code=code' --map Type=value_type"
        );
    }

    #[test]
    fn width_counts_columns_of_the_terminal() {
        assert_eq!(
            at(20, "日本語日本語 日本語日本語"),
            "日本語日本語\n  日本語日本語"
        );
    }

    proptest::proptest! {
        #[test]
        fn wrapping_changes_blanks_only(text in "[a-z \n]{0,120}", width in 20_usize..60) {
            let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            proptest::prop_assert_eq!(squeezed(&at(width, &text)), squeezed(&text));
        }
    }
}
