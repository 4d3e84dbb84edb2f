//! The operations of the API as commands: `rc <resource> <verb>`.

pub(crate) mod args;
mod columns;
mod confirm;
mod count;
mod facts;
pub(super) mod find;
pub(super) mod follow;
pub(in crate::commands) mod ids;
mod many;
pub(super) mod preflight;
pub(super) mod question;
mod read;
pub(super) mod rehearse;
mod resume;
pub(super) mod run;
mod unapplied;
mod upcoming;
mod watch;
pub(super) mod written;

use super::at_file;
use super::collision::NamedFile;
use args::Call;

/// The files that the values of a call name.
pub(super) fn files(call: &Call) -> impl Iterator<Item = NamedFile> {
    let words = call.given.iter().flat_map(|(_, words)| words);
    words.chain(&call.body).filter_map(|word| at_file(word))
}
