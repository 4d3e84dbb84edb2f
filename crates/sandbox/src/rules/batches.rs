//! Async batches: made, filled with tasks, and started.
//!
//! `process` only starts a batch; how its tasks are carried out while time
//! passes is written in [`super::batch_runs`].

use serde_json::{Value, json};

use super::{Ruling, batch_runs, target, touch};
use crate::requests::checked_request::CheckedRequest;
use crate::requests::checked_request::Outcome;
use crate::requests::refusal::Refusal;
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};
use recharge_catalog as catalog;

/// The reference's limit for tasks of one batch.
const MOST_TASKS: i64 = 10_000;

pub(super) fn act(verb: &str, state: &mut State, asked: &CheckedRequest) -> Ruling {
    match verb {
        "create" => create(state, asked),
        "add_tasks" => add_tasks(state, asked),
        "process" => process(state, asked),
        _ => Err(super::unknown_verb()),
    }
}

/// A batch with everything in its place and no tasks.
pub(crate) fn blank(id: u64, batch_type: &str, stamp: &str) -> Record {
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
        "version": catalog::recharge::API.version,
    }))
}

/// A task that waits.
pub(crate) fn task(id: u64, batch: u64, body: &Value, stamp: &str) -> Record {
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

fn create(state: &mut State, asked: &CheckedRequest) -> Ruling {
    let batch_type = record::text(asked.body, "batch_type");
    check_scope(asked, batch_type)?;
    let id = state.next_id(TableName::Batches);
    let batch = blank(id, batch_type, &asked.stamp());
    state.create(TableName::Batches, id, &batch);
    Ok(Outcome::One(batch))
}

/// Who makes or starts a batch must be allowed to do what its tasks do.
fn check_scope(asked: &CheckedRequest, batch_type: &str) -> Result<(), Refusal> {
    let row = batch_runs::row(batch_type, &Record::new());
    match row.operation.scope.filter(|scope| !asked.token.may(scope)) {
        Some(scope) => Err(Refusal {
            status: 403,
            body: json!({"errors": format!("the token lacks the scope {scope}")}),
        }),
        None => Ok(()),
    }
}

/// The batch that the path names, while it can still be filled or started.
fn open_batch(state: &State, asked: &CheckedRequest) -> Result<(u64, Record), Refusal> {
    let (id, batch) = target(state, TableName::Batches, asked)?;
    check_scope(asked, record::text(&batch, "batch_type"))?;
    if record::text(&batch, "status") == "not_started" {
        Ok((id, batch))
    } else {
        Err(Refusal::invalid("status", "the batch has been started"))
    }
}

fn add_tasks(state: &mut State, asked: &CheckedRequest) -> Ruling {
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
        let task_id = state.next_id(TableName::BatchTasks);
        let task = task(task_id, id, body, &asked.stamp());
        // The tasks of a batch of thousands would drown all other events.
        state.create_quietly(TableName::BatchTasks, task_id, &task);
    }
    record::set(&mut batch, "total_task_count", total);
    touch(asked, &mut batch);
    state.change(TableName::Batches, id, &batch, "updated");
    Ok(Outcome::Number(u64::try_from(added).unwrap_or(0)))
}

fn process(state: &mut State, asked: &CheckedRequest) -> Ruling {
    let (id, mut batch) = open_batch(state, asked)?;
    if record::number(&batch, "total_task_count") == Some(0) {
        return Err(Refusal::invalid("tasks", "the batch has no tasks"));
    }
    record::set(&mut batch, "status", "processing");
    record::set(&mut batch, "submitted_at", asked.stamp());
    touch(asked, &mut batch);
    state.change(TableName::Batches, id, &batch, "updated");
    batch_runs::start(state, id, asked);
    Ok(Outcome::One(batch))
}
