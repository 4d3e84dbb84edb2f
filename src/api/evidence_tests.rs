//! Answers that prove a write, and answers that do not.

use super::*;
use crate::catalog;

fn judged(id: &str, path: &str, sent: Option<&str>, status: u16, body: &str) -> Result<(), Lack> {
    let (_, row) = catalog::recharge::API.operation(id).unwrap();
    let request = Request::composed(row, path, sent.map(str::to_owned));
    judge(Some(row), "id", &request, status, body.as_bytes())
}

/// What a gateway or a confused server answers with 2xx.
const NO_PROOF: &[&str] = &[
    "<html>maintenance</html>",
    "OK",
    "{\"errors\":\"you are blocked\"}",
    "{\"error\":\"no\"}",
    "{\"errors\":{\"quantity\":[\"bad\"]}}",
    "{\"warning\":\"too many requests\"}",
    "{\"subscription\":",
    "\"done\"",
    "17",
    "[1]",
];

#[test]
fn an_object_is_proof_only_whole_under_its_key_and_with_its_id() {
    let update = |status, body: &str| {
        judged(
            "subscriptions.update",
            "/subscriptions/101",
            None,
            status,
            body,
        )
    };
    for body in [
        "{\"subscription\":{\"id\":101}}",
        " {\"x\":1,\"subscription\":{\"a\":{\"id\":7},\"id\":\"101\"}}\n",
        "{\"warning\":\"soon gone\",\"subscription\":{\"id\":101}}",
        "{\"errors\":{\"a\":\"b\"},\"subscription\":{\"id\":101}}",
        "{\"errors\":null,\"subscription\":{\"id\":101}}",
    ] {
        for status in [200, 201] {
            assert_eq!(update(status, body), Ok(()), "{status} {body}");
        }
        for status in [202, 203, 204, 206, 207, 226, 299] {
            assert_eq!(update(status, body), Err(Lack::Status), "{status} {body}");
        }
    }
    for body in NO_PROOF.iter().chain(&[
        "",
        " ",
        "{}",
        "[]",
        "null",
        "{\"subscription\":null}",
        "{\"subscription\":{}}",
        "{\"subscription\":[{\"id\":101}]}",
        "{\"subscription\":\"101\"}",
        "{\"subscription\":{\"id\":102}}",
        "{\"subscription\":{\"id\":null}}",
        "{\"subscription\":{\"quantity\":2}}",
        "{\"id\":101}",
        "{\"order\":{\"id\":101}}",
        "{\"subscriptions\":[{\"id\":101}]}",
        "{\"subscription\":{\"id\":101}}x",
    ]) {
        assert!(update(200, body).is_err(), "{body}");
    }
}

#[test]
fn an_answer_without_content_is_proof_only_when_it_is_empty() {
    let delete = |status, body: &str| {
        judged(
            "subscriptions.delete",
            "/subscriptions/1",
            None,
            status,
            body,
        )
    };
    for body in ["", " \n", "{}", "{ }", "[]", "null"] {
        for status in [200, 201, 204] {
            assert_eq!(delete(status, body), Ok(()), "{status} {body}");
        }
        for status in [202, 206, 299] {
            assert_eq!(delete(status, body), Err(Lack::Status), "{status} {body}");
        }
    }
    for body in NO_PROOF.iter().chain(&["{\"subscription\":{\"id\":1}}"]) {
        assert!(delete(200, body).is_err(), "{body}");
    }
    // 200 is the status of this row, so that it may say more.
    let notify = |status, body: &str| {
        judged(
            "customers.notify",
            "/customers/1/notifications",
            None,
            status,
            body,
        )
    };
    assert_eq!(notify(200, "{\"notification\":{\"id\":1}}"), Ok(()));
    for body in NO_PROOF {
        assert!(notify(200, body).is_err(), "{body}");
    }
}

#[test]
fn only_a_row_that_states_202_takes_it() {
    let body = "{\"product\":{\"external_product_id\":\"10\"}}";
    for status in [200, 201, 202] {
        assert_eq!(
            judged("products.create", "/products", None, status, body),
            Ok(())
        );
    }
    assert_eq!(
        judged("products.create", "/products", None, 202, ""),
        Err(Lack::Empty)
    );
    assert_eq!(
        judged("products.update", "/products/10", None, 202, body),
        Err(Lack::Status)
    );
}

#[test]
fn an_id_is_compared_as_it_is_named_in_the_path() {
    for (id, path, sent, body, proof) in [
        (
            "products.update",
            "/products/10",
            None,
            "{\"product\":{\"external_product_id\":\"10\"}}",
            true,
        ),
        (
            "products.update",
            "/products/10",
            None,
            "{\"product\":{\"external_product_id\":{\"ecommerce\":\"10\"}}}",
            true,
        ),
        (
            "products.update",
            "/products/10",
            None,
            "{\"product\":{\"external_product_id\":\"11\"}}",
            false,
        ),
        (
            "checkouts.update",
            "/checkouts/a%20b",
            None,
            "{\"checkout\":{\"token\":\"a b\"}}",
            true,
        ),
        (
            "checkouts.update",
            "/checkouts/ab",
            None,
            "{\"checkout\":{\"token\":\"ba\"}}",
            false,
        ),
        (
            "subscriptions.update",
            "/subscriptions/7?commit=true",
            None,
            "{\"subscription\":{\"id\":7}}",
            true,
        ),
        (
            "subscriptions.update",
            "/subscriptions/7?commit=true",
            None,
            "{\"subscription\":{\"id\":8}}",
            false,
        ),
    ] {
        let judged = judged(id, path, sent, 200, body);
        assert_eq!(judged.is_ok(), proof, "{id} {body}: {judged:?}");
    }
}

#[test]
fn another_object_is_proof_only_where_the_row_says_so() {
    for (id, path, sent, body, proof) in [
        // A copy, an object of another kind, a part that was split off.
        (
            "orders.clone",
            "/orders/7/clone",
            None,
            "{\"order\":{\"id\":8}}",
            true,
        ),
        (
            "orders.clone",
            "/orders/7/clone",
            None,
            "{\"order\":{}}",
            false,
        ),
        (
            "addresses.skip_charge",
            "/addresses/7/charges/skip",
            None,
            "{\"charge\":{\"id\":8}}",
            true,
        ),
        (
            "charges.skip",
            "/charges/7/skip",
            Some("{}"),
            "{\"charge\":{\"id\":8}}",
            false,
        ),
        (
            "charges.skip",
            "/charges/7/skip",
            Some("{\"purchase_item_ids\":[1]}"),
            "{\"charge\":{\"id\":8}}",
            true,
        ),
        (
            "customers.create",
            "/customers",
            None,
            "{\"customer\":{\"id\":8}}",
            true,
        ),
        (
            "customers.create",
            "/customers",
            None,
            "{\"customer\":{\"email\":\"a\"}}",
            false,
        ),
    ] {
        let judged = judged(id, path, sent, 200, body);
        assert_eq!(judged.is_ok(), proof, "{id} {body}: {judged:?}");
    }
}

#[test]
fn a_list_or_a_count_is_proof_only_under_its_key_and_with_something_in_it() {
    let add = |body: &str| {
        judged(
            "async_batches.add_tasks",
            "/async_batches/9/tasks",
            None,
            200,
            body,
        )
    };
    assert_eq!(add("{\"count\":10}"), Ok(()));
    assert_eq!(add("{\"count\":\"10\"}"), Ok(()));
    let plans = |body: &str| {
        judged(
            "plans.bulk_create",
            "/products/9/plans-bulk",
            None,
            200,
            body,
        )
    };
    assert_eq!(plans("{\"plans\":[{\"id\":1}]}"), Ok(()));
    for body in NO_PROOF.iter().chain(&[
        "",
        "{}",
        "{\"count\":null}",
        "{\"plans\":[]}",
        "{\"plans\":[1]}",
        "{\"plans\":{}}",
    ]) {
        assert!(add(body).is_err(), "{body}");
        assert!(plans(body).is_err(), "{body}");
    }
}

#[test]
fn errors_without_the_object_are_named_as_the_reason() {
    let update = |body| judged("subscriptions.update", "/subscriptions/1", None, 200, body);
    assert_eq!(update("{\"errors\":\"no\"}"), Err(Lack::Errors));
    assert_eq!(update("{\"error\":\"no\",\"order\":{}}"), Err(Lack::Errors));
    assert_eq!(
        update("{\"errors\":{}}"),
        Err(Lack::Missing("subscription"))
    );
}

#[test]
fn without_a_row_only_what_no_success_looks_like_is_turned_down() {
    let (_, row) = catalog::recharge::API
        .operation("subscriptions.update")
        .unwrap();
    let request = Request::composed(row, "/shop/things", None);
    let free = |status, body: &str| judge(None, "id", &request, status, body.as_bytes());
    for body in [
        "",
        "{}",
        "[]",
        "{\"thing\":{}}",
        "{\"thing\":1,\"error\":\"x\"}",
        "{\"message\":\"done\"}",
    ] {
        assert_eq!(free(200, body), Ok(()), "{body}");
        assert_eq!(free(202, body), Ok(()), "{body}");
        assert_eq!(free(206, body), Err(Lack::Status), "{body}");
    }
    for body in [
        "<html>",
        "{\"errors\":\"no\"}",
        "{\"error\":\"no\",\"status\":4}",
        "{\"a\":",
    ] {
        assert!(free(200, body).is_err(), "{body}");
    }
}

#[test]
fn deep_and_odd_bodies_are_judged_without_trouble() {
    let deep = format!(
        "{{\"subscription\":{}{}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let update = |body: &str| judged("subscriptions.update", "/subscriptions/1", None, 200, body);
    assert!(update(&deep).is_err());
    let beside = format!(
        "{{\"x\":{}{},\"subscription\":{{\"id\":1}}}}",
        "[".repeat(500),
        "]".repeat(500)
    );
    assert_eq!(update(&beside), Ok(()));
    assert!(update("{\"subscription\":{\"id\":1},\"subscription\":{\"id\":2}}").is_err());
}

#[test]
fn no_content_proves_what_answers_nothing_whatever_status_the_row_states() {
    let notify = "/customers/1/notifications";
    assert_eq!(judged("customers.notify", notify, None, 204, ""), Ok(()));
}

#[test]
fn bare_object_is_proof_under_its_key_or_with_one_of_its_fields() {
    let schedule = "/customers/1/delivery_schedule";
    for (body, found) in [
        ("{\"deliverySchedule\":{}}", Ok(())),
        ("{\"deliveries\":[]}", Ok(())),
        (
            "{\"deliverySchedule\":[]}",
            Err(Lack::Missing("deliverySchedule")),
        ),
        ("{\"other\":1}", Err(Lack::Missing("deliverySchedule"))),
    ] {
        let judged = judged("customers.delivery_schedule", schedule, None, 200, body);
        assert_eq!(judged, found, "{body}");
    }
}

#[test]
fn empty_text_identifies_no_object() {
    let create = |body| judged("customers.create", "/customers", None, 201, body);
    assert_eq!(
        create("{\"customer\":{\"id\":\"\"}}"),
        Err(Lack::Unidentified("id"))
    );
}

#[test]
fn object_without_an_id_is_proof_once_it_has_a_field() {
    let process = |body| judged("checkouts.process", "/checkouts/t/process", None, 200, body);
    assert_eq!(process("{\"checkout_charge\":{}}"), Err(Lack::Unexpected));
    assert_eq!(process("{\"checkout_charge\":{\"charge_id\":7}}"), Ok(()));
}

#[test]
fn numbers_are_the_same_id_however_they_are_written() {
    let update = |path, body| judged("subscriptions.update", path, None, 200, body);
    let body = "{\"subscription\":{\"id\":101}}";
    assert_eq!(update("/subscriptions/0101", body), Ok(()));
    assert_eq!(
        update("/subscriptions/1010", body),
        Err(Lack::Another {
            wanted: "1010".to_owned(),
            found: "101".to_owned()
        })
    );
}
