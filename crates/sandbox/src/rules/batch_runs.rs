//! Running async batches: tasks are carried out in the background, by the very
//! rules of the single operations, at the speed that the behaviour says.
//!
//! How far a batch is depends on the time since it was submitted, and on nothing
//! else: anyone who calls [`run_due`] now and then, a server with its ticks or a
//! command with its one request, finds it equally far; only where others wait for
//! the store, what is much at once is done bit by bit. The time is the store's, so
//! a clock that is put ahead brings batches along. Who has submitted a batch is
//! who acts in its tasks; that lies in a table of its own, which no operation
//! shows.

use std::time::Instant;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::perform;
use crate::requests::checked_request::CheckedRequest;
use crate::requests::envelope::envelope;
use crate::row::Row;
use crate::rules::events;
use crate::storage::behaviour::Behaviour;
use crate::storage::state::{QUIETLY, State, Token};
use crate::storage::tables::TableName;
use crate::values::key;
use crate::values::record::{self, Record};
use crate::values::time;
use recharge_catalog as catalog;

/// Begins to carry out a batch that has just been submitted.
pub(super) fn start(state: &mut State, id: u64, asked: &CheckedRequest) {
    let run = record::object(json!({
        "since": asked.now.as_microsecond(),
        "token": asked.token,
    }));
    state.create_quietly(TableName::BatchRuns, id, &run);
    mark_next(state, id, 0, asked.now);
}

/// Carries out what should have been done by now; of a store that others wait
/// for, as much of it as fits into the time that they wait at most. As long as
/// that took, nothing more is done then: others come first half of the time.
pub(crate) fn run_due(state: &mut State, now: Timestamp) {
    let due = state.table(TableName::Batches).find("status", "processing");
    let begun = Instant::now();
    if due.is_empty() || state.rests_until.is_some_and(|until| begun < until) {
        return;
    }
    let end = state.longest_work.map(|longest| begun + longest);
    for id in due {
        let Some(batch) = state.get(TableName::Batches, id) else {
            continue;
        };
        let run = Run::of(state, id, batch);
        run.carry_on(state, now, end);
        events::settle(state, now, &run.token);
        if is_past(end) {
            state.rests_until = Some(Instant::now() + begun.elapsed());
            break;
        }
    }
}

/// A batch that is being carried out.
struct Run {
    id: u64,
    batch: Record,
    since: Timestamp,
    /// Who acts.
    token: Token,
}

/// How far a batch should be.
#[derive(Debug, PartialEq, Eq)]
struct Due {
    /// So many tasks are done.
    tasks: usize,
    /// How it ends with them, if it does.
    end: Option<&'static str>,
}

impl Run {
    /// A batch that was loaded while it was processing goes on as well: the
    /// store itself acts, from when it was submitted.
    fn of(state: &State, id: u64, batch: Record) -> Self {
        let kept = state.get(TableName::BatchRuns, id).unwrap_or_default();
        let since = record::number(&kept, "since")
            .and_then(|since| Timestamp::from_microsecond(since).ok())
            .or_else(|| time::parse(record::text(&batch, "submitted_at")))
            .unwrap_or(Timestamp::MIN);
        let token = kept.get("token").cloned();
        let token = token.and_then(|token| serde_json::from_value(token).ok());
        Self {
            id,
            batch,
            since,
            token: token.unwrap_or_else(Token::system),
        }
    }

    fn count(&self, of: &str) -> usize {
        let count = record::number(&self.batch, of).unwrap_or(0);
        usize::try_from(count).unwrap_or(0)
    }

    /// Carries out what is due, but begins no further task after the end.
    fn carry_on(&self, state: &mut State, now: Timestamp, end: Option<Instant>) {
        let (good, bad) = (
            self.count("success_task_count"),
            self.count("fail_task_count"),
        );
        let total = self.count("total_task_count");
        let due = due(self.id, total, now, self.since, state.behaviour);
        let tasks = state.table(TableName::BatchTasks).find("batch_id", self.id);
        // Behaviour may have changed: what is done stays done.
        let begun = good + bad;
        let todo = due.tasks.saturating_sub(begun);
        let (mut done, mut succeeded) = (begun, 0);
        for task in tasks.iter().skip(begun).take(todo) {
            succeeded += usize::from(self.carry_out(state, *task, now));
            done += 1;
            if is_past(end) {
                break;
            }
        }
        let end = due.end.filter(|_| done >= due.tasks);
        if done == begun && end.is_none() {
            return;
        }
        let mut batch = self.batch.clone();
        record::set(&mut batch, "success_task_count", good + succeeded);
        record::set(
            &mut batch,
            "fail_task_count",
            bad + done - begun - succeeded,
        );
        record::set(&mut batch, "updated_at", time::stamp(now));
        if let Some(status) = end {
            record::set(&mut batch, "status", status);
            record::set(&mut batch, "closed_at", time::stamp(now));
            state.change(TableName::Batches, self.id, &batch, "processed");
            state.forget(TableName::BatchRuns, self.id);
            lay_down(state, self.id, done);
        } else {
            // Only its end is an event: a batch of thousands would drown others.
            state.change(TableName::Batches, self.id, &batch, QUIETLY);
            mark_next(state, self.id, done, now);
        }
    }

    /// Carries out one task; says whether it succeeded.
    fn carry_out(&self, state: &mut State, id: u64, now: Timestamp) -> bool {
        let Some(mut task) = state.get(TableName::BatchTasks, id) else {
            return false;
        };
        let (status, output) = if picked(id, state.behaviour.task_failures_percent) {
            (503, json!({"error": "a service took too long to answer"}))
        } else {
            let body = task.get("body").and_then(Value::as_object).cloned();
            let batch_type = record::text(&self.batch, "batch_type");
            perform_task(
                state,
                batch_type,
                body.unwrap_or_default(),
                now,
                &self.token,
            )
        };
        let good = status < 400;
        begin(&mut task, now);
        let stamp = time::stamp(now);
        record::set(&mut task, "completed_at", stamp.as_str());
        record::set(&mut task, "updated_at", stamp);
        record::set(&mut task, "status", if good { "success" } else { "failed" });
        let result = json!({"status_code": status, "output": output});
        record::set(&mut task, "result", result);
        state.change(TableName::BatchTasks, id, &task, QUIETLY);
        good
    }
}

/// How far a batch should be: a matter of time and behaviour alone.
fn due(id: u64, total: usize, now: Timestamp, since: Timestamp, behaviour: Behaviour) -> Due {
    let speed = u128::from(behaviour.tasks_per_second);
    let passed = now.as_microsecond().saturating_sub(since.as_microsecond());
    let passed = u128::try_from(passed).unwrap_or(0);
    let reached = match speed {
        0 => total,
        speed => usize::try_from(passed * speed / 1_000_000).unwrap_or(usize::MAX),
    };
    let (last, end) = if picked(id, behaviour.batch_failures_percent) {
        (total / 2, "failed")
    } else {
        (total, "completed")
    };
    Due {
        tasks: reached.min(last),
        end: (reached >= last).then_some(end),
    }
}

fn is_past(end: Option<Instant>) -> bool {
    end.is_some_and(|end| Instant::now() >= end)
}

/// Whether a number is among so many of a hundred; always the same ones.
fn picked(id: u64, percent: u8) -> bool {
    // The upper half of the hash: the lower one follows the last digit.
    (key::hash_of_number(id) >> 32) % 100 < u64::from(percent)
}

/// The task that is next in a batch is the one that is being worked on.
fn mark_next(state: &mut State, batch: u64, done: usize, now: Timestamp) {
    let tasks = state.table(TableName::BatchTasks).find("batch_id", batch);
    let Some(id) = tasks.get(done).copied() else {
        return;
    };
    if let Some(mut task) = state.get(TableName::BatchTasks, id) {
        begin(&mut task, now);
        record::set(&mut task, "status", "processing");
        record::set(&mut task, "updated_at", time::stamp(now));
        state.change(TableName::BatchTasks, id, &task, QUIETLY);
    }
}

/// A task that was worked on when its batch broke off waits as the others do.
fn lay_down(state: &mut State, batch: u64, done: usize) {
    let tasks = state.table(TableName::BatchTasks).find("batch_id", batch);
    let next = tasks.get(done).copied();
    let task = next.and_then(|id| state.get(TableName::BatchTasks, id));
    if let (Some(id), Some(mut task)) = (next, task) {
        record::set(&mut task, "status", "pending");
        record::set(&mut task, "started_at", Value::Null);
        state.change(TableName::BatchTasks, id, &task, QUIETLY);
    }
}

/// Notes when a task was begun, unless it was before.
fn begin(task: &mut Record, now: Timestamp) {
    for at in ["queued_at", "started_at"] {
        if record::is_nothing(task.get(at)) {
            record::set(task, at, time::stamp(now));
        }
    }
}

/// One task: the request that it stands for, and what that answers.
fn perform_task(
    state: &mut State,
    batch_type: &str,
    mut body: Record,
    now: Timestamp,
    token: &Token,
) -> (u16, Value) {
    let holes: Vec<String> = single(batch_type, &body).1.into_iter().collect();
    let row = row(batch_type, &body);
    if let Some(kind) = body.remove("discount_type") {
        // The reference's own example for batches names the field as 2021-01 does.
        body.entry("value_type").or_insert(kind);
    }
    let query = Vec::new();
    let asked = CheckedRequest {
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

/// The row of the operation that tasks of a batch stand for.
pub(super) fn row(batch_type: &str, body: &Record) -> Row {
    let (operation, _) = single(batch_type, body);
    let (resource, operation) = catalog::recharge::API
        .operation(operation)
        .expect("batch types stand for rows of the catalogue");
    Row {
        resource,
        operation,
    }
}
