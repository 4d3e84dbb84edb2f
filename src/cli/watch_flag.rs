//! `--watch SECONDS`, which every command that only reads understands.

use std::time::Duration;

use clap::{Arg, ArgMatches};

use crate::config::span;

/// The rounds are never closer.
const SHORTEST: Duration = Duration::from_secs(1);

/// Nor further apart: anyone who waits longer has a scheduler.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// The flag.
#[must_use]
pub fn flag() -> Arg {
    Arg::new("watch")
        .long("watch")
        .value_name("SECONDS")
        .value_parser(interval)
        .help_heading("Output")
        .help(
            "read repeatedly: refresh the screen on a terminal, print changes as NDJSON elsewhere",
        )
}

/// The interval that was asked for, where the flag is understood.
#[must_use]
pub fn watched(matches: &ArgMatches) -> Option<Duration> {
    let watched = matches.try_get_one("watch").ok().flatten();
    watched.copied()
}

/// Seconds, or a span with its unit.
fn interval(word: &str) -> Result<Duration, String> {
    let seconds = word.parse().map(Duration::from_secs).ok();
    let interval = seconds.or_else(|| span(word).ok());
    interval
        .filter(|interval| (SHORTEST..=LONGEST).contains(interval))
        .ok_or_else(|| "not a number of seconds from 1 on, or a span like 30s or 5m".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_plain_numbers_or_spans() {
        assert_eq!(interval("5"), Ok(Duration::from_secs(5)));
        assert_eq!(interval("1500ms"), Ok(Duration::from_millis(1500)));
        assert_eq!(interval("2m"), Ok(Duration::from_secs(120)));
        for wrong in ["0", "500ms", "-1", "x", "", "2d"] {
            assert!(interval(wrong).is_err(), "{wrong}");
        }
    }
}
