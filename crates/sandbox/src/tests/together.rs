//! Edits of one address at the same time: the second is refused until the first
//! is answered.

use serde_json::{Value, json};

use super::{Store, of, request};
use crate::Ending;
use crate::Reply;
use recharge_catalog::{self as catalog, Effect};

fn status(reply: &Reply) -> u16 {
    match &reply.ending {
        Ending::Whole(answer) => answer.status().as_u16(),
        other => panic!("{other:?}"),
    }
}

fn send(store: &Store, method: &str, path: &str, body: &Value) -> Reply {
    store.0.receive(&request(method, path, body))
}

#[test]
fn an_edit_is_refused_while_another_of_the_same_address_is_not_answered() {
    let store = Store::demo();
    let (_, address, subscription) = store.subscriber("2026-12-01");
    let (_, elsewhere, _) = store.subscriber("2026-12-01");
    let charge = store.charges_of(&address, "queued")[0].clone();
    let first = send(
        &store,
        "PUT",
        &of("subscriptions", &subscription),
        &json!({"quantity": 3}),
    );
    assert_eq!(status(&first), 200);
    let note = json!({"order_note": "x"});
    let onetime = json!({"address_id": address["id"], "next_charge_scheduled_at": "2026-12-01",
        "quantity": 1, "external_variant_id": {"ecommerce": "77"}, "price": "1.00",
        "product_title": "Cup"});
    let moved = of(
        "subscriptions",
        &store.first("/subscriptions", "subscriptions"),
    );
    let merge = json!({"target_address": {"id": elsewhere["id"]},
        "source_addresses": [{"id": address["id"]}]});
    for (method, path, body) in [
        ("PUT", of("addresses", &address), note.clone()),
        ("POST", of("charges", &charge) + "/skip", json!({})),
        ("POST", "/onetimes".to_owned(), onetime.clone()),
        (
            "POST",
            moved + "/change_address",
            json!({"address_id": address["id"]}),
        ),
        ("POST", "/addresses/merge".to_owned(), merge),
    ] {
        let second = send(&store, method, &path, &body);
        assert_eq!(status(&second), 409, "{path}");
        let Ending::Whole(answer) = &second.ending else {
            panic!("no answer")
        };
        assert_eq!(
            answer.body(),
            "{\"error\":\"A call to this route is already in progress.\"}"
        );
    }
    // Reads, and edits of another address, continue.
    assert_eq!(
        status(&send(
            &store,
            "GET",
            &of("addresses", &address),
            &Value::Null
        )),
        200
    );
    assert_eq!(
        status(&send(&store, "PUT", &of("addresses", &elsewhere), &note)),
        200
    );
    drop(first);
    assert_eq!(
        status(&send(&store, "PUT", &of("addresses", &address), &note)),
        200
    );
    assert_eq!(status(&send(&store, "POST", "/onetimes", &onetime)), 201);
}

#[test]
fn a_refused_edit_keeps_nobody_off_once_it_is_answered_and_a_stuck_one_does() {
    let store = Store::demo();
    let (_, address, _) = store.subscriber("2026-12-01");
    let path = of("addresses", &address);
    let note = json!({"order_note": "x"});
    let hang = |spec: &str| store.0.with_state(|state| state.let_fail(spec)).unwrap();
    hang("hang=@1");
    let stuck = send(&store, "PUT", &path, &note);
    assert!(matches!(stuck.ending, Ending::Never));
    let refused = send(&store, "PUT", &path, &note);
    assert_eq!(status(&refused), 409);
    assert_eq!(store.get(&path)["address"]["order_note"], Value::Null);
    // Who waited gave up.
    drop(stuck);
    assert_eq!(status(&send(&store, "PUT", &path, &note)), 200);
    drop(refused);
}

/// Writes that edit no address: what they are about does not hang on one.
const ELSEWHERE: &[&str] = &[
    "async_batches",
    "checkouts",
    "collections",
    "credit_accounts",
    "customers",
    "discounts",
    "metafields",
    "payment_methods",
    "plans",
    "products",
    "retention_strategies",
    "webhooks",
];

#[test]
fn every_write_below_an_address_finds_its_address() {
    for (resource, operation) in catalog::recharge::API.operations() {
        let id = format!("{}.{}", resource.name, operation.verb);
        if operation.effect == Effect::Reads {
            continue;
        }
        let store = Store::demo();
        let call = super::call(&store, &id);
        let reply = send(&store, operation.method.name(), &call.path, &call.body);
        let edits = format!("{reply:?}").contains("addresses: {")
            && !format!("{reply:?}").contains("addresses: {}");
        let expected = !ELSEWHERE.contains(&resource.name) && id != "addresses.create";
        assert_eq!(edits, expected, "{id}");
    }
}
