//! `rc man`: prints a manual page, or writes all of them into a folder.

use std::fs;
use std::path::Path;

use super::args::Manual;
use crate::cli::{Options, manual, reference};
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
            let pages = pages.iter().map(|page| (&*page.file, &*page.text));
            let count = write(folder, pages)?;
            let folder = folder.display();
            run.reporter
                .done(&format!("{count} manual pages are in {folder}"));
            Ok(())
        }
        Manual::Reference(folder) => {
            let pages = reference::pages(&all());
            let pages = pages.iter().map(|page| (&*page.file, &*page.text));
            let count = write(folder, pages)?;
            let folder = folder.display();
            run.reporter
                .done(&format!("{count} pages of the reference are in {folder}"));
            Ok(())
        }
    }
}

/// Writes pages, given by their file and text; returns how many.
fn write<'a>(folder: &Path, pages: impl Iterator<Item = (&'a str, &'a str)>) -> Result<usize> {
    let unwritable = |path: &Path, error| {
        Error::usage(format!("cannot write {}", path.display())).caused_by(error)
    };
    fs::create_dir_all(folder).map_err(|error| unwritable(folder, error))?;
    let mut count = 0;
    for (file, text) in pages {
        let path = folder.join(file);
        fs::write(&path, text).map_err(|error| unwritable(&path, error))?;
        count += 1;
    }
    Ok(count)
}
