//! A schedule in one cell: `3 months`.
//!
//! Takes the cells of its number, its unit and the number of units between two
//! charges; returns one cell. Pure.

use std::borrow::Cow;

use super::cell::Cell;

/// A column whose cell is made of three values of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct IntervalCells {
    /// The place of the number, which is that of the column.
    pub(super) number: usize,
    /// The place of the unit.
    pub(super) unit: usize,
    /// The place of the number of units between two charges.
    pub(super) charge: Option<usize>,
}

impl IntervalCells {
    /// Puts the schedule in the place of its number.
    pub(super) fn compose(self, cells: &mut [Cell<'_>]) {
        let charge = self.charge.map_or("", |charge| cells[charge].text());
        let (number, unit) = (cells[self.number].text(), cells[self.unit].text());
        if number.is_empty() {
            return;
        }
        let text = words(number, unit, charge);
        cells[self.number] = Cell::Text(Cow::Owned(text));
    }
}

/// `3 months`; what is charged in another rhythm says so.
fn words(number: &str, unit: &str, charge: &str) -> String {
    let orders = match (number, unit) {
        (number, "") => number.to_owned(),
        ("1", unit) => format!("1 {unit}"),
        (number, unit) => format!("{number} {unit}s"),
    };
    match charge {
        "" => orders,
        charge if charge == number => orders,
        "1" if !unit.is_empty() => format!("{orders}, billed every {unit}"),
        charge => format!("{orders}, billed every {charge}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedule_is_counted_and_says_when_charges_differ() {
        for (number, unit, charge, expected) in [
            ("1", "month", "1", "1 month"),
            ("3", "month", "3", "3 months"),
            ("15", "day", "", "15 days"),
            ("1", "month", "3", "1 month, billed every 3"),
            ("3", "week", "1", "3 weeks, billed every week"),
            ("2", "", "2", "2"),
        ] {
            assert_eq!(words(number, unit, charge), expected);
        }
    }
}
