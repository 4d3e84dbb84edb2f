//! `rc sandbox load recharge.db`: a store that starts from a copy of a real one.
//!
//! The sandbox knows nothing of copies, and they know nothing of it: the rows of one
//! are handed to the other here.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::commands::sync::open_copy;
use crate::error::{Error, Result};
use crate::sandbox::State;
use crate::sandbox::records::StoreRecords;
use crate::sync::{CopiedTable, tables};
use crate::ui::Run;

/// What a file of `SQLite` begins with.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// Whether a file is a database.
pub(super) fn is_database(file: &Path) -> bool {
    let mut begin = [0; MAGIC.len()];
    let read = File::open(file).and_then(|mut file| file.read_exact(&mut begin));
    read.is_ok() && begin == *MAGIC
}

/// The store that a copy is one of. It is held in memory, as each sandbox is.
///
/// # Errors
/// Of kind `Usage`: it is not a copy of such a store, or it cannot be read.
pub(super) fn state(run: &mut Run, file: &Path) -> Result<State> {
    let (copy, store) = open_copy(file)?;
    let name = file.display();
    let unreadable =
        |error: rusqlite::Error| Error::usage(format!("{name} cannot be read")).caused_by(error);
    let newest = run.family.newest();
    if store.api != newest.name {
        return Err(Error::usage(format!(
            "{name} is a copy of a store of {}, but the sandbox is one of {}",
            store.api, newest.name
        )));
    }
    let mut records = StoreRecords::new((run.clock)());
    for table in tables(run.family, Some(newest.version)) {
        let Some(copied) = CopiedTable::find(&copy, &table).map_err(unreadable)? else {
            run.reporter.note(&lacking(&table.name, newest.version));
            continue;
        };
        let added = copied.records(&copy, |record| records.add(table.object, record).map(drop));
        added
            .map_err(unreadable)?
            .map_err(|what| Error::usage(format!("{name} cannot be loaded: {what}")))?;
    }
    Ok(records.finish())
}

/// The note on a table that the copy does not have.
fn lacking(table: &str, version: &str) -> String {
    format!("the copy has no {table} of version {version}, so the sandbox has none")
}
