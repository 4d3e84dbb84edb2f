//! The words of `rc stats`.

use clap::ArgMatches;

use super::spec::{listed, zone};
use crate::catalog::VersionedRow;
use crate::catalog::kebab;
use crate::cli::values::{text, texts};
use crate::commands::FAMILY;
use crate::commands::call::args::{self as call, Call};
use crate::error::{Error, Result};
use crate::stats::{MeasureKind, StatsQuery};

/// What to work out.
#[derive(Debug)]
pub(in crate::commands) struct Stats {
    /// The list, with its filters.
    pub(in crate::commands) call: Call,
    /// What of it.
    pub(in crate::commands) wish: StatsQuery,
}

/// What the words come to.
pub(in crate::commands) fn stats_of(name: &str, matches: &ArgMatches) -> Result<Stats> {
    let found = listed().find(|(resource, _)| kebab(resource.name) == name);
    let (resource, operation) =
        found.ok_or_else(|| Error::usage(format!("{name} has no list to count")))?;
    let mut measures = Vec::new();
    for kind in MeasureKind::ALL {
        for field in texts(matches, kind.name()) {
            let measure = (kind, field);
            if !measures.contains(&measure) {
                measures.push(measure);
            }
        }
    }
    let mut by: Vec<String> = Vec::new();
    for word in texts(matches, "by") {
        // A bare `--by day` is clearer than an error about two of them.
        if !by.contains(&word) {
            by.push(word);
        }
    }
    let row = VersionedRow {
        api: FAMILY.newest(),
        resource,
        operation,
    };
    let zone = text(matches, "zone").map(|word| zone(&word));
    Ok(Stats {
        call: call::call(row, &[row], matches)?,
        wish: StatsQuery {
            on: text(matches, "on"),
            measures,
            by_count: matches.get_flag("count"),
            top: matches.get_one("top").copied(),
            zone: zone.transpose().map_err(Error::usage)?,
            by,
        },
    })
}
