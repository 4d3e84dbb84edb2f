//! Colours by meaning: the one place that names them.
//!
//! Takes what a piece of text is and whether to colour; returns its style,
//! which is empty without colour.

use anstyle::{AnsiColor, Style};

use crate::catalog::Tone;

/// Keys of JSON and names of fields.
pub(super) const KEY: Style = AnsiColor::Blue.on_default().bold();
/// Texts in JSON.
pub(super) const TEXT: Style = AnsiColor::Green.on_default();
/// Numbers in JSON.
pub(super) const NUMBER: Style = AnsiColor::Cyan.on_default();
/// `true` and `false`.
pub(super) const BOOLEAN: Style = AnsiColor::Yellow.on_default();
/// `null`.
pub(super) const NULL: Style = Style::new().dimmed();
/// The first line of a table.
pub(super) const HEADING: Style = Style::new().bold();

/// A bar of which nothing else is known.
pub(super) const BAR: Style = AnsiColor::Cyan.on_default();

/// The style of a value with this tone; none without one.
pub(super) const fn tone_style(tone: Option<Tone>) -> Style {
    match tone {
        Some(Tone::Good) => AnsiColor::Green.on_default(),
        Some(Tone::Waiting) => AnsiColor::Yellow.on_default(),
        Some(Tone::Bad) => AnsiColor::Red.on_default(),
        None => Style::new(),
    }
}

/// Appends a text in a style.
pub(super) fn paint(text: &str, style: Style, colour: bool, out: &mut String) {
    if !colour {
        out.push_str(text);
        return;
    }
    out.push_str(&style.render().to_string());
    out.push_str(text);
    out.push_str(&style.render_reset().to_string());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tone_style_differs_for_each_tone_and_is_plain_without_one() {
        let tones = [None, Some(Tone::Good), Some(Tone::Waiting), Some(Tone::Bad)];
        let styles = tones.map(tone_style);
        assert_eq!(styles[0], Style::new());
        for (at, style) in styles.iter().enumerate() {
            assert!(!styles[..at].contains(style), "{:?}", tones[at]);
        }
    }

    #[test]
    fn without_colour_there_is_no_escape() {
        let mut out = String::new();
        paint("x", KEY, false, &mut out);
        assert_eq!(out, "x");
        paint("x", KEY, true, &mut out);
        assert_eq!(out, "x\u{1b}[1m\u{1b}[34mx\u{1b}[0m");
    }
}
