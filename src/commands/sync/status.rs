//! `rc sync status`: what a copy has. Sends nothing.

use serde_json::json;

use super::place::{address, facts, none_at};
use crate::catalog::build::field;
use crate::catalog::{Conventions, FieldKind, Object};
use crate::cli::Options;
use crate::error::{Error, Result};
use crate::output::Shape;
use crate::sync::destination::Address;
use crate::ui::Run;
use crate::ui::printer::{Described, Printer};

/// Prints what the copy has of each table.
pub(super) fn run(run: &mut Run, options: &Options, to: Option<&Address>) -> Result<()> {
    let Some(copy) = facts(run, options, to)? else {
        return Err(none_at(&match address(run, to)? {
            Address::Sqlite(path) | Address::Ndjson(path) | Address::Csv(path) => {
                path.display().to_string()
            }
            Address::Lake(_, location) => location.to_string(),
            Address::Postgres(_) => "that database".to_owned(),
            Address::Singer(_) => {
                return Err(Error::usage("the rows of a Singer target cannot be read back")
                    .hint("its bookmarks are in the state: a run names the file, --state FILE another one"));
            }
        }));
    };
    let described = Described {
        object: Some(&STATUS),
        ..Described::default()
    };
    let mut printer = Printer::prepare(run, options, Shape::Many, described)?;
    for table in copy.tables {
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
