//! What a second time does: what each row states, compared with the sandbox,
//! and the reason for each write that is neither a change of fields nor a
//! removal.

use serde_json::Value;

use super::Store;
use super::call;
use recharge_catalog::{self as catalog, Effect, Idempotency, Method};

/// Why a second time does what the row says, where the method does not tell.
const REASONS: &[(&str, Idempotency, &str)] = &[
    (
        "addresses.create",
        Idempotency::NotIdempotent,
        "a second address of the customer",
    ),
    (
        "addresses.merge",
        Idempotency::NotIdempotent,
        "merged ones are gone, but the reference does not say how it answers",
    ),
    (
        "addresses.skip_charge",
        Idempotency::RejectsRepeat,
        "the day is in the schedule no more",
    ),
    (
        "async_batches.create",
        Idempotency::NotIdempotent,
        "a second batch",
    ),
    (
        "async_batches.add_tasks",
        Idempotency::NotIdempotent,
        "each task once more",
    ),
    (
        "async_batches.process",
        Idempotency::NotIdempotent,
        "the reference does not say what a batch under way does",
    ),
    (
        "bundle_selections.create",
        Idempotency::NotIdempotent,
        "a second selection",
    ),
    (
        "charges.apply_discount",
        Idempotency::RejectsRepeat,
        "a charge has one discount at most",
    ),
    (
        "charges.capture_payment",
        Idempotency::NotIdempotent,
        "moves money",
    ),
    ("charges.process", Idempotency::NotIdempotent, "moves money"),
    (
        "charges.refund",
        Idempotency::NotIdempotent,
        "moves money, a part each time",
    ),
    (
        "charges.remove_discount",
        Idempotency::RejectsRepeat,
        "there is none any more",
    ),
    (
        "charges.skip",
        Idempotency::Idempotent,
        "names the charge; it is skipped already",
    ),
    (
        "charges.unskip",
        Idempotency::Idempotent,
        "names the charge; it is queued already",
    ),
    (
        "checkouts.create",
        Idempotency::NotIdempotent,
        "a second cart",
    ),
    (
        "checkouts.process",
        Idempotency::NotIdempotent,
        "moves money",
    ),
    (
        "collections.create",
        Idempotency::NotIdempotent,
        "a second collection of that title",
    ),
    (
        "collections.add_products",
        Idempotency::NotIdempotent,
        "the reference does not say what a product does that is in it",
    ),
    (
        "customers.create",
        Idempotency::RejectsRepeat,
        "an email belongs to one customer",
    ),
    (
        "customers.notify",
        Idempotency::NotIdempotent,
        "a second email to a customer",
    ),
    (
        "discounts.create",
        Idempotency::RejectsRepeat,
        "a code belongs to one discount",
    ),
    (
        "metafields.create",
        Idempotency::NotIdempotent,
        "the reference does not say what a taken key does",
    ),
    (
        "onetimes.create",
        Idempotency::NotIdempotent,
        "a second item on the next charge",
    ),
    ("orders.clone", Idempotency::NotIdempotent, "a second order"),
    (
        "orders.delay",
        Idempotency::NotIdempotent,
        "one interval later each time",
    ),
    (
        "payment_methods.create",
        Idempotency::NotIdempotent,
        "a second method of the customer",
    ),
    ("plans.create", Idempotency::NotIdempotent, "a second plan"),
    (
        "plans.bulk_create",
        Idempotency::NotIdempotent,
        "each plan once more",
    ),
    (
        "products.create",
        Idempotency::NotIdempotent,
        "the reference does not say what a taken id does",
    ),
    (
        "retention_strategies.create",
        Idempotency::NotIdempotent,
        "a second strategy",
    ),
    (
        "subscriptions.create",
        Idempotency::NotIdempotent,
        "a second subscription, which is charged",
    ),
    (
        "subscriptions.activate",
        Idempotency::Idempotent,
        "it is active already",
    ),
    (
        "subscriptions.cancel",
        Idempotency::Idempotent,
        "it is cancelled already",
    ),
    (
        "subscriptions.change_address",
        Idempotency::Idempotent,
        "names the address; it is there already",
    ),
    (
        "subscriptions.set_next_charge_date",
        Idempotency::Idempotent,
        "names the day",
    ),
    (
        "subscriptions.skip_gift",
        Idempotency::NotIdempotent,
        "a second gift",
    ),
    (
        "webhooks.create",
        Idempotency::NotIdempotent,
        "a second delivery of each message",
    ),
    (
        "webhooks.test",
        Idempotency::NotIdempotent,
        "a second message",
    ),
];

#[test]
fn each_write_says_for_a_reason_what_a_second_time_does() {
    for (resource, row) in catalog::recharge::API.operations() {
        let id = format!("{}.{}", resource.name, row.verb);
        let reason = REASONS.iter().find(|(known, ..)| *known == id);
        let (stated, reason) = match (row.method, reason) {
            (Method::Get | Method::Head, None) => (Idempotency::Idempotent, "reads"),
            (Method::Put, None) => (Idempotency::Idempotent, "puts fields to values"),
            (Method::Delete, None) => (Idempotency::RejectsRepeat, "it is gone"),
            (_, Some((_, stated, reason))) => (*stated, *reason),
            (Method::Post | Method::Patch, None) => panic!("{id} has no reason"),
        };
        assert_eq!(row.idempotency, stated, "{id}: {reason}");
        if row.method == Method::Get {
            assert_eq!(row.effect, Effect::Reads, "{id}");
        }
    }
    for (id, ..) in REASONS {
        assert!(catalog::recharge::API.operation(id).is_some(), "{id}");
    }
}

/// An answer without what says the time of the writing.
fn timeless(answer: &Value) -> Value {
    let mut answer = answer.clone();
    if let Some(record) = answer.as_object_mut().and_then(|answer| {
        let (_, record) = answer.iter_mut().next()?;
        record.as_object_mut()
    }) {
        record.remove("updated_at");
    }
    answer
}

#[test]
fn a_second_time_does_in_the_sandbox_what_the_row_says() {
    let mut wrong = Vec::new();
    for (resource, row) in catalog::recharge::API.operations() {
        let id = format!("{}.{}", resource.name, row.verb);
        let store = Store::demo();
        let call = call(&store, &id);
        let ask = || store.ask(row.method.name(), &call.path, &call.body);
        let (first, second) = (ask(), ask());
        let right = match row.idempotency {
            Idempotency::Idempotent => {
                second.0 == first.0 && timeless(&second.1) == timeless(&first.1)
            }
            Idempotency::RejectsRepeat => (400..500).contains(&second.0),
            // Left open.
            Idempotency::NotIdempotent => true,
        };
        if !right {
            wrong.push(format!("{id}: {first:?}, then {second:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
