//! `rc sql`: from words to rows.

use std::path::Path;

use clap::ArgMatches;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, Statement};
use serde_json::{Map, Value, json};

use crate::cli::Options;
use crate::cli::values::text;
use crate::commands::sync::open_copy;
use crate::error::{Error, Result};
use crate::filter::Flow;
use crate::output::Shape;
use crate::sync::sums;
use crate::ui::Run;
use crate::ui::printer::{Described, Printer};

/// The tables of a copy with their columns, without those of the program itself.
const TABLES: &str = "
    SELECT tables.name AS \"table\", group_concat(columns.name, ', ') AS columns
    FROM sqlite_schema AS tables JOIN pragma_table_info(tables.name) AS columns
    WHERE tables.type IN ('table', 'view') AND tables.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
      AND tables.name NOT LIKE '\\_sync\\_%' ESCAPE '\\'
    GROUP BY tables.name ORDER BY tables.name";

/// Asks the copy, and prints what it says.
pub(super) fn run(run: &mut Run, options: &Options, matches: &ArgMatches) -> Result<()> {
    if options.dry_run.is_some() {
        return Err(Error::usage(
            "--dry-run shows what would be sent, and this command sends nothing",
        ));
    }
    let query = if matches.get_flag("list-tables") {
        TABLES.to_owned()
    } else {
        query(run, matches)?
    };
    let database = text(matches, "database").unwrap_or_default();
    let (copy, _) = open_copy(Path::new(&database))?;
    sums::define(&copy).map_err(refused)?;
    // A query that never ends does not see Ctrl-C.
    (run.guard_interrupts)();
    let mut statement = one_statement(&copy, &query)?;
    let keys = names(&statement);
    let described = Described {
        keys: Some(keys.clone()),
        ..Described::default()
    };
    let mut printer = Printer::prepare(run, options, Shape::Many, described)?;
    let mut rows = statement.query([]).map_err(refused)?;
    while let Some(row) = rows.next().map_err(refused)? {
        if printer.record(&record(row, &keys)?)? == Flow::Enough {
            break;
        }
    }
    if printer.finish()? == 0 {
        run.reporter.done("no rows");
    }
    Ok(())
}

/// The query: a word, a file, or standard input.
fn query(run: &mut Run, matches: &ArgMatches) -> Result<String> {
    if let Some(query) = text(matches, "query") {
        return Ok(query);
    }
    let file = text(matches, "file").unwrap_or_default();
    // The reader of `@FILE` bounds the size.
    run.stdin.text(&match file.as_str() {
        "-" => file,
        _ => format!("@{file}"),
    })
}

/// Prepares a query that reads.
fn one_statement<'c>(copy: &'c Connection, query: &str) -> Result<Statement<'c>> {
    let statement = copy.prepare(query).map_err(refused)?;
    if statement.column_count() == 0 || !statement.readonly() {
        return Err(Error::usage("the query is not a SELECT")
            .hint("rc sql runs one SELECT; only rc sync changes the copy"));
    }
    Ok(statement)
}

/// The names of the columns. Of several with the same name the later ones have a
/// number, so that no value hides another.
fn names(statement: &Statement<'_>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in statement.column_names() {
        let mut unique = name.to_owned();
        let mut number = 1;
        while names.contains(&unique) {
            number += 1;
            unique = format!("{name}_{number}");
        }
        names.push(unique);
    }
    names
}

/// A row as a JSON object.
fn record(row: &Row<'_>, keys: &[String]) -> Result<String> {
    let mut record = Map::new();
    for (at, key) in keys.iter().enumerate() {
        let value = match row.get_ref(at).map_err(refused)? {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(number) => json!(number),
            ValueRef::Real(number) => json!(number),
            ValueRef::Text(text) => json!(String::from_utf8_lossy(text)),
            ValueRef::Blob(bytes) => {
                let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
                json!(digits.collect::<String>())
            }
        };
        record.insert(key.clone(), value);
    }
    Ok(Value::Object(record).to_string())
}

/// What the database says of a query.
fn refused(error: rusqlite::Error) -> Error {
    use rusqlite::Error as Sql;
    match error {
        Sql::SqlInputError { msg, .. } => {
            Error::usage(msg).hint("rc sql --list-tables shows tables and columns")
        }
        Sql::MultipleStatement => Error::usage("this is more than one query"),
        Sql::SqliteFailure(_, Some(message)) => Error::usage(message),
        other => Error::unexpected("the copy cannot be read").caused_by(other),
    }
}
