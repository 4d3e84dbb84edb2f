//! How wide the columns of a table are, and where a cell is cut: decisions
//! over widths, measured as a terminal shows them (CJK and emoji are two
//! wide, combining marks none).

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Spaces between columns.
pub(super) const GAP: usize = 2;

/// Narrowest that a column of text is made.
const NARROWEST: usize = 8;

/// Widest that a column is off a terminal, where longer cells run over; else
/// one long cell would put as many spaces into every other row.
const WIDEST: usize = 80;

/// How willingly a column gives way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Give {
    /// Text: first.
    Text,
    /// Times and words of a fixed set: when text alone is not enough.
    Word,
    /// Numbers: never, a cut number is a wrong number.
    Number,
}

/// Width at which a text can still be reported from others.
const READABLE: usize = 16;

/// What a column would like to be.
#[derive(Debug, Clone, Copy)]
pub(super) struct ColumnWish {
    /// Width of its heading.
    pub(super) heading: usize,
    /// Width of its widest cell.
    pub(super) cells: usize,
    /// How willingly it gives way.
    pub(super) give: Give,
}

/// How many of the columns, from the left, can be read on this terminal: those
/// for which text has room for a word or two and nothing else is cut.
pub(super) fn readable(wishes: &[ColumnWish], terminal: usize) -> usize {
    let mut used = 0;
    let fitting = wishes.iter().take_while(|wish| {
        let cells = match wish.give {
            Give::Text => wish.cells.min(READABLE),
            Give::Word | Give::Number => wish.cells,
        };
        used += cells.max(wish.heading.min(READABLE)) + GAP;
        used <= terminal + GAP
    });
    fitting.count().max(1)
}

/// The width of each column, so that all fit the terminal if they can.
pub(super) fn fit(wishes: &[ColumnWish], terminal: Option<usize>) -> Vec<usize> {
    let mut widths: Vec<usize> = wishes
        .iter()
        .map(|wish| wish.heading.max(wish.cells))
        .collect();
    let Some(terminal) = terminal else {
        for width in &mut widths {
            *width = (*width).min(WIDEST);
        }
        return widths;
    };
    let room = terminal.saturating_sub(GAP * wishes.len().saturating_sub(1));
    if widths.iter().sum::<usize>() > room {
        // A heading is worth less than a cell.
        shrink(&mut widths, wishes, room, |wish| {
            Some(wish.cells.max(wish.heading.min(NARROWEST)))
        });
    }
    for step in [Give::Text, Give::Word] {
        if widths.iter().sum::<usize>() > room {
            shrink(&mut widths, wishes, room, |wish| {
                (wish.give <= step).then_some(NARROWEST)
            });
        }
    }
    if widths.iter().sum::<usize>() > room {
        // What is left of long headings over short cells goes last.
        shrink(&mut widths, wishes, room, |wish| {
            Some(wish.cells.min(NARROWEST).max(if wish.give == Give::Number {
                wish.cells
            } else {
                1
            }))
        });
    }
    widths
}

/// Takes from the widest columns that give way, down to their floor, until all
/// fit into `room` or none can give more.
fn shrink(
    widths: &mut [usize],
    wishes: &[ColumnWish],
    room: usize,
    floor: impl Fn(&ColumnWish) -> Option<usize>,
) {
    let capped = |cap: usize| {
        let columns = widths.iter().zip(wishes);
        let capped = columns
            .map(|(width, wish)| floor(wish).map_or(*width, |floor| (*width).min(cap.max(floor))));
        capped.collect::<Vec<usize>>()
    };
    let (mut fits, mut too_wide) = (0, widths.iter().copied().max().unwrap_or(0));
    while too_wide - fits > 1 {
        let middle = usize::midpoint(fits, too_wide);
        if capped(middle).iter().sum::<usize>() <= room {
            fits = middle;
        } else {
            too_wide = middle;
        }
    }
    let narrow = capped(fits);
    widths.copy_from_slice(&narrow);
}

/// The text in no more than `width` columns, with `…` where it was cut.
pub(super) fn cut(text: &str, width: usize) -> Cow<'_, str> {
    if text.len() <= width || text.width() <= width {
        return Cow::Borrowed(text);
    }
    let mut kept = 0;
    let mut used = 0;
    for (at, cluster) in text.grapheme_indices(true) {
        used += cluster.width();
        if used + 1 > width {
            break;
        }
        kept = at + cluster.len();
    }
    let ellipsis = if width == 0 { "" } else { "…" };
    Cow::Owned(format!("{}{ellipsis}", &text[..kept]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn text(heading: usize, cells: usize) -> ColumnWish {
        ColumnWish {
            heading,
            cells,
            give: Give::Text,
        }
    }

    const fn number(heading: usize, cells: usize) -> ColumnWish {
        ColumnWish {
            heading,
            cells,
            give: Give::Number,
        }
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell_or_heading() {
        assert_eq!(fit(&[text(5, 3), number(2, 9)], Some(80)), [5, 9]);
        assert_eq!(fit(&[], Some(80)), [0; 0]);
    }

    #[test]
    fn the_widest_text_gives_way_first_and_numbers_never() {
        assert_eq!(
            fit(&[number(2, 20), text(5, 50), text(5, 12)], Some(60)),
            [20, 24, 12]
        );
        assert_eq!(fit(&[number(2, 20), text(5, 50)], Some(10)), [20, 8]);
    }

    #[test]
    fn long_headings_over_short_cells_give_way_before_any_cell() {
        assert_eq!(fit(&[text(20, 4), text(5, 12)], Some(24)), [10, 12]);
        assert_eq!(fit(&[text(20, 4), text(5, 30)], Some(40)), [8, 30]);
    }

    #[test]
    fn a_heading_keeps_a_little_until_nothing_else_is_left() {
        assert_eq!(fit(&[number(20, 2), number(20, 3)], Some(12)), [5, 5]);
    }

    #[test]
    fn columns_that_could_not_be_read_are_counted_out() {
        let wishes = [number(2, 9), text(5, 50), text(5, 6), number(2, 9)];
        assert_eq!(readable(&wishes, 80), 4);
        assert_eq!(readable(&wishes, 46), 4);
        assert_eq!(readable(&wishes, 45), 3);
        assert_eq!(readable(&wishes, 20), 1);
        assert_eq!(readable(&wishes, 1), 1);
    }

    #[test]
    fn off_a_terminal_one_long_cell_does_not_widen_all_rows() {
        assert_eq!(fit(&[text(2, 1_000_000), text(2, 9)], None), [80, 9]);
    }

    #[test]
    fn cutting_measures_as_a_terminal_shows() {
        assert_eq!(cut("subscription", 20), "subscription");
        assert_eq!(cut("subscription", 5), "subs…");
        assert_eq!(cut("日本語日本語", 6), "日本…");
        assert_eq!(cut("日本語", 6), "日本語");
        assert_eq!(
            cut("e\u{301}e\u{301}e\u{301}", 3),
            "e\u{301}e\u{301}e\u{301}"
        );
        assert_eq!(cut("e\u{301}e\u{301}e\u{301}e", 3), "e\u{301}e\u{301}…");
        assert_eq!(cut("👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧", 4), "👨‍👩‍👧…");
        assert_eq!(cut("abc", 1), "…");
        assert_eq!(cut("abc", 0), "");
    }
}
