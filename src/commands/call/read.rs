//! Reading the values that the user named: `@file` and `-`.

use super::args::Call;
use crate::api::request::{self, GivenValue, Values};
use crate::catalog::Parameter;
use crate::error::{Error, Result};
use crate::ui::input::Input;

/// The values of a call, with files read and checked.
pub(in crate::commands) fn values(call: &Call, input: &mut Input) -> Result<Values> {
    let body = call
        .body
        .as_deref()
        .map(|word| input.text(word))
        .transpose()?;
    let mut given = Vec::new();
    for (parameter, words) in &call.given {
        let words = words
            .iter()
            .map(|word| value(parameter, word, input))
            .collect::<Result<Vec<_>>>()?;
        given.push(GivenValue { parameter, words });
    }
    Ok(Values {
        given,
        body,
        set: call.set.clone(),
    })
}

fn value(parameter: &Parameter, word: &str, input: &mut Input) -> Result<String> {
    if !parameter.takes_file() || !word.starts_with('@') {
        return Ok(word.to_owned());
    }
    let text = input.text(word)?;
    let text = text.trim().to_owned();
    request::check(parameter, &text).map_err(|reason| {
        let flag = parameter.flag_name();
        Error::usage(format!("{}: {reason} (for --{flag})", &word[1..]))
    })?;
    Ok(text)
}
