//! The flags that go with `--jq`: variables for the filter, and what becomes
//! of a record that it fails on.
//!
//! Out of clap's matches come values under names; whether a filter is there to
//! use them is found where filters are compiled.

use clap::builder::{EnumValueParser, PossibleValue};
use clap::{Arg, ArgAction, ArgMatches, ValueEnum};

use crate::error::{Error, Result};
use crate::filter::{OnError, Variables};

impl ValueEnum for OnError {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Stop, Self::Skip]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(spelled(*self)))
    }
}

/// What `--jq-errors` calls it.
#[must_use]
pub const fn spelled(on_error: OnError) -> &'static str {
    match on_error {
        OnError::Stop => "stop",
        OnError::Skip => "skip",
    }
}

/// How `--jq-errors` is read.
pub(super) fn on_failure(arg: Arg) -> Arg {
    arg.value_parser(EnumValueParser::<OnError>::new())
        .hide_possible_values(true)
}

/// A flag with two values, as jq has them.
pub(super) fn pair(arg: Arg, values: [&'static str; 2]) -> Arg {
    arg.value_names(values)
        .num_args(2)
        .action(ArgAction::Append)
        .allow_hyphen_values(true)
}

/// Without a filter these flags would do nothing, in silence.
fn refuse_without_filter(matches: &ArgMatches) -> Result<()> {
    let mut alone = ["arg", "argjson", "jq-errors"].into_iter();
    match alone.find(|flag| matches.contains_id(flag)) {
        Some(flag) if !matches.contains_id("jq") => {
            Err(Error::usage(format!("--{flag} needs --jq")))
        }
        _ => Ok(()),
    }
}

/// The variables that were given, in their order.
pub fn variables(matches: &ArgMatches) -> Result<Variables> {
    refuse_without_filter(matches)?;
    let mut pairs = Vec::new();
    for flag in ["arg", "argjson"] {
        let indices = matches.indices_of(flag).into_iter().flatten();
        let words = matches.get_many::<String>(flag).into_iter().flatten();
        let mut placed = indices.zip(words);
        while let (Some((at, name)), Some((_, value))) = (placed.next(), placed.next()) {
            pairs.push((at, flag, name, value));
        }
    }
    pairs.sort_by_key(|(at, ..)| *at);
    let mut variables = Variables::default();
    for (_, flag, name, value) in pairs {
        match flag {
            "arg" => variables.text(name, value)?,
            _ => variables.json(name, value)?,
        }
    }
    Ok(variables)
}
