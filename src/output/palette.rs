//! Colours by meaning: the one place that names them.
//!
//! In come what a piece of text is and whether to colour; out comes its style,
//! which is empty without colour.

use anstyle::{AnsiColor, Style};

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

/// How things stand with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// Done, or going well.
    Good,
    /// On its way.
    Waiting,
    /// Over, or gone wrong.
    Bad,
}

impl Mood {
    /// Its colour.
    #[must_use]
    pub const fn style(self) -> Style {
        match self {
            Self::Good => AnsiColor::Green.on_default(),
            Self::Waiting => AnsiColor::Yellow.on_default(),
            Self::Bad => AnsiColor::Red.on_default(),
        }
    }
}

/// Whether a path leads to how things stand with a record.
pub(super) fn tells_status(path: &str) -> bool {
    let last = path.rsplit('.').next().unwrap_or(path);
    last == "status" || last.ends_with("_status")
}

/// What a status says; `None` for one that is neither good nor bad.
#[must_use]
pub fn mood(status: &str) -> Option<Mood> {
    Some(match status {
        "active" | "success" | "enabled" | "completed" | "valid" => Mood::Good,
        "queued"
        | "processing"
        | "pending"
        | "not_started"
        | "pending_manual_payment"
        | "partially_refunded" => Mood::Waiting,
        "cancelled" | "error" | "failed" | "refunded" | "fully_disabled" | "disabled"
        | "expired" | "invalid" => Mood::Bad,
        _ => return None,
    })
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
    fn statuses_have_moods_and_unknown_ones_none() {
        assert_eq!(mood("active"), Some(Mood::Good));
        assert_eq!(mood("queued"), Some(Mood::Waiting));
        assert_eq!(mood("fully_disabled"), Some(Mood::Bad));
        assert_eq!(mood("skipped"), None);
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
