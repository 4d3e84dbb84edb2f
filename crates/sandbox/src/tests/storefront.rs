//! What the client for customers asks: sessions, and what they may reach.

use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

use super::{Store, of};
use crate::testing::movable;
use crate::{Sandbox, State, TOKEN};

fn ask_with(store: &Store, token: &str, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("X-Recharge-Access-Token", token)
        .header("X-Recharge-Version", "2021-11")
        .body(Bytes::from(body.to_string()))
        .unwrap();
    let answer = store.0.answer(&request);
    let body = serde_json::from_slice(answer.body()).unwrap_or(Value::Null);
    (answer.status().as_u16(), body)
}

fn session(store: &Store, customer: &Value) -> String {
    let path = format!("{}/sessions", of("customers", customer));
    let session = store.post(&path, &json!({}));
    session["customer_session"]["apiToken"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn session_lists_and_reaches_only_what_belongs_to_its_customer() {
    let store = Store::empty();
    let (ada, address, subscription) = store.subscriber("2026-12-05");
    let (eve, foreign, other) = store.subscriber("2026-12-05");
    let token = session(&store, &ada);
    let ask = |method: &str, path: &str, body: Value| ask_with(&store, &token, method, path, &body);
    for (list, own) in [("addresses", &address), ("subscriptions", &subscription)] {
        let (status, page) = ask("GET", &format!("/{list}?shop_url=a.example.com"), json!({}));
        assert_eq!(status, 200, "{page}");
        assert_eq!(page[list].as_array().unwrap().len(), 1);
        assert_eq!(page[list][0]["id"], own["id"]);
        let of_eve = format!("/{list}?customer_id={}", eve["id"]);
        assert_eq!(ask("GET", &of_eve, json!({})).0, 403);
    }
    assert_eq!(ask("GET", &of("customers", &ada), json!({})).0, 200);
    assert_eq!(
        ask(
            "PUT",
            &of("subscriptions", &subscription),
            json!({"quantity": 4})
        )
        .0,
        200
    );
    let charge = store.charges_of(&foreign, "queued")[0].clone();
    for (method, path, body) in [
        ("GET", of("customers", &eve), json!({})),
        ("GET", of("subscriptions", &other), json!({})),
        ("PUT", of("subscriptions", &other), json!({"quantity": 4})),
        ("GET", of("charges", &charge), json!({})),
        (
            "POST",
            format!("{}/skip", of("charges", &charge)),
            json!({}),
        ),
        (
            "POST",
            format!("{}/charges/skip", of("subscriptions", &other)),
            json!({"date": "2026-12-05"}),
        ),
        (
            "POST",
            format!("{}/change_next_charge_date", of("charges", &charge)),
            json!({"next_charge_date": "2026-12-09"}),
        ),
        (
            "POST",
            "/purchase_items/skip_gift".to_owned(),
            json!({"purchase_item_ids": [other["id"]]}),
        ),
        (
            "POST",
            format!("{}/change_address", of("subscriptions", &subscription)),
            json!({"address_id": foreign["id"]}),
        ),
        (
            "POST",
            format!("{}/sessions", of("customers", &ada)),
            json!({}),
        ),
        ("GET", "/customers".to_owned(), json!({})),
        ("GET", "/store".to_owned(), json!({})),
        ("GET", "/bundle_selections".to_owned(), json!({})),
        ("DELETE", of("customers", &ada), json!({})),
    ] {
        let (status, answer) = ask(method, &path, body);
        assert_eq!(status, 403, "{method} {path}: {answer}");
    }
    assert_eq!(
        store.get(&of("subscriptions", &other))["subscription"],
        other
    );
}

#[test]
fn cursor_of_another_list_does_not_open_it_to_a_session() {
    let store = Store::empty();
    let (ada, ..) = store.subscriber("2026-12-05");
    let (_, foreign, _) = store.subscriber("2026-12-05");
    store.subscription(&foreign, "2026-12-06");
    let page = store.get("/subscriptions?limit=1");
    let cursor = page["next_cursor"].as_str().unwrap();
    let token = session(&store, &ada);
    let path = format!("/subscriptions?limit=1&cursor={cursor}");
    assert_eq!(ask_with(&store, &token, "GET", &path, &json!({})).0, 403);
}

#[test]
fn session_ends_by_the_clock_of_the_store_and_with_its_customer() {
    let (now, moved) = movable();
    let store = Store(Sandbox::new(State::empty(now()), now));
    let customer = store.customer("ada@example.com");
    let token = session(&store, &customer);
    let path = of("customers", &customer);
    let status = || ask_with(&store, &token, "GET", &path, &json!({})).0;
    assert_eq!(status(), 200);
    moved.store(3_600_000, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(status(), 401);
    let other = session(&store, &customer);
    store.delete(&path);
    assert_eq!(
        ask_with(&store, &other, "GET", "/addresses", &json!({})).0,
        401
    );
}

#[test]
fn link_to_the_portal_is_exchanged_for_a_session_of_its_customer() {
    let store = Store::empty();
    let ada = store.customer("ada@example.com");
    let eve = store.customer("eve@example.com");
    let token = session(&store, &ada);
    let (status, access) = ask_with(&store, &token, "GET", "/portal_access", &json!({}));
    assert_eq!(status, 200, "{access}");
    assert_eq!(access["customer_hash"], ada["hash"]);
    let link = access["temp_token"].as_str().unwrap();
    assert!(
        access["portal_url"]
            .as_str()
            .unwrap()
            .ends_with(&format!("?token={link}"))
    );
    // It is not a token of the API.
    assert_eq!(
        ask_with(&store, link, "GET", "/addresses", &json!({})).0,
        401
    );
    let exchange = |customer: &Value, token: &str| {
        let path = format!("/customers/{}/access", customer["hash"].as_str().unwrap());
        let body = json!({"token": token, "shop": "a.example.com"});
        ask_with(&store, "", "POST", &path, &body)
    };
    let (status, session) = exchange(&ada, link);
    assert_eq!((status, &session["customer_id"]), (200, &ada["id"]));
    let token = session["api_token"].as_str().unwrap();
    assert_eq!(
        ask_with(&store, token, "GET", "/api/addresses", &json!({})).0,
        200
    );
    assert_eq!(exchange(&eve, link).0, 401);
    assert_eq!(exchange(&ada, "guess").0, 401);
    assert_eq!(exchange(&ada, token).0, 401);
    assert_eq!(
        ask_with(&store, TOKEN, "GET", "/portal_access", &json!({})).0,
        403
    );
    assert_eq!(
        ask_with(&store, TOKEN, "POST", "/customers/1/sessions", &json!({})).0,
        404
    );
    assert_eq!(
        ask_with(
            &store,
            "",
            "POST",
            &format!("{}/sessions", of("customers", &ada)),
            &json!({})
        )
        .0,
        401
    );
}

#[test]
fn charge_of_a_subscription_is_skipped_and_moved_by_its_customer() {
    let store = Store::empty();
    let (ada, address, subscription) = store.subscriber("2026-12-05");
    let token = session(&store, &ada);
    let ask = |path: &str, body: Value| ask_with(&store, &token, "POST", path, &body);
    let queued = || store.charges_of(&address, "queued")[0].clone();
    let path = format!("/api{}/change_next_charge_date", of("charges", &queued()));
    let (status, moved) = ask(&path, json!({"next_charge_date": "2026-12-12"}));
    assert_eq!(status, 200, "{moved}");
    assert!(
        moved["charge"]["scheduled_at"]
            .as_str()
            .unwrap()
            .starts_with("2026-12-12")
    );
    let one = store.get(&of("subscriptions", &subscription))["subscription"].clone();
    assert_eq!(one["next_charge_scheduled_at"], "2026-12-12");
    let path = format!("{}/charges/skip", of("subscriptions", &subscription));
    let (status, skipped) = ask(&path, json!({"date": "2026-12-12"}));
    assert_eq!(
        (status, &skipped["charge"]["status"]),
        (200, &json!("skipped")),
        "{skipped}"
    );
    // A token of the store may ask for it too.
    let path = format!("{}/change_next_charge_date", of("charges", &queued()));
    let day = json!({"next_charge_date": "2027-02-03"});
    assert_eq!(ask_with(&store, TOKEN, "POST", &path, &day).0, 200);
    let path = format!("{}/change_next_charge_date", of("charges", &queued()));
    assert_eq!(ask(&path, json!({"next_charge_date": "soon"})).0, 422);
}

#[test]
fn membership_is_cancelled_and_activated_by_its_customer_alone() {
    let store = Store::demo();
    let memberships = store.get("/memberships")["memberships"]
        .as_array()
        .unwrap()
        .clone();
    assert_eq!(memberships.len(), 2);
    let owner = json!({"id": memberships[0]["customer_id"]});
    let token = session(&store, &owner);
    let ask = |method: &str, path: &str| {
        ask_with(
            &store,
            &token,
            method,
            path,
            &json!({"cancellation_reason": "x"}),
        )
    };
    let (_, own) = ask("GET", "/memberships");
    assert_eq!(own["memberships"], json!([memberships[0]]));
    let path = of("memberships", &memberships[0]);
    let (_, ended) = ask("POST", &format!("{path}/cancel"));
    assert_eq!(ended["membership"]["status"], "cancelled");
    assert_eq!(store.get(&path)["membership"]["cancellation_reason"], "x");
    let (_, active) = ask("POST", &format!("{path}/activate"));
    assert_eq!(
        (
            &active["membership"]["status"],
            &active["membership"]["cancelled_at"]
        ),
        (&json!("active"), &Value::Null)
    );
    assert_eq!(
        ask(
            "POST",
            &format!("{}/cancel", of("memberships", &memberships[1]))
        )
        .0,
        403
    );
    let program = &memberships[0]["membership_program_id"];
    assert_eq!(
        ask("GET", &format!("/membership_programs/{program}")).1["membership_program"]["id"],
        *program
    );
}

#[test]
fn pages_for_customers_find_settings_products_plans_and_no_gifts_or_surveys() {
    let store = Store::demo();
    let customer = store.first("/customers", "customers");
    let token = session(&store, &customer);
    let ask = |method: &str, path: &str| ask_with(&store, &token, method, path, &json!({}));
    assert!(ask("GET", "/shop/settings").1["settings"]["customer_portal"].is_object());
    assert!(ask("GET", "/shop/shipping_countries").1["shipping_countries"].is_array());
    let plan = store.first("/plans", "plans");
    assert_eq!(ask("GET", &of("plans", &plan)).1["plan"], plan);
    let product = store.first("/products", "products");
    let word = product["title"]
        .as_str()
        .unwrap()
        .split(' ')
        .next()
        .unwrap();
    let (_, found) = ask("GET", &format!("/product_search?title={word}&limit=3"));
    assert!(
        found["products"].as_array().unwrap().contains(&product),
        "{found}"
    );
    assert_eq!(
        ask("GET", "/product_search?title=nothing-like-it").1["products"],
        json!([])
    );
    assert_eq!(ask("GET", "/gift_purchases").1["gift_purchases"], json!([]));
    for path in [
        "/customer_surveys/cancellation_prevention",
        "/customer_surveys/7/customer_response",
    ] {
        assert_eq!(ask("POST", path).0, 404);
        assert_eq!(ask_with(&store, "guess", "POST", path, &json!({})).0, 401);
    }
}
