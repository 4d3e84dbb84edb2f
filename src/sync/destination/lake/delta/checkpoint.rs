//! A checkpoint: the records of an entry that describes a table by itself, as a Parquet
//! file, from which readers of Delta Lake begin.

use std::io::Cursor;
use std::sync::Arc;

use arrow_json::ReaderBuilder;
use arrow_schema::{DataType, Field, Fields, Schema};
use parquet::arrow::ArrowWriter;

use super::super::storage::LakeStorage;
use super::action::Action;
use super::{LOG, shorten};
use crate::error::{Error, Result};

fn text(name: &str) -> Field {
    Field::new(name, DataType::Utf8, true)
}

fn number(name: &str) -> Field {
    Field::new(name, DataType::Int64, true)
}

fn boolean(name: &str) -> Field {
    Field::new(name, DataType::Boolean, true)
}

fn object(name: &str, fields: Vec<Field>) -> Field {
    Field::new(name, DataType::Struct(Fields::from(fields)), true)
}

fn map(name: &str) -> Field {
    let key = Field::new("key", DataType::Utf8, false);
    let entry = DataType::Struct(Fields::from(vec![key, text("value")]));
    let entries = Arc::new(Field::new("key_value", entry, false));
    Field::new(name, DataType::Map(entries, false), true)
}

/// The columns that the protocol requires.
fn schema() -> Arc<Schema> {
    let version = |name: &str| Field::new(name, DataType::Int32, true);
    let element = Arc::new(text("element"));
    let file = |more: Vec<Field>| {
        let mut fields = vec![text("path"), map("partitionValues"), number("size")];
        fields.push(boolean("dataChange"));
        fields.extend(more);
        fields
    };
    Arc::new(Schema::new(vec![
        object(
            "txn",
            vec![text("appId"), number("version"), number("lastUpdated")],
        ),
        object(
            "add",
            file(vec![number("modificationTime"), text("stats"), map("tags")]),
        ),
        object(
            "remove",
            file(vec![
                number("deletionTimestamp"),
                boolean("extendedFileMetadata"),
            ]),
        ),
        object(
            "metaData",
            vec![
                text("id"),
                text("name"),
                object("format", vec![text("provider"), map("options")]),
                text("schemaString"),
                Field::new("partitionColumns", DataType::List(element), true),
                map("configuration"),
                number("createdTime"),
            ],
        ),
        object(
            "protocol",
            vec![version("minReaderVersion"), version("minWriterVersion")],
        ),
    ]))
}

/// Writes the checkpoint of an entry, and makes readers begin there.
pub(super) fn write(
    storage: &dyn LakeStorage,
    table: &str,
    version: u64,
    actions: &[Action],
) -> Result<()> {
    let unwritten = |error: &dyn std::fmt::Display| {
        let place = storage.place();
        Error::unexpected(format!(
            "the checkpoint of {place}/{table} cannot be written"
        ))
        .caused_by(error.to_string())
    };
    let is_kept = |action: &&Action| !matches!(action, Action::CommitInfo(_));
    let kept: Vec<&Action> = actions.iter().filter(is_kept).collect();
    let mut lines = Vec::new();
    for action in &kept {
        serde_json::to_writer(&mut lines, action).map_err(|error| unwritten(&error))?;
        lines.push(b'\n');
    }
    let schema = schema();
    let reader = ReaderBuilder::new(Arc::clone(&schema)).build(Cursor::new(lines));
    let reader = reader.map_err(|error| unwritten(&error))?;
    let draft = storage.draft()?;
    let file = draft.as_file().try_clone();
    let file = file.map_err(|error| unwritten(&error))?;
    let mut writer = ArrowWriter::try_new(file, schema, None).map_err(|error| unwritten(&error))?;
    for batch in reader {
        let batch = batch.map_err(|error| unwritten(&error))?;
        writer.write(&batch).map_err(|error| unwritten(&error))?;
    }
    writer.close().map_err(|error| unwritten(&error))?;
    storage.keep(
        draft,
        &format!("{table}/{LOG}/{version:020}.checkpoint.parquet"),
    )?;
    shorten::point_to(storage, table, version, kept.len())
}
