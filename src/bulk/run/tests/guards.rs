//! Objects that are read right before rows change them: with which requests,
//! when, and what becomes of rows whose objects cannot be read.

use std::sync::{Arc, Mutex, Weak};

use bytes::Bytes;
use http::Response;
use serde_json::{Value, json};

use super::ends::{counts, done, errors, stopped};
use super::stage::{TestStage, stage};
use super::steps::how_many;
use super::wire::said;
use crate::bulk::Engine;
use crate::bulk::ledger::{Guard, PlannedRow, PlannedStep};
use crate::bulk::row::Task;

fn customers(stage: &TestStage, most: usize) -> Vec<Value> {
    let mut customers = stage.records("/customers", "customers");
    customers.truncate(most);
    customers
}

fn rename(id: &Value) -> Task {
    Task {
        target: format!("/customers/{id}"),
        body: Some("{\"first_name\":\"Rob\"}".to_owned()),
    }
}

/// A job that renames customers, each with what is expected of it.
fn renames(stage: &Arc<TestStage>, guard: Guard, rows: &[(Value, Option<Value>)]) -> String {
    stage.planned(
        "customers.update",
        Engine::Requests,
        (guard, None),
        |draft| {
            for (line, (id, expected)) in (1..).zip(rows) {
                draft
                    .add_planned(&PlannedRow {
                        expected: expected.as_ref().map(Value::to_string),
                        ..PlannedRow::of(line, "{}", &rename(id))
                    })
                    .unwrap();
            }
        },
    )
}

fn unexpecting(customers: &[Value]) -> Vec<(Value, Option<Value>)> {
    let ids = customers.iter().map(|one| (one["id"].clone(), None));
    ids.collect()
}

fn lines(stage: &TestStage) -> Vec<String> {
    stage.asked.lock().unwrap().clone()
}

/// How many rows of a job are under way.
fn in_doubt(stage: &Weak<TestStage>, id: &str) -> usize {
    let ledger = stage.upgrade().unwrap().ledger(id);
    ledger.in_doubt_behind(0, 99).unwrap().len()
}

fn is_read(line: &str) -> bool {
    line.starts_with("GET")
}

#[test]
fn one_object_is_read_by_itself_and_several_with_one_list() {
    let stage = stage(1);
    let all = customers(&stage, 3);
    let id = renames(&stage, Guard::Note, &unexpecting(&all[..1]));
    done(&stage.process(&id));
    let one = format!("GET /customers/{}", all[0]["id"]);
    assert_eq!(lines(&stage)[0], one);
    stage.asked.lock().unwrap().clear();
    let id = renames(&stage, Guard::Note, &unexpecting(&all));
    done(&stage.process(&id));
    let lines = lines(&stage);
    assert!(lines[0].starts_with("GET /customers?ids="), "{lines:?}");
    assert_eq!(lines.iter().filter(|line| is_read(line)).count(), 1);
    for (row, customer) in stage.rows(&id).iter().zip(&all) {
        let before: Value = serde_json::from_str(row.before.as_deref().unwrap()).unwrap();
        assert_eq!(before["email"], customer["email"]);
    }
}

#[test]
fn an_object_that_the_list_lacks_is_read_by_itself() {
    let stage = stage(1);
    let all = customers(&stage, 3);
    let id = renames(&stage, Guard::Note, &unexpecting(&all));
    stage.after(|line, mut answer| {
        if line.starts_with("GET /customers?") {
            answer["customers"].as_array_mut().unwrap().remove(1);
        }
        answer
    });
    done(&stage.process(&id));
    assert_eq!(how_many(&stage, is_read), 2);
    let noted = |row: &crate::bulk::ledger::LedgerRow| row.before.is_some();
    assert!(stage.rows(&id).iter().all(noted));
}

#[test]
fn objects_of_the_next_rows_are_read_once_all_earlier_rows_have_their_results() {
    let stage = stage(1);
    let all = customers(&stage, 4);
    let rows: Vec<_> = unexpecting(&all).into_iter().cycle().take(66).collect();
    let id = renames(&stage, Guard::Note, &rows);
    let under_way = Arc::new(Mutex::new(Vec::new()));
    let (seen, reader, job) = (Arc::clone(&under_way), Arc::downgrade(&stage), id.clone());
    stage.before(move |_, line| {
        if is_read(line) {
            seen.lock().unwrap().push(in_doubt(&reader, &job));
        }
        None
    });
    done(&stage.process(&id));
    assert_eq!(counts(&stage, &id).ok, 66);
    assert_eq!(*under_way.lock().unwrap(), [0, 0]);
}

#[test]
fn nothing_is_read_for_a_job_without_a_guard() {
    let stage = stage(1);
    let id = renames(&stage, Guard::Absent, &unexpecting(&customers(&stage, 3)));
    done(&stage.process(&id));
    assert_eq!(how_many(&stage, is_read), 0);
    assert!(stage.rows(&id).iter().all(|row| row.before.is_none()));
}

#[test]
fn a_stop_before_the_objects_are_read_sends_nothing() {
    let stage = stage(1);
    let id = renames(&stage, Guard::Note, &unexpecting(&customers(&stage, 3)));
    let (teller, stop) = tokio::sync::watch::channel(false);
    stage.before(move |_, _| {
        teller.send(true).unwrap();
        None
    });
    let _ = stage.process_with(&id, |means| means.stop = stop);
    assert_eq!(lines(&stage).len(), 1);
    assert_eq!(counts(&stage, &id).open, 3);
}

#[test]
fn objects_that_the_token_may_not_read_are_changed_only_where_nothing_is_compared() {
    for (guard, status, is_done) in [
        (Guard::Note, 403, true),
        (Guard::Note, 401, false),
        (Guard::Note, 400, false),
        (Guard::Compare, 403, false),
    ] {
        // One is read by itself, and two with a list.
        for rows in [1, 2] {
            let stage = stage(1);
            let id = renames(&stage, guard, &unexpecting(&customers(&stage, rows)));
            stage.before(move |_, line| is_read(line).then(|| said(status)));
            let exit = stage.process(&id);
            let what = format!("{guard:?} {status}: {exit:?}");
            if is_done {
                done(&exit);
                assert_eq!(counts(&stage, &id).ok, rows as u64, "{what}");
            } else {
                stopped(exit);
                assert_eq!(counts(&stage, &id).open, rows as u64, "{what}");
                assert_eq!(how_many(&stage, |line| !is_read(line)), 0, "{what}");
            }
        }
    }
}

#[test]
fn an_object_that_changed_since_the_plan_is_left_as_it_is() {
    let stage = stage(1);
    let all = customers(&stage, 2);
    let now = json!({"first_name": all[0]["first_name"]});
    let rows = [
        (all[0]["id"].clone(), Some(now)),
        (all[1]["id"].clone(), Some(json!({"first_name": "Zed"}))),
    ];
    let id = renames(&stage, Guard::Compare, &rows);
    done(&stage.process(&id));
    let found = counts(&stage, &id);
    assert_eq!((found.ok, found.failed), (1, 1));
    let (name, number) = (all[1]["first_name"].as_str().unwrap(), &all[1]["id"]);
    assert_eq!(
        errors(&stage, &id),
        [format!(
            "customer {number} was changed meanwhile: first_name was Zed and is {name}; it is \
             left as it is"
        )]
    );
}

/// A row that an earlier run sent, whose object shows `name` now.
fn cut_off(guard: Guard, name: &str) -> (Arc<TestStage>, String) {
    let stage = stage(1);
    let all = customers(&stage, 1);
    let before = json!({"first_name": all[0]["first_name"]});
    let rows = [(all[0]["id"].clone(), Some(before))];
    let id = renames(&stage, guard, &rows);
    stage.ledger(&id).lock().unwrap().0.leaves(1).unwrap();
    let name = name.to_owned();
    stage.after(move |line, mut answer| {
        if is_read(line) {
            answer["customer"]["first_name"] = json!(name);
        }
        answer
    });
    (stage, id)
}

#[test]
fn a_row_in_doubt_is_not_sent_again_once_somebody_else_changed_its_object() {
    let (stage, id) = cut_off(Guard::Compare, "Zed");
    done(&stage.process(&id));
    assert_eq!(
        errors(&stage, &id),
        ["it may have been carried out, and was changed meanwhile: first_name was Rob and is Zed"]
    );
    assert_eq!(counts(&stage, &id).unknown, 1);
    assert_eq!(lines(&stage).len(), 1);
}

#[test]
fn a_row_in_doubt_whose_object_shows_what_was_sent_is_sent_again() {
    let (stage, id) = cut_off(Guard::Compare, "Rob");
    done(&stage.process(&id));
    assert_eq!(counts(&stage, &id).ok, 1);
    assert_eq!(lines(&stage).len(), 2);
}

#[test]
fn a_row_in_doubt_is_sent_again_without_a_look_where_nothing_is_compared() {
    let (stage, id) = cut_off(Guard::Note, "Zed");
    done(&stage.process(&id));
    assert_eq!(counts(&stage, &id).ok, 1);
    assert_eq!(how_many(&stage, is_read), 0);
}

#[test]
fn an_object_that_cannot_be_read_by_its_id_is_changed_without_a_look() {
    let stage = stage(1);
    let rename = Task {
        target: "/plans/5".to_owned(),
        body: Some("{\"title\":\"Monthly\"}".to_owned()),
    };
    let id = stage.planned(
        "plans.update",
        Engine::Requests,
        (Guard::Compare, None),
        |draft| {
            draft
                .add_planned(&PlannedRow::of(1, "{}", &rename))
                .unwrap();
        },
    );
    stage.before(|_, _| {
        let plan = Bytes::from_static(b"{\"plan\":{\"id\":5,\"title\":\"Monthly\"}}");
        Some(Response::new(plan))
    });
    done(&stage.process(&id));
    assert_eq!(counts(&stage, &id).ok, 1);
    assert_eq!(lines(&stage), ["PUT /plans/5"]);
}

#[test]
fn nothing_is_read_beside_the_objects_of_rows_in_doubt() {
    let stage = stage(1);
    let all = stage.records("/subscriptions", "subscriptions");
    let active = all.iter().find(|one| one["status"] == "active").unwrap();
    let quantity = Task {
        target: format!("/subscriptions/{}", active["id"]),
        body: Some("{\"quantity\":3}".to_owned()),
    };
    let id = stage.planned(
        "subscriptions.update",
        Engine::Requests,
        (Guard::Compare, None),
        |draft| {
            draft
                .add_planned(&PlannedRow {
                    expected: Some(json!({"quantity": active["quantity"]}).to_string()),
                    ..PlannedRow::of(1, "{}", &quantity)
                })
                .unwrap();
        },
    );
    stage.ledger(&id).lock().unwrap().0.leaves(1).unwrap();
    done(&stage.process(&id));
    assert_eq!(counts(&stage, &id).ok, 1);
    let target = format!("/subscriptions/{}", active["id"]);
    assert_eq!(
        lines(&stage),
        [format!("GET {target}"), format!("PUT {target}")]
    );
}

#[test]
fn rows_behind_many_that_are_left_as_they_are_still_go_out() {
    let stage = stage(1);
    let one = customers(&stage, 1).remove(0);
    // Two times as many as are read from the ledger at a time.
    let changed = (one["id"].clone(), Some(json!({"first_name": "Zed"})));
    let mut rows = vec![changed; 128];
    rows.push((one["id"].clone(), None));
    let id = renames(&stage, Guard::Compare, &rows);
    done(&stage.process(&id));
    let found = counts(&stage, &id);
    assert_eq!((found.failed, found.ok), (128, 1));
}

#[test]
fn the_step_after_one_in_doubt_is_sent_although_it_may_not_be_repeated() {
    let stage = stage(1);
    let customer = customers(&stage, 1)[0]["id"].clone();
    let gift = Task {
        target: "/onetimes".to_owned(),
        body: Some("{\"quantity\":1}".to_owned()),
    };
    let id = stage.planned(
        "customers.update",
        Engine::Requests,
        (Guard::Absent, None),
        |draft| {
            draft
                .add_planned(&PlannedRow {
                    later: vec![PlannedStep {
                        operation: "onetimes.create".to_owned(),
                        task: gift,
                    }],
                    ..PlannedRow::of(1, "{}", &rename(&customer))
                })
                .unwrap();
        },
    );
    stage.ledger(&id).lock().unwrap().0.leaves(1).unwrap();
    stage.before(|_, line| {
        let gift = Bytes::from_static(b"{\"onetime\":{\"id\":9}}");
        let created = Response::builder().status(201).body(gift).unwrap();
        line.starts_with("POST").then_some(created)
    });
    done(&stage.process(&id));
    assert_eq!(counts(&stage, &id).ok, 1, "{:?}", errors(&stage, &id));
    assert_eq!(
        lines(&stage),
        [
            format!("PUT /customers/{customer}"),
            "POST /onetimes".to_owned()
        ]
    );
}

#[test]
fn the_values_of_a_response_are_kept_where_the_job_can_be_undone() {
    for (guard, is_kept) in [(Guard::Absent, false), (Guard::Note, true)] {
        let stage = stage(1);
        let updated = renames(&stage, guard, &unexpecting(&customers(&stage, 1)));
        done(&stage.process(&updated));
        let task = super::ends::discount(1);
        let created = stage.planned(
            "discounts.create",
            Engine::Requests,
            (guard, None),
            |draft| {
                draft.add_planned(&PlannedRow::of(1, "{}", &task)).unwrap();
            },
        );
        done(&stage.process(&created));
        for (id, field, value) in [(updated, "first_name", "Rob"), (created, "code", "row-1")] {
            let after = stage.rows(&id).remove(0).after;
            let after: Option<Value> = after.map(|text| serde_json::from_str(&text).unwrap());
            let found = after.as_ref().map(|after| after[field].as_str().unwrap());
            assert_eq!(found, is_kept.then_some(value), "{guard:?}");
        }
    }
}

#[test]
fn eight_rows_at_most_are_under_way_at_a_time() {
    let stage = stage(1);
    let id = super::ends::begun(&stage, Engine::Requests, 20);
    let most = Arc::new(Mutex::new(0));
    let (seen, reader, job) = (Arc::clone(&most), Arc::downgrade(&stage), id.clone());
    stage.before(move |_, _| {
        let mut most = seen.lock().unwrap();
        *most = in_doubt(&reader, &job).max(*most);
        None
    });
    done(&stage.process(&id));
    assert_eq!(counts(&stage, &id).ok, 20);
    assert_eq!(*most.lock().unwrap(), 8);
}
