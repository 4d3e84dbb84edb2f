//! The portal of a customer: who comes in, what a schema gets, and which pages
//! there are.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};

use super::{Store, of};
use crate::portal::pages::{PageError, PageRequest, Pages, RenderedPage};
use crate::testing::movable;
use crate::{Sandbox, State};

/// A customer's portal, with the token of a link.
pub(super) struct Portal<'a> {
    pub(super) store: &'a Store,
    pub(super) hash: String,
    pub(super) token: String,
}

impl<'a> Portal<'a> {
    pub(super) fn of(store: &'a Store, customer: &Value) -> Self {
        let path = format!("{}/sessions", of("customers", customer));
        let session = store.post(&path, &json!({}))["customer_session"]["apiToken"].clone();
        let request = Request::builder()
            .uri("/portal_access")
            .header("X-Recharge-Access-Token", session.as_str().unwrap())
            .body(Bytes::new())
            .unwrap();
        let access: Value = serde_json::from_slice(store.0.answer(&request).body()).unwrap();
        Self {
            store,
            hash: access["customer_hash"].as_str().unwrap().to_owned(),
            token: access["temp_token"].as_str().unwrap().to_owned(),
        }
    }

    pub(super) fn ask(&self, method: &str, path: &str, kind: &str, body: &str) -> Response<Bytes> {
        let sign = if path.contains('?') { '&' } else { '?' };
        let path = format!("/portal/{}{path}{sign}token={}", self.hash, self.token);
        self.ask_at(method, &path, kind, body)
    }

    fn ask_at(&self, method: &str, path: &str, kind: &str, body: &str) -> Response<Bytes> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("Content-Type", kind)
            .body(Bytes::from(body.to_owned()))
            .unwrap();
        self.store.0.answer(&request)
    }

    pub(super) fn send(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let answer = self.ask(method, path, "application/json", &body.to_string());
        let body = serde_json::from_slice(answer.body()).unwrap_or(Value::Null);
        (answer.status().as_u16(), body)
    }

    fn objects(&self, schema: &str) -> (u16, Value) {
        let schema =
            percent_encoding::utf8_percent_encode(schema, percent_encoding::NON_ALPHANUMERIC);
        self.send(
            "GET",
            &format!("/request_objects?schema={schema}"),
            &json!({}),
        )
    }

    fn good(&self, schema: &str) -> Value {
        let (status, answer) = self.objects(schema);
        assert_eq!(status, 200, "{schema}: {answer}");
        answer
    }
}

/// Shows templates and variables as JSON.
struct JsonPages;

impl Pages for JsonPages {
    fn render(&self, page: &PageRequest<'_>) -> Result<RenderedPage, PageError> {
        let shown = json!({"template": page.template, "context": page.context});
        Ok(RenderedPage::html(shown.to_string()))
    }
}

fn shown_store() -> Store {
    let Store(sandbox) = Store::demo();
    Store(sandbox.rendering(Arc::new(JsonPages)))
}

/// A customer of the demo store with subscriptions and orders.
fn regular(store: &Store) -> Value {
    let order = store.first("/orders?status=success", "orders");
    let path = of("customers", &order["customer"]);
    store.get(&path)["customer"].clone()
}

#[test]
fn portal_opens_with_the_token_of_its_customer_and_redirects_all_others() {
    let (now, moved) = movable();
    let store = Store(Sandbox::new(State::empty(now()), now));
    let (ada, ..) = store.subscriber("2026-12-05");
    let (eve, ..) = store.subscriber("2026-12-05");
    let portal = Portal::of(&store, &ada);
    let foreign = Portal::of(&store, &eve);
    let status = |path: String| {
        let answer = portal.ask_at("GET", &path, "", "");
        let place = answer.headers().get("location");
        (
            answer.status().as_u16(),
            place.map(|place| place.to_str().unwrap().to_owned()),
        )
    };
    let login = (302, Some("/tools/recurring/login".to_owned()));
    let (hash, token) = (&portal.hash, &portal.token);
    for prefix in ["/portal", "/tools/recurring/portal"] {
        let path = format!("{prefix}/{hash}/subscriptions");
        assert_eq!(status(format!("{path}?token={token}")), (200, None));
        assert_eq!(status(path.clone()), login);
        assert_eq!(status(format!("{path}?token=guess")), login);
        assert_eq!(status(format!("{path}?token={}", foreign.token)), login);
        let first = format!("{path}?token={token}");
        assert_eq!(
            status(format!("{prefix}/{hash}?token={token}")),
            (302, Some(first))
        );
    }
    assert_eq!(status("/tools/recurring/login".to_owned()), (200, None));
    let open = format!("/portal/{hash}/customer?token={token}");
    assert_eq!(status(open.clone()).0, 200);
    moved.store(24 * 3_600_000, Ordering::SeqCst);
    assert_eq!(status(open), login);
}

#[test]
fn leaving_ends_the_token() {
    let store = Store::empty();
    let (ada, ..) = store.subscriber("2026-12-05");
    let portal = Portal::of(&store, &ada);
    assert_eq!(portal.ask("GET", "/customer", "", "").status(), 200);
    assert_eq!(portal.ask("GET", "/logout", "", "").status(), 302);
    assert_eq!(portal.ask("GET", "/customer", "", "").status(), 302);
}

#[test]
fn request_log_shows_neither_token_nor_hash() {
    let store = Store::empty();
    let (ada, ..) = store.subscriber("2026-12-05");
    let portal = Portal::of(&store, &ada);
    portal.ask("GET", "/orders?page=2", "", "");
    portal.ask(
        "POST",
        "/customer",
        "application/json",
        r#"{"first_name":"Eve"}"#,
    );
    let log = store
        .0
        .requests(&http::Method::GET, "")
        .unwrap()
        .to_string();
    assert!(!log.contains(&portal.token), "{log}");
    assert!(!log.contains(&portal.hash), "{log}");
    assert!(
        log.contains("/portal/[hash]/orders?page=2&token=[token]"),
        "{log}"
    );
    assert!(log.contains("portal.customer.change"), "{log}");
}

#[test]
fn worked_example_of_the_reference_gives_addresses_with_and_without_a_discount() {
    let store = Store::empty();
    let ada = store.customer("ada@example.com");
    let with = store.address(&ada);
    let without = store.address(&ada);
    let discount = json!({"code": "TEN", "value": "10.00", "value_type": "percentage"});
    let discount = store.post("/discounts", &discount)["discount"].clone();
    store.put(
        &of("addresses", &with),
        &json!({"discounts": [{"id": discount["id"]}]}),
    );
    let schema = r#"{ "addresses": { "discount": { "id": "parent.discount_id" }}, "customer": {}, "settings": {}, "store": {} }"#;
    let answer = Portal::of(&store, &ada).good(schema);
    let keys: Vec<&String> = answer.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["addresses", "customer", "settings", "store"]);
    let addresses = answer["addresses"].as_array().unwrap();
    assert_eq!(addresses.len(), 2);
    for address in addresses {
        if address["id"] == with["id"] {
            assert_eq!(address["discount_id"], discount["id"]);
            assert_eq!(address["discount"]["code"], "TEN");
            assert_eq!(address["discount"]["value"], 10.0);
        } else {
            assert_eq!(address["id"], without["id"]);
            assert_eq!(address["discount_id"], Value::Null);
            assert_eq!(address["discount"], json!({}));
        }
        assert_eq!(address["country"], "United Kingdom");
    }
    assert_eq!(answer["customer"]["email"], "ada@example.com");
    assert_eq!(
        answer["settings"]["customer_portal"]["subscription"]["add_product"],
        true
    );
    assert_eq!(
        answer["store"]["enabled_presentment_currencies_symbols"][0]["symbol"],
        "$"
    );
    assert!(answer.get("meta").is_none());
}

#[test]
fn schema_rules_hold_for_ids_relations_filters_and_pages() {
    let store = Store::demo();
    let customer = regular(&store);
    let portal = Portal::of(&store, &customer);
    let all = portal.good(r#"{"subscriptions":{"product":{},"address":{}},"orders":[]}"#);
    let one = all["subscriptions"][0].clone();
    let id = &one["id"];
    assert_eq!(one["address"]["id"], one["address_id"]);
    assert_eq!(
        one["product"]["shopify_product_id"],
        one["shopify_product_id"]
    );
    assert!(one["product"]["shopify_details"]["variants"][0]["shopify_id"].is_u64());
    // An id under a plural answers one object under the plural.
    let by_id = portal.good(&format!(r#"{{"subscriptions":{{"id":"{id}"}}}}"#));
    assert_eq!(by_id["subscriptions"]["id"], *id);
    let by_singular = portal.good(&format!(
        r#"{{"subscription":{{"id":{id},"bundle_selections":{{}}}}}}"#
    ));
    assert_eq!(by_singular["subscription"]["id"], *id);
    assert!(by_singular["subscription"]["bundle_selections"].is_array());
    // The misspelt name of what one item has.
    let misspelt = portal.good(r#"{"subscriptions":{"products":{}}}"#);
    assert_eq!(misspelt["subscriptions"][0]["products"], one["product"]);
    // Values of the enclosing object.
    let nested = portal.good(r#"{"subscriptions":{"address":{"id":"parent.address_id"}}}"#);
    assert_eq!(nested["subscriptions"][0]["address"], one["address"]);
    // Filters.
    let orders = all["orders"].as_array().unwrap();
    let paid = portal.good(r#"{"orders":{"status":"SUCCESS","sort_by":"shipped_date-desc"}}"#);
    let paid = paid["orders"].as_array().unwrap().clone();
    assert!(!paid.is_empty() && paid.iter().all(|order| order["status"] == "SUCCESS"));
    let dates: Vec<&str> = paid
        .iter()
        .filter_map(|order| order["shipped_date"].as_str())
        .collect();
    assert!(dates.is_sorted_by(|one, other| one >= other), "{dates:?}");
    // Pages, with the URLs of those beside.
    let page = portal.good(r#"{"products":{"limit":2,"page":2},"products_count":{}}"#);
    assert_eq!(page["products"].as_array().unwrap().len(), 2);
    let previous = page["meta"]["products"]["previous"].as_str().unwrap();
    let answer = portal.ask_at("GET", previous, "", "");
    let first: Value = serde_json::from_slice(answer.body()).unwrap();
    assert_eq!(first["meta"]["products"]["previous"], Value::Null);
    assert_ne!(first["products"], page["products"]);
    assert_eq!(
        page["products_count"],
        store.get("/products?limit=250")["products"]
            .as_array()
            .unwrap()
            .len()
    );
    assert!(orders.len() >= paid.len());
    let number = &page["products"][0]["shopify_product_id"];
    let by_number = portal.good(&format!(
        r#"{{"products":{{"shopify_product_id":{number}}}}}"#
    ));
    assert_eq!(by_number["products"]["shopify_product_id"], *number);
    // What themes really send.
    let invalid = portal.good(" { \"customers\": [] }, \"addresses\": [] } \n");
    assert_eq!(invalid["customer"]["id"], customer["id"]);
    assert!(invalid.get("addresses").is_none());
}

#[test]
fn every_object_of_the_catalog_is_answered() {
    use recharge_catalog::portal::request_objects::{KEYS, KeyAnswer};
    let store = Store::demo();
    let membership = store.first("/memberships", "memberships");
    let customer = json!({"id": membership["customer_id"]});
    let portal = Portal::of(&store, &customer);
    for key in KEYS {
        if key.answers == KeyAnswer::One {
            continue;
        }
        let answer = portal.good(&format!(r#"{{"{}":{{}}}}"#, key.name));
        let found = &answer[key.instead.unwrap_or(key.name)];
        let fits = match key.answers {
            KeyAnswer::List => found.is_array(),
            KeyAnswer::Only => found.is_object(),
            KeyAnswer::Number => found.is_u64(),
            KeyAnswer::One => unreachable!("passed over"),
        };
        assert!(fits, "{}: {found}", key.name);
    }
    let members = portal.good(r#"{"memberships":{"include":"membership_program"}}"#);
    assert_eq!(
        members["memberships"][0]["membership_program"]["name"],
        "Club"
    );
}

#[test]
fn hostile_schema_is_refused_before_it_costs_anything() {
    let store = Store::demo();
    let portal = Portal::of(&store, &regular(&store));
    let deep = |levels: usize| {
        let (mut open, mut close) = (String::from("{\"addresses\":{"), String::from("}}"));
        for level in 0..levels {
            open += if level % 2 == 0 {
                "\"subscriptions\":{"
            } else {
                "\"address\":{"
            };
            close += "}";
        }
        open + &close
    };
    for (schema, status) in [
        (deep(20), 400),
        (deep(200), 400),
        ("[".repeat(3_000), 400),
        (
            format!(r#"{{"addresses":{{"id":"{}"}}}}"#, "9".repeat(8_000)),
            414,
        ),
        (String::new(), 400),
        ("{".to_owned(), 400),
        ("[]".to_owned(), 400),
        (r#"{"adresses":{}}"#.to_owned(), 400),
        (r#"{"addresses":[1]}"#.to_owned(), 400),
        (r#"{"addresses":"all"}"#.to_owned(), 400),
        (r#"{"subscription":{}}"#.to_owned(), 400),
        (r#"{"addresses":{"id":"parent.id"}}"#.to_owned(), 400),
        (r#"{"subscription":{"id":{}}}"#.to_owned(), 404),
        (r#"{"subscription":{"id":-1}}"#.to_owned(), 404),
        (
            r#"{"orders":{"page":-3,"limit":99999999999}}"#.to_owned(),
            200,
        ),
    ] {
        let (found, answer) = portal.objects(&schema);
        assert_eq!(
            found,
            status,
            "{}: {answer}",
            &schema[..schema.len().min(80)]
        );
    }
    let (_, answer) = portal.objects(r#"{"adresses":{}}"#);
    assert!(
        answer["error"]
            .as_str()
            .unwrap()
            .ends_with("the nearest are addresses"),
        "{answer}"
    );
}

#[test]
fn objects_of_another_customer_are_not_there() {
    let store = Store::empty();
    let (ada, ..) = store.subscriber("2026-12-05");
    let (_, address, subscription) = store.subscriber("2026-12-05");
    let portal = Portal::of(&store, &ada);
    for (key, object) in [("subscription", &subscription), ("addresses", &address)] {
        let schema = format!(r#"{{"{key}":{{"id":{}}}}}"#, object["id"]);
        assert_eq!(portal.objects(&schema).0, 404, "{schema}");
    }
    let path = of("subscriptions", &subscription);
    assert_eq!(portal.ask("GET", &path, "", "").status(), 404);
    let before = store.get(&path);
    for verb in [
        "cancel", "activate", "delay", "swap", "bundles", "skip", "unskip",
    ] {
        let body = json!({
            "days": 3, "shopify_variant_id": 1, "bundle_purchase_item": {"selections": []},
            "date": "2026-12-05", "charge_id": 1,
        });
        let (status, answer) = portal.send("POST", &format!("{path}/{verb}"), &body);
        assert_eq!(status, 404, "{verb}: {answer}");
    }
    assert_eq!(store.get(&path), before);
}

#[test]
fn unknown_route_names_the_nearest() {
    let store = Store::empty();
    let (ada, ..) = store.subscriber("2026-12-05");
    let portal = Portal::of(&store, &ada);
    let (status, answer) = portal.send("POST", "/adresses", &json!({}));
    assert_eq!(status, 404);
    assert!(
        answer["error"]
            .as_str()
            .unwrap()
            .ends_with("POST /addresses"),
        "{answer}"
    );
    assert_eq!(portal.ask("GET", "/nothing", "", "").status(), 404);
    let answer = portal.ask("DELETE", "/subscriptions", "", "");
    assert_eq!(answer.status(), 405);
    assert_eq!(answer.headers()["allow"], "GET, POST");
}

#[test]
fn body_is_a_form_or_json_and_never_a_mixture() {
    let store = Store::empty();
    let (ada, ..) = store.subscriber("2026-12-05");
    let portal = Portal::of(&store, &ada);
    let form = "application/x-www-form-urlencoded";
    let name = || store.get(&of("customers", &ada))["customer"]["first_name"].clone();
    let answer = portal.ask("POST", "/customer", form, "first_name=Ada+Maria");
    assert_eq!(answer.status(), 200);
    assert_eq!(name(), "Ada Maria");
    assert_eq!(
        portal
            .ask("POST", "/customer", form, r#"{"first_name":"Eve"}"#)
            .status(),
        415
    );
    assert_eq!(
        portal
            .ask("POST", "/customer", "application/json", "first_name=Eve")
            .status(),
        415
    );
    assert_eq!(name(), "Ada Maria");
}

/// Path, template, and the variables that it must have.
type PageCase = (&'static str, &'static str, &'static [&'static str]);

/// Each page, with words for numbers.
const PAGES: &[PageCase] = &[
    (
        "/subscriptions",
        "subscriptions.html",
        &["addresses", "subscriptions", "onetimes", "products"],
    ),
    (
        "/subscriptions/new?shopify_product_id={product}",
        "subscription_new.html",
        &["product", "addresses", "next_charge_date_options"],
    ),
    (
        "/subscriptions/{subscription}",
        "subscription.html",
        &[
            "subscription",
            "payment_sources",
            "payment_methods",
            "addresses",
            "shipping_countries",
        ],
    ),
    (
        "/subscriptions/{subscription}/swap?shopify_product_id={product}",
        "subscription_swap.html",
        &["subscription", "product"],
    ),
    (
        "/subscriptions/{subscription}/cancel",
        "subscription_cancel.html",
        &["subscription", "retention_strategies"],
    ),
    (
        "/subscriptions/{subscription}/cancel/{strategy}",
        "subscription_retention_strategy.html",
        &["subscription", "retention_strategy"],
    ),
    (
        "/products/search?q=e",
        "products_search.html",
        &["products", "form", "products_count"],
    ),
    (
        "/products/search?q=e&swap_subscription_id={subscription}",
        "products_search_swap.html",
        &["products", "form", "subscription"],
    ),
    (
        "/schedule",
        "schedule.html",
        &["schedule", "addresses", "delivery_schedule"],
    ),
    ("/orders", "orders.html", &["orders"]),
    ("/orders/{order}", "order.html", &["order"]),
    ("/addresses", "addresses.html", &["addresses"]),
    (
        "/addresses/new",
        "address_new.html",
        &["shipping_countries"],
    ),
    (
        "/addresses/{address}",
        "address.html",
        &["address", "shipping_countries"],
    ),
    (
        "/shipping",
        "shipping.html",
        &["addresses", "payment_methods", "shipping_countries"],
    ),
    (
        "/shipping/{address}",
        "edit_shipping_address.html",
        &["address", "shipping_countries"],
    ),
    (
        "/shipping/{address}/payment_method",
        "edit_shipping_payment_method.html",
        &["address", "payment_methods"],
    ),
    (
        "/onetimes/{onetime}",
        "onetime.html",
        &["onetime", "payment_sources"],
    ),
    (
        "/payment_sources",
        "payment_sources.html",
        &["payment_sources"],
    ),
    (
        "/payment_source",
        "payment_source.html",
        &["payment_source", "shipping_countries"],
    ),
    (
        "/payment_source/1/address",
        "payment_source_address.html",
        &["payment_source", "shipping_countries"],
    ),
    (
        "/payment_source/address",
        "payment_source_address_new.html",
        &["shipping_countries"],
    ),
    (
        "/payment_methods",
        "payment_methods.html",
        &[
            "payment_methods",
            "addresses",
            "billing_countries",
            "shipping_countries",
        ],
    ),
    (
        "/payment_methods/{method}",
        "payment_method.html",
        &["payment_method"],
    ),
    ("/card", "card.html", &["payment_sources"]),
    ("/customer", "customer.html", &["customer"]),
    ("/memberships", "memberships.html", &["memberships"]),
    (
        "/overview",
        "home_overview.html",
        &["subscriptions", "orders"],
    ),
    ("/charges/{charge}/manage", "manage_order.html", &["charge"]),
    (
        "/quick_actions/verify",
        "quick_action_verify.html",
        &["quick_actions"],
    ),
    ("/nothing", "404.html", &[]),
];

#[test]
fn every_page_has_its_template_and_what_it_shows() {
    let store = shown_store();
    let customer = regular(&store);
    let portal = Portal::of(&store, &customer);
    let objects = portal.good(
        r#"{"subscriptions":[],"orders":[],"addresses":[],"charges":[],"payment_methods":[],"products":{"limit":1},"retention_strategies":[]}"#,
    );
    let first = |key: &str| objects[key][0]["id"].to_string();
    let product = objects["products"][0]["shopify_product_id"].to_string();
    let subscription = first("subscriptions");
    let onetime = json!({
        "address_id": objects["addresses"][0]["id"], "next_charge_scheduled_at": "2027-01-05",
        "price": "5.00", "product_title": "Gift", "quantity": 1,
        "external_variant_id": {"ecommerce": "77"},
    });
    let onetime = store.post("/onetimes", &onetime)["onetime"]["id"].to_string();
    let (order, address) = (first("orders"), first("addresses"));
    let (method, charge, strategy) = (
        first("payment_methods"),
        first("charges"),
        first("retention_strategies"),
    );
    let places = [
        ("{product}", product),
        ("{subscription}", subscription),
        ("{strategy}", strategy),
        ("{order}", order),
        ("{address}", address),
        ("{onetime}", onetime),
        ("{method}", method),
        ("{charge}", charge),
    ];
    let globals = [
        "customer",
        "settings",
        "store",
        "proxy_redirect",
        "shopify_proxy_url",
        "REVISION",
        "is_theme_preview",
        "subscription_list_url",
        "schedule_url",
        "payment_methods_card_form_url",
    ];
    let mut seen = std::collections::BTreeSet::new();
    for (path, template, variables) in PAGES {
        let path = places
            .iter()
            .fold((*path).to_owned(), |path, (word, number)| {
                path.replace(word, number)
            });
        let answer = portal.ask("GET", &path, "", "");
        let wanted = if *template == "404.html" { 404 } else { 200 };
        assert_eq!(answer.status(), wanted, "{path}: {:?}", answer.body());
        assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
        let page: Value = serde_json::from_slice(answer.body()).unwrap();
        assert_eq!(page["template"], *template, "{path}");
        for name in globals.iter().chain(*variables) {
            let value = &page["context"][*name];
            let is_empty = matches!(value, Value::Null)
                || value.as_array().is_some_and(Vec::is_empty)
                || value.as_object().is_some_and(serde_json::Map::is_empty);
            let may_be_empty = ["onetimes", "memberships"].contains(name);
            assert!(
                !is_empty || may_be_empty && !value.is_null(),
                "{path}: {name}: {value}"
            );
        }
        seen.insert(*template);
    }
    for (_, row) in recharge_catalog::portal::API.operations() {
        if let Some(template) = row.template {
            assert!(seen.contains(template), "{template}");
        }
    }
}

#[test]
fn schedule_has_an_item_for_each_delivery_and_its_charge() {
    let store = Store::empty();
    let (ada, address, subscription) = store.subscriber("2026-12-05");
    let portal = Portal::of(&store, &ada);
    let schedule = portal.good(r#"{"schedule":[]}"#)["schedule"].clone();
    let charge = store.charges_of(&address, "queued")[0].clone();
    assert_eq!(schedule[0]["date"], "2026-12-05T00:00:00");
    let order = &schedule[0]["orders"][0];
    assert_eq!(order["subscription"]["id"], subscription["id"]);
    assert_eq!(order["charge"]["id"], charge["id"]);
    assert_eq!(
        (&order["is_skipped"], &order["is_skippable"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(schedule[1]["orders"][0]["charge"], Value::Null);
}

#[test]
fn renderer_that_fails_answers_500_with_its_message_and_escapes_it() {
    struct Broken;
    impl Pages for Broken {
        fn render(&self, page: &PageRequest<'_>) -> Result<RenderedPage, PageError> {
            Err(PageError::new(format!(
                "{}:3: unknown filter <b>",
                page.template
            )))
        }
    }
    let Store(sandbox) = Store::demo();
    let store = Store(sandbox.rendering(Arc::new(Broken)));
    let portal = Portal::of(&store, &regular(&store));
    let answer = portal.ask("GET", "/customer", "", "");
    assert_eq!(answer.status(), 500);
    let page = String::from_utf8(answer.body().to_vec()).unwrap();
    assert!(
        page.contains("customer.html:3: unknown filter &lt;b&gt;"),
        "{page}"
    );
    // A theme without a page for what is not there.
    assert_eq!(portal.ask("GET", "/nothing", "", "").status(), 404);
}

#[test]
fn plain_page_shows_the_data_where_no_renderer_is_passed_in() {
    let store = Store::demo();
    let portal = Portal::of(&store, &regular(&store));
    let answer = portal.ask("GET", "/subscriptions", "", "");
    let page = String::from_utf8(answer.body().to_vec()).unwrap();
    assert!(page.contains("<h1>subscriptions.html</h1>"), "{page}");
    assert!(
        page.contains("&quot;next_charge_scheduled_at&quot;"),
        "{page}"
    );
}
