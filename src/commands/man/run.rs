//! `rc man`: prints a manual page, or writes all of them into a folder.

use std::fs;
use std::path::Path;

use super::args::Manual;
use crate::cli::{Options, manual};
use crate::commands::all;
use crate::error::{Error, Result};
use crate::output::FileTarget;
use crate::ui::Run;

/// Prints or writes what was asked for.
pub(in crate::commands) fn run(run: &mut Run, options: &Options, asked: &Manual) -> Result<()> {
    match asked {
        Manual::Page(words) => {
            let page = manual::page(&all(), words)?;
            let (mut to, target) = FileTarget::open(options.output.out.as_deref(), run.stdout()?)?;
            to.text(&page.text)?;
            to.let_out()?;
            target.commit()
        }
        Manual::All(folder) => {
            let pages = manual::pages(&all());
            write(folder, &pages)?;
            let (count, folder) = (pages.len(), folder.display());
            run.reporter
                .done(&format!("{count} manual pages are in {folder}"));
            Ok(())
        }
    }
}

fn write(folder: &Path, pages: &[manual::ManualPage]) -> Result<()> {
    let unwritable = |path: &Path, error| {
        Error::usage(format!("cannot write {}", path.display())).caused_by(error)
    };
    fs::create_dir_all(folder).map_err(|error| unwritable(folder, error))?;
    for page in pages {
        let path = folder.join(&page.file);
        fs::write(&path, &page.text).map_err(|error| unwritable(&path, error))?;
    }
    Ok(())
}
