//! `rc bigcommerce …`: lists, single objects, errors and pacing.

use serde_json::json;

use super::shop::{HASH, Served, Shop, TOKEN, customer, line, order, product};
use crate::canned::{Canned, Reply};
use crate::harness::{Rc, Store, rc};

const AT: &str = "2026-11-01T10:00:00Z";

fn shop() -> Shop {
    let mut shop = Shop {
        orders: (1..=60).map(|id| order(id, AT)).collect(),
        customers: (1..=60).map(|id| customer(id, AT)).collect(),
        products: (1..=60).map(|id| product(id, AT)).collect(),
        coupons: (1..=60)
            .map(|id| json!({"id": id * 3, "code": "A"}))
            .collect(),
        ..Shop::default()
    };
    shop.lines.insert(7, vec![line(70, 7, 1)]);
    shop
}

#[test]
fn lists_of_both_generations_are_read_to_their_end() {
    let served = Served::new(shop());
    for resource in ["orders", "customers", "products", "coupons"] {
        let line = format!("bigcommerce {resource} list --page-size 20 --jq .id");
        let outcome = served.rc(&line).succeeds();
        assert_eq!(
            outcome.stdout.lines().count(),
            60,
            "{resource}: {outcome:?}"
        );
    }
    // Pages by number end at a short one or at 204; coupons continue after an
    // id.
    assert_eq!(served.asked("/v2/orders?").len(), 4);
    let coupons = served.asked("/v2/coupons?");
    assert!(coupons[1].contains("min_id=61"), "{coupons:?}");
    assert_eq!(served.asked("/v3/customers?").len(), 3);
}

#[test]
fn a_list_without_records_is_empty_in_both_generations() {
    let served = Served::new(Shop::default());
    for resource in ["orders", "customers", "products", "coupons"] {
        let outcome = served
            .rc(&format!("bigcommerce {resource} list -o json"))
            .succeeds();
        assert_eq!(outcome.stdout.trim(), "[]", "{resource}");
    }
}

#[test]
fn one_object_is_shown_whatever_envelope_it_has() {
    let served = Served::new(shop());
    let product = served.rc("bigcommerce products get 12 -o json").succeeds();
    assert!(
        product.stdout.contains("\"name\":\"P12\""),
        "{}",
        product.stdout
    );
    let order = served
        .rc("bigcommerce orders get 7 --jq .total_inc_tax -r")
        .succeeds();
    assert_eq!(order.stdout, "12.5000\n");
    let lines = served
        .rc("bigcommerce order-products list 7 --jq .id")
        .succeeds();
    assert_eq!(lines.stdout, "70\n");
    let missing = served.rc("bigcommerce orders get 999").fails(4);
    missing.says("nothing at /v2/orders/999 (404): The requested resource was not found.");
    let missing = served.rc("bigcommerce products get 999").fails(4);
    missing.says("(404): The product could not be found.");
}

#[test]
fn a_wrong_store_a_wrong_token_and_a_missing_scope_say_so() {
    let mut rows = shop();
    rows.refused.insert("/v3/customers", 403);
    let served = Served::new(rows);
    let list = "bigcommerce orders list";
    let wrong = served.rc(&format!("{list} --store-hash nope1")).fails(3);
    wrong.says("there is no store nope1 (404): The requested store was not found.");
    let token = served
        .rc(list)
        .env("BIGCOMMERCE_ACCESS_TOKEN", "bc_other_token_of_1");
    token
        .fails(3)
        .shows("bigcommerce_commands-a_wrong_store_a_wrong_token_and_a_missing_scope_say_so");
    let scope = served.rc("bigcommerce customers list").fails(3);
    scope
        .says("it needs the scope store_v2_customers_read_only; add it in BigCommerce")
        .says("You don't have a required scope");
}

#[test]
fn the_store_and_the_token_of_the_first_api_are_not_taken_for_this_one() {
    let missing = rc("bigcommerce orders list").env("RECHARGE_ACCESS_TOKEN", "sk_sandbox_all");
    missing.fails(2).shows(
        "bigcommerce_commands-the_store_and_the_token_of_the_first_api_are_not_taken_for_this_one",
    );
    let missing = rc("bigcommerce orders list --store-hash abc")
        .env("RECHARGE_BASE_URL", "http://127.0.0.1:9")
        .env("RECHARGE_ACCESS_TOKEN", "sk_sandbox_all");
    missing
        .fails(3).shows("bigcommerce_commands-the_store_and_the_token_of_the_first_api_are_not_taken_for_this_one-2");
    let slash = rc("bigcommerce orders list --store-hash a/b").fails(2);
    slash.says("the store hash is not valid");
}

#[test]
fn a_day_is_sent_with_a_time_of_day() {
    let dry = rc(
        "bigcommerce orders list --min-date-modified 2026-01-31 --max-date-modified 2026-02-01 \
         --store-hash abc --dry-run",
    );
    let dry = dry.succeeds().stdout;
    assert!(
        dry.contains("min_date_modified=2026-01-31T00:00:00Z"),
        "{dry}"
    );
    assert!(
        dry.contains("max_date_modified=2026-02-01T23:59:59Z"),
        "{dry}"
    );
    let offset = rc(
        "bigcommerce products list --date-modified-min 2026-01-31T10:00:00+02:00 --store-hash abc \
         --dry-run",
    );
    let offset = offset.succeeds().stdout;
    assert!(
        offset.contains("date_modified:min=2026-01-31T08:00:00Z"),
        "{offset}"
    );
}

fn reply(status: u16, headers: &str, body: &str) -> Reply {
    Reply::Raw(format!(
        "HTTP/1.1 {status} X\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    ))
}

fn against(line: &str, url: &str) -> Rc {
    rc(line)
        .env("BIGCOMMERCE_BASE_URL", url)
        .env("BIGCOMMERCE_STORE_HASH", HASH)
        .env("BIGCOMMERCE_ACCESS_TOKEN", TOKEN)
}

#[test]
fn token_and_client_id_go_in_their_headers() {
    let server = Canned::serve(vec![reply(204, "", "")]);
    let outcome = against("bigcommerce coupons list -vv", &server.url);
    let outcome = outcome.env("BIGCOMMERCE_CLIENT_ID", "client7").succeeds();
    assert!(!outcome.stderr.contains(TOKEN), "{}", outcome.stderr);
    let asked = server.asked();
    assert_eq!(asked[0].header("X-Auth-Token"), Some(TOKEN));
    assert_eq!(asked[0].header("X-Auth-Client"), Some("client7"));
    assert_eq!(asked[0].header("X-Recharge-Access-Token"), None);
}

#[test]
fn a_429_with_headers_waits_for_the_next_window() {
    let limit = "X-Rate-Limit-Requests-Left: 0\r\nX-Rate-Limit-Time-Reset-Ms: 7000\r\n\
                 X-Rate-Limit-Requests-Quota: 150\r\nX-Rate-Limit-Time-Window-Ms: 30000\r\n";
    let server = Canned::serve(vec![
        reply(
            429,
            limit,
            r#"[{"status":429,"message":"Too many requests"}]"#,
        ),
        reply(204, "", ""),
    ]);
    let store = Store::new();
    let run = against("bigcommerce orders list", &server.url).in_time_of(&store);
    run.succeeds().says("the API asks to wait 7 s");
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn a_429_without_headers_backs_off_for_seconds() {
    let busy = || reply(429, "", "");
    let server = Canned::serve(vec![busy(), busy(), reply(204, "", "")]);
    let store = Store::new();
    let run = against("bigcommerce orders list", &server.url).in_time_of(&store);
    run.succeeds();
    assert_eq!(server.asked().len(), 3);
    let waited = store.waited();
    assert!(waited.as_secs() >= 4, "{waited:?}");
}

#[test]
fn a_page_that_is_too_large_and_trouble_of_the_api_are_told() {
    let large = r#"{"status":413,"title":"limit is too large","errors":{}}"#;
    let server = Canned::serve(vec![reply(413, "", large)]);
    let outcome = against("bigcommerce products list", &server.url).fails(5);
    outcome.says("the API refused the request (413): limit is too large");
    let server = Canned::serve(vec![
        reply(500, "", ""),
        reply(500, "", ""),
        reply(204, "", ""),
    ]);
    against("bigcommerce orders list", &server.url).succeeds();
    assert_eq!(server.asked().len(), 3);
    let usage = against(
        "bigcommerce orders list --page-size 251",
        "http://127.0.0.1:9",
    );
    usage.fails(2);
}

#[test]
fn words_of_the_command_are_completed_from_its_own_rows() {
    use recharge_cli::cli::complete::{Facts, Shell, TypedLine, offer};
    use std::sync::Arc;
    let none = || Arc::new(|()| Vec::new());
    let facts = Facts {
        profiles: none(),
        jobs: none(),
        ids: Arc::new(|_| Vec::new()),
    };
    let offered = |line: &str| {
        let line = TypedLine {
            shell: Shell::Zsh,
            words: line.split(' ').map(Into::into).collect(),
            before: String::new(),
        };
        let offer = offer(&recharge_cli::commands::command_set(), &line, &facts);
        let values = offer
            .candidates
            .into_iter()
            .map(|candidate| candidate.value);
        values.collect::<Vec<String>>()
    };
    assert_eq!(offered("rc bigc"), ["bigcommerce"]);
    assert_eq!(
        offered("rc bigcommerce ord"),
        ["orders", "order-products", "order-refunds"]
    );
    assert_eq!(
        offered("rc bigcommerce orders list -c geoip_country_"),
        ["geoip_country_iso2"]
    );
}

#[test]
fn what_is_said_of_many_ids_names_the_whole_command() {
    let served = Served::new(shop());
    let outcome = served.rc("bigcommerce orders get 7 998 999").fails(7);
    outcome.says("bigcommerce orders get: 2 of 3 failed");
    let help = served.rc("bigcommerce orders get --help").succeeds();
    assert!(
        help.stdout
            .contains("the records of rc bigcommerce orders list")
    );
}
