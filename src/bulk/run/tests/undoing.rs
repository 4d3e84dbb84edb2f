//! The proof of undo: a random change of a random store, carried out under
//! faults and kills, and taken back by what the ledger has. Then the store is
//! as it was in every field that a user can set, or the difference is named.
//!
//! The plain suite has a short form; the long one has so many rounds:
//!
//! ```sh
//! RC_UNDO=200 cargo test --locked --lib undoing -- --nocapture
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::stage::{TestStage, Weather, random_stage, request};
use crate::bulk::Engine;
use crate::bulk::ledger::{Guard, LedgerRow, PlannedRow};
use crate::bulk::row::Task;
use crate::bulk::run::look::{id_of, is_readable};
use crate::bulk::undo::{RowUndo, filled, reversal};
use crate::bulk::values::{self, ObjectValues, agree};
use crate::catalog::{
    Operation, OperationAction, Parameter, Resource, UndoBy, ValueKind, recharge::API,
};

/// Rounds of the short form.
const FEW: u64 = 24;

/// Rows of a job.
const ROWS: usize = 4;

/// Verbs besides the updates of all resources.
const VERBS: &[&str] = &[
    "subscriptions.cancel",
    "subscriptions.activate",
    "subscriptions.set_next_charge_date",
    "subscriptions.change_address",
    "charges.skip",
    "charges.unskip",
    "charges.apply_discount",
    "charges.remove_discount",
    "discounts.create",
    "onetimes.create",
    "subscriptions.create",
    "onetimes.delete",
    "metafields.delete",
];

type Named = (&'static Resource, &'static Operation);

/// All verbs of a round, each as often as any other.
fn kinds() -> Vec<Named> {
    let updates = API.operations().filter(|(resource, operation)| {
        operation.action == OperationAction::Update
            && matches!(operation.undo.by, UndoBy::Steps(_))
            && is_readable(resource, operation)
            && resource.operation_to(OperationAction::List).is_some()
    });
    let verbs = VERBS.iter().map(|name| API.operation(name).unwrap());
    // Most fields that can be updated are those of few resources.
    updates.chain(verbs).collect()
}

/// A store, and what is done to it.
struct Round {
    stage: Arc<TestStage>,
    rng: fastrand::Rng,
    resource: &'static Resource,
    operation: &'static Operation,
    /// Objects that somebody else changed.
    drifted: BTreeSet<String>,
}

type ObjectsById = BTreeMap<String, Value>;

impl Round {
    fn name(&self) -> String {
        format!("{}.{}", self.resource.name, self.operation.verb)
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let body = Bytes::from(body.to_string());
        let answer = self.stage.sandbox.answer(&request(method, path, body));
        let status = answer.status().as_u16();
        (
            status,
            serde_json::from_slice(answer.body()).unwrap_or_default(),
        )
    }

    /// All objects of a resource.
    fn objects(&self, resource: &'static Resource) -> ObjectsById {
        let list = resource.operation_to(OperationAction::List).unwrap();
        // Metafields are listed by the kind of their owner.
        let owners: Vec<String> = match resource.operation_to(OperationAction::Create) {
            Some(create) if list.query.iter().any(|filter| filter.required) => {
                let filter = list.query.iter().find(|filter| filter.required).unwrap();
                let owner = create.body.iter().find(|field| field.name == filter.name);
                let owners = owner.map_or(&[][..], |owner| owner.values).iter();
                owners
                    .map(|owner| format!("{}={owner}", filter.name))
                    .collect()
            }
            _ => vec![String::new()],
        };
        let mut objects = ObjectsById::new();
        for owner in owners {
            let mut query = format!("limit=250&{owner}");
            loop {
                let (_, page) = self.call("GET", &format!("{}?{query}", list.path), &json!({}));
                let Some(records) = page[list.response.key().unwrap()].as_array() else {
                    break;
                };
                for record in records {
                    objects.insert(id_of(record, "id").unwrap(), record.clone());
                }
                match page["next_cursor"].as_str() {
                    Some(cursor) => query = format!("limit=250&cursor={cursor}"),
                    None => break,
                }
            }
        }
        objects
    }

    /// A value for a parameter; `None` for one that this does not draw.
    fn draw(&mut self, parameter: &Parameter, record: &Value) -> Option<Value> {
        let most = parameter.maximum.unwrap_or(6).min(6);
        Some(match parameter.kind {
            _ if !parameter.values.is_empty() => {
                let at = self.rng.usize(..parameter.values.len());
                parameter.values[at].into()
            }
            ValueKind::Money => {
                format!("{}.{:02}", self.rng.u8(1..90), self.rng.u8(..) % 100).into()
            }
            ValueKind::Integer => self.rng.u32(1..=most).into(),
            ValueKind::Boolean => self.rng.bool().into(),
            ValueKind::Day => format!("2026-12-{:02}", self.rng.u8(1..28)).into(),
            ValueKind::Time => format!("2027-01-{:02}T00:00:00", self.rng.u8(1..28)).into(),
            ValueKind::Pairs => {
                json!([{"name": "Colour", "value": format!("{}", self.rng.u8(..))}])
            }
            ValueKind::External(_) => {
                // The variant of another object of the store.
                let all: Vec<Value> = self.objects(self.resource).into_values().collect();
                all[self.rng.usize(..all.len())]
                    .get(parameter.name)?
                    .clone()
            }
            ValueKind::Text
                if record[parameter.name]
                    .as_str()
                    .is_some_and(|text| text.contains('@')) =>
            {
                format!("new{}@example.com", self.rng.u16(..)).into()
            }
            ValueKind::Text => format!("Text {}", self.rng.u16(..)).into(),
            _ => return None,
        })
    }

    /// A body for an object; `None` where the round has none for it.
    fn body(&mut self, record: &Value) -> Option<Map<String, Value>> {
        let mut body = Map::new();
        match (self.resource.name, self.operation.verb) {
            (_, "update") => {
                let fields = self.operation.body.iter();
                let fields: Vec<&Parameter> = fields
                    .filter(|field| self.resource.object.field(field.name).is_some())
                    .collect();
                for _ in 0..self.rng.usize(1..4) {
                    let field = *fields.get(self.rng.usize(..fields.len()))?;
                    let mut names = vec![field.name];
                    let together = self.operation.undo.moving;
                    if together.contains(&field.name) {
                        names = together.to_vec();
                    }
                    for name in names {
                        let field = self.operation.body.iter().find(|own| own.name == name)?;
                        if let Some(value) = self.draw(field, record) {
                            body.insert(name.to_owned(), value);
                        }
                    }
                }
                // One interval fits the other.
                if body.contains_key("order_interval_frequency") {
                    body.insert(
                        "charge_interval_frequency".to_owned(),
                        body["order_interval_frequency"].clone(),
                    );
                }
                (!body.is_empty()).then_some(body)
            }
            (_, "cancel") => {
                body.insert("cancellation_reason".to_owned(), "moved".into());
                (record["status"] == "active").then_some(body)
            }
            (_, "activate") => {
                let has_reason = record["cancellation_reason"].is_string();
                (record["status"] == "cancelled" && has_reason).then_some(body)
            }
            (_, "set_next_charge_date") => {
                body.insert(
                    "date".to_owned(),
                    format!("2026-12-{:02}", self.rng.u8(1..28)).into(),
                );
                (record["status"] == "active").then_some(body)
            }
            (_, "change_address") => {
                let (_, addresses) = API
                    .operation("addresses.update")
                    .map(|(one, _)| (one, self.objects(one)))?;
                let other = addresses.values().find(|other| {
                    other["customer_id"] == record["customer_id"]
                        && other["id"] != record["address_id"]
                })?;
                body.insert("address_id".to_owned(), other["id"].clone());
                (record["status"] == "active").then_some(body)
            }
            (_, "skip") => (record["status"] == "queued").then_some(body),
            (_, "unskip") => {
                let is_ahead = record["scheduled_at"].as_str() > Some("2026-11-21");
                (record["status"] == "skipped" && is_ahead).then_some(body)
            }
            (_, "apply_discount") => {
                let (discounts, _) = API.operation("discounts.list")?;
                let mut all = self.objects(discounts).into_values();
                let open = all.find(|one| one["status"] == "enabled")?;
                body.insert("discount_id".to_owned(), open["id"].clone());
                let is_bare = record["discounts"].as_array().is_some_and(Vec::is_empty);
                (record["status"] == "queued" && is_bare).then_some(body)
            }
            (_, "remove_discount") => {
                let has_one = record["discounts"]
                    .as_array()
                    .is_some_and(|list| !list.is_empty());
                (record["status"] == "queued" && has_one).then_some(body)
            }
            (_, "delete") => Some(body),
            ("discounts", "create") => {
                body.insert("code".to_owned(), format!("NEW{}", self.rng.u32(..)).into());
                body.insert("value".to_owned(), "10".into());
                body.insert("value_type".to_owned(), "percentage".into());
                Some(body)
            }
            ("onetimes" | "subscriptions", "create") => {
                let (subscriptions, _) = API.operation("subscriptions.get")?;
                let all: Vec<Value> = self.objects(subscriptions).into_values().collect();
                let one = &all[self.rng.usize(..all.len())];
                for name in ["address_id", "external_variant_id", "price"] {
                    body.insert(name.to_owned(), one[name].clone());
                }
                body.insert("quantity".to_owned(), 1.into());
                body.insert("next_charge_scheduled_at".to_owned(), "2026-12-24".into());
                if self.resource.name == "subscriptions" {
                    body.insert("charge_interval_frequency".to_owned(), 1.into());
                    body.insert("order_interval_frequency".to_owned(), 1.into());
                    body.insert("order_interval_unit".to_owned(), "month".into());
                }
                Some(body)
            }
            _ => None,
        }
    }

    /// The rows of a job: object and task.
    fn rows(&mut self) -> Vec<(String, Value, Task)> {
        let is_new = self.operation.action == OperationAction::Create;
        let objects = self.objects(self.resource);
        let mut all: Vec<(String, Value)> = objects.into_iter().collect();
        self.rng.shuffle(&mut all);
        let mut rows = Vec::new();
        for (id, record) in all {
            if rows.len() == ROWS {
                break;
            }
            let Some(body) = self.body(&record) else {
                continue;
            };
            let target = if is_new {
                self.operation.path.to_owned()
            } else {
                filled(self.operation, &id)
            };
            let body = self
                .operation
                .takes_body()
                .then(|| match self.operation.wrapper {
                    Some(wrapper) => json!({ wrapper: body }).to_string(),
                    None => Value::Object(body).to_string(),
                });
            rows.push((id, record, Task { target, body }));
        }
        rows
    }

    /// Somebody else changes a field of an object to something else; whether it
    /// worked, and what is there now.
    fn drift(&mut self, id: &str, fields: &ObjectValues) -> bool {
        let Some(update) = self.resource.operation_to(OperationAction::Update) else {
            return false;
        };
        let before = self.objects(self.resource);
        let Some(record) = before.get(id).cloned() else {
            return false;
        };
        for name in fields.keys() {
            let Some(field) = update.body.iter().find(|own| own.name == *name) else {
                continue;
            };
            if update.undo.moving.contains(&field.name) {
                continue;
            }
            let Some(value) = self.draw(field, &record) else {
                continue;
            };
            let body = match update.wrapper {
                Some(wrapper) => json!({ wrapper: { name.as_str(): value } }),
                None => json!({ name.as_str(): value }),
            };
            self.call("PUT", &filled(update, id), &body);
            let now = self.objects(self.resource);
            if !agree(&now[id][name.as_str()], &record[name.as_str()]) {
                self.drifted.insert(id.to_owned());
                return true;
            }
        }
        false
    }

    fn storm(&self) {
        *self.stage.weather.lock().unwrap() = Weather {
            lost: 4,
            answer_lost: 4,
            late: 3,
            busy: 4,
            trouble: 4,
            deadly: 2,
        };
    }

    /// The fields of a resource that a user can set.
    fn settable(&self) -> Vec<&'static str> {
        let operations = self.resource.operations.iter();
        let bodies = operations.flat_map(|operation| operation.body.iter());
        let mut names: Vec<&'static str> = bodies.map(|field| field.name).collect();
        names.extend(values::watched(self.resource, self.operation));
        names.retain(|name| self.resource.object.field(name).is_some());
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// The result of all rounds.
#[derive(Debug, Default)]
struct UndoTally {
    rounds: u64,
    rows: u64,
    changed: u64,
    undone: u64,
    unknown: u64,
    drifted: u64,
}

#[expect(
    clippy::too_many_lines,
    reason = "the steps of a round, in their order"
)]
fn round(seed: u64, tally: &mut UndoTally) {
    let kinds = kinds();
    let (resource, operation) = kinds[usize::try_from(seed).unwrap() % kinds.len()];
    let mut round = Round {
        stage: random_stage(seed),
        rng: fastrand::Rng::with_seed(seed),
        resource,
        operation,
        drifted: BTreeSet::new(),
    };
    let rows = round.rows();
    let name = round.name();
    let at = format!("seed {seed}, {name}");
    let job = round
        .stage
        .planned(&name, Engine::Requests, (Guard::Compare, None), |draft| {
            for (line, (_, record, task)) in (1..).zip(&rows) {
                let intended = values::intended(resource, operation, task.body.as_deref());
                let fields: Vec<&str> = intended.keys().map(String::as_str).collect();
                let expected = (operation.action != OperationAction::Create)
                    .then(|| Value::Object(values::values_of(record, &fields)).to_string());
                draft
                    .add_planned(&PlannedRow {
                        expected,
                        ..PlannedRow::of(line, "{}", task)
                    })
                    .unwrap();
            }
        });
    // Somebody changes an object after the plan.
    let mut refused = BTreeSet::new();
    if seed.is_multiple_of(3)
        && operation.action != OperationAction::Create
        && let Some((id, _, task)) = rows.first()
        && round.drift(id, &values::sent(operation, task.body.as_deref()))
    {
        refused.insert(id.clone());
    }
    let before = round.objects(resource);
    round.storm();
    round.stage.until_done(&job);
    let applied = round.stage.rows(&job);
    tally.rounds += 1;
    tally.rows += applied.len() as u64;
    for ((id, ..), row) in rows.iter().zip(&applied) {
        if refused.contains(id) {
            assert_eq!(row.state, "failed", "{at}: {row:?}");
            assert!(
                row.error.as_deref().unwrap().contains("changed meanwhile"),
                "{at}: {row:?}"
            );
        }
        tally.changed += u64::from(row.state == "ok");
    }
    // Somebody changes an object after the job.
    let mut lost = BTreeSet::new();
    if seed % 4 == 1
        && let Some(((id, ..), row)) = rows.iter().zip(&applied).find(|(_, row)| row.state == "ok")
        && let Some((before, after)) = row.before.as_deref().zip(row.after.as_deref())
    {
        let parse = |text| serde_json::from_str::<ObjectValues>(text).unwrap();
        let (before, after) = (parse(before), parse(after));
        let changed: ObjectValues = after
            .into_iter()
            .filter(|(name, value)| !agree(value, &before[name.as_str()]))
            .collect();
        if round.drift(id, &changed) {
            lost.insert(id.clone());
        }
    }
    let between = round.objects(resource);
    let mut planned = BTreeMap::new();
    let mut named = 0;
    let undo = round.stage.planned(
        &name,
        Engine::Requests,
        (Guard::Compare, Some(job)),
        |draft| {
            for ((id, ..), row) in rows.iter().zip(&applied) {
                if !matches!(row.state, "ok" | "unknown") {
                    continue;
                }
                match reversal(&API, resource, operation, row) {
                    RowUndo::Nothing => {}
                    RowUndo::Impossible(why) => {
                        named += 1;
                        // What was made is not known where the answer was lost.
                        assert_eq!(row.state, "unknown", "{at}: {why} {row:?}");
                    }
                    RowUndo::Steps(reversal) => {
                        let mut steps = reversal.steps.into_iter();
                        let first = steps.next().unwrap();
                        draft
                            .add_planned(&PlannedRow {
                                operation: Some(first.operation),
                                expected: reversal
                                    .expected
                                    .map(|values| Value::Object(values).to_string()),
                                wanted: reversal.wanted.map(|wanted| wanted.to_string()),
                                later: steps.collect(),
                                ..PlannedRow::of(row.line, "{}", &first.task)
                            })
                            .unwrap();
                        planned.insert(row.line, id.clone());
                    }
                }
            }
        },
    );
    round.storm();
    round.stage.until_done(&undo);
    let undone = round.stage.rows(&undo);
    let after = round.objects(resource);
    let mut open: BTreeSet<String> = BTreeSet::new();
    for row in &undone {
        let id = &planned[&row.line];
        let is_lost = lost.contains(id);
        match row.state {
            "ok" => tally.undone += 1,
            "unknown" => {
                tally.unknown += 1;
                open.insert(id.clone());
            }
            "failed" if is_lost => {
                open.insert(id.clone());
                assert!(
                    row.error.as_deref().unwrap().contains("changed meanwhile"),
                    "{at}: {row:?}"
                );
            }
            _ => {
                open.insert(id.clone());
                assert!(is_named(row, operation), "{at}: {row:?}");
            }
        }
        if is_lost {
            assert_eq!(row.state, "failed", "{at}: {row:?}");
            assert_eq!(between[id], after[id], "{at}");
            tally.drifted += 1;
        }
    }
    for ((id, ..), row) in rows.iter().zip(&applied) {
        if row.state == "unknown" {
            open.insert(id.clone());
        }
    }
    tally.drifted += refused.len() as u64;
    compare(&round, &at, (&before, &after), &open, named);
}

/// Whether the undo of a row may fail, for a reason that the catalog names.
fn is_named(undo: &LedgerRow, operation: &Operation) -> bool {
    /// What the store answers, and the limit of the row that says so.
    const NAMED: &[(&str, &str)] = &[
        ("processor_", "processor"),
        ("that was sent", "shipped order"),
        ("far enough", "a date that has passed"),
        ("presentment currency", "another currency"),
        ("already has a discount", "already has a discount"),
    ];
    let error = undo.error.as_deref().unwrap_or_default();
    let is_said = |limit: &str| operation.undo.limits.iter().any(|own| own.contains(limit));
    let mut named = NAMED.iter();
    undo.status == Some(422) && named.any(|(words, limit)| error.contains(words) && is_said(limit))
}

fn compare(
    round: &Round,
    at: &str,
    (before, after): (&ObjectsById, &ObjectsById),
    open: &BTreeSet<String>,
    named: usize,
) {
    let is_deletion = round.operation.action == OperationAction::Delete;
    let is_creation = round.operation.action == OperationAction::Create;
    let is_charge = round.resource.name == "charges";
    let fields = round.settable();
    let of = |record: &Value| values::values_of(record, &fields);
    if is_deletion {
        // A deleted object has a new id, and the same values.
        let missing = before
            .iter()
            .filter(|(id, _)| !after.contains_key(*id) && !open.contains(*id));
        for (id, record) in missing {
            let create = round
                .resource
                .operation_to(OperationAction::Create)
                .unwrap();
            let names: Vec<&str> = create
                .body
                .iter()
                .map(|field| field.name)
                .filter(|name| round.resource.object.field(name).is_some())
                .collect();
            let wanted = values::values_of(record, &names);
            let is_there = after.values().any(|other| {
                values::differences(&wanted, &values::values_of(other, &names)).is_empty()
            });
            assert!(is_there, "{at}: {id} did not come back: {record}");
        }
        return;
    }
    for (id, record) in before {
        if open.contains(id) {
            continue;
        }
        // Charges are made again, and get new ids.
        let Some(other) = after.get(id) else {
            assert!(is_charge, "{at}: {id} is gone");
            continue;
        };
        let mut differences = values::differences(&of(record), &of(other));
        if round.resource.name == "payment_methods" {
            // The store makes another one the default; the row names that.
            differences.retain(|(name, ..)| name != "default");
        }
        assert!(
            differences.is_empty(),
            "{at}: {id}: {}",
            values::in_words(&differences)
        );
    }
    if is_creation {
        let left = after.keys().filter(|id| !before.contains_key(*id)).count();
        assert!(left <= named + open.len(), "{at}: {left} objects are left");
    }
}

#[test]
fn a_job_that_is_undone_leaves_the_store_as_it_was() {
    let rounds = std::env::var("RC_UNDO")
        .ok()
        .and_then(|text| text.parse().ok());
    let first = std::env::var("RC_UNDO_SEED")
        .ok()
        .and_then(|text| text.parse().ok());
    let first: u64 = first.unwrap_or(0);
    let mut tally = UndoTally::default();
    for seed in first..first + rounds.unwrap_or(FEW) {
        round(seed, &mut tally);
    }
    eprintln!("{tally:?}");
    assert!(tally.undone * 2 > tally.changed, "{tally:?}");
}
