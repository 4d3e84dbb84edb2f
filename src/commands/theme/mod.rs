//! `rc theme …`: themes of the customer portal, seen, checked and prepared for
//! migration on this machine.

mod check;
mod files;
#[cfg(feature = "sandbox")]
mod live;
mod migrate;
#[cfg(feature = "sandbox")]
mod pages;
mod render;
#[cfg(feature = "sandbox")]
mod serve;
#[cfg(feature = "sandbox")]
mod shell;
mod spec;
#[cfg(feature = "sandbox")]
mod store;
mod tables;

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use recharge_theme::folder::Theme;

use super::collision::{Files, NamedFile};
use super::{Command, verb_of};
use crate::cli::Options;
use crate::cli::values::text;
use crate::error::{Error, Result};
use crate::ui::Run;

pub(super) const COMMAND: Command = Command {
    spec: spec::SPEC,
    files,
    run,
};

fn files(matches: &ArgMatches) -> Result<Files> {
    let (verb, matches) = verb_of(matches)?;
    let mut files = Files::default();
    match verb {
        "render" => {
            let context = text(matches, "context").filter(|file| file != "-");
            files
                .read
                .extend(context.map(|file| NamedFile::new("--context", file)));
        }
        "pack" => {
            let file = text(matches, "file").unwrap_or_default();
            files.written.push(NamedFile::new("the archive", file));
        }
        "unpack" => {
            let file = text(matches, "file").unwrap_or_default();
            files.read.push(NamedFile::new("the archive", file));
        }
        _ => {}
    }
    Ok(files)
}

fn run(run: &mut Run, options: &Options, matches: &ArgMatches) -> Result<()> {
    if options.dry_run.is_some() {
        return Err(Error::usage(
            "--dry-run shows requests, and this command sends none",
        ));
    }
    let (verb, matches) = verb_of(matches)?;
    match verb {
        "check" => check::run(run, options, matches),
        "migrate" => migrate::run(run, options, matches),
        "render" => render::run(run, matches),
        "new" => files::new(run, matches),
        "pack" => files::pack(run, matches),
        "unpack" => files::unpack(run, matches),
        #[cfg(feature = "sandbox")]
        "serve" => serve::run(run, options, matches),
        #[cfg(not(feature = "sandbox"))]
        "serve" => Err(Error::usage(
            "this build has no sandbox, which serving a theme needs",
        )),
        "routes" => tables::routes(run, options),
        "objects" => tables::objects(run, options),
        _ => tables::filters(run, options),
    }
}

/// The folder of the theme.
fn folder(matches: &ArgMatches) -> PathBuf {
    text(matches, "dir")
        .unwrap_or_else(|| ".".to_owned())
        .into()
}

fn open(folder: &Path) -> Result<Theme> {
    Theme::open(folder).map_err(|error| {
        Error::usage(format!("cannot read a theme in {}", folder.display()))
            .hint("name the folder that has base.html")
            .caused_by(error)
    })
}
