//! Each write of the portal, verified through the Admin API of the same store.

use serde_json::{Value, json};

use super::portal::Portal;
use super::{Store, at, of};
use recharge_catalog::portal::API;

/// What a case has to work with.
struct Stage {
    store: Store,
    customer: Value,
    address: Value,
    other: Value,
    subscription: Value,
    method: Value,
    product: Value,
}

impl Stage {
    fn new() -> Self {
        let store = Store::demo();
        let customer = store.customer("portal@example.com");
        let method = store.card(&customer);
        let (address, other) = (store.address(&customer), store.address(&customer));
        let plan = store.first("/plans?type=subscription", "plans");
        let number = plan["external_product_id"]["ecommerce"].as_str().unwrap();
        let product = store.get(&format!("/products/{number}"))["product"].clone();
        let body = json!({
            "address_id": address["id"], "next_charge_scheduled_at": "2026-12-05", "quantity": 2,
            "charge_interval_frequency": 1, "order_interval_frequency": 1,
            "order_interval_unit": "month",
            "external_variant_id": {"ecommerce": product["variants"][0]["external_variant_id"]},
        });
        let subscription = store.post("/subscriptions", &body)["subscription"].clone();
        let discount = json!({"code": "PORTAL10", "value": "10.00", "value_type": "percentage"});
        store.post("/discounts", &discount);
        Self {
            store,
            customer,
            address,
            other,
            subscription,
            method,
            product,
        }
    }

    fn variant(&self) -> Value {
        self.product["variants"][0]["external_variant_id"].clone()
    }

    fn charge(&self) -> Value {
        self.store.charges_of(&self.address, "queued")[0].clone()
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> Value {
        let (status, answer) = Portal::of(&self.store, &self.customer).send(method, path, body);
        assert_eq!(status, 200, "{method} {path}: {answer}");
        answer
    }

    #[expect(clippy::needless_pass_by_value, reason = "cases are easier to read so")]
    fn post(&self, path: &str, body: Value) -> Value {
        self.send("POST", path, &body)
    }

    /// An object of the Admin API by the path of its list.
    fn admin(&self, resource: &str, object: &Value, key: &str) -> Value {
        self.store.get(&of(resource, object))[key].clone()
    }

    fn subscription(&self) -> Value {
        self.admin("subscriptions", &self.subscription, "subscription")
    }

    fn onetime(&self) -> Value {
        let body = json!({
            "shopify_variant_id": self.variant(), "address_id": self.address["id"], "quantity": 1,
            "next_charge_scheduled_at": "2026-12-05",
        });
        self.post("/onetimes", body)["onetime"].clone()
    }
}

fn postal() -> Value {
    json!({
        "first_name": "Ada", "last_name": "King", "address1": "1 Main St", "city": "Berlin",
        "country": "Germany", "province": "", "zip": "10115",
    })
}

fn bill() -> Value {
    let mut bill = json!({});
    for (name, value) in postal().as_object().unwrap() {
        bill[format!("billing_{name}")] = value.clone();
    }
    bill["billing_phone"] = json!("");
    bill
}

/// A write by its id, and what is seen through the Admin API afterwards.
type Case = (&'static str, fn(&Stage));

/// Each write once.
const CASES: &[Case] = &[
    ("customer.change", |stage| {
        stage.post(
            "/customer",
            json!({"first_name": "Eve", "email": "eve@example.com"}),
        );
        let customer = stage.admin("customers", &stage.customer, "customer");
        assert_eq!(customer["first_name"], "Eve");
        assert_eq!(customer["email"], "eve@example.com");
    }),
    ("addresses.add", |stage| added(stage, "/addresses")),
    ("shipping.add", |stage| added(stage, "/shipping/create")),
    ("addresses.change", |stage| {
        changed(stage, "addresses");
        let body = json!({"id": stage.address["id"], "payment_method_id": stage.method["id"]});
        stage.post(&of("addresses", &stage.address), body);
        let address = stage.admin("addresses", &stage.address, "address");
        assert_eq!(address["payment_method_id"], stage.method["id"]);
    }),
    ("shipping.change", |stage| changed(stage, "shipping")),
    ("shipping.remove", |stage| {
        stage.send("DELETE", &of("shipping", &stage.other), &json!({}));
        let path = of("addresses", &stage.other);
        assert_eq!(stage.store.ask("GET", &path, &Value::Null).0, 404);
    }),
    ("addresses.skip_charge", |stage| {
        let path = format!("{}/charges/skip", of("addresses", &stage.address));
        let body = json!({"date": "2027-01-05", "subscription_ids": [stage.subscription["id"]]});
        let charge = stage.post(&path, body)["charge"].clone();
        let charge = stage.admin("charges", &charge, "charge");
        assert_eq!(charge["status"], "skipped");
        assert_eq!(charge["scheduled_at"], "2027-01-05");
    }),
    ("addresses.merge", |stage| {
        let body = json!({
            "target_address": {"id": stage.other["id"]},
            "source_addresses": [{"id": stage.address["id"]}],
        });
        stage.post("/addresses/merge", body);
        assert_eq!(stage.subscription()["address_id"], stage.other["id"]);
    }),
    ("addresses.apply_discount", |stage| {
        let path = of("addresses", &stage.address);
        stage.post(
            &format!("{path}/apply_discount"),
            json!({"discount_code": "PORTAL10"}),
        );
        let address = stage.admin("addresses", &stage.address, "address");
        assert_eq!(at(&address, "discounts.0.code"), "PORTAL10");
    }),
    ("addresses.remove_discount", |stage| {
        let path = of("addresses", &stage.address);
        stage.post(
            &format!("{path}/apply_discount"),
            json!({"discount_code": "PORTAL10"}),
        );
        stage.post(&format!("{path}/remove_discount"), json!({}));
        let address = stage.admin("addresses", &stage.address, "address");
        assert_eq!(address["discounts"], json!([]));
    }),
    ("subscriptions.add", |stage| {
        let body = json!({
            "shopify_variant_id": stage.variant(), "address_id": stage.address["id"],
            "quantity": "3", "order_interval_unit": "week", "order_interval_frequency": "2",
            "next_charge_scheduled_at": "2026-12-09T00:00:00",
        });
        let one = stage.post("/subscriptions", body)["subscription"].clone();
        let one = stage.admin("subscriptions", &one, "subscription");
        assert_eq!(
            (&one["quantity"], &one["order_interval_unit"]),
            (&json!(3), &json!("week"))
        );
        assert_eq!(one["charge_interval_frequency"], 2);
        assert_eq!(one["next_charge_scheduled_at"], "2026-12-09");
    }),
    ("subscriptions.change", |stage| {
        let path = of("subscriptions", &stage.subscription);
        stage.post(&path, json!({"quantity": 5, "order_interval_frequency": 2}));
        let one = stage.subscription();
        assert_eq!(
            (&one["quantity"], &one["order_interval_frequency"]),
            (&json!(5), &json!(2))
        );
        assert_eq!(one["order_interval_unit"], "month");
    }),
    ("subscriptions.cancel", |stage| {
        let path = format!("{}/cancel", of("subscriptions", &stage.subscription));
        stage.post(&path, json!({"cancellation_reason": "moved"}));
        let one = stage.subscription();
        assert_eq!(
            (&one["status"], &one["cancellation_reason"]),
            (&json!("cancelled"), &json!("moved"))
        );
    }),
    ("subscriptions.activate", |stage| {
        let path = of("subscriptions", &stage.subscription);
        stage.post(&format!("{path}/cancel"), json!({}));
        assert_eq!(stage.subscription()["status"], "cancelled");
        stage.post(&format!("{path}/activate"), json!({}));
        assert_eq!(stage.subscription()["status"], "active");
    }),
    ("subscriptions.skip", |stage| {
        let (path, charge) = (of("subscriptions", &stage.subscription), stage.charge());
        stage.post(&format!("{path}/skip"), json!({"charge_id": charge["id"]}));
        assert_eq!(
            stage.admin("charges", &charge, "charge")["status"],
            "skipped"
        );
        let later = json!({"date": "2027-02-05"});
        let skipped = stage.post(&format!("{path}/skip"), later)["charge"].clone();
        let charge = stage.admin("charges", &skipped, "charge");
        assert_eq!(
            (&charge["status"], &charge["scheduled_at"]),
            (&json!("skipped"), &json!("2027-02-05"))
        );
    }),
    ("subscriptions.unskip", |stage| {
        let (path, charge) = (of("subscriptions", &stage.subscription), stage.charge());
        stage.post(&format!("{path}/skip"), json!({"charge_id": charge["id"]}));
        stage.post(
            &format!("{path}/unskip"),
            json!({"charge_id": charge["id"]}),
        );
        assert_eq!(
            stage.subscription()["next_charge_scheduled_at"],
            "2026-12-05"
        );
    }),
    ("subscriptions.swap", |stage| {
        let products = stage.store.get("/products?limit=250")["products"].clone();
        let mut products = products.as_array().unwrap().iter();
        let other = products
            .find(|one| one["external_product_id"] != stage.product["external_product_id"])
            .unwrap();
        let variant = &other["variants"][0]["external_variant_id"];
        let path = format!("{}/swap", of("subscriptions", &stage.subscription));
        stage.post(&path, json!({"shopify_variant_id": variant}));
        let one = stage.subscription();
        assert_eq!(one["external_variant_id"]["ecommerce"], *variant);
        assert_eq!(one["product_title"], other["title"]);
    }),
    ("subscriptions.set_next_charge_date", |stage| {
        let path = format!(
            "{}/set_next_charge_date",
            of("subscriptions", &stage.subscription)
        );
        stage.post(&path, json!({"date": "2026-12-24T00:00:00"}));
        assert_eq!(
            stage.subscription()["next_charge_scheduled_at"],
            "2026-12-24"
        );
        stage.post(&format!("{path}?pause=true"), json!({"date": "2027-01-24"}));
        assert_eq!(
            stage.subscription()["next_charge_scheduled_at"],
            "2027-01-24"
        );
    }),
    ("subscriptions.delay", |stage| {
        let path = format!("{}/delay", of("subscriptions", &stage.subscription));
        stage.post(&path, json!({"days": "7"}));
        assert_eq!(
            stage.subscription()["next_charge_scheduled_at"],
            "2026-12-12"
        );
        stage.post(&path, json!({"delay_for": "2 weeks"}));
        assert_eq!(
            stage.subscription()["next_charge_scheduled_at"],
            "2026-12-26"
        );
    }),
    ("subscriptions.move_address", |stage| {
        let path = of("subscriptions", &stage.subscription);
        stage.post(
            &format!("{path}/move/address/{}", stage.other["id"]),
            json!({}),
        );
        assert_eq!(stage.subscription()["address_id"], stage.other["id"]);
    }),
    ("subscriptions.move_payment_method", |stage| {
        let second = stage.store.card(&stage.customer);
        let path = of("subscriptions", &stage.subscription);
        let answer = stage.post(
            &format!("{path}/move/payment_method/{}", second["id"]),
            json!({}),
        );
        assert_eq!(answer["subscription"]["id"], stage.subscription["id"]);
        let address = stage.admin("addresses", &stage.address, "address");
        assert_eq!(address["payment_method_id"], second["id"]);
    }),
    ("subscriptions.bundles", |stage| {
        let path = format!("{}/bundles", of("subscriptions", &stage.subscription));
        for quantity in [2, 4] {
            let chosen = json!({
                "collection_id": "134157", "external_product_id": stage.product["external_product_id"],
                "external_variant_id": stage.variant(), "quantity": quantity,
            });
            let item = json!({"external_variant_id": stage.variant(), "selections": [chosen]});
            stage.post(&path, json!({"bundle_purchase_item": item}));
            let list = format!(
                "/bundle_selections?purchase_item_ids={}",
                stage.subscription["id"]
            );
            let found = stage.store.get(&list)["bundle_selections"].clone();
            assert_eq!(found.as_array().unwrap().len(), 1);
            assert_eq!(at(&found, "0.items.0.quantity"), &json!(quantity));
        }
    }),
    ("charges.process", |stage| {
        let charge = stage.charge();
        stage.post(&format!("{}/process", of("charges", &charge)), json!({}));
        assert_eq!(
            stage.admin("charges", &charge, "charge")["status"],
            "success"
        );
    }),
    ("charges.skip", |stage| {
        let charge = stage.charge();
        let body = json!({"subscription_ids": [stage.subscription["id"]]});
        stage.post(&format!("{}/skip", of("charges", &charge)), body);
        assert_eq!(
            stage.admin("charges", &charge, "charge")["status"],
            "skipped"
        );
    }),
    ("charges.unskip", |stage| {
        let charge = stage.charge();
        let body = json!({"subscription_ids": [stage.subscription["id"]]});
        stage.post(&format!("{}/skip", of("charges", &charge)), body.clone());
        stage.post(&format!("{}/unskip", of("charges", &charge)), body);
        assert_eq!(
            stage.subscription()["next_charge_scheduled_at"],
            "2026-12-05"
        );
    }),
    ("charges.skip_gift", |stage| {
        let body = json!({
            "purchase_item_ids": [stage.subscription["id"]], "recipient_address": postal(),
        });
        let given = stage.post("/charges/skip_gift", body)["onetimes"][0].clone();
        let onetime = stage.admin("onetimes", &given, "onetime");
        let address = stage.admin(
            "addresses",
            &json!({"id": onetime["address_id"]}),
            "address",
        );
        assert_eq!(
            (&address["city"], &address["country_code"]),
            (&json!("Berlin"), &json!("DE"))
        );
    }),
    ("onetimes.add", |stage| {
        let onetime = stage.admin("onetimes", &stage.onetime(), "onetime");
        assert_eq!(onetime["product_title"], stage.product["title"]);
        assert_eq!(
            onetime["price"],
            *at(&stage.product, "variants.0.prices.unit_price")
        );
    }),
    ("onetimes.change", |stage| {
        let onetime = stage.onetime();
        stage.post(&of("onetimes", &onetime), json!({"quantity": "4"}));
        assert_eq!(stage.admin("onetimes", &onetime, "onetime")["quantity"], 4);
    }),
    ("onetimes.set_next_charge_date", |stage| {
        let onetime = stage.onetime();
        let path = format!("{}/set_next_charge_date", of("onetimes", &onetime));
        stage.post(&path, json!({"next_charge_scheduled_at": "2027-01-05"}));
        let day = stage.admin("onetimes", &onetime, "onetime")["next_charge_scheduled_at"].clone();
        assert!(day.as_str().unwrap().starts_with("2027-01-05"), "{day}");
    }),
    ("onetimes.cancel", |stage| {
        let onetime = stage.onetime();
        stage.post(&format!("{}/cancel", of("onetimes", &onetime)), json!({}));
        let (status, left) = stage
            .store
            .ask("GET", &of("onetimes", &onetime), &Value::Null);
        assert!(
            status == 404 || left["onetime"]["is_cancelled"] == true,
            "{left}"
        );
    }),
    ("orders.delay", |stage| {
        let order = crate::testing::prepaid_order(&stage.store);
        let customer = json!({"id": order["customer"]["id"]});
        let path = format!("{}/delay", of("orders", &order));
        let (status, answer) = Portal::of(&stage.store, &customer).send("POST", &path, &json!({}));
        assert_eq!(status, 200, "{answer}");
        let after = stage.admin("orders", &order, "order");
        assert!(
            after["scheduled_at"].as_str() > order["scheduled_at"].as_str(),
            "{after}"
        );
    }),
    ("payment_methods.change", |stage| {
        stage.post(&of("payment_methods", &stage.method), bill());
        billed(stage, &stage.method);
    }),
    ("payment_source.change_address", |stage| {
        stage.post("/payment_source/1/address", bill());
        billed(stage, &stage.method);
        let second = stage.store.card(&stage.customer);
        stage.post(&format!("/payment_source/{}/address", second["id"]), bill());
        billed(stage, &second);
    }),
    ("payment_source.add_address", |stage| {
        stage.post("/payment_source/address", bill());
        billed(stage, &stage.method);
    }),
    ("memberships.cancel", |stage| {
        membership(stage, "cancel", "cancelled");
    }),
    ("memberships.activate", |stage| {
        membership(stage, "cancel", "cancelled");
        membership(stage, "activate", "active");
    }),
    ("notifications.send", |stage| {
        let body = json!({"type": "email", "template_type": "get_account_access"});
        stage.post("/notifications", body);
        // The rule of the Admin API refused the rest.
        let wrong = json!({"type": "email", "template_type": "nothing"});
        let portal = Portal::of(&stage.store, &stage.customer);
        assert_eq!(portal.send("POST", "/notifications", &wrong).0, 422);
    }),
    ("home.send_code", |stage| {
        stage.post("/quick_actions/send_verification_code", json!({}));
    }),
    ("home.check_code", |stage| {
        let path = "/quick_actions/check_verification_code";
        stage.post(path, json!({"code": "123456"}));
        let portal = Portal::of(&stage.store, &stage.customer);
        assert_eq!(portal.send("POST", path, &json!({"code": "1"})).0, 422);
    }),
];

fn added(stage: &Stage, path: &str) {
    let address = stage.post(path, postal())["address"].clone();
    assert_eq!(address["country"], "Germany");
    let address = stage.admin("addresses", &address, "address");
    assert_eq!(address["country_code"], "DE");
    assert_eq!(address["customer_id"], stage.customer["id"]);
}

fn changed(stage: &Stage, resource: &str) {
    let body = json!({"city": "Ulm", "cart_note": "ring twice"});
    stage.post(&of(resource, &stage.address), body);
    let address = stage.admin("addresses", &stage.address, "address");
    assert_eq!(
        (&address["city"], &address["order_note"]),
        (&json!("Ulm"), &json!("ring twice"))
    );
}

fn billed(stage: &Stage, method: &Value) {
    let method = stage.admin("payment_methods", method, "payment_method");
    let bill = &method["billing_address"];
    assert_eq!(
        (&bill["city"], &bill["country_code"]),
        (&json!("Berlin"), &json!("DE")),
        "{method}"
    );
}

fn membership(stage: &Stage, verb: &str, status: &str) {
    let membership = stage.store.first("/memberships", "memberships");
    let customer = json!({"id": membership["customer_id"]});
    let path = format!("{}/{verb}", of("memberships", &membership));
    let body = json!({"cancellation_reason": "x"});
    let (code, answer) = Portal::of(&stage.store, &customer).send("POST", &path, &body);
    assert_eq!(code, 200, "{answer}");
    assert_eq!(
        stage.admin("memberships", &membership, "membership")["status"],
        status
    );
}

#[test]
fn every_write_is_seen_through_the_admin_api() {
    let mut writes: Vec<String> = API
        .operations()
        .filter(|(_, row)| !row.method.is_read())
        .map(|(resource, row)| format!("{}.{}", resource.name, row.verb))
        .collect();
    for (id, case) in CASES {
        let place = writes.iter().position(|write| write == id);
        writes.remove(place.unwrap_or_else(|| panic!("{id} is no write, or has two cases")));
        println!("{id}");
        case(&Stage::new());
    }
    assert_eq!(writes, [""; 0], "writes without a case");
}

#[test]
fn write_without_what_it_needs_is_refused_by_field_and_changes_nothing() {
    let stage = Stage::new();
    let portal = Portal::of(&stage.store, &stage.customer);
    let revision = stage.store.0.with_state(|state| state.revision);
    for (resource, row) in API.operations() {
        let required = row.body.iter().filter(|field| field.required);
        let names: Vec<&str> = required.map(|field| field.name).collect();
        if names.is_empty() {
            continue;
        }
        let id = match resource.name {
            "addresses" | "shipping" => stage.address["id"].to_string(),
            "subscriptions" => stage.subscription["id"].to_string(),
            "charges" => stage.charge()["id"].to_string(),
            "payment_methods" => stage.method["id"].to_string(),
            _ => "1".to_owned(),
        };
        let path = row.path.replace("{id}", &id);
        let (status, answer) = portal.send("POST", &path, &json!({}));
        assert_eq!(status, 422, "{path}: {answer}");
        for name in names {
            assert!(
                answer["errors"][name].is_array(),
                "{path}: {name}: {answer}"
            );
        }
    }
    assert_eq!(stage.store.0.with_state(|state| state.revision), revision);
}

#[test]
fn refusal_of_a_rule_names_the_fields_of_the_portal() {
    let stage = Stage::new();
    let portal = Portal::of(&stage.store, &stage.customer);
    let foreign = stage
        .store
        .address(&stage.store.customer("other@example.com"));
    for (path, body, field) in [
        (
            "/onetimes".to_owned(),
            json!({"shopify_variant_id": 1, "address_id": stage.address["id"], "quantity": 1, "next_charge_scheduled_at": "2026-12-05"}),
            "shopify_variant_id",
        ),
        (
            "/onetimes".to_owned(),
            json!({"shopify_variant_id": stage.variant(), "address_id": foreign["id"], "quantity": 1, "next_charge_scheduled_at": "2026-12-05"}),
            "address_id",
        ),
        (
            "/addresses/merge".to_owned(),
            json!({"target_address": {"id": stage.address["id"]}, "source_addresses": [{"id": foreign["id"]}]}),
            "source_addresses",
        ),
        (
            format!("{}/delay", of("subscriptions", &stage.subscription)),
            json!({"days": "soon"}),
            "days",
        ),
        (
            format!("{}/apply_discount", of("addresses", &stage.address)),
            json!({"discount_code": "NONE"}),
            "discount_code",
        ),
        (
            format!("{}/charges/skip", of("addresses", &stage.address)),
            json!({"date": "never", "subscription_ids": [stage.subscription["id"]]}),
            "date",
        ),
    ] {
        let (status, answer) = portal.send("POST", &path, &body);
        assert_eq!(status, 422, "{path}: {answer}");
        assert!(answer["errors"].get(field).is_some(), "{path}: {answer}");
    }
}
