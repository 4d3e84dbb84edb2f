//! `rc sync status`: what a copy has. Sends nothing.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde_json::json;

use crate::catalog::build::field;
use crate::catalog::{Conventions, FieldKind, Object};
use crate::cli::Options;
use crate::error::{Error, Kind, Result};
use crate::output::Shape;
use crate::store;
use crate::sync::destination::files::DATABASE;
use crate::sync::destination::sqlite::{copy_of, status};
use crate::sync::destination::{Address, USUAL_FILE};
use crate::ui::Run;
use crate::ui::printer::{Described, Printer};

/// Prints what the copy has of each table.
pub(super) fn run(run: &mut Run, options: &Options, to: Option<&Address>) -> Result<()> {
    let path = file(to);
    let copy = open_copy(&path)?;
    let unreadable = |error| store::unreadable(&path.display().to_string(), error);
    let tables = status(&copy).map_err(unreadable)?;
    let described = Described {
        object: Some(&STATUS),
        ..Described::default()
    };
    let mut printer = Printer::prepare(run, options, Shape::Many, described)?;
    for table in tables {
        let record = json!({
            "table": table.name,
            "rows": table.rows,
            "deleted": table.deleted,
            "bookmark": table.state.bookmark.map(|time| time.to_string()),
            "completed": table.state.completed.map(|time| time.to_string()),
        });
        printer.record(&record.to_string())?;
    }
    printer.finish()?;
    Ok(())
}

/// The file of a destination.
pub(super) fn file(to: Option<&Address>) -> PathBuf {
    match to {
        None => PathBuf::from(USUAL_FILE),
        Some(Address::Sqlite(path)) => path.clone(),
        Some(Address::Ndjson(folder) | Address::Csv(folder)) => folder.join(DATABASE),
    }
}

/// Opens a copy for reading.
pub(in crate::commands) fn open_copy(path: &Path) -> Result<Connection> {
    let name = path.display();
    if !path.exists() {
        return Err(
            Error::new(Kind::NotFound, format!("there is no copy at {name}"))
                .hint("rc sync makes one"),
        );
    }
    let opened = store::open_to_read(path).and_then(|copy| Ok((copy_of(&copy)?, copy)));
    match opened {
        Ok((Some(_), copy)) => Ok(copy),
        Ok((None, _)) => {
            Err(Error::usage(format!("{name} is not a copy of a store")).hint("rc sync makes one"))
        }
        Err(error) => Err(Error::usage(format!("{name} cannot be read")).caused_by(error)),
    }
}

/// The fields of the status of a table.
static STATUS: Object = Object {
    name: "sync_status",
    fields: &[
        field("table", FieldKind::Text),
        field("rows", FieldKind::Integer),
        field("deleted", FieldKind::Integer),
        field("bookmark", FieldKind::Time),
        field("completed", FieldKind::Time),
    ],
    columns: &["table", "rows", "deleted", "bookmark", "completed"],
    conventions: &Conventions::PLAIN,
};
