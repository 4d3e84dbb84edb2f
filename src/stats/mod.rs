//! Figures about a list: its records grouped, counted and added up.
//!
//! In come the words of the command line, which become a [`Plan`], and then
//! records as JSON text, one at a time; a [`Tally`] keeps a few numbers for
//! each group and no record. Out come [`Figures`]: rows in a sensible order,
//! as JSON texts or as labels for a picture. Amounts are decimal and exact.
//! Nothing here knows where records come from or how figures are shown.

mod calendar;
mod decimal;
mod figures;
mod plan;
mod tally;

#[cfg(test)]
mod tests;

pub use calendar::Span;
pub use decimal::Decimal;
pub use figures::{Figures, Row};
pub use plan::{Kind, Plan, Wish, usual_time};
pub use tally::{MOST_GROUPS, Tally};
