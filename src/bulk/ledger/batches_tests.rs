//! Tasks that were read of a batch.

use super::super::tests::{desk, of_three};
use super::*;
use crate::bulk::Engine;

#[test]
fn tasks_of_a_batch_are_forgotten_and_those_of_others_stay() {
    let desk = desk();
    let ledger = of_three(&desk, Engine::Batches);
    let seen = |id: u64| SeenTask {
        id,
        body: "{}".to_owned(),
        likeness: [1; 32],
        fate: RowEnd::Ok {
            status: Some(201),
            object: None,
        },
    };
    ledger.note_tasks(0, &[seen(5), seen(6)]).unwrap();
    ledger.note_tasks(1, &[seen(7)]).unwrap();
    ledger.forget_tasks(0).unwrap();
    assert!(ledger.tasks_of(0).unwrap().is_empty());
    assert_eq!(ledger.tasks_of(1).unwrap(), [(7, [1; 32])]);
}
