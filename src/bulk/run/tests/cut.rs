//! Cut off at every point, in every weather.

use std::sync::Arc;

use serde_json::json;

use super::stage::{Exit, TestStage, Weather, stage};
use crate::bulk::Engine;
use crate::bulk::row::Task;
use crate::bulk::run::RunEnd;

/// A kind of job: what is made for each row, and where it is found again.
#[derive(Debug, Clone, Copy)]
struct JobKind {
    operation: &'static str,
    engine: Engine,
}

const KINDS: [JobKind; 4] = [
    JobKind {
        operation: "discounts.create",
        engine: Engine::Batches,
    },
    JobKind {
        operation: "onetimes.create",
        engine: Engine::Batches,
    },
    JobKind {
        operation: "discounts.create",
        engine: Engine::Requests,
    },
    JobKind {
        operation: "onetimes.create",
        engine: Engine::Requests,
    },
];

const ROWS: usize = 7;

impl JobKind {
    fn tasks(self, stage: &TestStage) -> Vec<Task> {
        let address = stage.records("/addresses", "addresses")[0]["id"].clone();
        (0..ROWS)
            .map(|at| match self.operation {
                "discounts.create" => Task {
                    target: "/discounts".to_owned(),
                    body: Some(
                        json!({"code": format!("row-{at}"), "value": "10", "value_type": "percentage"})
                            .to_string(),
                    ),
                },
                _ => Task {
                    target: "/onetimes".to_owned(),
                    body: Some(
                        json!({
                            "address_id": address, "add_to_next_charge": true,
                            "external_variant_id": {"ecommerce": "3844892483"},
                            "price": "6.00", "product_title": "Gift", "quantity": 1,
                            // The third and the fourth row are the same.
                            "sku": format!("row-{}", if at == 3 { 2 } else { at }),
                        })
                        .to_string(),
                    ),
                },
            })
            .collect()
    }

    fn begun(self, stage: &Arc<TestStage>) -> String {
        let tasks = self.tasks(stage);
        stage.job(self.operation, self.engine, &tasks)
    }

    /// Each row was carried out once, or is unknown and was carried out at
    /// most once.
    fn hold(self, stage: &Arc<TestStage>, id: &str, what: &str) {
        let marks = match self.operation {
            "discounts.create" => stage.marks("/discounts", "discounts", "code"),
            _ => stage.marks("/onetimes", "onetimes", "sku"),
        };
        let mut least = std::collections::BTreeMap::<String, u64>::new();
        let mut most = least.clone();
        for row in stage.rows(id) {
            let body: serde_json::Value =
                serde_json::from_str(row.task.unwrap().body.as_deref().unwrap()).unwrap();
            let mark = body.get("code").or_else(|| body.get("sku")).unwrap();
            let mark = mark.as_str().unwrap().to_owned();
            let (sure, perhaps) = match row.state {
                "ok" => (1, 1),
                "unknown" => (0, 1),
                other => panic!("{what}: a row is {other}: {:?}", row.error),
            };
            *least.entry(mark.clone()).or_default() += sure;
            *most.entry(mark).or_default() += perhaps;
        }
        for (mark, most) in &most {
            let found = marks.get(mark).copied().unwrap_or(0);
            assert!(
                found >= least[mark] && found <= *most,
                "{what}: {mark} is there {found} times, not {} to {most}",
                least[mark]
            );
        }
        assert!(marks.keys().all(|mark| most.contains_key(mark)), "{what}");
    }
}

#[test]
fn a_job_that_nothing_happens_to_is_carried_out_with_as_many_requests_as_planned() {
    for kind in KINDS {
        let stage = stage(1);
        let id = kind.begun(&stage);
        let counts = stage.until_done(&id);
        assert_eq!(counts.ok, ROWS as u64, "{kind:?}");
        kind.hold(&stage, &id, "calm");
        let asked = stage.asked.lock().unwrap();
        let looks = |line: &&String| line.starts_with("GET") && !line.contains("/tasks");
        let (polls, requests): (Vec<_>, Vec<_>) = asked.iter().partition(looks);
        match kind.engine {
            // Two batches: opened, filled by three requests and by one,
            // started, and one page of results each.
            Engine::Batches => {
                assert_eq!(requests.len(), 2 + 3 + 1 + 2 + 2, "{requests:?}");
                // One look before each start, one after at least.
                assert!(polls.len() >= 4, "{polls:?}");
            }
            Engine::Requests => assert_eq!(asked.len(), ROWS),
        }
    }
}

#[test]
fn killed_once_at_any_point_a_job_is_carried_out_once() {
    for kind in KINDS {
        let calm = stage(1);
        let id = kind.begun(&calm);
        calm.dies_at(u64::MAX);
        assert!(matches!(calm.process(&id), Exit::Run(Ok(RunEnd::Done))));
        let points = calm.points();
        assert!(points > 20, "{kind:?} has {points} points only");
        for point in 1..=points {
            let stage = stage(1);
            let id = kind.begun(&stage);
            stage.dies_at(point);
            let what = format!("{kind:?}, killed at point {point}");
            match stage.process(&id) {
                Exit::Killed => {}
                // Opening the ledger takes points, too.
                Exit::Run(result) => panic!("{what}: it ended with {result:?}"),
            }
            stage.dies_at(u64::MAX);
            let counts = stage.until_done(&id);
            kind.hold(&stage, &id, &what);
            // What can be detected is detected.
            if kind.operation == "discounts.create" || kind.engine == Engine::Batches {
                assert_eq!(counts.ok, ROWS as u64, "{what}");
            }
        }
    }
}

#[test]
fn rows_that_were_cut_off_earlier_do_not_stop_the_job_that_goes_on() {
    let (kind, stage) = (KINDS[3], stage(1));
    let id = kind.begun(&stage);
    for n in 1..=5 {
        stage.ledger(&id).lock().unwrap().0.leaves(n).unwrap();
    }
    let exit = stage.process(&id);
    assert!(matches!(exit, Exit::Run(Ok(RunEnd::Done))), "{exit:?}");
    let counts = stage.ledger(&id).counts().unwrap();
    assert_eq!((counts.unknown, counts.ok), (5, 2));
}

/// Weather of all kinds, worse and worse.
fn weather(severity: u8) -> Weather {
    Weather {
        lost: severity,
        answer_lost: severity,
        late: severity,
        busy: severity,
        trouble: severity,
        deadly: severity / 2,
    }
}

#[test]
fn in_any_weather_and_killed_any_number_of_times_nothing_happens_twice_and_nothing_is_lost() {
    for kind in KINDS {
        for seed in 0..24 {
            let severity = 2 + u8::try_from(seed % 8).unwrap() * 2;
            let stage = stage(seed);
            let id = kind.begun(&stage);
            *stage.weather.lock().unwrap() = weather(severity);
            stage.until_done(&id);
            let what = format!("{kind:?}, seed {seed}");
            kind.hold(&stage, &id, &what);
        }
    }
}

#[test]
fn several_batches_at_a_time_are_as_safe_as_one() {
    let kind = KINDS[1];
    for seed in 0..12 {
        let stage = stage(seed);
        let id = kind.begun(&stage);
        *stage.weather.lock().unwrap() = weather(6);
        for _ in 0..500 {
            let end = stage.process_with(&id, |means| means.parallel = 3);
            if matches!(end, Exit::Run(Ok(RunEnd::Done))) {
                break;
            }
        }
        stage.calm();
        kind.hold(&stage, &id, &format!("seed {seed}"));
    }
}
