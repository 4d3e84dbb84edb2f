//! The way to the store, and all that can go wrong on it.

use std::sync::Arc;

use bytes::Bytes;
use http::Response;

use super::stage::TestStage;
use crate::api::client::{Failure, Sending, Transport};

/// The way to the store.
pub(super) struct Wire(pub(super) Arc<TestStage>);

impl Transport for Wire {
    fn send(&self, request: http::Request<Bytes>) -> Sending<'_> {
        Box::pin(async move {
            let stage = &self.0;
            // Others take their turn before and after, as on a real network.
            tokio::task::yield_now().await;
            if stage.is_last() {
                die(stage).await;
            }
            let weather = *stage.weather.lock().unwrap();
            if stage.chance(weather.busy) {
                return Ok(said(429));
            }
            if stage.chance(weather.lost) {
                return Err(lost());
            }
            if stage.chance(weather.late) {
                stage.late.lock().unwrap().push(request);
                return Err(lost());
            }
            let line = line(&request);
            stage.asked.lock().unwrap().push(line.clone());
            // Taken out meanwhile, as anyone who meddles may ask, too.
            let meddler = stage.before.lock().unwrap().take();
            if let Some(mut meddle) = meddler {
                let said = meddle(stage, &line);
                stage.before.lock().unwrap().get_or_insert(meddle);
                if let Some(said) = said {
                    return Ok(said);
                }
            }
            let answer = stage.changed(&line, stage.sandbox.answer(&request));
            stage.everything_arrives();
            tokio::task::yield_now().await;
            if stage.is_last() {
                die(stage).await;
            }
            if stage.chance(weather.answer_lost) {
                return Err(lost());
            }
            if stage.chance(weather.trouble) {
                return Ok(said(502));
            }
            Ok(answer)
        })
    }
}

fn line(request: &http::Request<Bytes>) -> String {
    let target = request.uri().path_and_query();
    format!("{} {}", request.method(), target.unwrap())
}

async fn die(stage: &TestStage) {
    stage.death.notify_one();
    std::future::pending::<()>().await;
}

pub(super) fn said(status: u16) -> Response<Bytes> {
    Response::builder()
        .status(status)
        .body(Bytes::from_static(b"{}"))
        .unwrap()
}

fn lost() -> Failure {
    Failure {
        not_sent: false,
        hint: None,
        status: None,
        reason: "the connection broke".to_owned(),
    }
}
