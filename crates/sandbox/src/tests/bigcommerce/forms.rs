//! Envelopes, errors, times and money of both generations.

use serde_json::json;

use super::{TOKEN, TestShop, request, told};

#[test]
fn unknown_token_is_refused_with_401_in_the_form_of_its_generation() {
    let shop = TestShop::demo();
    for token in ["", "another"] {
        let (status, body) = told(&shop.answer_as(token, "/v2/orders"));
        assert_eq!((status, &body[0]["status"]), (401, &json!(401)), "{body}");
        assert!(body[0]["message"].is_string());
        let (status, body) = told(&shop.answer_as(token, "/v3/customers"));
        assert_eq!((status, &body["status"]), (401, &json!(401)));
        assert!(
            body["title"].is_string() && body["type"].is_string(),
            "{body}"
        );
    }
}

#[test]
fn token_without_the_scope_of_a_row_is_refused_with_403() {
    let shop = TestShop::demo();
    let scopes = json!({"scopes": ["store_v2_orders_read_only"]});
    let (status, made) = shop.control("POST", "tokens", &scopes);
    assert_eq!(status, 200, "{made}");
    let token = made["token"].as_str().unwrap();
    let status = |path| shop.answer_as(token, path).status().as_u16();
    assert_eq!(status("/v2/orders"), 200);
    assert_eq!(status("/v3/orders/payment_actions/refunds"), 200);
    for path in ["/v2/coupons", "/v3/customers", "/v3/catalog/products"] {
        assert_eq!(status(path), 403, "{path}");
    }
    let (status, refused) = shop.control("POST", "tokens", &json!({"scopes": ["read_orders"]}));
    assert_eq!(status, 422, "a scope of another platform: {refused}");
}

#[test]
fn another_store_hash_and_unknown_paths_are_404() {
    let shop = TestShop::demo();
    for (store, path) in [
        ("other", "/v2/orders"),
        ("other", "/v3/customers"),
        ("sandbox", "/v3/nothing"),
        ("sandbox", "/orders"),
        ("sandbox", "/v2/orders/1"),
        ("sandbox", "/v2/orders/x"),
        ("sandbox", "/v2/orders/1/products"),
        ("sandbox", "/v3/catalog/products/1"),
    ] {
        let answer = shop.0.answer(&request(TOKEN, store, path));
        assert_eq!(answer.status(), 404, "{store} {path}");
    }
    assert_eq!(shop.ask("/v2/orders/1").1[0]["status"], 404);
    assert_eq!(shop.ask("/v3/catalog/products/1").1["status"], 404);
}

#[test]
fn newer_generation_wraps_records_in_data_and_tells_of_pages() {
    let shop = TestShop::demo();
    let body = shop.get("/v3/customers?limit=25&page=2");
    let pagination = &body["meta"]["pagination"];
    assert_eq!(body["data"].as_array().unwrap().len(), 25);
    for (name, value) in [
        ("total", 60),
        ("count", 25),
        ("per_page", 25),
        ("current_page", 2),
        ("total_pages", 3),
    ] {
        assert_eq!(pagination[name], value, "{name}");
    }
    assert_eq!(pagination["links"]["next"], "?page=3&limit=25");
    assert_eq!(pagination["links"]["previous"], "?page=1&limit=25");
    let product = shop.ids("/v3/catalog/products")[0];
    let one = shop.get(&format!("/v3/catalog/products/{product}"));
    assert_eq!(one["data"]["id"], product);
}

#[test]
fn empty_lists_are_204_in_v2_and_one_page_in_v3() {
    let shop = TestShop::demo();
    let answer = shop.answer("/v2/orders?min_id=999999999");
    assert_eq!((answer.status().as_u16(), answer.body().len()), (204, 0));
    assert_eq!(shop.answer("/v2/orders?page=900").status(), 204);
    let body = shop.get("/v3/customers?id:in=1");
    assert_eq!(body["data"], json!([]));
    assert_eq!(body["meta"]["pagination"]["total"], 0);
    assert_eq!(body["meta"]["pagination"]["total_pages"], 1);
}

#[test]
fn times_and_money_have_the_form_of_their_generation() {
    let shop = TestShop::demo();
    let order = &shop.rows("/v2/orders?limit=1")[0];
    let created = order["date_created"].as_str().unwrap();
    assert!(
        created.ends_with(" +0000") && created.contains(", "),
        "{created}"
    );
    let orders = shop.rows("/v2/orders?limit=250");
    assert!(orders.iter().any(|order| order["date_shipped"] == ""));
    let total = order["total_inc_tax"].as_str().unwrap();
    assert_eq!(total.split_once('.').unwrap().1.len(), 4, "{total}");
    let customer = &shop.rows("/v3/customers?limit=1")[0];
    assert!(customer["date_modified"].as_str().unwrap().ends_with('Z'));
    let product = &shop.rows("/v3/catalog/products?limit=1")[0];
    assert!(
        product["date_modified"]
            .as_str()
            .unwrap()
            .ends_with("+00:00")
    );
    assert!(product["price"].is_number());
    let older = shop.get(&format!("/v2/customers/{}", customer["id"]));
    assert!(older["date_modified"].as_str().unwrap().ends_with(" +0000"));
}

#[test]
fn parts_of_an_order_are_links_to_where_the_client_reached_the_stand_in() {
    let shop = TestShop::demo();
    let mut asked = request(TOKEN, "sandbox", "/v2/orders?limit=1");
    asked
        .headers_mut()
        .insert("Host", "127.0.0.1:4010".parse().unwrap());
    let order = &told(&shop.0.answer(&asked)).1[0];
    let id = &order["id"];
    assert_eq!(
        order["products"]["resource"],
        format!("/orders/{id}/products")
    );
    assert_eq!(
        order["products"]["url"],
        format!("http://127.0.0.1:4010/stores/sandbox/v2/orders/{id}/products")
    );
    assert!(order.get("_lines").is_none());
}

#[test]
fn lines_and_refunds_are_those_of_their_orders() {
    let shop = TestShop::demo();
    let mut refunded = 0;
    for order in shop.rows("/v2/orders?limit=250") {
        let id = &order["id"];
        let lines = shop.rows(&format!("/v2/orders/{id}/products"));
        let items: i64 = lines
            .iter()
            .map(|line| line["quantity"].as_i64().unwrap())
            .sum();
        assert_eq!(order["items_total"], items, "order {id}");
        for line in &lines {
            assert_eq!(&line["order_id"], id);
            let product = shop.get(&format!(
                "/v3/catalog/products/{}?include=variants",
                line["product_id"]
            ));
            let variants = product["data"]["variants"].as_array().unwrap();
            assert!(variants.iter().any(|one| one["id"] == line["variant_id"]));
        }
        let refunds = shop.rows(&format!(
            "/v3/orders/payment_actions/refunds?order_id:in={id}"
        ));
        let sum: f64 = refunds
            .iter()
            .map(|one| one["total_amount"].as_f64().unwrap())
            .sum();
        let told: f64 = order["refunded_amount"].as_str().unwrap().parse().unwrap();
        assert!((sum - told).abs() < 0.001, "order {id}: {sum} of {told}");
        refunded += refunds.len();
    }
    assert!(refunded > 0);
}

#[test]
fn wrong_method_is_405_and_head_has_no_body() {
    let shop = TestShop::demo();
    let with = |method: &str| {
        let mut asked = request(TOKEN, "sandbox", "/v2/orders");
        *asked.method_mut() = method.parse().unwrap();
        shop.0.answer(&asked)
    };
    assert_eq!(with("DELETE").status(), 405);
    let head = with("HEAD");
    assert_eq!((head.status().as_u16(), head.body().len()), (200, 0));
}

#[test]
fn paths_that_published_clients_follow_are_answered() {
    let shop = TestShop::demo();
    assert!(shop.get("/v2/time")["time"].is_u64());
    let order = &shop.rows("/v2/orders?limit=1")[0];
    for part in [
        "products",
        "shipping_addresses",
        "coupons",
        "consignments",
        "fees",
    ] {
        let path = format!("/v2{}", order[part]["resource"].as_str().unwrap());
        assert!([200, 204].contains(&shop.ask(&path).0), "{path}");
    }
    let addresses = shop.rows(&format!("/v2/orders/{}/shippingaddresses", order["id"]));
    assert_eq!(addresses[0]["order_id"], order["id"]);
    assert!(addresses[0]["street_1"].is_string());
    assert_eq!(shop.ask("/v2/orders/1/coupons").0, 404);
    assert_eq!(
        shop.ask(&format!("/v2/orders/{}/nothing", order["id"])).0,
        404
    );
    shop.touch("customers", 3, "2026-11-19T09:00:00Z");
    let changed = shop.rows("/v2/customers?min_date_modified=2026-11-19T09:00:00Z&max_date_modified=2026-11-19T09:00:00Z");
    assert_eq!(changed.len(), 3);
    assert!(changed[0]["store_credit"].is_string());
    assert_eq!(shop.ids("/v2/customers?limit=250").len(), 60);
    let (_, made) = shop.control("POST", "tokens", &json!({"scopes": []}));
    let token = made["token"].as_str().unwrap();
    assert_eq!(shop.answer_as(token, "/v2/customers").status(), 403);
}
