//! The words of a call of an operation.

use std::time::Duration;

use clap::ArgMatches;

use crate::api::request::Set;
use crate::catalog::{Operation, Parameter, ParameterRole, Resource, VersionedRow};
use crate::cli::tree::united;
use crate::cli::values::{paging, sets, text, texts};
use crate::cli::{Paging, argument, watch_flag};
use crate::error::{Error, Result};

/// A call of an operation, with values as typed.
#[derive(Debug, Clone)]
pub struct Call {
    /// The resource.
    pub resource: &'static Resource,
    /// The operation.
    pub operation: &'static Operation,
    /// What it acts on; `-` stands for standard input.
    pub targets: Vec<String>,
    /// Words for parameters; JSON may still be `@file`.
    pub given: Vec<(&'static Parameter, Vec<String>)>,
    /// A whole body: JSON, `@file` or `-`.
    pub body: Option<String>,
    /// Nested values.
    pub set: Vec<Set>,
    /// How far to follow a list.
    pub paging: Paging,
    /// How long to wait before reading it again, over and over.
    pub watch: Option<Duration>,
}

/// The separator between the parts of a target, which are numbers.
pub(super) const PART_SEPARATOR: &str = " ";

impl Call {
    /// The same call in the version of a row.
    ///
    /// # Errors
    /// Of kind `Usage`: a parameter is given that the version lacks.
    pub(crate) fn in_version(&self, row: VersionedRow) -> Result<Self> {
        let mut call = self.clone();
        call.resource = row.resource;
        call.operation = row.operation;
        for (parameter, _) in &mut call.given {
            let mut own = row.operation.flags();
            let known = own.find(|own| own.name == parameter.name);
            *parameter = known.ok_or_else(|| {
                let (flag, version) = (parameter.flag_name(), row.api.version);
                Error::usage(format!(
                    "version {version} of the API has no --{flag} for this command"
                ))
            })?;
        }
        Ok(call)
    }
}

/// What the words of an operation come to: the call of the newest row, `row`,
/// with parameters of all `rows` that the command was built from.
///
/// # Errors
/// A usage error for a value without a name.
pub(crate) fn call(row: VersionedRow, rows: &[VersionedRow], matches: &ArgMatches) -> Result<Call> {
    let VersionedRow {
        resource,
        operation,
        ..
    } = row;
    let mut given = Vec::new();
    let query = united(rows, |row| row.query);
    let parameters = query.chain(united(rows, |row| row.body));
    for parameter in parameters.filter(|parameter| parameter.role != ParameterRole::PageSize) {
        let words = texts(matches, parameter.name);
        if !words.is_empty() {
            given.push((parameter, words));
        }
    }
    let takes_body = operation.takes_body();
    Ok(Call {
        resource,
        operation,
        targets: match operation.path_parameters {
            [] => Vec::new(),
            [_] => {
                let words = texts(matches, "target");
                words
                    .iter()
                    .flat_map(|word| argument::targets_of(operation, word))
                    .collect()
            }
            // The parts of the path together name one target.
            [_, _, ..] => vec![texts(matches, "target").join(PART_SEPARATOR)],
        },
        given,
        body: if takes_body {
            text(matches, "body")
        } else {
            None
        },
        set: if takes_body {
            sets(matches)?
        } else {
            Vec::new()
        },
        paging: if operation.pages() {
            paging(matches)
        } else {
            Paging::default()
        },
        watch: watch_flag::watched(matches),
    })
}
