//! Edits of a store beside its API, which only reads: records that change, come
//! and go, and many that change in the same second.
//!
//! Takes an edit; returns what it came to. An edit moves the time of the last
//! change, as the API's own writes would, unless it states one.

use bytes::Bytes;
use http::Method;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::seed::LINES;
use super::table_of;
use crate::requests::refusal::Refusal;
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::platform::Platform;
use crate::values::record::{self, Record};
use crate::values::time;
use recharge_catalog::bigcommerce as rows;

/// The most records that one edit changes.
const MOST_AT_ONCE: usize = 100_000;

/// A change of a store, beside its API. Resources have the names of the catalog.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Adds a record like the newest one, with other values of these fields.
    Add {
        /// The resource (`orders`).
        resource: String,
        /// Fields with their values; `products` of an order are its lines.
        fields: Map<String, Value>,
    },
    /// Sets fields of a record.
    Change {
        /// The resource (`orders`).
        resource: String,
        /// The number of the record.
        id: u64,
        /// Fields with their values; `products` of an order are its lines.
        fields: Map<String, Value>,
    },
    /// Removes a record without a trace.
    Remove {
        /// The resource (`orders`).
        resource: String,
        /// The number of the record.
        id: u64,
    },
    /// Lets many records have changed in one second.
    Touch {
        /// The resource (`orders`).
        resource: String,
        /// Which of them: these, else as many of the first as `count` says.
        ids: Vec<u64>,
        /// How many, where no numbers are given; all without.
        count: Option<usize>,
        /// The second; the present without.
        at: Option<Timestamp>,
    },
}

impl Edit {
    /// The edit that a request to the control surface asks for, by the path below
    /// `records/`; `None` where there is no such path.
    pub(crate) fn of(method: &Method, path: &str, body: &Bytes) -> Option<Result<Self, Refusal>> {
        let mut words = path.split('/');
        let resource = words.next()?.to_owned();
        let word = words.next();
        if words.next().is_some() {
            return None;
        }
        let id = word.and_then(|word| word.parse().ok());
        Some(match (method.as_str(), word, id) {
            ("POST", None, _) => read(body).map(|fields| Self::Add { resource, fields }),
            ("POST", Some("touch"), _) => read(body).and_then(|touch: TouchBody| {
                let at = touch.at.map(|text| moment(&text)).transpose()?;
                let (ids, count) = (touch.ids, touch.count);
                Ok(Self::Touch {
                    resource,
                    ids,
                    count,
                    at,
                })
            }),
            ("PATCH", Some(_), Some(id)) => read(body).map(|fields| Self::Change {
                resource,
                id,
                fields,
            }),
            ("DELETE", Some(_), Some(id)) => Ok(Self::Remove { resource, id }),
            _ => return None,
        })
    }

    fn resource(&self) -> &str {
        match self {
            Self::Add { resource, .. }
            | Self::Change { resource, .. }
            | Self::Remove { resource, .. }
            | Self::Touch { resource, .. } => resource,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TouchBody {
    #[serde(default)]
    ids: Vec<u64>,
    count: Option<usize>,
    at: Option<String>,
}

fn read<T: serde::de::DeserializeOwned>(body: &Bytes) -> Result<T, Refusal> {
    let body = if body.is_empty() { b"{}" } else { &body[..] };
    serde_json::from_slice(body).map_err(|error| invalid(&error.to_string()))
}

fn invalid(message: &str) -> Refusal {
    Refusal::error(422, message)
}

fn moment(text: &str) -> Result<Timestamp, Refusal> {
    time::parse(text).ok_or_else(|| invalid(&format!("{text} is not a time or a day")))
}

/// Edits a store; gives the record as it is kept, or how many were changed.
pub(crate) fn edited(state: &mut State, now: Timestamp, edit: &Edit) -> Result<Value, Refusal> {
    if state.platform != Platform::Bigcommerce {
        return Err(invalid(
            "records of this store are edited with the writes of its API",
        ));
    }
    let table = rows::API
        .resource(edit.resource())
        .and_then(|resource| table_of(resource.object))
        .ok_or_else(|| invalid(&format!("no records of {} are edited", edit.resource())))?;
    let begun = state.journal.len();
    let told = carried_out(state, table, now, edit);
    match &told {
        Ok(_) => state.revision += 1,
        // One record of many was none: the others are as they were.
        Err(_) => state.undo_to(begun),
    }
    told
}

fn carried_out(
    state: &mut State,
    table: TableName,
    now: Timestamp,
    edit: &Edit,
) -> Result<Value, Refusal> {
    Ok(match edit {
        Edit::Add { fields, .. } => add(state, table, now, fields)?,
        Edit::Change { id, fields, .. } => {
            let mut record = kept(state, table, *id)?;
            set_fields(&mut record, table, now, fields)?;
            state.change(table, *id, &record, "updated");
            Value::Object(record)
        }
        Edit::Remove { id, .. } => {
            kept(state, table, *id)?;
            state.delete(table, *id);
            json!({"removed": id})
        }
        Edit::Touch { ids, count, at, .. } => touch(state, table, ids, *count, at.unwrap_or(now))?,
    })
}

fn kept(state: &State, table: TableName, id: u64) -> Result<Record, Refusal> {
    let found = state.get(table, id);
    found.ok_or_else(|| invalid(&format!("there is no record {id}")))
}

/// The time of the last change of a table's records, where they have one.
fn changed_field(state: &State, table: TableName) -> Option<&'static str> {
    let times = state.table(table).shape().times;
    times
        .iter()
        .copied()
        .find(|time| Some(*time) == rows::API.conventions.updated)
}

fn add(
    state: &mut State,
    table: TableName,
    now: Timestamp,
    fields: &Map<String, Value>,
) -> Result<Value, Refusal> {
    let newest = state.table(table).ids(..).next_back();
    let newest = newest.ok_or_else(|| invalid("the table is empty: there is no record to copy"))?;
    let mut record = kept(state, table, newest)?;
    let id = state.next_id(table);
    record::set(&mut record, "id", id);
    let created: Vec<&str> = state.table(table).shape().times.to_vec();
    for name in created {
        record::set(&mut record, name, time::stamp(now));
    }
    renumber_lines(&mut record, id);
    set_fields(&mut record, table, now, fields)?;
    state.create(table, id, &record);
    Ok(Value::Object(record))
}

/// Lines of a copied order are its own.
fn renumber_lines(record: &mut Record, order: u64) {
    if let Some(Value::Array(lines)) = record.get_mut(LINES) {
        for (line, place) in lines.iter_mut().zip(0_u64..) {
            line["id"] = (order * 100 + place).into();
            line["order_id"] = order.into();
        }
    }
}

/// Sets fields of a record. A time is kept as the API reads it; `null` sets none.
fn set_fields(
    record: &mut Record,
    table: TableName,
    now: Timestamp,
    fields: &Map<String, Value>,
) -> Result<(), Refusal> {
    let times = crate::storage::tables::TABLES[table as usize].1.times;
    if times.contains(&"date_modified") {
        record::set(record, "date_modified", time::stamp(now));
    }
    for (name, value) in fields {
        if name == "id" {
            return Err(invalid("the id of a record cannot be changed"));
        }
        if times.contains(&name.as_str()) {
            let text = value.as_str().unwrap_or_default();
            record::set(record, name, time::stamp(moment(text)?));
        } else if table == TableName::BigcommerceOrders && name == "products" {
            let lines = lines_of(record, value)?;
            record::set(record, LINES, lines);
        } else {
            record::set(record, name, value.clone());
        }
    }
    Ok(())
}

/// The lines of an order after an edit: those that are named, each with the fields
/// that are given over those that it had, or over those of the first line.
fn lines_of(order: &Record, value: &Value) -> Result<Vec<Value>, Refusal> {
    let wanted = value
        .as_array()
        .ok_or_else(|| invalid("products: a list of lines"))?;
    let before = record::list(order, LINES);
    let order_id = record::id(order, "id").unwrap_or(0);
    let largest = before.iter().filter_map(|line| line["id"].as_u64()).max();
    let mut next = largest.map_or(order_id * 100, |largest| largest + 1);
    let mut lines = Vec::with_capacity(wanted.len());
    for wanted in wanted {
        let fields = wanted
            .as_object()
            .ok_or_else(|| invalid("products: a list of objects"))?;
        let same = before.iter().find(|line| line["id"] == wanted["id"]);
        let mut line = match (same, before.first()) {
            (Some(same), _) => same.clone(),
            (None, first) => {
                let mut line = first
                    .cloned()
                    .unwrap_or_else(|| json!({"order_id": order_id}));
                line["id"] = next.into();
                next += 1;
                line
            }
        };
        for (name, value) in fields {
            line[name] = value.clone();
        }
        lines.push(line);
    }
    Ok(lines)
}

fn touch(
    state: &mut State,
    table: TableName,
    ids: &[u64],
    count: Option<usize>,
    at: Timestamp,
) -> Result<Value, Refusal> {
    let field = changed_field(state, table)
        .ok_or_else(|| invalid("these records have no time of change"))?;
    let ids: Vec<u64> = if ids.is_empty() {
        let all = state.table(table).ids(..);
        all.take(count.unwrap_or(MOST_AT_ONCE)).collect()
    } else {
        ids.to_vec()
    };
    if ids.len() > MOST_AT_ONCE {
        return Err(invalid(&format!(
            "at most {MOST_AT_ONCE} records can be changed at once"
        )));
    }
    for id in &ids {
        let mut record = kept(state, table, *id)?;
        record::set(&mut record, field, time::stamp(at));
        state.change(table, *id, &record, "updated");
    }
    Ok(json!({"touched": ids.len(), "at": time::stamp(at)}))
}
