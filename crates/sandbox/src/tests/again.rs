//! What a second time does: what each row states, held against the sandbox,
//! and the reason for each write that is neither a change of fields nor a
//! removal.

use serde_json::Value;

use super::Store;
use super::call;
use recharge_catalog::{self as catalog, Again, Effect, Method};

/// Why a second time does what the row says, where the method does not tell.
const REASONS: &[(&str, Again, &str)] = &[
    (
        "addresses.create",
        Again::Twice,
        "a second address of the customer",
    ),
    (
        "addresses.merge",
        Again::Twice,
        "merged ones are gone, but the reference does not say how it answers",
    ),
    (
        "addresses.skip_charge",
        Again::Refused,
        "the day is in the schedule no more",
    ),
    ("async_batches.create", Again::Twice, "a second batch"),
    (
        "async_batches.add_tasks",
        Again::Twice,
        "each task once more",
    ),
    (
        "async_batches.process",
        Again::Twice,
        "the reference does not say what a batch under way does",
    ),
    (
        "bundle_selections.create",
        Again::Twice,
        "a second selection",
    ),
    (
        "charges.apply_discount",
        Again::Refused,
        "a charge has one discount at most",
    ),
    ("charges.capture_payment", Again::Twice, "moves money"),
    ("charges.process", Again::Twice, "moves money"),
    (
        "charges.refund",
        Again::Twice,
        "moves money, a part each time",
    ),
    (
        "charges.remove_discount",
        Again::Refused,
        "there is none any more",
    ),
    (
        "charges.skip",
        Again::Same,
        "names the charge; it is skipped already",
    ),
    (
        "charges.unskip",
        Again::Same,
        "names the charge; it is queued already",
    ),
    ("checkouts.create", Again::Twice, "a second cart"),
    ("checkouts.process", Again::Twice, "moves money"),
    (
        "collections.create",
        Again::Twice,
        "a second collection of that title",
    ),
    (
        "collections.add_products",
        Again::Twice,
        "the reference does not say what a product does that is in it",
    ),
    (
        "customers.create",
        Again::Refused,
        "an email belongs to one customer",
    ),
    (
        "customers.notify",
        Again::Twice,
        "a second email to a customer",
    ),
    (
        "discounts.create",
        Again::Refused,
        "a code belongs to one discount",
    ),
    (
        "metafields.create",
        Again::Twice,
        "the reference does not say what a taken key does",
    ),
    (
        "onetimes.create",
        Again::Twice,
        "a second item on the next charge",
    ),
    ("orders.clone", Again::Twice, "a second order"),
    ("orders.delay", Again::Twice, "one interval later each time"),
    (
        "payment_methods.create",
        Again::Twice,
        "a second method of the customer",
    ),
    ("plans.create", Again::Twice, "a second plan"),
    ("plans.bulk_create", Again::Twice, "each plan once more"),
    (
        "products.create",
        Again::Twice,
        "the reference does not say what a taken id does",
    ),
    (
        "retention_strategies.create",
        Again::Twice,
        "a second strategy",
    ),
    (
        "subscriptions.create",
        Again::Twice,
        "a second subscription, which is charged",
    ),
    (
        "subscriptions.activate",
        Again::Same,
        "it is active already",
    ),
    (
        "subscriptions.cancel",
        Again::Same,
        "it is cancelled already",
    ),
    (
        "subscriptions.change_address",
        Again::Same,
        "names the address; it is there already",
    ),
    (
        "subscriptions.set_next_charge_date",
        Again::Same,
        "names the day",
    ),
    ("subscriptions.skip_gift", Again::Twice, "a second gift"),
    (
        "webhooks.create",
        Again::Twice,
        "a second delivery of each message",
    ),
    ("webhooks.test", Again::Twice, "a second message"),
];

#[test]
fn each_write_says_for_a_reason_what_a_second_time_does() {
    for (resource, row) in catalog::operations() {
        let id = format!("{}.{}", resource.name, row.verb);
        let reason = REASONS.iter().find(|(known, ..)| *known == id);
        let (stated, reason) = match (row.method, reason) {
            (Method::Get, None) => (Again::Same, "reads"),
            (Method::Put, None) => (Again::Same, "puts fields to values"),
            (Method::Delete, None) => (Again::Refused, "it is gone"),
            (_, Some((_, stated, reason))) => (*stated, *reason),
            (Method::Post, None) => panic!("{id} has no reason"),
        };
        assert_eq!(row.again, stated, "{id}: {reason}");
        if row.method == Method::Get {
            assert_eq!(row.effect, Effect::Reads, "{id}");
        }
    }
    for (id, ..) in REASONS {
        assert!(catalog::operation(id).is_some(), "{id}");
    }
}

/// An answer without what tells the time of the writing.
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
    for (resource, row) in catalog::operations() {
        let id = format!("{}.{}", resource.name, row.verb);
        let store = Store::demo();
        let call = call(&store, &id);
        let ask = || store.ask(row.method.name(), &call.path, &call.body);
        let (first, second) = (ask(), ask());
        let right = match row.again {
            Again::Same => second.0 == first.0 && timeless(&second.1) == timeless(&first.1),
            Again::Refused => (400..500).contains(&second.0),
            // Left open.
            Again::Twice => true,
        };
        if !right {
            wrong.push(format!("{id}: {first:?}, then {second:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
