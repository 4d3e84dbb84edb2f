//! Parquet files, written and read row by row, so that memory does not grow with the
//! table.

use std::fs::File;
use std::sync::mpsc::{self, Receiver};
use std::thread;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{ArrowError, DataType};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::{KeyValue, ParquetMetaDataReader};
use parquet::file::properties::WriterProperties;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use tempfile::NamedTempFile;

use super::cells::{self, BatchBuilder};
use super::columns::LakeTable;
use super::storage::{LakeStorage, unwritable};
use super::{index, quoted};
use crate::api::client::USER_AGENT;
use crate::error::{Error, Result};
use crate::sync::Micros;

/// The key of the description in a file.
const KEPT: &str = "rc.copy";

/// Rows that are made into columns at once.
const BATCH: usize = 4096;

/// Rows of a group, which is in memory until it is written.
const GROUP: usize = 1 << 16;

/// Batches between the thread that reads rows and the one that compresses them.
const AHEAD: usize = 2;

/// Statistics of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct FileCounts {
    /// Rows, deleted ones included.
    pub(super) rows: u64,
    /// Of those, the deleted ones.
    pub(super) deleted: u64,
    /// The least and the greatest key, where keys are numbers.
    pub(super) keys: Option<(i64, i64)>,
}

/// Why a file was not written.
enum LakeWriteFailure {
    Reading(rusqlite::Error),
    Writing(String),
    Stopped(Error),
}

impl From<rusqlite::Error> for LakeWriteFailure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Reading(error)
    }
}

impl From<ArrowError> for LakeWriteFailure {
    fn from(error: ArrowError) -> Self {
        Self::Writing(error.to_string())
    }
}

/// The rows that a file is made of.
pub(super) struct FileRows<'a> {
    /// The database that has them.
    pub(super) connection: &'a Connection,
    /// How the database is called in messages.
    pub(super) name: &'a str,
    /// Their table.
    pub(super) table: &'a LakeTable,
    /// The month that they are of; `None` for all.
    pub(super) month: Option<&'a str>,
}

/// Writes rows to a draft, in the order of their keys. `kept` returns the description of
/// the file; `alive` is called from time to time, and its error ends the work.
///
/// # Errors
/// Nothing is left of the draft.
pub(super) fn write(
    rows: &FileRows<'_>,
    storage: &dyn LakeStorage,
    kept: impl FnOnce(&FileCounts) -> Option<String>,
    alive: &mut dyn FnMut() -> Result<()>,
) -> Result<(NamedTempFile, FileCounts)> {
    let draft = storage.draft()?;
    let path = draft.path().display().to_string();
    let broken = |error: std::io::Error| unwritable(&path, error);
    let file = draft.as_file().try_clone().map_err(broken)?;
    let schema = rows.table.arrow();
    let properties = properties().map_err(|error| unwritten(&path, error))?;
    let options = ArrowWriterOptions::new()
        .with_properties(properties)
        // Types are those of Parquet: one truth for all readers.
        .with_skip_arrow_metadata(true);
    let writer = ArrowWriter::try_new_with_options(file, schema, options);
    let writer = writer.map_err(|error| unwritten(&path, error))?;
    let (sender, batches) = mpsc::sync_channel(AHEAD);
    let (counted, written) = thread::scope(|scope| {
        let writing = scope.spawn(move || write_batches(writer, &batches));
        let counted = each_batch(rows, alive, |batch| sender.send(batch).is_ok());
        drop(sender);
        (counted, writing.join())
    });
    let Ok(written) = written else {
        return Err(Error::unexpected("the thread that writes has stopped"));
    };
    let counts = match counted {
        Ok(counts) => counts,
        Err(LakeWriteFailure::Reading(error)) => return Err(index::failed(rows.name, error)),
        Err(LakeWriteFailure::Writing(error)) => return Err(unwritten(&path, error)),
        Err(LakeWriteFailure::Stopped(error)) => return Err(error),
    };
    let closed = written.and_then(|mut writer| {
        if let Some(kept) = kept(&counts) {
            writer.append_key_value_metadata(KeyValue::new(KEPT.to_owned(), kept));
        }
        writer.close()
    });
    closed.map_err(|error| unwritten(&path, error))?;
    Ok((draft, counts))
}

fn properties() -> Result<WriterProperties, ParquetError> {
    Ok(WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_max_row_group_row_count(Some(GROUP))
        .set_created_by(USER_AGENT.to_owned())
        .build())
}

/// Writes the batches, on a separate thread.
fn write_batches(
    mut writer: ArrowWriter<File>,
    batches: &Receiver<RecordBatch>,
) -> Result<ArrowWriter<File>, ParquetError> {
    for batch in batches {
        writer.write(&batch)?;
    }
    Ok(writer)
}

/// Makes batches of all rows and passes them to `take`, until `take` refuses one: then
/// the writing thread has failed, and reports why.
fn each_batch(
    rows: &FileRows<'_>,
    alive: &mut dyn FnMut() -> Result<()>,
    mut take: impl FnMut(RecordBatch) -> bool,
) -> Result<FileCounts, LakeWriteFailure> {
    let mut counts = FileCounts::default();
    let mut builder = BatchBuilder::new(rows.table);
    let mut query = rows.connection.prepare(&select(rows.table, rows.month))?;
    let mut found = query.query(params_from_iter(rows.month))?;
    loop {
        let row = found.next()?;
        if let Some(row) = row {
            let pushed = builder.push(row)?;
            counts.rows += 1;
            counts.deleted += u64::from(pushed.is_deleted);
            if let Some(key) = pushed.key {
                let (least, greatest) = counts.keys.unwrap_or((key, key));
                counts.keys = Some((least.min(key), greatest.max(key)));
            }
            if builder.rows() < BATCH {
                continue;
            }
        } else if builder.rows() == 0 {
            return Ok(counts);
        }
        if !take(builder.take()?) {
            return Ok(counts);
        }
        alive().map_err(LakeWriteFailure::Stopped)?;
    }
}

fn select(table: &LakeTable, month: Option<&str>) -> String {
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|column| quoted(&column.name))
        .collect();
    let order: Vec<String> = table.order.iter().map(|column| quoted(column)).collect();
    let condition = match (month, &table.created) {
        (Some(_), Some(created)) => format!(" WHERE {} = ?", index::month_of(created)),
        _ => String::new(),
    };
    format!(
        "SELECT {} FROM {}{condition} ORDER BY {}",
        columns.join(", "),
        quoted(&table.name),
        order.join(", ")
    )
}

/// The error of a file that cannot be written. The library reports a full disk with the
/// text of the system's error.
fn unwritten(path: &str, error: impl std::fmt::Display) -> Error {
    let text = error.to_string();
    let full = ["os error 28", "os error 122", "os error 27"];
    if full.iter().any(|code| text.contains(code)) {
        return unwritable(path, std::io::ErrorKind::StorageFull.into());
    }
    Error::unexpected(format!("{path} cannot be written")).caused_by(text)
}

/// The description in the last bytes of a file; `None` if there is none, or if it is
/// longer than these bytes.
///
/// # Errors
/// It is not a Parquet file.
pub(super) fn kept(end: &[u8]) -> Result<Option<String>, ParquetError> {
    let broken = || ParquetError::General("it does not end as a Parquet file".to_owned());
    let tail = end.last_chunk::<8>().ok_or_else(broken)?;
    let (length, magic) = tail.split_at(4);
    if magic != b"PAR1" {
        return Err(broken());
    }
    let length = length
        .iter()
        .rev()
        .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
    let Some(begin) = (end.len() - 8).checked_sub(length) else {
        return Ok(None);
    };
    let metadata = ParquetMetaDataReader::decode_metadata(&end[begin..end.len() - 8])?;
    let pairs = metadata.file_metadata().key_value_metadata();
    let mut pairs = pairs.into_iter().flatten();
    let pair = pairs.find(|pair| pair.key == KEPT);
    Ok(pair.and_then(|pair| pair.value.clone()))
}

/// Inserts the rows of a file into a table of the database. Columns that the table does
/// not have are left out.
///
/// # Errors
/// The file cannot be read, or the database cannot be written.
pub(super) fn load(
    connection: &Connection,
    name: &str,
    table: &LakeTable,
    file: File,
) -> Result<u64> {
    let unreadable = |error: String| {
        Error::unexpected(format!("a file of {} cannot be read", table.name)).caused_by(error)
    };
    let builder = ParquetRecordBatchReaderBuilder::try_new(file);
    let builder = builder.map_err(|error| unreadable(error.to_string()))?;
    let reader = builder.with_batch_size(BATCH).build();
    let reader = reader.map_err(|error| unreadable(error.to_string()))?;
    let mut rows = 0;
    for batch in reader {
        let batch = batch.map_err(|error| unreadable(error.to_string()))?;
        rows += batch.num_rows() as u64;
        insert(connection, table, &batch).map_err(|error| index::failed(name, error))?;
    }
    Ok(rows)
}

fn insert(connection: &Connection, table: &LakeTable, batch: &RecordBatch) -> rusqlite::Result<()> {
    let schema = batch.schema();
    let is_there = |name: &str| table.columns.iter().any(|column| column.name == name);
    let columns: Vec<usize> = (0..schema.fields().len())
        .filter(|at| is_there(schema.field(*at).name()))
        .collect();
    let names: Vec<String> = columns
        .iter()
        .map(|at| quoted(schema.field(*at).name()))
        .collect();
    let marks = vec!["?"; columns.len()].join(", ");
    let mut statement = connection.prepare_cached(&format!(
        "INSERT OR IGNORE INTO {} ({}) VALUES ({marks})",
        quoted(&table.name),
        names.join(", ")
    ))?;
    for row in 0..batch.num_rows() {
        for (place, column) in columns.iter().enumerate() {
            let value = value(batch.column(*column).as_ref(), row);
            statement.raw_bind_parameter(place + 1, value)?;
        }
        statement.raw_execute()?;
    }
    Ok(())
}

/// A cell as the database keeps it.
pub(super) fn value(array: &dyn Array, row: usize) -> Value {
    if array.is_null(row) {
        return Value::Null;
    }
    match array.data_type() {
        DataType::Int64 => Value::Integer(array.as_primitive::<Int64Type>().value(row)),
        DataType::Boolean => Value::Integer(array.as_boolean().value(row).into()),
        DataType::Utf8 => Value::Text(array.as_string::<i32>().value(row).to_owned()),
        DataType::Timestamp(..) => {
            let micros = array.as_primitive::<TimestampMicrosecondType>().value(row);
            let time = jiff::Timestamp::from_microsecond(micros);
            time.map_or(Value::Null, |time| {
                Value::Text(Micros::of(time).to_string())
            })
        }
        DataType::Date32 => {
            let day = cells::day(array.as_primitive::<Date32Type>().value(row));
            day.map_or(Value::Null, Value::Text)
        }
        DataType::Decimal128(..) => {
            let number = array.as_primitive::<Decimal128Type>().value(row);
            Value::Text(cells::unscaled(number))
        }
        _ => Value::Null,
    }
}
