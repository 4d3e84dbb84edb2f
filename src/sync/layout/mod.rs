//! Views over the tables of a copy, for programs that expect the tables of another
//! replication service.
//!
//! Takes a [`Layout`] of the catalog, which defines each column; returns SELECT
//! statements in the dialect of a database. The destination decides how its database
//! runs them.

mod dialect;
mod select;

#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::path::Path;

use super::destination::{DELETED_AT, EXTRA, SYNCED_AT};
use super::table::{ColumnType, SyncTable};
use crate::catalog::{Layout, LayoutView};
use crate::error::{Error, Kind, Result};

pub use dialect::Dialect;

/// A layout over the tables that copies of an API have.
#[derive(Debug, Clone)]
pub struct TableLayout {
    /// The layout.
    pub layout: &'static Layout,
    /// All tables of the API.
    pub tables: Vec<SyncTable>,
}

/// The result of a layout.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LaidOut {
    /// Where the views are, as messages name it.
    pub place: String,
    /// The number of views.
    pub views: usize,
    /// Those that were created or replaced.
    pub changed: usize,
    /// Views that cannot be created: each with the table that the copy lacks.
    pub lacking: Vec<(&'static str, &'static str)>,
}

/// A table as views see it.
#[derive(Debug, Clone)]
pub struct SourceTable {
    /// How the statement names it.
    pub from: String,
    /// Its columns.
    pub columns: Vec<(String, ColumnType)>,
}

/// The statement of a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewStatement {
    /// The name of the view.
    pub name: &'static str,
    /// The SELECT; or the missing table, if the view cannot be created.
    pub select: Result<String, &'static str>,
}

impl TableLayout {
    /// The statements of all views. `find` is asked for a table by its name.
    ///
    /// # Errors
    /// Those of `find`.
    pub fn statements<E>(
        &self,
        dialect: Dialect,
        mut find: impl FnMut(&str) -> Result<Option<SourceTable>, E>,
    ) -> Result<Vec<ViewStatement>, E> {
        let views = self.layout.views.iter();
        views
            .map(|view| self::statement(view, dialect, &mut find))
            .collect()
    }

    /// The type of a column of a table of the copy; text for one that is not of the
    /// catalog.
    #[must_use]
    pub fn type_of(&self, table: &str, column: &str) -> ColumnType {
        match column {
            EXTRA => return ColumnType::Json,
            SYNCED_AT | DELETED_AT => return ColumnType::Time,
            _ => {}
        }
        let known = self.tables.iter().find(|known| {
            known.name == table || known.history_name().is_some_and(|name| name == table)
        });
        let at = known.and_then(|known| Some((known, known.column(column)?)));
        at.map_or(ColumnType::Text, |(known, at)| known.columns[at].kind)
    }

    /// A table with all columns of the catalog; `None` where copies have none of that
    /// name.
    #[must_use]
    pub fn whole_table(&self, name: &str) -> Option<SourceTable> {
        let is_history =
            |table: &&SyncTable| table.history_name().is_some_and(|history| history == name);
        let mut tables = self.tables.iter();
        let (table, mark) = match tables.find(|table| table.name == name) {
            Some(table) => (table, Some(DELETED_AT)),
            None => (self.tables.iter().find(is_history)?, None),
        };
        let columns = table.columns.iter().map(|column| column.name);
        let columns = columns.chain([EXTRA, SYNCED_AT]).chain(mark);
        let columns = columns.map(|column| (column.to_owned(), self.type_of(name, column)));
        Some(SourceTable {
            from: String::new(),
            columns: columns.collect(),
        })
    }

    /// The statements that make the views in `DuckDB`, over the Parquet files of a
    /// folder.
    ///
    /// # Errors
    /// Of kind `NotFound`: the folder has none of the files.
    pub fn over_parquet(&self, folder: &Path) -> Result<(String, LaidOut)> {
        let name = folder.to_str().ok_or_else(|| {
            Error::usage(format!("{} is not valid UTF-8", folder.display()))
                .hint("rename the folder: the SQL statements contain its name")
        })?;
        let path = |table: &str| format!("{}/{table}.parquet", name.trim_end_matches('/'));
        let statements = self.statements::<Error>(Dialect::Duckdb, |table| {
            let path = path(table);
            let found = self.whole_table(table);
            let found = found.filter(|_| Path::new(&path).is_file());
            Ok(found.map(|found| SourceTable {
                from: format!("read_parquet('{}')", path.replace('\'', "''")),
                ..found
            }))
        })?;
        let schema = self.layout.schema;
        let mut report = LaidOut {
            place: name.to_owned(),
            ..LaidOut::default()
        };
        let mut sql = format!("CREATE SCHEMA IF NOT EXISTS \"{schema}\";\n");
        for statement in statements {
            match statement.select {
                Ok(select) => {
                    report.views += 1;
                    let view = statement.name;
                    let _ = write!(
                        sql,
                        "\nCREATE OR REPLACE VIEW \"{schema}\".\"{view}\" AS\n{select};\n"
                    );
                }
                Err(table) => report.lacking.push((statement.name, table)),
            }
        }
        if report.views == 0 {
            let message = format!("{name} contains no Parquet files of a copy");
            let hint = format!("rc sync --to parquet:{name} writes them");
            return Err(Error::new(Kind::NotFound, message).hint(hint));
        }
        Ok((sql, report))
    }
}

fn statement<E>(
    view: &'static LayoutView,
    dialect: Dialect,
    find: &mut impl FnMut(&str) -> Result<Option<SourceTable>, E>,
) -> Result<ViewStatement, E> {
    let mut table = find(view.table)?;
    if table.is_none()
        && let Some(instead) = view.instead
    {
        table = find(instead)?;
    }
    let joined = match view.join {
        Some(join) => find(join.table)?,
        None => None,
    };
    Ok(ViewStatement {
        name: view.name,
        select: match table {
            Some(table) => Ok(select::select(view, dialect, &table, joined.as_ref())),
            None => Err(view.table),
        },
    })
}
