//! The lists that belong to the records of a page.

use super::*;
use crate::sync::Micros;
use crate::sync::run::fixture::{FakeRequest, Lines, NOW, at, client, numbered_table};

/// The lines of orders 1 and 2; that of another status for order 3.
fn answer(asked: &FakeRequest, status: u16) -> (u16, String) {
    let ids: &[u64] = match asked.path.as_str() {
        path if path.ends_with("/orders/1/products") => &[11, 12],
        path if path.ends_with("/orders/2/products") => &[21],
        _ => return (status, "[]".to_owned()),
    };
    let lines = ids.iter().map(|id| format!("{{\"id\":{id}}}"));
    (200, format!("[{}]", lines.collect::<Vec<_>>().join(",")))
}

/// Reads the lines of orders, of which some were stored before.
fn read(orders: &[u64], before: u64, status: u16) -> (Result<Vec<ChildPage>>, Vec<String>) {
    let table = numbered_table("order_products");
    let lines = Lines::default();
    let reader = ChildReader {
        client: client(&table, move |asked| answer(asked, status)),
        observer: &lines,
        key: "id",
        totals: RefCell::new(vec![Total {
            rows: before,
            ..Total::default()
        }]),
        tables: vec![&table],
        parallel: 2,
    };
    let mut page = RecordPage::new(at(NOW));
    for id in orders {
        page.push(&format!("{{\"id\":{id}}}"));
    }
    let runtime = crate::runtime::current_thread().unwrap();
    let read = runtime.block_on(reader.read(&page));
    (read, lines.take())
}

#[test]
fn lists_of_a_page_come_in_the_order_of_its_records_and_are_counted_on() {
    let (read, lines) = read(&[2, 1], 7, 500);
    let children = read.unwrap();
    assert_eq!(children.len(), 1);
    let lists = &children[0];
    assert_eq!(
        (lists.table.as_str(), lists.column),
        ("order_products", "order_id")
    );
    assert_eq!(lists.parents, ["2", "1"]);
    let records: Vec<&str> = lists.records.records().collect();
    assert_eq!(records, ["{\"id\":21}", "{\"id\":11}", "{\"id\":12}"]);
    assert_eq!(lists.records.at, Micros::of(NOW.parse().unwrap()));
    assert_eq!(
        lines,
        [
            "order_products: 8 rows up to nothing",
            "order_products: 10 rows up to nothing"
        ]
    );
}

#[test]
fn a_record_that_is_gone_has_an_empty_list_and_another_refusal_is_an_error() {
    let (gone, _) = read(&[1, 3], 0, 404);
    let lists = gone.unwrap().remove(0);
    assert_eq!(lists.parents, ["1", "3"]);
    assert_eq!(lists.records.len(), 2);
    let (refused, _) = read(&[1, 3], 0, 403);
    let error = refused.unwrap_err();
    assert_eq!(error.kind, Kind::Access);
    assert_eq!(error.answer.unwrap().status, 403);
}

#[test]
fn what_was_stored_of_each_list_is_added_up_and_new_findings_are_returned() {
    let table = numbered_table("order_products");
    let lines = Lines::default();
    let reader = ChildReader {
        client: client(&table, |asked| answer(asked, 500)),
        observer: &lines,
        key: "id",
        totals: RefCell::new(vec![Total::default()]),
        tables: vec![&table],
        parallel: 1,
    };
    let findings = RowFindings {
        unknown: vec!["colour".to_owned()],
        ..RowFindings::default()
    };
    let stored = |rows, changed| StoredPage {
        rows,
        changed,
        findings: findings.clone(),
        ..StoredPage::default()
    };
    let new = reader.stored([stored(3, 2)].into_iter());
    assert_eq!(new, [("order_products".to_owned(), findings.clone())]);
    let new = reader.stored([stored(4, 5)].into_iter());
    assert_eq!(new, [("order_products".to_owned(), RowFindings::default())]);
    let totals = reader.totals.borrow();
    assert_eq!((totals[0].rows, totals[0].changed), (7, 7));
    assert_eq!(totals[0].findings, findings);
}
