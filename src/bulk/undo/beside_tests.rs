//! What is put back beside objects, and when it is not.

use serde_json::json;

use super::*;
use crate::catalog::recharge::API;

fn planned(name: &str, before: Value, beside_it: Value) -> Vec<(String, String)> {
    let (_, operation) = API.operation(name).unwrap();
    let fields = |value: Value| value.as_object().cloned().unwrap();
    let steps = steps(&API, operation, "5", &fields(before), &fields(beside_it));
    let steps = steps.into_iter();
    steps
        .map(|step| (step.task.target, step.task.body.unwrap_or_default()))
        .collect()
}

fn pair(target: &str, body: &str) -> (String, String) {
    (target.to_owned(), body.to_owned())
}

#[test]
fn a_discount_is_looked_for_by_the_day_of_its_charge() {
    let steps = planned(
        "subscriptions.update",
        json!({}),
        json!({"charges.apply_discount": [
            {"scheduled_at": "2026-12-01", "discounts": [{"id": 9, "code": "A"}]}
        ]}),
    );
    let day = "/charges?purchase_item_ids=5&scheduled_at=2026%2D12%2D01&status=queued";
    assert_eq!(
        steps,
        [
            pair(day, ""),
            pair("/charges/{id}/apply_discount", "{\"discount_id\":9}")
        ]
    );
}

#[test]
fn only_skips_behind_the_next_charge_are_put_back() {
    let record = |day: &str| json!({"scheduled_at": day, "address_id": 3});
    let steps = planned(
        "subscriptions.cancel",
        json!({"next_charge_scheduled_at": "2026-12-01"}),
        json!({"addresses.skip_charge": [
            record("2026-11-01"), record("2026-12-01"), record("2027-01-01")
        ]}),
    );
    assert_eq!(steps.len(), 2);
    assert_eq!(
        steps[1],
        pair(
            "/addresses/3/charges/skip",
            "{\"date\":\"2027-01-01\",\"purchase_item_ids\":[5]}"
        )
    );
}

#[test]
fn the_list_of_the_day_decides() {
    let (_, update) = API.operation("subscriptions.update").unwrap();
    let (_, cancel) = API.operation("subscriptions.cancel").unwrap();
    let (_, list) = API.operation("charges.list").unwrap();
    let discounts = named(update, "charges.apply_discount").unwrap();
    let skips = named(cancel, "addresses.skip_charge").unwrap();
    let of = |beside, answer: Value| decide(&API, beside, list, answer.to_string().as_bytes());
    let bare = json!({"charges": [{"id": 8, "discounts": []}]});
    let full = json!({"charges": [{"id": 8, "discounts": [{"id": 1}]}]});
    let none = json!({"charges": []});
    let there = NextStep::To("/charges/8/apply_discount".to_owned());
    assert_eq!(of(discounts, bare.clone()), there);
    assert_eq!(of(discounts, full), NextStep::LeftOut);
    assert!(
        matches!(of(discounts, none.clone()), NextStep::Impossible(why) if why.contains("no longer one of that day"))
    );
    assert_eq!(of(skips, none), NextStep::AsPlanned);
    assert_eq!(of(skips, bare), NextStep::LeftOut);
    assert!(matches!(of(skips, json!({})), NextStep::Impossible(_)));
}
