//! What was meant: the types that the command room works from.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use super::auth::{Auth, Profiles};
use super::bulk::Bulk;
use super::complete::Shell;
use super::manual::Manual;
use super::stats::Stats;
use crate::catalog::{Method, Operation, Parameter, Resource};
use crate::config::{Colour, NetworkFlags};
use crate::output::{Format, OnError, Variables};
use crate::request::Set;

/// One run of the program.
#[derive(Debug)]
pub struct Invocation {
    /// What every command understands.
    pub options: Options,
    /// What to do.
    pub action: Action,
}

/// What to do.
#[derive(Debug)]
pub enum Action {
    /// Call an operation of the catalogue.
    Call(Call),
    /// Send a free request.
    Free(Free),
    /// Check that everything is as it must be.
    Doctor,
    /// Print the API as an OpenAPI document.
    OpenApi,
    /// Print the script that completes in a shell.
    Completions(Shell),
    /// Print or write manual pages.
    Manual(Manual),
    /// Work with the local sandbox.
    Sandbox(Sandbox),
    /// Work with the token.
    Auth(Auth),
    /// Work with profiles.
    Profiles(Profiles),
    /// Work with many rows.
    Bulk(Bulk),
    /// Count and add up.
    Stats(Box<Stats>),
}

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

/// A request that is not of the catalogue.
#[derive(Debug)]
pub struct Free {
    /// HTTP method.
    pub method: Method,
    /// Path, with a slash at its beginning; may carry a query.
    pub path: String,
    /// `name=value` fields: query of a GET or DELETE, body otherwise.
    pub fields: Vec<Set>,
    /// A whole body: JSON, `@file` or `-`.
    pub body: Option<String>,
    /// Whether to follow a list to its end.
    pub paginate: bool,
    /// How far to follow it.
    pub paging: Paging,
}

/// How far to follow a list.
#[derive(Debug, Clone, Copy, Default)]
pub struct Paging {
    /// Stop after this many records.
    pub limit: Option<u64>,
    /// Records a page.
    pub page_size: Option<u32>,
}

/// What to do with the sandbox.
#[derive(Debug)]
pub enum Sandbox {
    /// Serve it on a port of this machine.
    Serve(Serving),
    /// Start over with the demo store.
    Reset,
    /// Start over with a made-up store.
    Seed {
        /// Customers in it.
        customers: u32,
        /// What it is derived from.
        seed: Option<u64>,
    },
    /// Print the whole store.
    Dump,
    /// Take a store that was printed.
    Load {
        /// The file that holds it; `-` stands for standard input.
        file: PathBuf,
    },
    /// Look at it or change how it is, beside its API.
    Control(Control),
}

/// What whoever runs a sandbox may see and do.
#[derive(Debug)]
pub enum Control {
    /// Show what the store holds, in numbers.
    State,
    /// Show which webhooks wait to be delivered.
    Deliveries,
    /// Show its time.
    ShowClock,
    /// Put its clock to a time.
    SetClock(String),
    /// Let time pass.
    AdvanceClock(String),
    /// Show what goes wrong on purpose.
    ShowFaults,
    /// Let things go wrong as a spec says.
    SetFaults(String),
    /// Let all go well.
    NoFaults,
    /// Show what was asked.
    Requests {
        /// Only those after the one of this number.
        after: Option<u64>,
        /// Only so many, the newest.
        last: Option<u64>,
    },
    /// Forget what was asked.
    ForgetRequests,
    /// Make a token.
    Token {
        /// Scopes it has; all without.
        scopes: Option<Vec<String>>,
        /// Name for humans.
        name: Option<String>,
        /// How much faster and larger its bucket is (`2x1`).
        multiplier: Option<String>,
    },
}

/// How a served sandbox works in the background; `None` leaves what is so.
#[derive(Debug)]
pub struct Background {
    /// Tasks of an async batch a second.
    pub batch_speed: Option<u32>,
    /// Of a hundred tasks, so many fail.
    pub task_failures: Option<u8>,
    /// Of a hundred async batches, so many break off.
    pub batch_failures: Option<u8>,
    /// What webhooks are signed with.
    pub client_secret: Option<SecretString>,
    /// From the first to the last attempt to deliver a webhook.
    pub webhook_window: Option<Duration>,
    /// Whether webhooks are delivered to other machines too.
    pub webhooks_anywhere: bool,
}

/// How to serve the sandbox.
#[derive(Debug)]
pub struct Serving {
    /// The address to listen on.
    pub host: IpAddr,
    /// The port; 0 takes a free one.
    pub port: u16,
    /// Customers in the store that is made up; the demo store without.
    pub customers: Option<u32>,
    /// What the made-up store is derived from.
    pub seed: Option<u64>,
    /// The file that the store is kept in.
    pub data: Option<PathBuf>,
    /// Whether it has the rate limit of the API.
    pub limited: bool,
    /// What goes wrong on purpose.
    pub faults: Option<String>,
    /// How long each answer takes at least.
    pub latency: Option<String>,
    /// How it works in the background.
    pub background: Background,
}

/// What every command understands.
#[derive(Debug, Clone)]
pub struct Options {
    /// What becomes of records.
    pub output: OutputOptions,
    /// When to use colour.
    pub colour: Colour,
    /// How errors are told.
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
    /// For spreadsheets.
    pub excel: bool,
    /// A file to write to.
    pub out: Option<PathBuf>,
}

/// How errors are told.
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
}
