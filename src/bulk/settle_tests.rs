//! What the facts tell, and what they do not.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn like(value: &Value) -> [u8; 32] {
    likeness(&value.to_string())
}

fn never(_: usize, _: usize) -> bool {
    false
}

#[test]
fn only_the_whole_count_says_that_tasks_arrived() {
    assert_eq!(arrival(1000, 500, 1500), Arrival::Arrived);
    for total in [0, 999, 1000, 1001, 1499, 1501, 2000] {
        assert_eq!(arrival(1000, 500, total), Arrival::Unclear, "{total}");
    }
}

#[test]
fn a_count_may_be_that_of_the_request_or_that_of_the_batch() {
    assert!(is_whole(1000, 500, 500));
    assert!(is_whole(1000, 500, 1500));
    for count in [0, 499, 501, 1000, 1499, 2000] {
        assert!(!is_whole(1000, 500, count), "{count}");
    }
}

#[test]
fn a_body_is_known_again_however_it_is_written() {
    let one = likeness("{\"a\":1,\"b\":{\"c\":[1,2.50],\"d\":null}}");
    let other = likeness("{ \"b\": {\"d\":null, \"c\":[ 1, 2.5 ]}, \"a\": 1 }");
    assert_eq!(one, other);
    for different in [
        "{\"a\":1,\"b\":{\"c\":[2.50,1],\"d\":null}}",
        "{\"a\":\"1\",\"b\":{\"c\":[1,2.50],\"d\":null}}",
        "{\"a\":1,\"b\":{\"c\":[1,2.50]}}",
        "{\"a\":1}",
    ] {
        assert_ne!(one, likeness(different), "{different}");
    }
}

#[test]
fn text_of_digits_keeps_its_zeros() {
    assert_ne!(
        like(&json!({"zip": "01230"})),
        like(&json!({"zip": "0123"}))
    );
    assert_ne!(like(&json!({"code": "10.0"})), like(&json!({"code": "10"})));
}

#[test]
fn other_words_for_the_same_are_the_same() {
    let row = json!({"value": "10.00", "n": 5, "on": true, "ids": [1], "gone": null});
    assert!(says_the_same(
        &row,
        &json!({"value": 10, "n": "5", "on": true, "ids": ["1"], "added": "x"})
    ));
    for other in [
        json!({"value": 11, "n": 5, "on": true, "ids": [1]}),
        json!({"value": 10, "n": 5, "on": true, "ids": [1, 2]}),
        json!({"value": 10, "n": 5, "on": true}),
        json!([]),
    ] {
        assert!(!says_the_same(&row, &other), "{other}");
    }
}

#[test]
fn equal_rows_take_equal_tasks_in_their_order() {
    let (a, b) = (like(&json!(1)), like(&json!(2)));
    let pairing = pair(&[a, b, a], &[b, a, a], never);
    assert_eq!(pairing.rows, [Some(1), Some(0), Some(2)]);
    assert!(pairing.strangers.is_empty());
}

#[test]
fn what_the_api_has_put_into_other_words_is_paired_by_place_when_it_says_the_same() {
    let (a, b, c) = (like(&json!(1)), like(&json!(2)), like(&json!(3)));
    let pairing = pair(&[a, b], &[a, c], |row, task| (row, task) == (1, 1));
    assert_eq!(pairing.rows, [Some(0), Some(1)]);
    let pairing = pair(&[a, b], &[a, c], never);
    assert_eq!(pairing.rows, [Some(0), None]);
    assert_eq!(pairing.strangers, [1]);
}

#[test]
fn a_task_too_many_or_too_few_pairs_nothing_by_place() {
    let (a, b, c) = (like(&json!(1)), like(&json!(2)), like(&json!(3)));
    let pairing = pair(&[a, b], &[a, c, c], |_, _| true);
    assert_eq!(pairing.rows, [Some(0), None]);
    assert_eq!(pairing.strangers, [1, 2]);
    let pairing = pair(&[a, b], &[c], |_, _| true);
    assert_eq!(pairing.rows, [None, None]);
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-c0-1]{0,3}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[a-c]{1,2}", inner, 0..3)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn bodies_are_alike_when_they_are_equal_and_only_then(one in value(), other in value()) {
        prop_assert_eq!(like(&one) == like(&other), one == other);
        prop_assert!(says_the_same(&one, &one));
    }

    #[test]
    fn in_any_order_each_task_finds_a_row_that_is_its_equal(
        kinds in prop::collection::vec(0_u8..6, 0..40),
        shuffle in any::<u64>(),
        lost in 0_usize..5,
    ) {
        let rows: Vec<[u8; 32]> = kinds.iter().map(|kind| [*kind; 32]).collect();
        let mut tasks = rows.clone();
        fastrand::Rng::with_seed(shuffle).shuffle(&mut tasks);
        tasks.truncate(rows.len().saturating_sub(lost));
        let pairing = pair(&rows, &tasks, never);
        prop_assert!(pairing.strangers.is_empty());
        let mut used: Vec<usize> = pairing.rows.iter().flatten().copied().collect();
        prop_assert_eq!(used.len(), tasks.len());
        used.sort_unstable();
        used.dedup();
        prop_assert_eq!(used.len(), tasks.len());
        for (row, task) in pairing.rows.iter().enumerate() {
            if let Some(task) = task {
                prop_assert_eq!(rows[row], tasks[*task]);
            }
        }
    }
}

#[test]
fn only_the_zeros_behind_a_decimal_point_do_not_matter() {
    for (number, short) in [
        ("10.00", "10"),
        ("-2.50", "-2.5"),
        ("0.0", "0"),
        ("1.05", "1.05"),
        ("100", "100"),
        ("-10", "-10"),
        // Texts that are no decimals keep all that they say.
        ("", ""),
        ("1.", "1."),
        (".50", ".50"),
        ("-.0", "-.0"),
        ("a.10", "a.10"),
        ("1.a0", "1.a0"),
        ("a.b0", "a.b0"),
        ("1.5.0", "1.5.0"),
        ("--1.0", "--1.0"),
    ] {
        assert_eq!(plain(number), short, "{number}");
    }
}
