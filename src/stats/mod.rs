//! Figures about a list: its records are grouped, counted and added up.
//!
//! A [`StatsQuery`] comes in and becomes a [`StatsPlan`]; then records come in
//! as JSON text, one at a time. A [`GroupTally`] keeps a few numbers for each
//! group and no record. [`Figures`] go out: sorted rows, as JSON texts or as
//! labels for a chart. Amounts are decimal and exact. This module neither
//! fetches records nor prints figures.

mod calendar;
mod decimal;
mod figures;
mod plan;
mod tally;

#[cfg(test)]
mod tests;

pub use calendar::Period;
pub use decimal::Decimal;
pub use figures::{FigureRow, Figures};
pub use plan::{MeasureKind, StatsPlan, StatsQuery, usual_time};
pub use tally::{GroupTally, MOST_GROUPS};
