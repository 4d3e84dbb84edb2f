//! Bulk: a spreadsheet into the store, exactly once.
//!
//! The rooms are in the order in which a row meets them: [`read`] takes it out of
//! its file, [`shape`] gives its cells their places in a request and checks them,
//! [`plan`] divides what is good into batches, the [`ledger`] keeps it,
//! [`mod@run`] sends it and notes the result of it, and [`report`] says so.
//! Reading, shaping, planning and settling are pure; only `run` waits for answers.
//! Nothing here prints or asks.

pub mod change;
mod error_values;
mod invisible;
pub mod ledger;
pub mod lookup;
pub mod plan;
pub mod plan_file;
pub mod read;
pub mod report;
pub mod row;
pub mod run;
pub mod select;
pub mod settle;
pub mod shape;
pub mod undo;
pub mod values;

use crate::catalog::Operation;

/// How the rows of a job are carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// As tasks of async batches, in the background of the API.
    Batches,
    /// As one request each, within the rate limit.
    Requests,
}

impl Engine {
    /// Both, by the names that `--engine` takes.
    pub const ALL: [Self; 2] = [Self::Batches, Self::Requests];

    /// Its name: what `--engine` takes and reports show.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Batches => "batches",
            Self::Requests => "requests",
        }
    }

    /// The engine of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|engine| engine.name() == name)
    }

    /// The engine for an operation unless one is chosen: batches where there
    /// is a type for it.
    #[must_use]
    pub const fn of(operation: &Operation) -> Self {
        if operation.batch.is_some() {
            Self::Batches
        } else {
            Self::Requests
        }
    }
}
