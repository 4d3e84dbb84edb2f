//! Cells that a spreadsheet would compute: an apostrophe before them keeps it
//! from that, and is taken off again by anyone who reads what was written so.
//! Pure; the two functions are each other's reverse.

use std::borrow::Cow;

/// A cell as a spreadsheet may have it.
#[must_use]
pub fn defused(cell: &str) -> Cow<'_, str> {
    if is_formula(cell.trim_start_matches('\'')) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

/// What a cell was before it was defused.
#[must_use]
pub fn restored(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_formula(rest.trim_start_matches('\'')) => rest,
        _ => cell,
    }
}

/// Whether a spreadsheet would compute the cell. A plain number is none.
fn is_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) && !is_number(cell)
}

fn is_number(cell: &str) -> bool {
    let digits = cell.strip_prefix(['+', '-']).unwrap_or(cell);
    digits.starts_with(|letter: char| letter.is_ascii_digit())
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.matches('.').count() <= 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_what_would_be_computed_is_changed() {
        for cell in ["", "a=1", "-5.00", "+48123", "'tis", "'", "it's"] {
            assert_eq!(defused(cell), cell);
            assert_eq!(restored(cell), cell);
        }
        for (cell, safe) in [
            ("=1+1", "'=1+1"),
            ("'=1", "''=1"),
            ("@x", "'@x"),
            ("-", "'-"),
        ] {
            assert_eq!(defused(cell), safe);
            assert_eq!(restored(safe), cell);
        }
    }

    proptest! {
        #[test]
        fn whatever_a_cell_is_it_is_restored_and_harmless_meanwhile(cell in "['=+@\t\n0-9.a-]{0,6}") {
            let safe = defused(&cell);
            prop_assert_eq!(restored(&safe), &cell);
            prop_assert!(!is_formula(&safe));
        }
    }
}
