//! The requests that read a list whose pages have numbers, in the order of a time.

use std::iter::repeat_n;

use super::*;
use crate::error::Result;
use crate::sync::run::fixture::{
    Customers, Lines, client, numbered_table, prepare, run, second, status,
};

/// What became of a list.
struct ReadOutcome {
    asked: Vec<String>,
    read: Result<()>,
    /// Rows that the destination has.
    rows: u64,
    bookmark: Option<Micros>,
}

/// Reads customers up to a second, with or without a filter for it.
fn read(customers: &Customers, to: Option<u64>, has_end: bool) -> ReadOutcome {
    let folder = tempfile::tempdir().unwrap();
    let lines = Lines::default();
    let mut run = run(folder.path(), &lines);
    let mut table = numbered_table("customers");
    if let ReadMethod::Ascending { until, .. } = &mut table.method
        && !has_end
    {
        *until = None;
    }
    let list = customers.clone();
    let client = client(&table, move |asked| list.answer(asked));
    run.clients.insert(table.api.version, client);
    let window = ReadWindow {
        from: None,
        to: to.map(second),
    };
    let reading = ListReading {
        also: &[],
        advance: Advance::WithPage {
            begun: second(5000),
        },
        children: None,
    };
    let mut total = Total::default();
    let runtime = crate::runtime::current_thread().unwrap();
    runtime.block_on(async {
        prepare(&run.worker, &[&table]).await;
        let read = run.by_time(&table, window, reading, &mut total).await;
        let status = status(&run.worker, "customers").await;
        ReadOutcome {
            asked: customers.asked(),
            read: read.map_err(ListFailure::into_error),
            rows: status.rows,
            bookmark: status.state.bookmark,
        }
    })
}

#[test]
fn the_next_page_is_asked_for_by_the_time_of_the_last_row() {
    let outcome = read(&Customers::new(1..=600), None, true);
    outcome.read.unwrap();
    assert_eq!(outcome.asked, [".. page 1", "250.. page 1", "499.. page 1"]);
    assert_eq!((outcome.rows, outcome.bookmark), (600, Some(second(600))));
}

/// 600 customers that changed in one second, some before it and some after it.
fn import() -> Customers {
    let later = repeat_n(201, 5).chain(repeat_n(202, 5));
    Customers::new((1..=100).chain(repeat_n(200, 600)).chain(later))
}

#[test]
fn a_second_with_more_rows_than_a_page_is_read_to_its_end_and_back() {
    let outcome = read(&import(), None, true);
    outcome.read.unwrap();
    assert_eq!(
        outcome.asked,
        [
            ".. page 1",
            "200.. page 1",
            "200..201 page 1",
            "200..201 page 2",
            "200..201 page 3",
            "200..201 page 2",
            "200..201 page 1",
            "201.. page 1"
        ]
    );
    assert_eq!((outcome.rows, outcome.bookmark), (710, Some(second(202))));
}

#[test]
fn a_window_ends_with_its_last_second() {
    let outcome = read(&import(), Some(200), true);
    outcome.read.unwrap();
    assert_eq!(
        outcome.asked,
        [
            "..200 page 1",
            "200..200 page 1",
            "200..201 page 1",
            "200..201 page 2",
            "200..201 page 3",
            "200..201 page 2",
            "200..201 page 1"
        ]
    );
    assert_eq!(outcome.rows, 705);
}

#[test]
fn a_second_of_a_list_that_takes_no_end_is_read_by_number() {
    let customers = Customers::new(repeat_n(200, 600).chain(repeat_n(201, 200)));
    let outcome = read(&customers, None, false);
    outcome.read.unwrap();
    assert_eq!(
        outcome.asked,
        [
            ".. page 1",
            "200.. page 1",
            "200.. page 2",
            "200.. page 3",
            "201.. page 1"
        ]
    );
    assert_eq!(outcome.rows, 800);
}

#[test]
fn the_bookmark_does_not_pass_a_second_that_is_not_read_back_yet() {
    let mut customers = import();
    customers.refused.insert(6, 500);
    let outcome = read(&customers, None, true);
    assert_eq!(outcome.read.unwrap_err().answer.unwrap().status, 500);
    assert_eq!(outcome.asked.last().unwrap(), "200..201 page 2");
    // Rows of second 201 are stored.
    assert_eq!((outcome.rows, outcome.bookmark), (705, Some(second(200))));
}

#[test]
fn a_row_that_is_later_than_asked_for_is_an_error_that_names_both_times() {
    let mut customers = Customers::new(repeat_n(200, 600).chain(repeat_n(205, 300)));
    customers.ignores_end = true;
    let error = read(&customers, None, true).read.unwrap_err();
    assert_eq!(error.kind, Kind::Unreachable);
    assert_eq!(
        error.message,
        "customers: the API ignored the date: rows until 2026-11-01T10:03:21Z were asked for, \
         and it answered with one of 2026-11-01T10:03:25Z"
    );
    assert_eq!(
        error.hints,
        ["the stored rows are correct; the bookmark did not move"]
    );
}

#[test]
fn a_list_out_of_order_is_an_error_and_its_rows_are_stored() {
    let outcome = read(&Customers::new([5, 3]), None, true);
    let error = outcome.read.unwrap_err();
    assert_eq!(error.kind, Kind::Unreachable);
    assert_eq!(
        error.message,
        "customers: the API ignored the order of the list"
    );
    assert_eq!(
        error.hints,
        ["the stored rows are correct; the next run reads the rest"]
    );
    assert_eq!(outcome.rows, 2);
}
