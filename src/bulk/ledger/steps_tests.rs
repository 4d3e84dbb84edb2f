//! Rows of several steps.

use super::super::tests::{desk, subject, task};
use super::*;
use crate::bulk::Engine;

#[test]
fn a_row_that_comes_to_its_next_step_was_not_tried_yet() {
    let desk = desk();
    let mut draft = desk.jobs.begin(subject(Engine::Requests)).unwrap();
    let first = task("{\"code\":\"A\"}");
    let second = PlannedStep {
        operation: "discounts.update".to_owned(),
        task: task("{\"code\":\"B\"}"),
    };
    let mut row = PlannedRow::of(2, "[]", &first);
    row.expected = Some("{\"code\":\"O\"}".to_owned());
    row.later = vec![second.clone()];
    draft.add_planned(&row).unwrap();
    let (ledger, _) = draft.finish().unwrap();
    assert_eq!(
        ledger.later_steps(1, 0).unwrap(),
        std::slice::from_ref(&second)
    );
    ledger.leaves(1).unwrap();
    let sent = ledger.in_doubt_behind(0, 1).unwrap().remove(0);
    assert_eq!((sent.tries, sent.step), (1, 0));
    let ok = RowEnd::Ok {
        status: Some(201),
        object: Some("7".to_owned()),
    };
    let next = ledger.step_ends(&sent, &ok, None, &NextStep::AsPlanned);
    let next = next.unwrap().unwrap();
    let expected = PendingRow {
        n: 1,
        tries: 0,
        task: second.task,
        step: 1,
        operation: Some(second.operation),
        expected: Some("{\"code\":\"O\"}".to_owned()),
        before: None,
        wanted: None,
    };
    assert_eq!(next, expected);
    assert_eq!(ledger.ready_behind(0, 10).unwrap(), [expected]);
    assert_eq!(
        ledger
            .step_ends(&next, &ok, None, &NextStep::AsPlanned)
            .unwrap(),
        None
    );
    assert_eq!(ledger.counts().unwrap().ok, 1);
}
