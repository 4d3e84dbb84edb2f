//! A picture of figures: a table whose rows end in bars.
//!
//! Takes labels, figures and how long each bar is; returns lines fitted to the
//! terminal. Bars are made of eighths of a letter, so that small differences
//! can be seen. Where there is no room for bars, there are none.

use unicode_width::UnicodeWidthStr;

use super::grid::{Grid, Lane, Overflow, StyledCell};
use super::layout::{ColumnWish, GAP, Give, fit};
use super::palette::{BAR, HEADING, tone_style};
use super::{Style, visible};
use crate::catalog::Tone;

/// A bar that is shorter shows nothing.
const SHORTEST: usize = 4;

/// The room that labels leave to bars, if they can.
const ENOUGH: usize = 10;

/// A bar that is longer is not a plainer.
const LONGEST: usize = 80;

/// The width of what is not a terminal, or does not tell.
const USUAL: usize = 80;

/// Eighths of a letter, from one to seven.
const EIGHTHS: [char; 7] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// What to draw.
#[derive(Debug, Default)]
pub struct Bars {
    /// What is above each column: labels first, then figures.
    pub headings: Vec<String>,
    /// How many of them are labels.
    pub labels: usize,
    /// The rows.
    pub rows: Vec<Bar>,
    /// The last row, which has no bar.
    pub total: Option<Vec<String>>,
}

/// One row.
#[derive(Debug, Default)]
pub struct Bar {
    /// A text for each column.
    pub cells: Vec<String>,
    /// How long the bar is, from 0 to 1.
    pub share: f64,
    /// The tone of the status that it counts.
    pub tone: Option<Tone>,
}

impl Bars {
    /// The picture, as lines.
    #[must_use]
    pub fn draw(&self, style: Style) -> String {
        let terminal = style.terminal_width.map_or(USUAL, usize::from);
        let rows: Vec<Vec<String>> = self.rows.iter().map(|bar| self.shown(&bar.cells)).collect();
        let total = self.total.as_deref().map(|cells| self.shown(cells));
        let headings: Vec<String> = self.headings.iter().map(|text| harmless(text)).collect();
        let right: Vec<bool> = (0..headings.len())
            .map(|at| at >= self.labels || numbers_only(&rows, at))
            .collect();
        let wishes: Vec<ColumnWish> = (0..headings.len())
            .map(|at| wish(at, &headings, &right, rows.iter().chain(&total)))
            .collect();
        let widths = fit(&wishes, Some(terminal.saturating_sub(GAP + ENOUGH)));
        let used: usize = widths.iter().map(|width| width + GAP).sum();
        let room = terminal.saturating_sub(used);
        let (widths, room) = if room < SHORTEST {
            (fit(&wishes, Some(terminal)), 0)
        } else {
            (widths, room.min(LONGEST))
        };
        let mut lanes: Vec<Lane> = widths
            .into_iter()
            .zip(right)
            .map(|(width, right)| Lane { width, right })
            .collect();
        if room > 0 {
            let right = false;
            lanes.push(Lane { width: room, right });
        }
        let grid = Grid::new(lanes, Overflow::Truncate(terminal), style.colour);
        let headings: Vec<String> = headings.iter().map(|text| text.to_uppercase()).collect();
        let mut lines = vec![styled(&headings, HEADING)];
        for (cells, bar) in rows.iter().zip(&self.rows) {
            let colour = bar.tone.map_or(BAR, |tone| tone_style(Some(tone)));
            let mut line = styled(cells, anstyle::Style::new());
            line.push(StyledCell::new(bar_of(bar.share, room), colour));
            lines.push(line);
        }
        lines.extend(total.as_deref().map(|total| styled(total, HEADING)));
        let mut out = String::new();
        grid.draw(&lines, &mut out);
        out
    }

    /// Cells that cannot steer the terminal, with figures that can be read at a
    /// glance.
    fn shown(&self, cells: &[String]) -> Vec<String> {
        let cells = cells.iter().enumerate();
        let shown = cells.map(|(at, cell)| {
            if at >= self.labels {
                in_thousands(cell)
            } else {
                harmless(cell)
            }
        });
        shown.collect()
    }
}

fn styled(cells: &[String], style: anstyle::Style) -> Vec<StyledCell<'_>> {
    let cells = cells.iter();
    cells.map(|cell| StyledCell::new(cell, style)).collect()
}

fn harmless(text: &str) -> String {
    visible::one_line(text).into_owned()
}

fn wish<'a>(
    at: usize,
    headings: &[String],
    right: &[bool],
    rows: impl Iterator<Item = &'a Vec<String>>,
) -> ColumnWish {
    let cells = rows.filter_map(|row| row.get(at));
    ColumnWish {
        heading: headings[at].to_uppercase().width(),
        cells: cells.map(|cell| cell.width()).max().unwrap_or(0),
        give: if right[at] { Give::Number } else { Give::Text },
    }
}

fn numbers_only(rows: &[Vec<String>], at: usize) -> bool {
    let mut cells = rows.iter().filter_map(|row| row.get(at));
    cells.all(|cell| {
        !cell.is_empty()
            && cell
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.')
    })
}

/// A bar of that length; whatever is more than nothing can be seen.
fn bar_of(share: f64, room: usize) -> String {
    if room == 0 || share <= 0.0 {
        return String::new();
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a few hundred eighths of a letter"
    )]
    let eighths = ((share.min(1.0) * (room * 8) as f64).round() as usize).max(1);
    let mut bar = "█".repeat(eighths / 8);
    bar.extend(
        (eighths % 8)
            .checked_sub(1)
            .and_then(|rest| EIGHTHS.get(rest)),
    );
    bar
}

/// A number with a comma after each three digits of its whole part.
fn in_thousands(number: &str) -> String {
    let (sign, digits) = match number.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", number),
    };
    let (whole, fraction) = match digits.find('.') {
        Some(point) => digits.split_at(point),
        None => (digits, ""),
    };
    let mut out = sign.to_owned();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out.push_str(fraction);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::tones_at;

    fn picture(width: u16, colour: bool) -> String {
        let bar = |label: &str, count: &str, share| Bar {
            cells: vec![label.to_owned(), count.to_owned()],
            share,
            tone: tones_at(None, "status").of(label),
        };
        let bars = Bars {
            headings: vec!["status".to_owned(), "count".to_owned()],
            labels: 1,
            rows: vec![
                bar("active", "1234", 1.0),
                bar("cancelled", "617", 0.5),
                bar("expired", "1", 0.0008),
                bar("none", "0", 0.0),
            ],
            total: Some(vec!["total".to_owned(), "1852".to_owned()]),
        };
        bars.draw(Style {
            colour,
            terminal_width: Some(width),
        })
    }

    #[test]
    fn bars_fill_what_labels_and_figures_leave() {
        assert_eq!(
            picture(38, false),
            "STATUS     COUNT\n\
             active     1,234  ████████████████████\n\
             cancelled    617  ██████████\n\
             expired        1  ▏\n\
             none           0\n\
             total      1,852\n"
        );
        let wide = picture(400, false);
        assert_eq!(wide.matches('█').count(), 120);
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for width in 15..120 {
            for line in picture(width, false).lines() {
                assert!(line.width() <= usize::from(width), "{width}: {line}");
            }
        }
        assert!(!picture(18, false).contains('█'));
    }

    #[test]
    fn bars_have_the_colour_of_their_status_and_none_when_none_is_wanted() {
        let painted = picture(38, true);
        assert!(painted.contains("\u{1b}[32m██"));
        assert!(painted.contains("\u{1b}[31m██"));
        assert!(!picture(38, false).contains('\u{1b}'));
    }

    #[test]
    fn eighths_tell_small_differences() {
        assert_eq!(bar_of(1.0, 2), "██");
        assert_eq!(bar_of(0.95, 2), "█▉");
        assert_eq!(bar_of(0.9, 2), "█▊");
        assert_eq!(bar_of(0.0001, 2), "▏");
        assert_eq!(bar_of(-1.0, 2), "");
    }

    #[test]
    fn thousands_are_set_apart() {
        for (number, shown) in [
            ("0", "0"),
            ("999", "999"),
            ("1000", "1,000"),
            ("-1234567.50", "-1,234,567.50"),
            ("", ""),
        ] {
            assert_eq!(in_thousands(number), shown);
        }
    }

    #[test]
    fn labels_cannot_steer_the_terminal() {
        let bars = Bars {
            headings: vec!["note".to_owned(), "count".to_owned()],
            labels: 1,
            rows: vec![Bar {
                cells: vec!["\u{1b}[31mred".to_owned(), "1".to_owned()],
                share: 1.0,
                tone: None,
            }],
            total: None,
        };
        assert!(!bars.draw(Style::PLAIN).contains('\u{1b}'));
    }
}
