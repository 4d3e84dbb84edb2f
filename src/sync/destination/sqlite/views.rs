//! Views in a file. There are no schemas, so their names begin with the name of the
//! schema: `recharge_orders` beside the table `orders`.

use rusqlite::{Connection, OptionalExtension, params};

use super::{failed, quoted};
use crate::error::{Error, Result};
use crate::sync::layout::{Dialect, LaidOut, SourceTable, TableLayout};

/// The comment that identifies the views of this program.
fn mark(layout: &str) -> String {
    format!("/* rc sync --layout {layout} */")
}

/// Makes the views of a layout, within the transaction of the connection.
///
/// # Errors
/// Another object has the name of a view; the file cannot be written.
pub(super) fn lay_out(
    connection: &Connection,
    name: &str,
    layout: &TableLayout,
) -> Result<LaidOut> {
    let sql = |error| failed(name, error);
    let statements = layout.statements(Dialect::Sqlite, |table| find(connection, layout, table));
    let schema = layout.layout.schema;
    let mark = mark(layout.layout.name);
    let mut laid_out = LaidOut {
        place: format!("{name}, as {schema}_…"),
        ..LaidOut::default()
    };
    for statement in statements.map_err(sql)? {
        let view = format!("{schema}_{}", statement.name);
        let there = definition(connection, &view).map_err(sql)?;
        let is_ours = |there: &(String, String)| there.0 == "view" && there.1.contains(&mark);
        if there.as_ref().is_some_and(|there| !is_ours(there)) {
            return Err(Error::usage(format!(
                "{name} has a {view} that rc sync did not create; no view was changed"
            ))
            .hint("rename or drop it, and run this again"));
        }
        let create = match &statement.select {
            Ok(select) => {
                laid_out.views += 1;
                Some(format!("CREATE VIEW {} AS {mark}\n{select}", quoted(&view)))
            }
            Err(table) => {
                laid_out.lacking.push((statement.name, table));
                None
            }
        };
        if there.as_ref().map(|(_, text)| text) == create.as_ref() {
            continue;
        }
        if there.is_some() {
            let drop = format!("DROP VIEW {}", quoted(&view));
            connection.execute_batch(&drop).map_err(sql)?;
        }
        if let Some(create) = create {
            connection.execute_batch(&create).map_err(sql)?;
            laid_out.changed += 1;
        }
    }
    Ok(laid_out)
}

/// Kind and definition of the object with a name.
fn definition(connection: &Connection, name: &str) -> rusqlite::Result<Option<(String, String)>> {
    let query = "SELECT type, coalesce(sql, '') FROM sqlite_schema WHERE name = ? COLLATE NOCASE";
    let row = connection.query_row(query, [name], |row| Ok((row.get(0)?, row.get(1)?)));
    row.optional()
}

/// A table with the columns that it has.
fn find(
    connection: &Connection,
    layout: &TableLayout,
    table: &str,
) -> rusqlite::Result<Option<SourceTable>> {
    let mut query = connection.prepare("SELECT name FROM pragma_table_info(?)")?;
    let names = query.query_map(params![table], |row| row.get::<_, String>(0))?;
    let columns = names.map(|column| {
        let column = column?;
        let kind = layout.type_of(table, &column);
        Ok((column, kind))
    });
    let columns: Vec<_> = columns.collect::<rusqlite::Result<_>>()?;
    let table = SourceTable {
        from: quoted(table),
        columns,
    };
    Ok((!table.columns.is_empty()).then_some(table))
}
