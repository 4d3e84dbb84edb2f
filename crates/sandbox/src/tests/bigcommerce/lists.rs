//! Filters, order and pages, with their traps.

use serde_json::Value;

use super::TestShop;
use crate::values::time;

const DAY: &str = "2026-11-10";

/// Times of the last change that v3 shows, in their order.
fn changes(rows: &[Value]) -> Vec<String> {
    let texts = rows
        .iter()
        .map(|row| row["date_modified"].as_str().unwrap());
    texts.map(str::to_owned).collect()
}

#[test]
fn minimum_without_a_time_of_day_begins_at_the_time_of_the_present() {
    let shop = TestShop::demo();
    // The clock says 12:00. One was changed before that time of the day, one after.
    shop.touch("customers", 2, "2026-11-10T09:00:00Z");
    shop.touch("customers", 1, "2026-11-10T15:00:00Z");
    let [late, early] = shop.ids("/v3/customers?limit=2")[..] else {
        panic!("two customers");
    };
    let of_day = shop.ids(&format!("/v3/customers?date_modified:min={DAY}&limit=250"));
    assert!(of_day.contains(&late) && !of_day.contains(&early));
    let from_midnight = format!("/v3/customers?date_modified:min={DAY}T00:00:00Z&limit=250");
    assert!(shop.ids(&from_midnight).contains(&early));
    shop.touch("orders", 1, "2026-11-10T09:00:00Z");
    let order = shop.ids("/v2/orders?limit=1")[0];
    let of_day = shop.ids(&format!("/v2/orders?min_date_modified={DAY}&limit=250"));
    assert!(!of_day.contains(&order));
}

#[test]
fn date_that_is_encoded_twice_is_ignored_in_silence() {
    let shop = TestShop::demo();
    let all = shop.ids("/v2/orders?limit=250");
    let twice = "/v2/orders?min_date_modified=2026-11-20T11%253A59%253A59Z&limit=250";
    assert_eq!(shop.ids(twice), all);
    let once = "/v2/orders?min_date_modified=2026-11-20T11%3A59%3A59Z&limit=250";
    assert!(shop.ids(once).len() < all.len());
}

#[test]
fn unreadable_values_are_refused_with_the_name_of_the_parameter() {
    let shop = TestShop::demo();
    for (path, status) in [
        ("/v2/orders?min_date_modified=yesterday", 400),
        ("/v2/orders?sort=color:asc", 400),
        ("/v2/orders?limit=0", 400),
        ("/v2/orders?page=x", 400),
        ("/v2/orders?min_id=x", 400),
        ("/v3/customers?date_modified:min=yesterday", 422),
        ("/v3/customers?id:in=a,b", 422),
        ("/v3/customers?include=everything", 422),
        ("/v3/catalog/products?sort=date_modified&direction=up", 422),
    ] {
        let (got, body) = shop.ask(path);
        assert_eq!(got, status, "{path}: {body}");
        let name = path.split(['?', '=']).nth(1).unwrap();
        let name = if path.contains("direction") {
            "direction"
        } else {
            name
        };
        assert!(body.to_string().contains(name), "{path}: {body}");
    }
    assert_eq!(shop.ask("/v2/orders?unheard_of=1").0, 200);
}

#[test]
fn pages_have_fifty_records_and_250_at_most() {
    let shop = TestShop::demo();
    for path in ["/v2/orders", "/v3/customers"] {
        assert_eq!(shop.rows(path).len(), 50, "{path}");
        assert_eq!(shop.ask(&format!("{path}?limit=251")).0, 413, "{path}");
        assert_eq!(shop.ask(&format!("{path}?limit=250")).0, 200, "{path}");
    }
    assert_eq!(shop.ask("/v2/coupons?limit=251").1[0]["status"], 413);
}

#[test]
fn lists_are_ordered_by_the_last_change_and_equal_seconds_by_number() {
    let shop = TestShop::demo();
    shop.touch("customers", 20, "2026-11-19T09:00:00Z");
    let up = shop.rows("/v3/customers?sort=date_modified:asc&limit=250");
    assert!(changes(&up).is_sorted() && up.len() == 60);
    let down = shop.rows("/v3/customers?sort=date_modified:desc&limit=250");
    assert!(changes(&down).is_sorted_by(|one, other| one >= other));
    let products = shop.rows("/v3/catalog/products?sort=date_modified&direction=desc");
    assert!(changes(&products).is_sorted_by(|one, other| one >= other));
    let orders = shop.rows("/v2/orders?sort=date_modified:asc&limit=250");
    let at = |row: &Value| {
        let text = row["date_modified"].as_str().unwrap();
        jiff::fmt::rfc2822::parse(text).unwrap().timestamp()
    };
    assert!(orders.iter().map(at).is_sorted());
    let equal = shop.ids(
        "/v3/customers?date_modified:min=2026-11-19T09:00:00Z\
         &date_modified:max=2026-11-19T09:00:00Z&sort=date_modified:asc",
    );
    assert!(equal.len() == 20 && equal.is_sorted());
    let by_name = shop.rows("/v3/customers?sort=last_name:asc&limit=250");
    let names = by_name
        .iter()
        .map(|row| row["last_name"].as_str().unwrap().to_lowercase());
    assert!(names.is_sorted());
}

#[test]
fn bounds_of_time_are_inclusive_in_every_form_of_time() {
    let shop = TestShop::demo();
    let order = &shop.rows("/v2/orders?limit=1")[0];
    let text = order["date_modified"].as_str().unwrap();
    let moment = jiff::fmt::rfc2822::parse(text).unwrap().timestamp();
    for form in [text.to_owned(), time::stamp(moment), moment.to_string()] {
        let form = form.replace('+', "%2B").replace(' ', "%20");
        let same = format!("/v2/orders?min_date_modified={form}&max_date_modified={form}");
        let found = shop.ids(&same);
        assert_eq!(found, [order["id"].as_u64().unwrap()], "{form}");
    }
}

#[test]
fn coupons_continue_from_a_smallest_number() {
    let shop = TestShop::demo();
    let all = shop.ids("/v2/coupons");
    assert!(all.is_sorted() && all.len() > 3);
    let rest = shop.ids(&format!("/v2/coupons?min_id={}&limit=2", all[2]));
    assert_eq!(rest, all[2..4]);
}

#[test]
fn filters_by_value_find_what_has_it() {
    let shop = TestShop::demo();
    let order = shop.rows("/v2/orders?limit=1")[0].clone();
    for (name, value) in [
        ("customer_id", order["customer_id"].to_string()),
        ("status_id", order["status_id"].to_string()),
        (
            "email",
            order["billing_address"]["email"]
                .as_str()
                .unwrap()
                .to_owned(),
        ),
    ] {
        let found = shop.ids(&format!("/v2/orders?{name}={value}&limit=250"));
        assert!(found.contains(&order["id"].as_u64().unwrap()), "{name}");
        assert!(found.len() < 120, "{name}");
    }
    let some = shop.ids("/v3/customers?limit=3");
    let customer = shop.rows("/v3/customers?limit=1")[0].clone();
    assert_eq!(
        shop.ids(&format!("/v3/customers?id:in={},{}", some[0], some[2])),
        [some[0], some[2]]
    );
    let email = customer["email"].as_str().unwrap();
    assert_eq!(
        shop.ids(&format!("/v3/customers?email:in={email}")),
        [some[0]]
    );
    let sku = shop.rows("/v3/catalog/variants?limit=1")[0].clone();
    let found = shop.rows(&format!(
        "/v3/catalog/variants?sku={}",
        sku["sku"].as_str().unwrap()
    ));
    assert_eq!(found, [sku]);
}

#[test]
fn parts_and_fields_are_shown_to_those_who_ask() {
    let shop = TestShop::demo();
    let plain = &shop.rows("/v3/catalog/products?limit=1")[0];
    assert!(plain.get("variants").is_none() && plain.get("images").is_none());
    let whole = &shop.rows("/v3/catalog/products?limit=1&include=variants,images")[0];
    assert!(whole["variants"].is_array() && whole["images"].is_array());
    assert!(whole.get("custom_fields").is_none());
    let few = &shop.rows("/v3/catalog/products?limit=1&include_fields=name")[0];
    let names: Vec<&String> = few.as_object().unwrap().keys().collect();
    assert_eq!(names, ["id", "name"]);
    let customer = &shop.rows("/v3/customers?limit=1")[0];
    assert!(customer.get("addresses").is_none());
    let customer = &shop.rows("/v3/customers?limit=1&include=addresses,storecredit")[0];
    assert_eq!(
        customer["address_count"],
        customer["addresses"].as_array().unwrap().len()
    );
    assert!(customer["store_credit_amounts"].is_array());
}

#[test]
fn customers_are_walked_by_cursors_in_both_directions() {
    let shop = TestShop::demo();
    let all = shop.ids("/v3/customers?limit=250&sort=date_modified:desc");
    let mut walked = shop.ids("/v3/customers?limit=25&sort=date_modified:desc");
    let mut page = shop.get("/v3/customers?limit=25&sort=date_modified:desc");
    while page["meta"]["cursor_pagination"]["links"]["next"].is_string() {
        let end = page["meta"]["cursor_pagination"]["end_cursor"]
            .as_str()
            .unwrap();
        let path = format!("/v3/customers?limit=25&sort=date_modified:desc&after={end}");
        walked.extend(shop.ids(&path));
        page = shop.get(&path);
    }
    assert_eq!(walked, all);
    let start = page["meta"]["cursor_pagination"]["start_cursor"]
        .as_str()
        .unwrap();
    let before = format!("/v3/customers?limit=25&sort=date_modified:desc&before={start}");
    assert_eq!(shop.ids(&before), all[25..50]);
    assert_eq!(shop.ask("/v3/customers?after=nonsense").0, 422);
}

#[test]
fn archived_orders_are_listed_to_those_who_ask_or_where_the_sandbox_is_told_to() {
    let shop = TestShop::demo();
    let shown = shop.rows("/v2/orders?limit=250");
    assert!(shown.iter().all(|order| order["is_deleted"] == false));
    let archived = shop.ids("/v2/orders?is_deleted=true&limit=250");
    assert!(!archived.is_empty());
    let one = shop.get(&format!("/v2/orders/{}", archived[0]));
    assert_eq!(one["is_deleted"], true);
    let listed = serde_json::json!({"archived_orders": "listed"});
    assert_eq!(shop.control("PATCH", "behaviour", &listed).0, 200);
    assert_eq!(
        shop.ids("/v2/orders?limit=250").len(),
        shown.len() + archived.len()
    );
}
