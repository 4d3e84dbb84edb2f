//! Async batches: filled with tasks, then carried out by the very rules of the
//! single operations.
//!
//! `process` only starts a batch; its tasks run before the next request is
//! answered, so that a reader sees it processing once, as a real one does.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Ruling, target, touch};
use crate::catalog;
use crate::sandbox::record::{self, Record};
use crate::sandbox::refusal::Refusal;
use crate::sandbox::route::Row;
use crate::sandbox::state::{QUIETLY, State, Token};
use crate::sandbox::tables::Name;
use crate::sandbox::{Asked, Outcome, envelope, moment, perform};

/// The reference's limit for tasks of one batch.
const MOST_TASKS: i64 = 10_000;

pub(super) fn act(verb: &str, state: &mut State, asked: &Asked) -> Ruling {
    match verb {
        "create" => create(state, asked),
        "add_tasks" => add_tasks(state, asked),
        "process" => process(state, asked),
        _ => Err(super::unknown_verb()),
    }
}

/// A batch with everything in its place and no tasks.
pub(in crate::sandbox) fn blank(id: u64, batch_type: &str, stamp: &str) -> Record {
    record::object(json!({
        "id": id,
        "batch_type": batch_type,
        "closed_at": null,
        "created_at": stamp,
        "deleted_at": null,
        "fail_task_count": 0,
        "status": "not_started",
        "submitted_at": null,
        "success_task_count": 0,
        "total_task_count": 0,
        "updated_at": stamp,
        "version": catalog::VERSION,
    }))
}

/// A task that waits.
pub(in crate::sandbox) fn task(id: u64, batch: u64, body: &Value, stamp: &str) -> Record {
    record::object(json!({
        "id": id,
        "batch_id": batch,
        "body": body,
        "completed_at": null,
        "created_at": stamp,
        "deleted_at": null,
        "queued_at": null,
        "result": null,
        "started_at": null,
        "status": "pending",
        "updated_at": stamp,
    }))
}

fn create(state: &mut State, asked: &Asked) -> Ruling {
    let batch_type = record::text(asked.body, "batch_type");
    check_scope(asked, batch_type)?;
    let id = state.next_id(Name::Batches);
    let batch = blank(id, batch_type, &asked.stamp());
    state.create(Name::Batches, id, &batch);
    Ok(Outcome::One(batch))
}

/// A token does by batches only what it may do one by one.
fn check_scope(asked: &Asked, batch_type: &str) -> Result<(), Refusal> {
    let (operation, _) = single(batch_type, &Record::new());
    let scope = row(operation).operation.scope;
    match scope.filter(|scope| !asked.token.may(scope)) {
        Some(scope) => Err(Refusal {
            status: 403,
            body: json!({"errors": format!("the token lacks the scope {scope}")}),
        }),
        None => Ok(()),
    }
}

/// The batch that the path names, while it can still be filled or started.
fn open_batch(state: &State, asked: &Asked) -> Result<(u64, Record), Refusal> {
    let (id, batch) = target(state, Name::Batches, asked)?;
    check_scope(asked, record::text(&batch, "batch_type"))?;
    if record::text(&batch, "status") == "not_started" {
        Ok((id, batch))
    } else {
        Err(Refusal::invalid("status", "the batch has been started"))
    }
}

fn add_tasks(state: &mut State, asked: &Asked) -> Ruling {
    let (id, mut batch) = open_batch(state, asked)?;
    let tasks = record::list(asked.body, "tasks");
    let added = i64::try_from(tasks.len()).unwrap_or(i64::MAX);
    let total = record::number(&batch, "total_task_count").unwrap_or(0) + added;
    if tasks.is_empty() || total > MOST_TASKS {
        return Err(Refusal::invalid(
            "tasks",
            format!("a batch holds 1 to {MOST_TASKS} tasks"),
        ));
    }
    let body = |task: &Value| task.get("body").filter(|body| body.is_object()).cloned();
    let bodies: Option<Vec<Value>> = tasks.iter().map(body).collect();
    let bodies =
        bodies.ok_or_else(|| Refusal::invalid("tasks", "each task has an object under body"))?;
    for body in &bodies {
        let task_id = state.next_id(Name::BatchTasks);
        state.create(
            Name::BatchTasks,
            task_id,
            &task(task_id, id, body, &asked.stamp()),
        );
        // A batch of thousands would drown all other events.
        if let Some(change) = state.journal.last_mut() {
            change.verb = QUIETLY;
        }
    }
    record::set(&mut batch, "total_task_count", total);
    touch(asked, &mut batch);
    state.change(Name::Batches, id, &batch, "updated");
    Ok(Outcome::Number(u64::try_from(added).unwrap_or(0)))
}

fn process(state: &mut State, asked: &Asked) -> Ruling {
    let (id, mut batch) = open_batch(state, asked)?;
    if record::number(&batch, "total_task_count") == Some(0) {
        return Err(Refusal::invalid("tasks", "the batch has no tasks"));
    }
    record::set(&mut batch, "status", "processing");
    record::set(&mut batch, "submitted_at", asked.stamp());
    touch(asked, &mut batch);
    state.change(Name::Batches, id, &batch, "updated");
    Ok(Outcome::One(batch))
}

/// Carries out the batches that were started; says whether there were any.
pub(in crate::sandbox) fn run_due(state: &mut State, now: Timestamp, token: &Token) -> bool {
    let due = state.table(Name::Batches).find("status", "processing");
    for id in &due {
        run(state, *id, now, token);
    }
    !due.is_empty()
}

fn run(state: &mut State, id: u64, now: Timestamp, token: &Token) {
    let Some(mut batch) = state.get(Name::Batches, id) else {
        return;
    };
    let batch_type = record::text(&batch, "batch_type").to_owned();
    let (mut done, mut failed) = (0, 0);
    for (task_id, mut task) in state.all(Name::BatchTasks, "batch_id", id) {
        let body = task
            .get("body")
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default();
        let (status, output) = carry_out(state, &batch_type, body, now, token);
        let good = status < 400;
        *(if good { &mut done } else { &mut failed }) += 1;
        let stamp = moment::stamp(now);
        for at in ["queued_at", "started_at", "completed_at", "updated_at"] {
            record::set(&mut task, at, stamp.as_str());
        }
        record::set(&mut task, "status", if good { "success" } else { "failed" });
        record::set(
            &mut task,
            "result",
            json!({"status_code": status, "output": output}),
        );
        state.change(Name::BatchTasks, task_id, &task, QUIETLY);
    }
    record::set(&mut batch, "status", "completed");
    record::set(&mut batch, "closed_at", moment::stamp(now));
    record::set(&mut batch, "updated_at", moment::stamp(now));
    record::set(&mut batch, "success_task_count", done);
    record::set(&mut batch, "fail_task_count", failed);
    state.change(Name::Batches, id, &batch, "processed");
}

/// One task: the request that it stands for, and what that answers.
fn carry_out(
    state: &mut State,
    batch_type: &str,
    mut body: Record,
    now: Timestamp,
    token: &Token,
) -> (u16, Value) {
    let (operation, hole) = single(batch_type, &body);
    if let Some(kind) = body.remove("discount_type") {
        // The reference's own example for batches names the field as 2021-01 does.
        body.entry("value_type").or_insert(kind);
    }
    let row = row(operation);
    let holes: Vec<String> = hole.into_iter().collect();
    let query = Vec::new();
    let asked = Asked {
        row,
        holes: &holes,
        query: &query,
        body: &body,
        now,
        token,
    };
    match perform(state, &asked).and_then(|outcome| envelope(row, outcome)) {
        Ok(reply) => (
            reply.status,
            serde_json::from_str(&reply.body).unwrap_or(Value::Null),
        ),
        Err(refusal) => (refusal.status, refusal.body),
    }
}

/// The operation that a task stands for, and what fills the hole of its path.
fn single(batch_type: &str, body: &Record) -> (&'static str, Option<String>) {
    let named = |fields: &[&str]| {
        let value = fields.iter().find_map(|field| record::at(body, field));
        Some(
            value
                .and_then(record::plain)
                .unwrap_or_else(|| "0".to_owned()),
        )
    };
    let product = ["external_product_id.ecommerce", "external_product_id"];
    let in_bulk = body.contains_key("plans");
    match batch_type {
        "discount_create" => ("discounts.create", None),
        "discount_update" => ("discounts.update", named(&["id", "discount_id"])),
        "discount_delete" => ("discounts.delete", named(&["discount_id", "id"])),
        "onetime_delete" => ("onetimes.delete", named(&["onetime_id", "id"])),
        "bulk_plans_create" if in_bulk => ("plans.bulk_create", named(&product)),
        "bulk_plans_update" if in_bulk => ("plans.bulk_update", named(&product)),
        "bulk_plans_delete" if in_bulk => ("plans.bulk_delete", named(&product)),
        "bulk_plans_create" => ("plans.create", None),
        "bulk_plans_update" => ("plans.update", named(&["id", "plan_id"])),
        "bulk_plans_delete" => ("plans.delete", named(&["id", "plan_id"])),
        _ => ("onetimes.create", None),
    }
}

fn row(operation: &str) -> Row {
    let (resource, operation) =
        catalog::operation(operation).expect("batch types stand for rows of the catalogue");
    Row {
        resource,
        operation,
    }
}
