//! `rc sql`: from arguments to rows.

use std::path::Path;

use clap::ArgMatches;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, Statement};
use serde_json::{Map, Value, json};

use super::report::{self, QueryValues};
use crate::cli::Options;
use crate::cli::values::text;
use crate::commands::sync::open_copy;
use crate::error::{Error, Result};
use crate::filter::Flow;
use crate::output::Shape;
use crate::sync::figures;
use crate::ui::Run;
use crate::ui::printer::{Described, Printer};

/// The tables of a copy with their columns, without those of the program itself.
const TABLES: &str = "
    SELECT tables.name AS \"table\", group_concat(columns.name, ', ') AS columns
    FROM sqlite_schema AS tables JOIN pragma_table_info(tables.name) AS columns
    WHERE tables.type IN ('table', 'view') AND tables.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
      AND tables.name NOT LIKE '\\_sync\\_%' ESCAPE '\\'
    GROUP BY tables.name ORDER BY tables.name";

/// Runs the query, and prints its rows.
pub(super) fn run(run: &mut Run, options: &Options, matches: &ArgMatches) -> Result<()> {
    if options.dry_run.is_some() {
        return Err(Error::usage(
            "--dry-run shows what would be sent, and this command sends nothing",
        ));
    }
    if matches.get_flag("list-queries") {
        return report::list(run, options);
    }
    let named = text(matches, "report");
    let named = named.as_deref().map(report::find).transpose()?;
    let values = QueryValues::of(named.map(|(_, named)| named), matches)?;
    if let Some((_, named)) = named
        && matches.get_flag("print")
    {
        return run.print(named.sql);
    }
    let query = match named {
        Some((_, named)) => named.sql.to_owned(),
        None if matches.get_flag("list-tables") => TABLES.to_owned(),
        None => query(run, matches)?,
    };
    let asked = report::asked_zone(matches)?;
    let database = report::database(matches);
    let (copy, store) = open_copy(Path::new(&database))?;
    if let Some((family, named)) = named {
        report::check(&copy, &database, &store, family, named)?;
    }
    let zone = report::zone(run, &copy, &store, asked, named.is_some())?;
    figures::define(&copy, &zone).map_err(failed)?;
    // A query that never ends does not see Ctrl-C.
    (run.guard_interrupts)();
    let mut statement = one_statement(&copy, &query)?;
    let named = named.map(|(_, named)| named);
    report::bind(run, &copy, &mut statement, named, &values, &zone)?;
    if let Some(named) = named {
        return report::show(run, options, &mut statement, named);
    }
    let columns = ColumnNames::of(&statement);
    print_rows(run, options, &mut statement, &columns)
}

/// Prints the rows of a statement whose parameters have their values.
pub(super) fn print_rows(
    run: &mut Run,
    options: &Options,
    statement: &mut Statement<'_>,
    columns: &ColumnNames,
) -> Result<()> {
    let described = Described {
        keys: Some(columns.names().to_vec()),
        ..Described::default()
    };
    let mut printer = Printer::prepare(run, options, Shape::Many, described)?;
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(failed)? {
        if printer.record(&columns.record(row)?)? == Flow::Enough {
            break;
        }
    }
    if printer.finish()? == 0 {
        run.reporter.done("no rows");
    }
    Ok(())
}

/// The query: an argument, a file, or standard input.
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
    let statement = copy.prepare(query).map_err(failed)?;
    if statement.column_count() == 0 || !statement.readonly() {
        return Err(Error::usage("the query is not a SELECT")
            .hint("rc sql runs one SELECT; only rc sync changes the copy"));
    }
    Ok(statement)
}

/// The columns of a statement.
pub(super) struct ColumnNames(Vec<String>);

impl ColumnNames {
    /// Those of a statement. Of several with the same name the later ones have a
    /// number, so that no value hides another.
    pub(super) fn of(statement: &Statement<'_>) -> Self {
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
        Self(names)
    }

    pub(super) fn names(&self) -> &[String] {
        &self.0
    }

    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|known| known == name)
    }

    /// The values of a row, in the order of the columns.
    pub(super) fn values(&self, row: &Row<'_>) -> Result<Vec<Value>> {
        let values = (0..self.0.len()).map(|at| row.get_ref(at).map(value).map_err(failed));
        values.collect()
    }

    /// A row as a JSON object.
    fn record(&self, row: &Row<'_>) -> Result<String> {
        let mut record = Map::new();
        for (name, value) in self.0.iter().zip(self.values(row)?) {
            record.insert(name.clone(), value);
        }
        Ok(Value::Object(record).to_string())
    }
}

/// A value as JSON.
fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => json!(number),
        ValueRef::Real(number) => json!(number),
        ValueRef::Text(text) => json!(String::from_utf8_lossy(text)),
        ValueRef::Blob(bytes) => {
            let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
            json!(digits.collect::<String>())
        }
    }
}

/// The error of the database for a query.
pub(super) fn failed(error: rusqlite::Error) -> Error {
    use rusqlite::Error as Sql;
    match error {
        Sql::SqlInputError { msg, .. } => {
            Error::usage(msg).hint("rc sql --list-tables shows tables and columns")
        }
        Sql::MultipleStatement => Error::usage("rc sql runs one query, and this is more than one"),
        Sql::SqliteFailure(_, Some(message)) => Error::usage(message),
        other => Error::unexpected("the copy cannot be read").caused_by(other),
    }
}
