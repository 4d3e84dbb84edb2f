//! How many rows may be gone at once.

use super::*;
use crate::sync::run::fixture::{Lines, run};

#[test]
fn more_than_a_tenth_of_a_table_is_not_marked_unless_it_is_confirmed_or_one_row() {
    let folder = tempfile::tempdir().unwrap();
    let lines = Lines::default();
    let mut run = run(folder.path(), &lines);
    for (gone, rows, is_too_much) in [
        (0, 0, false),
        (1, 1, false),
        (2, 2, true),
        (2, 19, true),
        (2, 20, false),
        (2, 21, false),
        (10, 100, false),
        (11, 100, true),
        (100, 100, true),
    ] {
        run.plan.confirmed = false;
        assert_eq!(run.is_too_much(gone, rows), is_too_much, "{gone} of {rows}");
        run.plan.confirmed = true;
        assert!(!run.is_too_much(gone, rows), "{gone} of {rows}");
    }
}
