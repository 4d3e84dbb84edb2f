//! What rows are taken back by.

use super::*;
use crate::catalog::recharge::API;

fn row(target: &str, body: &str, before: &str, after: &str) -> LedgerRow {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    LedgerRow {
        state: "ok",
        task: Some(Task {
            target: target.to_owned(),
            body: text(body),
        }),
        object: Some("7".to_owned()),
        before: text(before),
        after: text(after),
        ..LedgerRow::default()
    }
}

fn undone(name: &str, row: &LedgerRow) -> Vec<(String, String, String)> {
    let (resource, operation) = API.operation(name).unwrap();
    let RowUndo::Steps(reversal) = reversal(&API, resource, operation, row) else {
        return Vec::new();
    };
    let steps = reversal.steps.into_iter();
    steps
        .map(|step| {
            (
                step.operation,
                step.task.target,
                step.task.body.unwrap_or_default(),
            )
        })
        .collect()
}

fn step(operation: &str, target: &str, body: &str) -> (String, String, String) {
    (operation.to_owned(), target.to_owned(), body.to_owned())
}

#[test]
fn an_update_sends_the_old_values_of_what_differs_with_its_query() {
    let row = row(
        "/subscriptions/5?force_update=true",
        "{\"quantity\":2}",
        "{\"quantity\":1,\"price\":\"9.00\",\"sku\":\"a\"}",
        "{\"quantity\":2,\"price\":\"9\",\"sku\":\"a\"}",
    );
    let wanted = step(
        "subscriptions.update",
        "/subscriptions/5?force_update=true",
        "{\"quantity\":1}",
    );
    assert_eq!(undone("subscriptions.update", &row), [wanted]);
}

#[test]
fn fields_that_go_together_are_sent_together_and_the_day_after_them() {
    let row = row(
        "/subscriptions/5",
        "{}",
        "{\"charge_interval_frequency\":1,\"order_interval_frequency\":1,\"order_interval_unit\":\"month\",\"next_charge_scheduled_at\":\"2026-12-01\"}",
        "{\"charge_interval_frequency\":2,\"order_interval_frequency\":2,\"order_interval_unit\":\"month\",\"next_charge_scheduled_at\":\"2026-12-09\"}",
    );
    let steps = undone("subscriptions.update", &row);
    assert_eq!(
        steps,
        [
            step(
                "subscriptions.update",
                "/subscriptions/5",
                "{\"charge_interval_frequency\":1,\"order_interval_frequency\":1,\"order_interval_unit\":\"month\"}"
            ),
            step(
                "subscriptions.set_next_charge_date",
                "/subscriptions/5/set_next_charge_date",
                "{\"date\":\"2026-12-01\"}"
            ),
        ]
    );
}

#[test]
fn a_cancellation_takes_two_steps_and_a_discount_is_disabled_before_it_is_deleted() {
    let row_of = row(
        "/subscriptions/5/cancel",
        "{\"cancellation_reason\":\"moved\"}",
        "{\"status\":\"active\",\"next_charge_scheduled_at\":\"2026-12-01\"}",
        "{\"status\":\"cancelled\",\"next_charge_scheduled_at\":null}",
    );
    let names: Vec<String> = undone("subscriptions.cancel", &row_of)
        .into_iter()
        .map(|step| step.0)
        .collect();
    assert_eq!(
        names,
        [
            "subscriptions.activate",
            "subscriptions.set_next_charge_date"
        ]
    );
    let made = row("/discounts", "{\"code\":\"A\"}", "", "");
    assert_eq!(
        undone("discounts.create", &made),
        [
            step(
                "discounts.update",
                "/discounts/7",
                "{\"status\":\"fully_disabled\"}"
            ),
            step("discounts.delete", "/discounts/7", ""),
        ]
    );
}

#[test]
fn a_row_without_old_values_is_not_guessed() {
    let (resource, operation) = API.operation("subscriptions.update").unwrap();
    let row = row("/subscriptions/5", "{\"quantity\":2}", "", "");
    assert!(matches!(
        reversal(&API, resource, operation, &row),
        RowUndo::Impossible(why) if why.contains("old values were not read")
    ));
}
