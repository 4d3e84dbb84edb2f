//! What a list prints goes back in: every record of the demo store, printed as
//! CSV or as lines of JSON, is a good row for the matching update, which
//! carries what the record says.

use csv::{ReaderBuilder, StringRecord};
use jiff::tz::TimeZone;
use recharge_cli::api::request::Now;
use recharge_cli::bulk::Engine;
use recharge_cli::bulk::row::{InputRow, RowContent};
use recharge_cli::bulk::shape::{Shaped, Shaper, Shaping};
use recharge_cli::catalog::{self, Operation, Resource};
use serde_json::{Map, Value};

use crate::harness::{NOW, Store, rc};

/// Resources that can be listed and changed, with each engine for that.
fn changing() -> impl Iterator<Item = (&'static Resource, &'static Operation, Engine)> {
    catalog::recharge::API
        .resources
        .iter()
        .flat_map(|resource| {
            let update = resource
                .operation("list")
                .and_then(|_| resource.operation("update"));
            Engine::ALL.into_iter().filter_map(move |engine| {
                let update = update?;
                (engine == Engine::Requests || update.batch.is_some())
                    .then_some((resource, update, engine))
            })
        })
}

fn list(resource: &Resource, format: &str, store: &Store) -> String {
    let needed = resource.operation("list").into_iter();
    let needed: Vec<String> = needed
        .flat_map(Operation::flags)
        .filter(|parameter| parameter.required)
        .map(|parameter| format!("--{} {}", parameter.flag_name(), parameter.values[0]))
        .collect();
    let name = catalog::kebab(resource.name);
    let line = format!("{name} list -o {format} {}", needed.join(" "));
    rc(&line).within(store).succeeds().stdout
}

/// The inner body that a row becomes.
fn sent(shaper: &mut Shaper, content: RowContent<'_>) -> Map<String, Value> {
    let shown = format!("{content:?}");
    match shaper.shape(&InputRow { line: 2, content }) {
        Shaped::Task(task) => {
            let body = serde_json::from_str(&task.body.unwrap()).unwrap();
            match (body, shaper.operation().wrapper) {
                (Value::Object(mut outer), Some(wrapper)) if outer.contains_key(wrapper) => {
                    outer[wrapper].as_object_mut().map(std::mem::take).unwrap()
                }
                (Value::Object(body), _) => body,
                (other, _) => panic!("{other} is no object"),
            }
        }
        other => panic!("{shown} became {other:?}"),
    }
}

/// Whether a value says what the record has: lists and updates differ in
/// whether numbers are text. CSV does not know parts that a record has beyond
/// the catalogue, or that are null.
fn says(sent: &Value, record: &Value) -> bool {
    match (sent, record) {
        (Value::Object(sent), Value::Object(record)) => {
            sent.iter().all(|(key, value)| says(value, &record[key]))
        }
        (Value::String(text), Value::Number(number))
        | (Value::Number(number), Value::String(text)) => *text == number.to_string(),
        _ => sent == record,
    }
}

/// Shapes what a list prints, and counts the values that updates carry.
fn carried(format: &str, rows: impl Fn(&str) -> (Option<Vec<String>>, Vec<StringRecord>)) -> usize {
    let store = Store::new();
    let mut count = 0;
    for (resource, update, engine) in changing() {
        let now = Now {
            instant: NOW.parse().unwrap(),
            zone: TimeZone::UTC,
            times: recharge_cli::catalog::TimeForm::WithOffset,
        };
        let (header, rows) = rows(&list(resource, format, &store));
        let header = header.as_deref();
        let mut shaper =
            Shaper::new(resource, update, engine, header, Shaping::default(), now).unwrap();
        let records = list(resource, "ndjson", &store);
        assert_eq!(records.lines().count(), rows.len(), "{}", resource.name);
        for (row, record) in rows.iter().zip(records.lines()) {
            let content = match header {
                Some(_) => RowContent::Cells(row),
                None => RowContent::Object(&row[0]),
            };
            let record: Value = serde_json::from_str(record).unwrap();
            for (field, value) in sent(&mut shaper, content) {
                let same = says(&value, &record[&field]);
                assert!(same, "{} {field}: {value} for {record}", resource.name);
                count += 1;
            }
        }
    }
    count
}

#[test]
fn a_list_as_csv_is_good_input_for_the_update() {
    let count = carried("csv", |printed| {
        let mut reader = ReaderBuilder::new().from_reader(printed.as_bytes());
        let header = reader
            .headers()
            .unwrap()
            .iter()
            .map(str::to_owned)
            .collect();
        (Some(header), reader.records().map(Result::unwrap).collect())
    });
    assert!(count > 2_000, "{count}");
}

#[test]
fn a_list_as_lines_of_json_is_good_input_for_the_update() {
    let count = carried("ndjson", |printed| {
        let rows = printed.lines().map(|line| StringRecord::from(vec![line]));
        (None, rows.collect())
    });
    assert!(count > 2_000, "{count}");
}
