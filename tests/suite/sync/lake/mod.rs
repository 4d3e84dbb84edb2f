//! Copies that engines of data lakes read: what is in them, what they refuse, and what a
//! reader sees meanwhile.

mod bucket;
mod commits;
mod copies;
#[cfg(unix)]
mod proof;
mod reader;
mod refusals;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rusqlite::types::Value as Cell;

use super::Copy;

const FORMATS: [&str; 2] = ["parquet", "delta"];

/// A copy in a folder of its own.
struct Lake {
    copy: Copy,
    format: &'static str,
}

impl Lake {
    fn new(format: &'static str) -> Self {
        let mut copy = Copy::new();
        let folder = copy.store.path().join("lake");
        copy.to = Some(format!("{format}:{}", folder.display()));
        Self { copy, format }
    }

    fn folder(&self) -> PathBuf {
        self.copy.store.path().join("lake")
    }

    fn read(&self, table: &str) -> reader::Table {
        reader::read(&self.folder(), self.format, table).expect("a table")
    }

    fn entries(&self, table: &str) -> usize {
        reader::entries(&self.folder().join(table)).len()
    }

    /// What shows that a table was written again.
    fn versions(&self, table: &str) -> String {
        self.read(table).kept["commit"].as_str().unwrap().to_owned()
    }

    /// As if the run were on another machine.
    fn lose_index(&self) {
        for end in ["", "-wal", "-shm"] {
            let path = self.folder().join(format!(".copy.db{end}"));
            let _ = std::fs::remove_file(path);
        }
    }

    /// All tables are those of the index, row by row and cell by cell.
    fn assert_same_as_index(&self) {
        assert_same_as_index(&self.folder(), self.format);
    }
}

/// All tables of a lake are those of its index, row by row and cell by cell.
fn assert_same_as_index(folder: &Path, format: &str) {
    let index = rusqlite::Connection::open(folder.join(".copy.db")).unwrap();
    let mut query = index
        .prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE '\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'")
        .unwrap();
    let tables = query.query_map([], |row| row.get(0)).unwrap();
    let tables: std::collections::BTreeSet<String> = tables.map(Result::unwrap).collect();
    assert_eq!(tables, reader::names(folder, format));
    for name in tables {
        let table = reader::read(folder, format, &name).unwrap();
        assert_same_rows(&index, &name, &table);
    }
}

fn assert_same_rows(index: &rusqlite::Connection, name: &str, table: &reader::Table) {
    let mut query = index.prepare(&format!("SELECT * FROM {name}")).unwrap();
    let columns: Vec<String> = query.column_names().map(str::to_owned).collect();
    let key = ["id", "_key"]
        .into_iter()
        .find(|key| columns.iter().any(|name| name == key));
    let key = key.unwrap_or(&columns[0]).to_owned();
    let mut order = vec![key.as_str()];
    order.extend(name.ends_with("_history").then_some("updated_at"));
    let rows = table.by_key(&order);
    let mut found = query.query([]).unwrap();
    let mut number = 0;
    while let Some(row) = found.next().unwrap() {
        let mut cells: BTreeMap<&str, Option<String>> = BTreeMap::new();
        for (at, column) in columns.iter().enumerate() {
            let cell = match row.get::<_, Cell>(at).unwrap() {
                Cell::Null => None,
                Cell::Integer(number) => Some(number.to_string()),
                Cell::Text(text) => Some(text),
                other => panic!("{other:?}"),
            };
            cells.insert(column, cell);
        }
        let key: Vec<String> = order
            .iter()
            .map(|part| cells[part].clone().unwrap())
            .collect();
        let there = rows
            .get(&key)
            .unwrap_or_else(|| panic!("{name} lacks {key:?}"));
        for (column, cell) in cells {
            let is_decimal = table.types[column].starts_with("Decimal");
            let cell = cell.map(|cell| {
                if is_decimal {
                    reader::trimmed(&cell)
                } else {
                    cell
                }
            });
            assert_eq!(there[column], cell, "{name}.{column} of {key:?}");
        }
        number += 1;
    }
    assert_eq!(number, table.rows.len(), "{name}");
}
