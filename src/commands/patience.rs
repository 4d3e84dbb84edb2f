//! How much patience a command has with requests that fail: flag, then
//! environment, then default.

use std::time::Duration;

use crate::api::client::retry::Budget;
use crate::bulk::run::PATIENCE;
use crate::cli::Options;
use crate::config::{self, Environment, variable};
use crate::error::{Error, Result};

/// What a request may cost.
pub(super) fn budget(options: &Options, environment: &Environment) -> Result<Budget> {
    let standard = Budget::default();
    let retries = set(environment, variable::MAX_RETRIES, |word| {
        word.parse().map_err(|_| "a whole number".to_owned())
    })?;
    let time = set(environment, variable::MAX_TIME, config::span)?;
    let retries = options.max_retries.or(retries);
    Ok(Budget {
        retries: retries.unwrap_or(standard.retries),
        // Anyone who gives a number means it.
        unmet: retries.unwrap_or(standard.unmet),
        time: options.max_time.or(time).unwrap_or(standard.time),
    })
}

/// How long an async batch may make no progress.
pub(super) fn of_batches(options: &Options, environment: &Environment) -> Result<Duration> {
    let time = set(environment, variable::MAX_TIME, config::span)?;
    Ok(options.max_time.or(time).unwrap_or(PATIENCE))
}

/// The value of a variable, when it is set.
fn set<T>(
    environment: &Environment,
    name: &str,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<Option<T>> {
    let Some(word) = config::read(environment, name)? else {
        return Ok(None);
    };
    let wrong = |wanted| Error::usage(format!("{name} is {word:?}, and must be {wanted}"));
    parse(word).map(Some).map_err(wrong)
}
