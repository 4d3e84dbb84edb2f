//! The catalog of a tap: discovery writes it, and a run reads what is selected in it.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::SelectedFields;
use super::schema::{SDC_DELETED_AT, schema};
use crate::error::{Error, Result};
use crate::nearest::{Similarity, nearest};
use crate::sync::destination::EXTRA;
use crate::sync::table::{ReadMethod, SyncTable};

const FULL_TABLE: &str = "FULL_TABLE";
const INCREMENTAL: &str = "INCREMENTAL";

/// The catalog of all tables.
#[must_use]
pub fn discovered(tables: &[SyncTable]) -> Value {
    let streams: Vec<Value> = tables.iter().map(entry).collect();
    json!({"streams": streams})
}

const fn method_name(table: &SyncTable) -> &'static str {
    match table.method {
        ReadMethod::Whole => FULL_TABLE,
        _ => INCREMENTAL,
    }
}

fn entry(table: &SyncTable) -> Value {
    let field = table.method.field();
    let keys: Vec<&str> = field.into_iter().collect();
    let mut metadata = vec![json!({"breadcrumb": [], "metadata": {
        "inclusion": "available",
        "selected": true,
        "selected-by-default": true,
        "forced-replication-method": method_name(table),
        "table-key-properties": [table.key],
        "valid-replication-keys": keys,
    }})];
    let columns = table.columns.iter().map(|column| column.name);
    for name in columns.chain([EXTRA]) {
        let is_automatic = name == table.key || Some(name) == field;
        let inclusion = if is_automatic {
            "automatic"
        } else {
            "available"
        };
        metadata.push(json!({"breadcrumb": ["properties", name], "metadata": {
            "inclusion": inclusion,
            "selected-by-default": true,
        }}));
    }
    json!({
        "tap_stream_id": table.name,
        "stream": table.name,
        "key_properties": [table.key],
        "replication_method": method_name(table),
        "replication_key": field,
        "schema": schema(table, |_| true),
        "metadata": metadata,
    })
}

/// The selection of a catalog.
#[derive(Debug, Default)]
pub struct Selection {
    /// The tables, in their usual order, each with the method that was asked for.
    pub tables: Vec<SyncTable>,
    /// The fields of each.
    pub fields: SelectedFields,
    /// Notes for the user.
    pub notes: Vec<String>,
}

/// Reads the selection of a catalog.
///
/// # Errors
/// Of kind `Usage`, naming `from`: it is not a catalog, selects nothing, or selects
/// something that does not exist.
pub fn select(text: &str, from: &str, tables: &[SyncTable]) -> Result<Selection> {
    let wrong = || {
        Error::usage(format!("{from} is not a Singer catalog")).hint("rc tap --discover prints one")
    };
    let catalog: Value = serde_json::from_str(text).map_err(|error| wrong().caused_by(error))?;
    let streams = catalog.get("streams").and_then(Value::as_array);
    let streams = streams.ok_or_else(wrong)?;
    let known: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
    let mut selection = Selection::default();
    for stream in streams {
        let entry = StreamEntry::of(stream).ok_or_else(wrong)?;
        if !entry.is_selected() {
            continue;
        }
        let table = tables.iter().find(|table| table.name == entry.name);
        let Some(table) = table else {
            let what = format!(
                "{from} selects the stream {}, which does not exist",
                entry.name
            );
            return Err(suggested(what, &entry.name, &known));
        };
        let mut table = table.clone();
        entry.choose_method(&mut table, from, &mut selection.notes)?;
        let fields = entry.fields(&table, from)?;
        selection.fields.insert(table.name.clone(), fields);
        if !selection
            .tables
            .iter()
            .any(|known| known.name == table.name)
        {
            selection.tables.push(table);
        }
    }
    if selection.tables.is_empty() {
        return Err(Error::usage(format!("{from} selects no stream")).hint(
            r#"a stream is selected by "selected": true in its metadata of the breadcrumb []"#,
        ));
    }
    let place = |table: &SyncTable| known.iter().position(|name| *name == table.name);
    selection.tables.sort_by_key(place);
    Ok(selection)
}

fn suggested(what: String, name: &str, known: &[&str]) -> Error {
    let error = Error::usage(what);
    match nearest(name, known, Similarity::Usual) {
        Some(near) => error.hint(format!("did you mean {near}?")),
        None => error.hint(format!("there are: {}", known.join(", "))),
    }
}

/// A stream of a catalog.
struct StreamEntry<'c> {
    name: String,
    entry: &'c Map<String, Value>,
    /// The metadata of the stream itself.
    root: Option<&'c Map<String, Value>>,
    /// The metadata of fields, by their path.
    of_fields: Vec<(Vec<&'c str>, &'c Map<String, Value>)>,
}

impl<'c> StreamEntry<'c> {
    /// A value as a stream; `None` if it is not one.
    fn of(value: &'c Value) -> Option<Self> {
        let entry = value.as_object()?;
        let name = entry.get("tap_stream_id").or_else(|| entry.get("stream"))?;
        let (mut root, mut of_fields) = (None, Vec::new());
        for one in entry
            .get("metadata")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let metadata = one.get("metadata")?.as_object()?;
            let path = one.get("breadcrumb")?.as_array()?.iter().map(Value::as_str);
            match path.collect::<Option<Vec<&str>>>()?.as_slice() {
                [] => root = Some(metadata),
                ["properties", rest @ ..] => of_fields.push((rest.to_vec(), metadata)),
                _ => return None,
            }
        }
        Some(Self {
            name: name.as_str()?.to_owned(),
            entry,
            root,
            of_fields,
        })
    }

    fn is_selected(&self) -> bool {
        let root = |name: &str| self.root.and_then(|root| root.get(name));
        if root("inclusion").is_some_and(|inclusion| inclusion == "unsupported") {
            return false;
        }
        let schema = self
            .entry
            .get("schema")
            .and_then(|schema| schema.get("selected"));
        let said = [
            root("selected"),
            schema,
            self.entry.get("selected"),
            root("selected-by-default"),
        ];
        said.into_iter()
            .flatten()
            .find_map(Value::as_bool)
            .unwrap_or(false)
    }

    /// Takes the method that the catalog asks for.
    fn choose_method(
        &self,
        table: &mut SyncTable,
        from: &str,
        notes: &mut Vec<String>,
    ) -> Result<()> {
        let said = |member: &str, metadata: &str| {
            let root = self.root.and_then(|root| root.get(metadata));
            root.or_else(|| self.entry.get(member))
                .and_then(Value::as_str)
        };
        let name = &table.name;
        if let (Some(asked), Some(own)) = (
            said("replication_key", "replication-key"),
            table.method.field(),
        ) && asked != own
        {
            let what = format!("{from}: {name} is replicated by {own}, not by {asked}");
            return Err(Error::usage(what).hint("leave the replication key out"));
        }
        match said("replication_method", "replication-method") {
            Some(FULL_TABLE) => table.method = ReadMethod::Whole,
            Some(INCREMENTAL) if table.method == ReadMethod::Whole => notes.push(format!(
                "the API has no filter for changes of {name}: the whole list is read"
            )),
            None | Some(INCREMENTAL) => {}
            Some(other) => {
                let what = format!("{from}: {name} cannot be replicated by {other}");
                return Err(Error::usage(what).hint(format!(
                    "it can by {FULL_TABLE}, and by {INCREMENTAL} where there is a replication key"
                )));
            }
        }
        Ok(())
    }

    /// The fields that are selected of a table.
    fn fields(&self, table: &SyncTable, from: &str) -> Result<HashSet<String>> {
        let mut known: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
        known.push(EXTRA);
        let of = |name: &str| {
            let mut all = self.of_fields.iter();
            all.find(|(path, _)| *path == [name])
                .map(|(_, metadata)| *metadata)
        };
        for (path, metadata) in &self.of_fields {
            let Some((name, nested)) = path.split_first() else {
                continue;
            };
            let selected = metadata.get("selected").and_then(Value::as_bool);
            if selected == Some(true) && !known.contains(name) && *name != SDC_DELETED_AT {
                let what = format!(
                    "{from} selects the field {name} of {}, which does not exist",
                    table.name
                );
                return Err(suggested(what, name, &known));
            }
            // The field may be personal data, which must then not be sent.
            if selected == Some(false) && !nested.is_empty() {
                let path = path.join(".");
                let what = format!(
                    "{from} deselects {path} of {}, a part of a field",
                    table.name
                );
                return Err(
                    Error::usage(what).hint(format!("fields are sent whole: deselect {name}"))
                );
            }
        }
        let properties = self
            .entry
            .get("schema")
            .and_then(|schema| schema.get("properties"));
        let properties = properties
            .and_then(Value::as_object)
            .filter(|all| !all.is_empty());
        let replication_key = table.method.field();
        let is_selected = |name: &&str| {
            if *name == table.key || Some(*name) == replication_key {
                return true;
            }
            let metadata = of(name);
            let said = |member: &str| metadata.and_then(|metadata| metadata.get(member));
            if said("inclusion").is_some_and(|inclusion| inclusion == "unsupported") {
                return false;
            }
            let property = properties.and_then(|all| all.get(*name));
            let legacy = property.and_then(|property| property.get("selected"));
            let choices = [said("selected"), legacy, said("selected-by-default")];
            let choices = choices.into_iter().flatten().find_map(Value::as_bool);
            // A schema that was written without a field does not want it.
            choices.unwrap_or(metadata.is_some() || properties.is_none() || property.is_some())
        };
        Ok(known
            .iter()
            .filter(|name| is_selected(name))
            .map(|name| (*name).to_owned())
            .collect())
    }
}

#[cfg(test)]
#[path = "catalog_tests.rs"]
mod tests;
