//! A reader of lakes that knows nothing of how they are written: it opens a table as
//! engines do, and holds it against what it says of itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::Path;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type, Int64Type, TimestampMicrosecondType};
use arrow_schema::{DataType, TimeUnit};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

/// A row, by the names of its columns; text as a database of `SQLite` has it.
pub type Row = BTreeMap<String, Option<String>>;

/// A table at one moment.
#[derive(Debug, Default)]
pub struct Table {
    pub rows: Vec<Row>,
    /// What it says of itself.
    pub kept: Value,
    /// The number of its version, where it has one.
    pub version: u64,
    /// Its columns with their types.
    pub types: BTreeMap<String, String>,
}

impl Table {
    /// The rows by their key; fails where one is there twice.
    pub fn by_key(&self, key: &[&str]) -> BTreeMap<Vec<String>, &Row> {
        let of_row = |row: &Row| -> Vec<String> {
            let parts = key.iter();
            parts
                .map(|part| row[*part].clone().unwrap_or_default())
                .collect()
        };
        let rows: BTreeMap<Vec<String>, &Row> =
            self.rows.iter().map(|row| (of_row(row), row)).collect();
        assert_eq!(rows.len(), self.rows.len(), "a row is there twice");
        rows
    }

    pub fn bookmark(&self) -> Option<String> {
        self.kept["state"]["bookmark"].as_str().map(str::to_owned)
    }
}

/// Reads a table; `None` where there is none yet.
pub fn read(folder: &Path, format: &str, name: &str) -> Option<Table> {
    let table = if format == "parquet" {
        let file = File::open(folder.join(format!("{name}.parquet"))).ok()?;
        let mut table = Table::default();
        read_file(file, &mut table, true);
        table
    } else {
        read_log(&folder.join(name))?
    };
    let rows = table.kept["rows"].as_u64().unwrap();
    assert_eq!(table.rows.len() as u64, rows, "{name} has half a commit");
    let is_deleted = |row: &&Row| row.get("_deleted_at").is_some_and(Option::is_some);
    let deleted = table.rows.iter().filter(is_deleted).count();
    assert_eq!(
        Some(deleted as u64),
        table.kept["deleted"].as_u64(),
        "{name}"
    );
    Some(table)
}

/// The entries of a log, by their number.
pub fn entries(folder: &Path) -> BTreeMap<u64, Vec<Value>> {
    let mut entries = BTreeMap::new();
    let Ok(files) = fs::read_dir(folder.join("_delta_log")) else {
        return entries;
    };
    for file in files {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let digits = name.strip_suffix(".json").unwrap_or_default();
        if let (20, Ok(number)) = (digits.len(), digits.parse()) {
            let text = fs::read_to_string(&path).unwrap();
            let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
            entries.insert(number, lines.collect());
        }
    }
    entries
}

fn read_log(folder: &Path) -> Option<Table> {
    let last = fs::read_to_string(folder.join("_delta_log/_last_checkpoint"));
    let begin = last.map_or(0, |text| {
        let last: Value = serde_json::from_str(&text).unwrap();
        last["version"].as_u64().unwrap()
    });
    let mut table = Table::default();
    let mut files: BTreeMap<String, Value> = BTreeMap::new();
    let entries = entries(folder);
    let entries: BTreeMap<_, _> = entries.range(begin..).collect();
    for (number, lines) in &entries {
        table.version = **number;
        for line in *lines {
            if let Some(add) = line.get("add") {
                files.insert(add["path"].as_str().unwrap().to_owned(), add.clone());
            }
            if let Some(remove) = line.get("remove") {
                files.remove(remove["path"].as_str().unwrap());
            }
            if let Some(text) = line["commitInfo"]["rcCopy"].as_str() {
                table.kept = serde_json::from_str(text).unwrap();
            }
        }
    }
    entries.first_key_value()?;
    for (path, add) in files {
        let before = table.rows.len();
        let file = File::open(folder.join(&path)).expect("a file that the log names");
        assert_eq!(
            file.metadata().unwrap().len(),
            add["size"].as_u64().unwrap()
        );
        read_file(file, &mut table, false);
        let stats: Value = serde_json::from_str(add["stats"].as_str().unwrap()).unwrap();
        let rows = &table.rows[before..];
        assert_eq!(
            stats["numRecords"].as_u64(),
            Some(rows.len() as u64),
            "{path}"
        );
        if let Some(month) = add["partitionValues"].get("_created_month") {
            for row in rows {
                let created = row["created_at"].as_deref().map(|created| &created[..7]);
                assert_eq!(month.as_str(), created, "{path}");
            }
        }
    }
    Some(table)
}

/// Adds the rows of a file to a table.
fn read_file(file: File, table: &mut Table, has_kept: bool) {
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let metadata = builder.metadata().file_metadata().key_value_metadata();
    let mut pairs = metadata.into_iter().flatten();
    let kept = pairs.find(|pair| pair.key == "rc.copy");
    assert_eq!(kept.is_some(), has_kept);
    if let Some(kept) = kept {
        table.kept = serde_json::from_str(kept.value.as_deref().unwrap()).unwrap();
    }
    for field in builder.schema().fields() {
        let kind = field.data_type().to_string();
        table.types.insert(field.name().clone(), kind);
    }
    for batch in builder.build().unwrap() {
        let batch = batch.unwrap();
        let schema = batch.schema();
        for row in 0..batch.num_rows() {
            let cells = schema.fields().iter().zip(batch.columns());
            let cells = cells.map(|(field, column)| (field.name().clone(), cell(column, row)));
            table.rows.push(cells.collect());
        }
    }
}

fn cell(array: &dyn Array, row: usize) -> Option<String> {
    if array.is_null(row) {
        return None;
    }
    Some(match array.data_type() {
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Boolean => u8::from(array.as_boolean().value(row)).to_string(),
        DataType::Utf8 => array.as_string::<i32>().value(row).to_owned(),
        DataType::Timestamp(TimeUnit::Microsecond, Some(_)) => {
            let micros = array.as_primitive::<TimestampMicrosecondType>().value(row);
            jiff::Timestamp::from_microsecond(micros)
                .unwrap()
                .to_string()
        }
        DataType::Date32 => {
            let days = array.as_primitive::<Date32Type>().value(row);
            let day = jiff::civil::date(1970, 1, 1) + jiff::Span::new().days(days);
            day.to_string()
        }
        DataType::Decimal128(18, 4) => {
            trimmed(&array.as_primitive::<Decimal128Type>().value_as_string(row))
        }
        other => panic!("a column of the type {other}"),
    })
}

/// A decimal number without zeros at its end.
pub fn trimmed(number: &str) -> String {
    if !number.contains('.') {
        return number.to_owned();
    }
    number
        .trim_end_matches('0')
        .trim_end_matches('.')
        .to_owned()
}

/// The names of the tables of a lake.
pub fn names(folder: &Path, format: &str) -> BTreeSet<String> {
    let files = fs::read_dir(folder).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names
        .filter_map(|name| match format {
            "parquet" => name.strip_suffix(".parquet").map(str::to_owned),
            _ => folder
                .join(&name)
                .join("_delta_log")
                .exists()
                .then_some(name),
        })
        .collect()
}
