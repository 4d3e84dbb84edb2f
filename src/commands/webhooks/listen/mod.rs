//! `rc webhooks listen`: what happens in the store, as its webhooks tell it.

mod args;
mod forwarder;
mod run;
mod show;
mod spec;

use super::receive::{self, Receive};
use crate::commands::{Command, no_files};

pub(in crate::commands) use forwarder::{ForwardWords, flags as forward_flags, forwarder};
pub(in crate::commands) use show::since_moment;
pub(in crate::commands) use spec::pause;

pub(in crate::commands) const COMMAND: Command = Command {
    spec: spec::SPEC,
    files: no_files,
    run: |run, options, matches| match Receive::of(matches)? {
        Some(asked) => receive::run(run, options, &asked),
        None => run::run(run, options, &args::listen_of(matches)?),
    },
};
