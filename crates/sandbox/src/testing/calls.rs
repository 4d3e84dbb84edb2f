//! A sensible request for each operation, built from what is in the store.

use serde_json::{Value, json};

use super::{Store, of};

/// The path and the body of a request.
#[derive(Debug)]
pub struct Call {
    /// With its query string.
    pub path: String,
    /// An empty object where nothing is sent.
    pub body: Value,
}

fn plain(path: impl Into<String>) -> Call {
    Call {
        path: path.into(),
        body: json!({}),
    }
}

fn with(path: impl Into<String>, body: Value) -> Call {
    Call {
        path: path.into(),
        body,
    }
}

/// A sensible request for an operation, built from what is in the store.
pub fn call(store: &Store, id: &str) -> Call {
    let (name, verb) = id.split_once('.').unwrap();
    let listed = |name: &str| store.first(&format!("/{name}"), name);
    let a_charge = |status: &str| store.first(&format!("/charges?status={status}"), "charges");
    match id {
        "charges.refund" => with(
            of("charges", &a_charge("success")) + "/refund",
            json!({"amount": 1.0}),
        ),
        "charges.capture_payment" => {
            plain(of("charges", &a_charge("pending")) + "/capture_payment")
        }
        "charges.unskip" => skipped(store),
        "charges.apply_discount" => {
            let (_, address, _) = store.subscriber("2026-12-01");
            let charge = store.charges_of(&address, "queued")[0].clone();
            with(
                of("charges", &charge) + "/apply_discount",
                json!({"discount_code": "WELCOME10"}),
            )
        }
        "charges.remove_discount" => {
            let (_, address, _) = store.subscriber("2026-12-01");
            let charge = store.charges_of(&address, "queued")[0].clone();
            store.post(
                &(of("charges", &charge) + "/apply_discount"),
                &json!({"discount_code": "WELCOME10"}),
            );
            plain(of("charges", &charge) + "/remove_discount")
        }
        "charges.skip" | "charges.process" => {
            plain(of("charges", &a_charge("queued")) + "/" + verb)
        }
        "token_information.get" => plain("/token_information"),
        "store.get" => plain("/store"),
        "metafields.list" => plain("/metafields?owner_resource=customer"),
        "products.get" | "products.update" | "products.delete" => {
            let path = format!(
                "/products/{}",
                listed("products")["external_product_id"].as_str().unwrap()
            );
            with(
                path,
                if verb == "update" {
                    json!({"brand": "Other"})
                } else {
                    json!({})
                },
            )
        }
        _ if verb == "list" => plain(format!("/{name}")),
        _ if verb == "get" && name != "checkouts" => plain(of(name, &listed(name))),
        _ if name == "addresses" => addresses(store, verb),
        _ if name == "subscriptions" => subscriptions(store, verb),
        _ if name == "orders" => orders(store, verb),
        _ if name == "async_batches" => batches(store, verb),
        _ if name == "checkouts" => checkouts(verb),
        _ if name == "customers" => customers(store, verb),
        _ if name == "collections" => collections(store, verb),
        _ if name == "plans" => plans(store, verb),
        _ => others(store, name, verb),
    }
}

fn skipped(store: &Store) -> Call {
    let (_, address, _) = store.subscriber("2026-12-01");
    let charge = store.charges_of(&address, "queued")[0].clone();
    store.post(&(of("charges", &charge) + "/skip"), &json!({}));
    plain(of("charges", &charge) + "/unskip")
}

fn addresses(store: &Store, verb: &str) -> Call {
    let (customer, address, subscription) = store.subscriber("2026-12-01");
    match verb {
        "create" => with(
            "/addresses",
            json!({
                "customer_id": customer["id"], "address1": "1776 Washington Street", "address2": "",
                "city": "Los Angeles", "company": "Recharge", "country_code": "US",
                "first_name": "John", "last_name": "Doe", "phone": "5551234567",
                "order_attributes": [{"name": "custom name", "value": "custom value"}],
                "presentment_currency": "USD", "province": "California", "zip": "90404",
            }),
        ),
        "update" => with(
            of("addresses", &address),
            json!({"address1": "1776 Washington Street"}),
        ),
        "delete" => plain(of("addresses", &store.address(&customer))),
        "merge" => {
            let other = store.address(&customer);
            let body = json!({"target_address": {"id": other["id"]}, "source_addresses": [{"id": address["id"]}]});
            with("/addresses/merge", body)
        }
        _ => with(
            of("addresses", &address) + "/charges/skip",
            json!({"date": "2026-12-01", "purchase_item_ids": [subscription["id"]]}),
        ),
    }
}

fn subscriptions(store: &Store, verb: &str) -> Call {
    let (customer, address, one) = store.subscriber("2026-12-01");
    let path = of("subscriptions", &one);
    match verb {
        "create" => with(
            "/subscriptions",
            json!({
                "address_id": address["id"], "charge_interval_frequency": "30",
                "next_charge_scheduled_at": "2026-12-17", "order_interval_frequency": "30",
                "order_interval_unit": "day", "quantity": 3,
                "properties": [{"name": "Colour", "value": "Yellow"}],
                "external_variant_id": {"ecommerce": "32165284380775"},
            }),
        ),
        "update" => with(path, json!({"quantity": 4})),
        "delete" => plain(path),
        "activate" => {
            store.post(
                &(path.clone() + "/cancel"),
                &json!({"cancellation_reason": "other reason"}),
            );
            plain(path + "/activate")
        }
        "cancel" => with(
            path + "/cancel",
            json!({"cancellation_reason": "other reason"}),
        ),
        "change_address" => {
            let other = store.address(&customer);
            with(path + "/change_address", json!({"address_id": other["id"]}))
        }
        "set_next_charge_date" => with(
            path + "/set_next_charge_date",
            json!({"date": "2027-08-05"}),
        ),
        _ => with(
            "/subscriptions/skip_gift",
            json!({
                "purchase_item_ids": [one["id"]],
                "recipient_address": {
                    "address1": "1776 Washington Street", "city": "Los Angeles",
                    "country_code": "US", "first_name": "John", "last_name": "Doe",
                    "phone": "5551234567", "province": "California", "zip": "90404",
                },
            }),
        ),
    }
}

fn orders(store: &Store, verb: &str) -> Call {
    let order = prepaid_order(store);
    let path = of("orders", &order);
    match verb {
        "update" => with(path, json!({"billing_address": {"city": "Los Angeles"}})),
        "clone" => with(path + "/clone", json!({"scheduled_at": "2027-11-16"})),
        "delay" => plain(path + "/delay"),
        _ => plain(path),
    }
}

fn batches(store: &Store, verb: &str) -> Call {
    let batch = store.post("/async_batches", &json!({"batch_type": "discount_create"}));
    let path = of("async_batches", &batch["async_batch"]);
    let tasks = json!({"tasks": [{"body": {"code": "X", "value": 1, "value_type": "percentage"}}]});
    match verb {
        "create" => with("/async_batches", json!({"batch_type": "discount_create"})),
        "add_tasks" => with(path + "/tasks", tasks),
        _ => {
            store.post(&(path.clone() + "/tasks"), &tasks);
            plain(
                path + if verb == "process" {
                    "/process"
                } else {
                    "/tasks"
                },
            )
        }
    }
}

fn checkouts(verb: &str) -> Call {
    let path = "/checkouts/efd5a6b12b984f439ec16ce2a00fb5c3";
    let items = json!([{"external_variant_id": {"ecommerce": "18261278883891"}, "quantity": 3}]);
    match verb {
        "create" => with(
            "/checkouts",
            json!({"email": "a@example.com", "line_items": items}),
        ),
        "update" => with(path, json!({"line_items": items})),
        "process" => with(
            format!("{path}/process"),
            json!({"payment_processor": "stripe", "payment_token": "tok_visa", "payment_type": "CREDIT_CARD"}),
        ),
        "shipping_rates" => plain(format!("{path}/shipping_rates")),
        _ => plain(path),
    }
}

fn customers(store: &Store, verb: &str) -> Call {
    let (customer, ..) = store.subscriber("2026-12-01");
    let path = of("customers", &customer);
    match verb {
        "create" => with(
            "/customers",
            json!({"first_name": "Niels", "last_name": "Bohr", "email": "niels@example.com"}),
        ),
        "update" => with(path, json!({"last_name": "Doe"})),
        "notify" => with(
            path + "/notifications",
            json!({"type": "email", "template_type": "get_account_access"}),
        ),
        "delete" => plain(path),
        _ => plain(path + "/" + verb),
    }
}

fn collections(store: &Store, verb: &str) -> Call {
    let path = of("collections", &store.first("/collections", "collections"));
    let place = store.first("/collection_products", "collection_products");
    let its_path = format!("/collections/{}", place["collection_id"]);
    let places =
        json!({"collection_products": [{"external_product_id": place["external_product_id"]}]});
    match verb {
        "create" => with(
            "/collections",
            json!({"title": "Cats", "description": "new"}),
        ),
        "update" => with(path, json!({"title": "Dogs"})),
        "add_products" | "remove_products" => with(its_path + "/collection_products-bulk", places),
        "list_products" => plain("/collection_products"),
        _ => plain(path),
    }
}

fn plans(store: &Store, verb: &str) -> Call {
    let plan = store.first("/plans?type=subscription", "plans");
    let number = plan["external_product_id"]["ecommerce"].as_str().unwrap();
    let bulk = format!("/products/{number}/plans-bulk");
    let body = json!({
        "title": plan["title"], "type": "subscription", "external_product_id": {"ecommerce": number},
        "subscription_preferences": {
            "charge_interval_frequency": 1, "order_interval_frequency": 1, "interval_unit": "month",
        },
    });
    match verb {
        "create" => with("/plans", body),
        "update" => with(of("plans", &plan), json!({"title": "Other"})),
        "bulk_create" => with(bulk, json!({"plans": [body]})),
        "bulk_update" => with(
            bulk,
            json!({"plans": [{"id": plan["id"], "title": "Updated"}]}),
        ),
        "bulk_delete" => with(bulk, json!({"plans": [{"id": plan["id"]}]})),
        _ => plain(of("plans", &plan)),
    }
}

fn others(store: &Store, name: &str, verb: &str) -> Call {
    let first = |name: &str| store.first(&format!("/{name}"), name);
    let (customer, address, one) = store.subscriber("2026-12-01");
    match (name, verb) {
        ("discounts", "delete") => plain(of(
            "discounts",
            &store.first("/discounts?status=fully_disabled", "discounts"),
        )),
        ("discounts", "update") => with(
            of("discounts", &first("discounts")),
            json!({"status": "disabled"}),
        ),
        ("discounts", _) => with(
            "/discounts",
            json!({"code": "SPRING", "value": "10", "value_type": "percentage"}),
        ),
        ("credit_accounts", "list_adjustments") => {
            plain(of("credit_accounts", &first("credit_accounts")) + "/credit_adjustments")
        }
        ("bundle_selections", "create") => with(
            "/bundle_selections",
            json!({"purchase_item_id": one["id"], "items": contents()}),
        ),
        ("bundle_selections", "update") => {
            with(of(name, &first(name)), json!({"items": contents()}))
        }
        ("metafields", "create") => with(
            "/metafields",
            json!({"metafield": {
                "key": "phone_number", "namespace": "personal_info", "owner_id": customer["id"],
                "owner_resource": "customer", "value": "3103103101", "value_type": "integer",
            }}),
        ),
        ("metafields", "update") => {
            with(of(name, &first(name)), json!({"metafield": {"value": "7"}}))
        }
        ("onetimes", "create") => with(
            "/onetimes",
            json!({
                "address_id": address["id"], "next_charge_scheduled_at": "2026-12-17", "price": "6.00",
                "product_title": "ABC Shirt", "quantity": 1,
                "external_variant_id": {"ecommerce": "3844892483"},
            }),
        ),
        ("onetimes", "update") => with(of(name, &first(name)), json!({"quantity": 2})),
        ("payment_methods", "create") => with(
            "/payment_methods",
            json!({
                "customer_id": customer["id"], "default": true, "payment_type": "CREDIT_CARD",
                "processor_customer_token": "cus_JGYtLWi2HS8ymD", "processor_name": "stripe",
            }),
        ),
        ("payment_methods", "update") => with(
            of(name, &first(name)),
            json!({"default": true, "billing_address": {"city": "Paris"}}),
        ),
        ("products", "create") => with(
            "/products",
            json!({
                "external_product_id": "10", "title": "Recharge Logo Shirt", "vendor": "Store",
                "options": [{"name": "Size", "position": 0, "values": [{"label": "small", "position": 0}]}],
                "variants": [{"external_variant_id": "9", "title": "Small", "sku": "CLO123",
                    "prices": {"compare_at_price": "14.22", "unit_price": "12.22"}}],
            }),
        ),
        ("retention_strategies", "create") => with(
            "/retention_strategies",
            json!({
                "incentive_type": "swap_product", "prevention_text": "Another one?", "reason": "variety",
            }),
        ),
        ("retention_strategies", "update") => {
            with(of(name, &first(name)), json!({"reason": "other"}))
        }
        ("webhooks", "create") => with(
            "/webhooks",
            json!({"address": "https://request.in/foo", "topic": "subscription/created"}),
        ),
        ("webhooks", "update") => with(
            of(name, &first(name)),
            json!({"address": "https://request.in/foo"}),
        ),
        ("webhooks", "test") => plain(of(name, &first(name)) + "/test"),
        _ => plain(of(name, &first(name))),
    }
}

fn contents() -> Value {
    json!([{
        "collection_id": "287569608884", "collection_source": "shopify",
        "external_product_id": "7121693671604", "external_variant_id": "41450853105844", "quantity": 3,
    }])
}

/// The next queued order of a fresh prepaid subscription.
pub fn prepaid_order(store: &Store) -> Value {
    let (_, address, one) = store.subscriber("2026-11-20");
    let path = of("subscriptions", &one);
    let body = json!({"charge_interval_frequency": 3, "order_interval_frequency": 1, "order_interval_unit": "month"});
    store.put(&path, &body);
    store.post(
        &(path + "/set_next_charge_date"),
        &json!({"date": "2026-11-20"}),
    );
    let charge = store.charges_of(&address, "queued")[0].clone();
    store.post(&(of("charges", &charge) + "/process"), &json!({}));
    let orders = format!(
        "/orders?charge_id={}&status=queued&sort_by=scheduled_at-asc",
        charge["id"]
    );
    store.first(&orders, "orders")
}
