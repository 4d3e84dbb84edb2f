//! The mapping of a run: read from files, completed by a question on a
//! terminal, and saved.
//!
//! A file has one `COLUMN=NAME` a line, as `--map` takes it; an empty line
//! says nothing.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;

use serde_json::json;

use super::args::{Work, map_pair};
use crate::bulk::shape::{self, Mapping, ProposedColumn};
use crate::error::{Error, Result};
use crate::output::AtomicFile;
use crate::ui::Run;
use crate::ui::input::whole;

/// Largest mapping that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// Widest heading that is padded in the list of a proposal, in characters.
const WIDEST: usize = 32;

/// The mapping of the flags and of the files that they name. A flag comes
/// before a file. It is for a header when there is one: what a file says of
/// columns that this input does not have is left out.
///
/// # Errors
/// A file cannot be read, or a line of it is not a mapping.
pub(super) fn given(work: &Work) -> Result<Mapping> {
    let mut map = work.map.clone();
    for path in &work.map_files {
        for pair in read(path)? {
            if map.iter().all(|(heading, _)| *heading != pair.0) {
                map.push(pair);
            }
        }
    }
    Ok(map)
}

/// Leaves out what files say of columns that the input does not have.
pub(super) fn for_header(map: Mapping, work: &Work, header: &[String]) -> Mapping {
    let is_here = |heading: &str| header.iter().any(|name| name.trim() == heading.trim());
    map.into_iter()
        .filter(|(heading, _)| {
            let mut flags = work.map.iter().chain(&work.lookups);
            let by_flag = flags.any(|(given, _)| given == heading);
            by_flag || is_here(heading)
        })
        .collect()
}

fn read(path: &str) -> Result<Mapping> {
    let file = File::open(path).map_err(|error| Error::reading(path, error))?;
    let text = whole(file, path, LARGEST)?;
    let mut map = Mapping::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        let Some(pair) = map_pair(line) else {
            let message = format!("{path}:{number}: {line}: not a mapping");
            return Err(Error::usage(message).hint("write a line like: Promo Code=code"));
        };
        if map.iter().any(|(known, _)| *known == pair.0) {
            let message = format!("{path}:{number}: {} is mapped twice", pair.0);
            return Err(Error::usage(message).hint("delete one of the two lines"));
        }
        map.push(pair);
    }
    Ok(map)
}

/// Shows the names that are proposed for unknown headings, and asks whether
/// they are meant. Without a terminal, and after a no, the mapping is as it
/// was: the error about the header then prints the flags for it.
pub(super) fn complete(
    run: &mut Run,
    work: &Work,
    map: &mut Mapping,
    header: &[String],
) -> Result<()> {
    if !run.is_attended() {
        return Ok(());
    }
    let taken = work.constants.iter().map(|(name, _)| name.clone());
    let taken: Vec<String> = taken.collect();
    let proposed = shape::propose(
        work.resource,
        work.operation,
        work.engine,
        header,
        map,
        &taken,
    );
    if proposed.is_empty() {
        return Ok(());
    }
    show(run, work, &proposed);
    if run.agrees("Use these names?")? {
        map.extend(proposed.iter().map(ProposedColumn::pair));
    }
    Ok(())
}

fn show(run: &mut Run, work: &Work, proposed: &[ProposedColumn]) {
    let columns = if proposed.len() == 1 {
        "1 column has a name".to_owned()
    } else {
        format!("{} columns have names", proposed.len())
    };
    run.reporter.note(&format!(
        "{columns} that {} does not know; proposed:",
        work.named()
    ));
    let lengths = proposed.iter().map(|column| column.heading.chars().count());
    let width = lengths.max().unwrap_or_default().min(WIDEST);
    for ProposedColumn { heading, name } in proposed {
        let mut line = format!("  {heading:width$}  → ");
        let _ = match name {
            Some(name) => write!(line, "{name}"),
            None => write!(line, "(left out)"),
        };
        run.reporter.item(
            &line,
            || json!({"kind": "mapping", "column": heading, "name": name}),
        );
    }
}

/// Writes a mapping to the file of `--save-map`, if one is named.
///
/// # Errors
/// The file cannot be written, or a heading cannot be in it.
pub(super) fn save(run: &mut Run, work: &Work, map: &Mapping) -> Result<()> {
    let Some(path) = &work.save_map else {
        return Ok(());
    };
    let is_lookup = |heading: &str| work.lookups.iter().any(|(known, _)| known == heading);
    let mut text = String::new();
    let kept = map.iter().filter(|(heading, _)| !is_lookup(heading));
    for (heading, name) in kept.clone() {
        let _ = writeln!(text, "{heading}={name}");
    }
    let file = AtomicFile::create_private(path)?;
    let written = file.writer()?.write_all(text.as_bytes());
    written.map_err(|error| Error::writing(&path.display().to_string(), error))?;
    file.commit()?;
    run.reporter.note(&format!(
        "the mapping of {} is saved in {}; --map @{} uses it again",
        columns(kept.count()),
        path.display(),
        path.display()
    ));
    Ok(())
}

fn columns(count: usize) -> String {
    match count {
        1 => "1 column".to_owned(),
        count => format!("{count} columns"),
    }
}
