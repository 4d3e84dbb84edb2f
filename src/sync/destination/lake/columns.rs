//! The tables of a lake and the types of their columns: those of the catalog, as
//! Arrow, Parquet and Delta Lake have them.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, TimeUnit};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::manifest::CopiedStore;
use crate::sync::TableState;
use crate::sync::destination::{DELETED_AT, EXTRA, SYNCED_AT};
use crate::sync::table::{ColumnType, SyncTable};

/// Digits of a decimal number, and those of them after the point. 18 digits fit 64
/// bits, which every engine reads quickly.
pub(super) const DECIMAL: (u8, i8) = (18, 4);

/// The zone of times, as engines that know no names of zones read it.
pub(super) const UTC: &str = "+00:00";

/// The column that tables of Delta Lake are partitioned by.
pub(super) const MONTH: &str = "_created_month";

/// A table of files: rows, or versions of rows.
#[derive(Debug, Clone)]
pub(super) struct LakeTable {
    /// Its name.
    pub(super) name: String,
    /// The columns that identify and order rows.
    pub(super) order: Vec<String>,
    /// The columns, in their order.
    pub(super) columns: Vec<LakeColumn>,
    /// The column whose month is that of the row.
    pub(super) created: Option<String>,
    /// Whether it has versions of rows.
    pub(super) is_history: bool,
}

/// A column of such a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LakeColumn {
    pub(super) name: String,
    pub(super) kind: ColumnType,
}

/// The description of a table, stored together with its rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KeptTable {
    /// The store that it is a copy of.
    pub(super) store: CopiedStore,
    /// Distinguishes this version of the table from every other one.
    pub(super) commit: String,
    /// How far it is.
    pub(super) state: TableState,
    /// The columns, in their order.
    pub(super) columns: Vec<KeptColumn>,
    /// Rows, deleted ones included.
    pub(super) rows: u64,
    /// Of those, the deleted ones.
    pub(super) deleted: u64,
}

/// A column, as a table names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KeptColumn {
    pub(super) name: String,
    pub(super) kind: String,
}

impl KeptTable {
    /// The columns of records with their types; one of a kind that this program does
    /// not know is text.
    pub(super) fn columns(&self) -> Vec<LakeColumn> {
        let of_records = self.columns.iter().filter(|column| !is_own(&column.name));
        of_records
            .map(|column| LakeColumn {
                name: column.name.clone(),
                kind: kind_of(&column.kind),
            })
            .collect()
    }
}

/// Whether every table has the column, independent of its records.
fn is_own(name: &str) -> bool {
    [EXTRA, SYNCED_AT, DELETED_AT].contains(&name)
}

impl LakeTable {
    /// The tables of a table: its rows, and their versions where it keeps them.
    /// `there` are the columns of its database, and `kept` those of the lake, which all
    /// remain.
    pub(super) fn of(table: &SyncTable, there: &[String], kept: &[LakeColumn]) -> Vec<Self> {
        let is_there = |name: &str| there.iter().any(|column| column == name);
        let mut columns: Vec<LakeColumn> = table
            .columns
            .iter()
            .filter(|column| is_there(column.name))
            .map(|column| LakeColumn {
                name: column.name.to_owned(),
                kind: column.kind,
            })
            .collect();
        let is_new = |known: &&LakeColumn| table.column(&known.name).is_none();
        let former = kept
            .iter()
            .filter(is_new)
            .filter(|known| is_there(&known.name));
        columns.extend(former.cloned());
        let own = |name: &str, kind| LakeColumn {
            name: name.to_owned(),
            kind,
        };
        columns.push(own(EXTRA, ColumnType::Json));
        columns.push(own(SYNCED_AT, ColumnType::Time));
        let created = table.object.conventions.created.filter(|created| {
            let mut columns = columns.iter();
            columns.any(|column| column.name == *created && column.kind == ColumnType::Time)
        });
        let created = created.map(str::to_owned);
        let mut rows = Self {
            name: table.name.clone(),
            order: vec![table.key.to_owned()],
            columns,
            created,
            is_history: false,
        };
        let history = table.history_name().map(|name| {
            let mut order = rows.order.clone();
            order.extend(table.method.field().map(str::to_owned));
            Self {
                name,
                order,
                is_history: true,
                ..rows.clone()
            }
        });
        rows.columns.push(own(DELETED_AT, ColumnType::Time));
        std::iter::once(rows).chain(history).collect()
    }

    /// The description of the columns, to be stored with the table.
    pub(super) fn kept_columns(&self) -> Vec<KeptColumn> {
        let columns = self.columns.iter();
        columns
            .map(|column| KeptColumn {
                name: column.name.clone(),
                kind: name_of(column.kind).to_owned(),
            })
            .collect()
    }

    fn is_needed(&self, column: &LakeColumn) -> bool {
        self.order.contains(&column.name)
    }

    /// The schema of its files.
    pub(super) fn arrow(&self) -> Arc<Schema> {
        let field = |column: &LakeColumn| {
            Field::new(
                &column.name,
                arrow_type(column.kind),
                !self.is_needed(column),
            )
        };
        Arc::new(Schema::new(
            self.columns.iter().map(field).collect::<Vec<_>>(),
        ))
    }

    /// The schema that the log of a Delta Lake table has.
    pub(super) fn delta(&self) -> String {
        let field = |name: &str, kind: &str, nullable: bool| json!({"name": name, "type": kind, "nullable": nullable, "metadata": {}});
        let columns = self.columns.iter();
        let mut fields: Vec<Value> = columns
            .map(|column| {
                field(
                    &column.name,
                    delta_type(column.kind),
                    !self.is_needed(column),
                )
            })
            .collect();
        if self.created.is_some() {
            fields.push(field(MONTH, "string", true));
        }
        json!({"type": "struct", "fields": fields}).to_string()
    }
}

fn arrow_type(kind: ColumnType) -> DataType {
    match kind {
        ColumnType::Integer => DataType::Int64,
        ColumnType::Text | ColumnType::Json => DataType::Utf8,
        ColumnType::Boolean => DataType::Boolean,
        ColumnType::Time => DataType::Timestamp(TimeUnit::Microsecond, Some(UTC.into())),
        ColumnType::Date => DataType::Date32,
        ColumnType::Decimal => DataType::Decimal128(DECIMAL.0, DECIMAL.1),
    }
}

const fn delta_type(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::Integer => "long",
        ColumnType::Text | ColumnType::Json => "string",
        ColumnType::Boolean => "boolean",
        ColumnType::Time => "timestamp",
        ColumnType::Date => "date",
        ColumnType::Decimal => "decimal(18,4)",
    }
}

const KINDS: [ColumnType; 7] = [
    ColumnType::Integer,
    ColumnType::Text,
    ColumnType::Boolean,
    ColumnType::Time,
    ColumnType::Date,
    ColumnType::Decimal,
    ColumnType::Json,
];

/// The name of a type, as tables keep it.
pub(super) const fn name_of(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::Integer => "integer",
        ColumnType::Text => "text",
        ColumnType::Boolean => "boolean",
        ColumnType::Time => "time",
        ColumnType::Date => "date",
        ColumnType::Decimal => "decimal",
        ColumnType::Json => "json",
    }
}

fn kind_of(name: &str) -> ColumnType {
    let mut kinds = KINDS.into_iter();
    let found = kinds.find(|kind| name_of(*kind) == name);
    found.unwrap_or(ColumnType::Text)
}
