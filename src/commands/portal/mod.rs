//! `rc portal`: the customer portal, for support and for themes.

mod access;
mod args;
mod link;
mod objects;
mod open;
mod request;
mod routes;
mod spec;

use super::collision::{Files, NamedFile};
use super::{Command, at_file, verb_of};
use args::Portal;

pub(super) const COMMAND: Command = Command {
    spec: spec::SPEC,
    files: |matches| {
        let (verb, inner) = verb_of(matches)?;
        let words = args::portal(verb, inner)?;
        let mut read = Vec::new();
        match &words {
            Portal::Objects(objects) => {
                read.extend(named("schema file", objects.schema_file.as_ref()));
            }
            Portal::Request(request) => {
                read.extend(request.body.iter().filter_map(|word| at_file(word)));
            }
            Portal::Link { .. } | Portal::Routes => {}
        }
        read.extend(
            words
                .customer()
                .and_then(|of| named("token file", of.token_file.as_ref())),
        );
        Ok(Files::reading(read.into_iter()))
    },
    run: |run, options, matches| {
        let (verb, inner) = verb_of(matches)?;
        match args::portal(verb, inner)? {
            Portal::Link { customer, opens } => link::run(run, options, &customer, opens),
            Portal::Objects(objects) => objects::run(run, options, &objects),
            Portal::Request(request) => request::run(run, options, &request),
            Portal::Routes => routes::run(run, options),
        }
    },
};

fn named(what: &'static str, file: Option<&String>) -> Option<NamedFile> {
    let file = file.filter(|file| *file != "-")?;
    Some(NamedFile::new(what, file))
}
