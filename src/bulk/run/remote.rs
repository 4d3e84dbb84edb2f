//! The requests about async batches, and their responses.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::Value;

use crate::api::client::{Client, Response};
use crate::api::pages::Pages;
use crate::api::request::{Request, encode};
use crate::api::response::Wanted;
use crate::catalog::recharge::UPDATED_AT;
use crate::catalog::recharge::async_batches::{self, ADD_TASKS, BATCH_TYPE, CREATE, TASKS};
use crate::catalog::{Field, Operation};
use crate::error::{Error, Refusal, Result};

/// A batch as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RemoteBatch {
    pub(super) phase: Phase,
    /// The status in the words of the API.
    pub(super) status: String,
    /// When the API changed it last.
    pub(super) updated: Option<String>,
    pub(super) total: u64,
    pub(super) ok: u64,
    pub(super) failed: u64,
}

/// The state of a batch at the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// It can still be filled.
    NotStarted,
    /// Its tasks are being carried out.
    Running,
    /// It has come to its end.
    Completed,
    /// It broke off.
    Failed,
    /// The API says that it was deleted, or [`super::absence`] believes so.
    Deleted,
    /// The API does not find it, which one answer does not prove.
    Missing,
}

/// Creates a batch; returns its id.
pub(super) async fn open(client: &Client, kind: &str) -> Result<u64> {
    let body = serde_json::json!({ BATCH_TYPE.name: kind }).to_string();
    let answer = send(client, &CREATE, None, Some(body)).await?;
    let batch = object(&answer)?;
    number(batch.get("id")).ok_or_else(|| odd("a batch without an id", &answer))
}

/// Adds tasks; returns the count of the response.
pub(super) async fn add(client: &Client, batch: u64, bodies: &[String]) -> Result<u64> {
    let bytes: usize = bodies.iter().map(|body| body.len() + 10).sum();
    let mut tasks = String::with_capacity(bytes + 12);
    let _ = write!(tasks, "{{\"{}\":[", TASKS.name);
    for (at, body) in bodies.iter().enumerate() {
        tasks.push_str(if at == 0 { "{\"body\":" } else { ",{\"body\":" });
        tasks.push_str(body);
        tasks.push('}');
    }
    tasks.push_str("]}");
    let answer = send(client, &ADD_TASKS, Some(batch), Some(tasks)).await?;
    let value: Value = parse(&answer)?;
    let count = ADD_TASKS.response.key().and_then(|key| value.get(key));
    number(count).ok_or_else(|| odd("no number of tasks", &answer))
}

/// Starts a batch.
pub(super) async fn process(client: &Client, batch: u64) -> Result<()> {
    let body = Some("{}".to_owned());
    send(client, &async_batches::PROCESS, Some(batch), body)
        .await
        .map(drop)
}

/// Fetches a batch, once.
pub(super) async fn look(client: &Client, batch: u64) -> Result<RemoteBatch> {
    let answer = match send(client, &async_batches::GET, Some(batch), None).await {
        Ok(answer) => answer,
        Err(error) if is_gone(&error) => {
            return Ok(RemoteBatch {
                phase: Phase::Missing,
                status: String::new(),
                updated: None,
                total: 0,
                ok: 0,
                failed: 0,
            });
        }
        Err(error) => return Err(error),
    };
    let wanted = batch;
    let batch = object(&answer)?;
    if number(batch.get("id")) != Some(wanted) {
        return Err(odd("another batch", &answer));
    }
    let count = |field: Field| number(batch.get(field.name)).unwrap_or(0);
    let is_set = |field: Field| batch.get(field.name).is_some_and(|value| !value.is_null());
    let text = |name: &str| batch.get(name).and_then(Value::as_str).map(str::to_owned);
    let status = text(async_batches::STATUS.name);
    let phase = match status.as_deref() {
        _ if is_set(async_batches::DELETED_AT) => Phase::Deleted,
        Some("not_started") => Phase::NotStarted,
        Some("completed") => Phase::Completed,
        Some("failed") => Phase::Failed,
        _ if is_set(async_batches::CLOSED_AT) => Phase::Completed,
        Some(_) => Phase::Running,
        // Without a status nothing says that it was started.
        None => return Err(odd("a batch without a status", &answer)),
    };
    Ok(RemoteBatch {
        phase,
        status: status.unwrap_or_default(),
        updated: text(UPDATED_AT),
        total: count(async_batches::TOTAL_TASK_COUNT),
        ok: count(async_batches::SUCCESS_TASK_COUNT),
        failed: count(async_batches::FAIL_TASK_COUNT),
    })
}

/// The list of the tasks of a batch.
pub(super) fn tasks(client: &Arc<Client>, batch: u64) -> Pages {
    let operation = &async_batches::LIST_TASKS;
    let mut request = request(operation, Some(batch), None);
    let api = client.api();
    request.set_query(api.page_size, api.maximum_page_size.to_string());
    let wanted = Wanted::of(operation.response);
    Pages::new(Arc::clone(client), request, wanted)
}

/// Whether an error says that a batch is not there.
pub(super) fn is_gone(error: &Error) -> bool {
    matches!(status(error), Some(404 | 410))
}

/// The status that an error came with.
pub(super) fn status(error: &Error) -> Option<u16> {
    error.answer.as_deref().map(|answer| answer.status)
}

/// A number, or text that contains one: the reference shows the one and writes
/// of the other.
pub(super) fn number(value: Option<&Value>) -> Option<u64> {
    let value = value?;
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

async fn send(
    client: &Client,
    operation: &'static Operation,
    batch: Option<u64>,
    body: Option<String>,
) -> Result<Response> {
    client.send(&request(operation, batch, body)).await
}

fn request(operation: &'static Operation, batch: Option<u64>, body: Option<String>) -> Request {
    let mut path = operation.path.to_owned();
    if let (Some(batch), Some(path_parameter)) = (batch, operation.path_parameters.first()) {
        path = path.replacen(
            &format!("{{{}}}", path_parameter.name),
            &encode(&batch.to_string()),
            1,
        );
    }
    Request::composed(operation, path, body)
}

fn object(answer: &Response) -> Result<Value> {
    let mut value: Value = parse(answer)?;
    let batch = CREATE.response.key().and_then(|key| value.get_mut(key));
    match batch {
        Some(batch @ Value::Object(_)) => Ok(batch.take()),
        _ => Err(odd("no batch", answer)),
    }
}

fn parse(answer: &Response) -> Result<Value> {
    serde_json::from_slice(&answer.body)
        .map_err(|error| odd("invalid JSON", answer).caused_by(error))
}

/// A success that says something else than it should: it may have happened.
fn odd(what: &str, answer: &Response) -> Error {
    let status = answer.status;
    Error::unexpected(format!("the response has {what} (status {status})")).answered(Refusal {
        status,
        request_id: answer.request_id.clone(),
        errors: None,
    })
}
