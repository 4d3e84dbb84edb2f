//! Options of every command, and how far to follow a list.

use std::path::PathBuf;
use std::time::Duration;

use crate::config::{Colour, NetworkFlags};
use crate::output::{Format, OnError, Variables};

/// What every command understands.
#[derive(Debug, Clone)]
pub struct Options {
    /// What becomes of records.
    pub output: OutputOptions,
    /// When to use colour.
    pub colour: Colour,
    /// How errors are reported.
    pub errors: Option<ErrorForm>,
    /// Print requests instead of sending them.
    pub dry_run: Option<DryRun>,
    /// Do not ask.
    pub yes: bool,
    /// Stop at the first of many that fails.
    pub fail_fast: bool,
    /// Use the built-in sandbox.
    pub sandbox: bool,
    /// Where the API answers.
    pub base_url: Option<String>,
    /// What names the store in the base URL of its API.
    pub store_hash: Option<String>,
    /// The version of the API.
    pub api_version: Option<String>,
    /// How requests get there.
    pub network: NetworkFlags,
    /// How much to show of requests: nothing, a line, everything.
    pub verbose: u8,
    /// A file for all requests and answers.
    pub trace: Option<PathBuf>,
    /// The profile to work with.
    pub profile: Option<String>,
    /// Attempts after the first one.
    pub max_retries: Option<u32>,
    /// The time for them.
    pub max_time: Option<Duration>,
}

/// What becomes of records.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag that stands for itself"
)]
#[derive(Debug, Clone)]
pub struct OutputOptions {
    /// The format, if one was chosen.
    pub format: Option<Format>,
    /// A jq filter.
    pub jq: Option<String>,
    /// What it is given besides its record.
    pub variables: Variables,
    /// What becomes of a record that it fails on.
    pub jq_errors: Option<OnError>,
    /// Text results without quotes.
    pub raw: bool,
    /// Gather all records into one list first.
    pub slurp: bool,
    /// Columns of tables and CSV.
    pub columns: Option<String>,
    /// In CSV, columns for fields that the catalogue lacks too.
    pub all_columns: bool,
    /// For spreadsheets; implies CSV.
    pub excel: bool,
    /// Leave out the line of headings.
    pub no_headers: bool,
    /// Print the number of records instead of them.
    pub count: bool,
    /// A file to write to.
    pub out: Option<PathBuf>,
}

/// How errors are reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorForm {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// How a dry run prints requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DryRun {
    /// As text, or as JSON when that is the chosen format.
    Request,
    /// As a command for `curl`.
    Curl,
    /// What an update would change. This reads the object, and needs a token.
    Diff,
}

/// How far to follow a list.
#[derive(Debug, Clone, Copy, Default)]
pub struct Paging {
    /// Stop after this many records.
    pub limit: Option<u64>,
    /// Records a page.
    pub page_size: Option<u32>,
}
