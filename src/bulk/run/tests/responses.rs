//! How responses about batches are read: every format that the API may send.

use bytes::Bytes;
use http::Response;
use serde_json::{Value, json};

use super::stage::stage;
use crate::bulk::run::remote::{self, Phase, RemoteBatch};
use crate::error::{Error, Kind, Refusal, Result};

fn answer(status: u16, body: &str) -> Response<Bytes> {
    let response = Response::builder().status(status);
    response.body(Bytes::from(body.to_owned())).unwrap()
}

/// What one request makes of a response with this body.
fn read<T>(
    status: u16,
    body: &str,
    ask: impl AsyncFnOnce(&crate::api::client::Client) -> Result<T>,
) -> Result<T> {
    let stage = stage(1);
    let body = body.to_owned();
    stage.before(move |_, _| Some(answer(status, &body)));
    let client = stage.client();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(ask(&client))
}

fn looked(batch: &Value) -> Result<RemoteBatch> {
    let body = json!({ "async_batch": batch }).to_string();
    read(200, &body, async |client| remote::look(client, 7).await)
}

#[test]
fn a_batch_is_in_the_phase_that_its_dates_and_its_status_say() {
    for (batch, phase) in [
        (json!({"id": 7, "status": "not_started"}), Phase::NotStarted),
        (json!({"id": 7, "status": "processing"}), Phase::Running),
        (json!({"id": 7, "status": "anything"}), Phase::Running),
        (json!({"id": 7, "status": "completed"}), Phase::Completed),
        (json!({"id": 7, "status": "failed"}), Phase::Failed),
        (
            json!({"id": 7, "status": "processing", "closed_at": "2026-11-20"}),
            Phase::Completed,
        ),
        (
            json!({"id": 7, "status": "failed", "closed_at": "2026-11-20"}),
            Phase::Failed,
        ),
        (
            json!({"id": 7, "status": "not_started", "closed_at": "2026-11-20"}),
            Phase::NotStarted,
        ),
        (
            json!({"id": 7, "status": "processing", "closed_at": null, "deleted_at": null}),
            Phase::Running,
        ),
        (
            json!({"id": 7, "status": "completed", "deleted_at": "2026-11-20"}),
            Phase::Deleted,
        ),
        (
            json!({"id": 7, "closed_at": "2026-11-20"}),
            Phase::Completed,
        ),
    ] {
        assert_eq!(looked(&batch).unwrap().phase, phase, "{batch}");
    }
}

#[test]
fn the_counts_of_a_batch_are_read_from_numbers_and_texts() {
    let batch = json!({
        "id": "7", "status": "processing", "updated_at": "2026-11-20T12:00:00",
        "total_task_count": 9, "success_task_count": "4", "fail_task_count": null,
    });
    assert_eq!(
        looked(&batch).unwrap(),
        RemoteBatch {
            phase: Phase::Running,
            status: "processing".to_owned(),
            updated: Some("2026-11-20T12:00:00".to_owned()),
            total: 9,
            ok: 4,
            failed: 0,
        }
    );
}

#[test]
fn a_batch_that_cannot_be_identified_is_an_error() {
    for (body, message) in [
        (
            "{\"async_batch\":{\"id\":8,\"status\":\"completed\"}}",
            "the response has another batch (status 200)",
        ),
        (
            "{\"async_batch\":{\"status\":\"completed\"}}",
            "the response has another batch (status 200)",
        ),
        (
            "{\"async_batch\":{\"id\":7}}",
            "the response has a batch without a status (status 200)",
        ),
        (
            "{\"async_batch\":7}",
            "the response has no batch (status 200)",
        ),
        ("{}", "the response has no batch (status 200)"),
    ] {
        let found = read(200, body, async |client| remote::look(client, 7).await);
        assert_eq!(found.unwrap_err().message, message, "{body}");
    }
}

#[test]
fn a_batch_that_is_not_found_is_missing_and_other_refusals_are_errors() {
    for status in [404, 410] {
        let found = read(status, "{}", async |client| remote::look(client, 7).await);
        assert_eq!(found.unwrap().phase, Phase::Missing, "{status}");
    }
    let found = read(403, "{}", async |client| remote::look(client, 7).await);
    assert_eq!(found.unwrap_err().kind, Kind::Access);
}

#[test]
fn a_creation_returns_the_id_of_the_batch() {
    let open = |body: &str| read(201, body, async |client| remote::open(client, "x").await);
    assert_eq!(open("{\"async_batch\":{\"id\":19}}").unwrap(), 19);
    assert_eq!(open("{\"async_batch\":{\"id\":\"19\"}}").unwrap(), 19);
}

#[test]
fn tasks_are_sent_each_under_its_body_and_their_count_is_returned() {
    let stage = stage(1);
    let client = stage.client();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let bodies = ["{\"code\":\"a\"}".to_owned(), "{}".to_owned()];
    let (batch, count) = runtime.block_on(async {
        let batch = remote::open(&client, "discount_create").await.unwrap();
        let count = remote::add(&client, batch, &bodies).await.unwrap();
        (batch, count)
    });
    assert_eq!(count, 2);
    let tasks = stage.records(
        &format!("/async_batches/{batch}/tasks"),
        "async_batch_tasks",
    );
    let mut bodies_found: Vec<String> = tasks.iter().map(|task| task["body"].to_string()).collect();
    bodies_found.sort_unstable();
    assert_eq!(bodies_found, ["{\"code\":\"a\"}", "{}"]);
}

#[test]
fn an_error_says_that_something_is_gone_by_its_status_alone() {
    for (status, is_gone) in [(404, true), (410, true), (403, false), (500, false)] {
        let error = Error::new(Kind::NotFound, "").answered(Refusal {
            status,
            ..Refusal::default()
        });
        assert_eq!(remote::is_gone(&error), is_gone, "{status}");
        assert_eq!(remote::status(&error), Some(status));
    }
    let error = Error::new(Kind::NotFound, "");
    assert_eq!(
        (remote::is_gone(&error), remote::status(&error)),
        (false, None)
    );
}

#[test]
fn a_number_may_be_written_as_text() {
    for (value, number) in [
        (json!(12), Some(12)),
        (json!("12"), Some(12)),
        (json!("twelve"), None),
        (json!(-1), None),
        (json!(null), None),
    ] {
        assert_eq!(remote::number(Some(&value)), number, "{value}");
    }
    assert_eq!(remote::number(None), None);
}
