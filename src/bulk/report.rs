//! The result of the rows, as records: the columns of the input, and beside
//! them what is known of each. Their names begin with `_`, so that a report is
//! an input again. Pure.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::ledger::{Job, LedgerRow};
use super::run::look::target_of;
use super::undo::operation_of;
use super::values::{ObjectValues, agree, intended};
use crate::catalog::{
    Api, Conventions, Field, FieldKind, FieldRole, Object, Operation, Resource, Tones, Type,
};

/// The columns that a report adds, in order.
pub const ADDED: [&str; 5] = ["_line", "_status", "_id", "_http_status", "_error"];

/// A job, as those see it who choose columns. Where a table has no room, the
/// last of its columns are left out.
pub static JOB: Object = Object {
    name: "job",
    fields: &[
        field("id", FieldKind::Text),
        field("operation", FieldKind::Text),
        field("engine", FieldKind::Text),
        field("input", FieldKind::Text),
        field("state", FieldKind::Text),
        field("rows", FieldKind::Integer),
        field("ok", FieldKind::Integer),
        field("failed", FieldKind::Integer),
        field("invalid", FieldKind::Integer),
        field("unknown", FieldKind::Integer),
        field("created_at", FieldKind::Time),
        field("updated_at", FieldKind::Time),
    ],
    columns: &[
        "id",
        "operation",
        "state",
        "rows",
        "ok",
        "failed",
        "unknown",
        "invalid",
        "input",
        "created_at",
        "engine",
        "updated_at",
    ],
    conventions: &Conventions::PLAIN,
};

/// A job in an overview: where it works, how far it is, and how to continue.
/// Where a table has no room, the last of its columns are left out.
pub static JOB_OVERVIEW: Object = Object {
    name: "job_overview",
    fields: &[
        field("id", FieldKind::Text),
        field("operation", FieldKind::Text),
        field("engine", FieldKind::Text),
        field("input", FieldKind::Text),
        field("store", FieldKind::Text),
        field("profile", FieldKind::Text),
        field("state", FieldKind::Text),
        field("rows", FieldKind::Integer),
        field("left", FieldKind::Integer),
        field("at_api", FieldKind::Integer),
        field("ok", FieldKind::Integer),
        field("failed", FieldKind::Integer),
        field("invalid", FieldKind::Integer),
        field("unknown", FieldKind::Integer),
        field("next", FieldKind::Text),
        field("created_at", FieldKind::Time),
        field("updated_at", FieldKind::Time),
    ],
    columns: &[
        "id",
        "operation",
        "store",
        "state",
        "rows",
        "left",
        "failed",
        "next",
        "at_api",
        "ok",
        "unknown",
        "invalid",
        "input",
        "profile",
        "created_at",
        "engine",
        "updated_at",
    ],
    conventions: &Conventions::PLAIN,
};

/// A change of a field, as `rc bulk diff` shows it.
pub static CHANGE: Object = Object {
    name: "change",
    fields: &[
        field("id", FieldKind::Text),
        field("field", FieldKind::Text),
        field("before", FieldKind::Text),
        field("after", FieldKind::Text),
        field("row", FieldKind::Text),
    ],
    columns: &["id", "field", "before", "after", "row"],
    conventions: &Conventions::PLAIN,
};

const fn field(name: &'static str, holds: FieldKind) -> Field {
    let kind = match holds {
        FieldKind::Integer => Type::Integer,
        FieldKind::Time => Type::DateTime,
        _ => Type::String,
    };
    Field {
        name,
        short: None,
        kind: holds,
        documented: kind,
        shown: kind,
        values: &[],
        tones: Tones::NONE,
        secret: false,
        role: FieldRole::Plain,
        beyond: None,
    }
}

/// The names of a report's columns, where the input had names.
#[must_use]
pub fn columns(header: &[String]) -> Vec<String> {
    let own = header.iter().filter(|name| !is_added(name)).cloned();
    own.chain(ADDED.map(str::to_owned)).collect()
}

/// A row as a record of a report, as JSON text. What an earlier report had
/// added is left out.
#[must_use]
pub fn record(header: Option<&[String]>, row: &LedgerRow) -> String {
    let mut record = Map::new();
    match (header, serde_json::from_str(&row.input)) {
        (Some(header), Ok(Value::Array(cells))) => {
            record.extend(header.iter().cloned().zip(cells));
        }
        // A line that was not a row has none of the columns; all records have
        // the same.
        (Some(header), _) => {
            record.extend(header.iter().cloned().map(|name| (name, Value::Null)));
        }
        (None, Ok(Value::Object(fields))) => record.extend(fields),
        // A line that was not a row is shown unchanged.
        (None, Ok(other)) => {
            record.insert("_input".to_owned(), other);
        }
        (None, Err(_)) => {
            record.insert("_input".to_owned(), row.input.clone().into());
        }
    }
    record.retain(|name, _| !is_added(name));
    record.insert("_line".to_owned(), row.line.into());
    record.insert("_status".to_owned(), row.state.into());
    record.insert("_id".to_owned(), id(row.object.as_deref()));
    record.insert("_http_status".to_owned(), row.status.into());
    record.insert("_error".to_owned(), row.error.clone().into());
    Value::Object(record).to_string()
}

/// The reason of a failure in plain words. The API gives JSON: messages below
/// the names of fields. A name is left out where its message begins with it.
#[must_use]
pub fn reason(error: &str) -> String {
    match serde_json::from_str(error) {
        Ok(Value::Object(fields)) if !fields.is_empty() => {
            let mut parts = Vec::new();
            for (field, value) in &fields {
                let messages = match value {
                    Value::Array(messages) => messages.as_slice(),
                    message => std::slice::from_ref(message),
                };
                for message in messages {
                    let message = text_of(message);
                    let plain = field.replace('_', " ");
                    let is_named = message.starts_with(field) || message.starts_with(&plain);
                    // `_schema` and `base` are not fields.
                    if is_named || matches!(field.as_str(), "_schema" | "base" | "general") {
                        parts.push(message);
                    } else {
                        parts.push(format!("{field}: {message}"));
                    }
                }
            }
            parts.join("; ")
        }
        Ok(Value::Array(messages)) if !messages.is_empty() => {
            let texts: Vec<String> = messages.iter().map(text_of).collect();
            texts.join("; ")
        }
        Ok(Value::String(message)) => message,
        _ => error.to_owned(),
    }
}

fn text_of(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// A job as a record, as JSON text.
#[must_use]
pub fn job(job: &Job) -> String {
    Value::Object(job_fields(job)).to_string()
}

/// A job of an overview as a record, as JSON text: `at_api` of its rows are at
/// the API and have no result, and `next` is the command that continues it.
#[must_use]
pub fn job_overview(job: &Job, at_api: u64, next: Option<&str>) -> String {
    let store = &job.subject.store;
    let name = store.name.as_deref().or_else(|| {
        let identity = store.identity.as_ref();
        identity.and_then(|identity| identity.domain.as_deref())
    });
    let place = if store.sandbox {
        "the sandbox"
    } else {
        name.unwrap_or(&store.base_url)
    };
    let mut record = job_fields(job);
    record.insert("store".to_owned(), place.into());
    record.insert("profile".to_owned(), store.profile.clone().into());
    record.insert("left".to_owned(), job.counts.open.into());
    record.insert("at_api".to_owned(), at_api.into());
    record.insert("next".to_owned(), next.into());
    let order = JOB_OVERVIEW.fields.iter();
    let ordered: Map<String, Value> = order
        .filter_map(|field| Some((field.name.to_owned(), record.remove(field.name)?)))
        .collect();
    Value::Object(ordered).to_string()
}

fn job_fields(job: &Job) -> Map<String, Value> {
    let counts = job.counts;
    let pairs: [(&str, Value); 12] = [
        ("id", job.id.clone().into()),
        ("operation", job.subject.operation.clone().into()),
        ("engine", job.subject.engine.name().into()),
        ("input", job.subject.input.clone().into()),
        ("state", job.state.name().into()),
        ("rows", counts.rows().into()),
        ("ok", counts.ok.into()),
        ("failed", counts.failed.into()),
        ("invalid", counts.invalid.into()),
        ("unknown", counts.unknown.into()),
        ("created_at", second(job.created_at).into()),
        ("updated_at", second(job.updated_at).into()),
    ];
    let pairs = pairs.map(|(name, value)| (name.to_owned(), value));
    pairs.into_iter().collect()
}

/// A time as reports show it: no one asks for less than a second.
fn second(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn is_added(name: &str) -> bool {
    ADDED.contains(&name)
}

/// Ids are numbers wherever they are.
fn id(object: Option<&str>) -> Value {
    match object {
        Some(id) => id.parse::<u64>().map_or_else(|_| id.into(), Value::from),
        None => Value::Null,
    }
}

/// What a row changes, a record for each field: the values before, and those
/// that the answer showed, or that are to be sent.
#[must_use]
pub fn changes(
    api: &'static Api,
    resource: &'static Resource,
    operation: &'static Operation,
    row: &LedgerRow,
) -> Vec<String> {
    let parse = |text: &Option<String>| -> Option<ObjectValues> {
        serde_json::from_str(text.as_deref()?).ok()
    };
    let (Some(task), Some(before)) = (
        &row.task,
        parse(&row.before).or_else(|| parse(&row.expected)),
    ) else {
        return Vec::new();
    };
    // A row of an undo names its own operation.
    let (resource, operation) = row
        .operation
        .as_deref()
        .and_then(|name| operation_of(api, resource, name))
        .unwrap_or((resource, operation));
    let after =
        parse(&row.after).unwrap_or_else(|| intended(resource, operation, task.body.as_deref()));
    let id = target_of(operation, &task.target).unwrap_or_default();
    let record = |name: &String, old: &Value, new: &Value| {
        json!({"id": id, "field": name, "before": old, "after": new, "row": row.state}).to_string()
    };
    let changed = before.iter().filter_map(|(name, old)| {
        let new = after.get(name)?;
        (!agree(old, new)).then(|| record(name, old, new))
    });
    changed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(input: &str) -> LedgerRow {
        LedgerRow {
            n: 1,
            line: 2,
            input: input.to_owned(),
            task: None,
            state: "failed",
            status: Some(422),
            object: None,
            error: Some("taken".to_owned()),
            ..LedgerRow::default()
        }
    }

    #[test]
    fn a_report_has_the_columns_of_the_input_and_what_became_of_the_row() {
        let header = ["Promo Code".to_owned(), "value".to_owned()];
        assert_eq!(
            record(Some(&header), &row("[\"SPRING\",\"010\"]")),
            "{\"Promo Code\":\"SPRING\",\"value\":\"010\",\"_line\":2,\"_status\":\"failed\",\
             \"_id\":null,\"_http_status\":422,\"_error\":\"taken\"}"
        );
        assert_eq!(columns(&header).len(), 7);
    }

    #[test]
    fn reason_is_plain_when_the_api_gives_json() {
        for (error, plain) in [
            (
                r#"{"code":["code already exists on store"]}"#,
                "code already exists on store",
            ),
            (
                r#"{"email":["has already been taken"]}"#,
                "email: has already been taken",
            ),
            (
                r#"{"_schema":["no such type"],"zip":"too long"}"#,
                "no such type; zip: too long",
            ),
            (r#"["one","two"]"#, "one; two"),
            (r#"{"code":[{"a":1}]}"#, r#"code: {"a":1}"#),
            (r#""late""#, "late"),
            ("no answer", "no answer"),
            ("{}", "{}"),
            ("404", "404"),
        ] {
            assert_eq!(reason(error), plain);
        }
    }

    #[test]
    fn a_table_of_jobs_has_room_for_all_that_a_job_has() {
        for object in [&JOB, &JOB_OVERVIEW] {
            let mut columns = object.columns.to_vec();
            let mut fields: Vec<&str> = object.fields.iter().map(|field| field.name).collect();
            columns.sort_unstable();
            fields.sort_unstable();
            assert_eq!(columns, fields);
        }
    }

    #[test]
    fn a_report_of_a_report_tells_the_news_only() {
        let header = ["code".to_owned(), "_line".to_owned(), "_error".to_owned()];
        let record = record(Some(&header), &row("[\"A\",\"9\",\"old\"]"));
        assert!(!record.contains("old"), "{record}");
        assert!(record.contains("\"_line\":2"), "{record}");
        assert_eq!(columns(&header)[0], "code");
        assert_eq!(columns(&header).len(), 6);
    }

    #[test]
    fn objects_keep_their_fields_and_what_is_no_row_is_shown_as_it_stands() {
        assert!(record(None, &row("{\"code\":\"A\"}")).starts_with("{\"code\":\"A\",\"_line\""));
        let odd = record(None, &row("a;b"));
        assert!(odd.starts_with("{\"_input\":\"a;b\","), "{odd}");
        let odd = record(Some(&["a".to_owned()]), &row("a;b"));
        assert!(odd.starts_with("{\"a\":null,\"_line\""), "{odd}");
    }
}
