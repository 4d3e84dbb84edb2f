//! The words of a call of an operation.

use std::time::Duration;

use clap::ArgMatches;

use crate::api::request::Set;
use crate::catalog::{Operation, Parameter, ParameterRole, Resource};
use crate::cli::values::{paging, sets, text, texts};
use crate::cli::{Paging, watch_flag};
use crate::error::Result;

/// A call of an operation, with values as typed.
#[derive(Debug)]
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

/// What the words of an operation come to.
///
/// # Errors
/// A usage error for a value without a name.
pub(crate) fn call(
    resource: &'static Resource,
    operation: &'static Operation,
    matches: &ArgMatches,
) -> Result<Call> {
    let mut given = Vec::new();
    for parameter in operation
        .flags()
        .filter(|parameter| parameter.role != ParameterRole::PageSize)
    {
        let words = texts(matches, parameter.name);
        if !words.is_empty() {
            given.push((parameter, words));
        }
    }
    let takes_body = operation.takes_body();
    Ok(Call {
        resource,
        operation,
        targets: if operation.path_parameters.is_empty() {
            Vec::new()
        } else {
            texts(matches, "target")
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
