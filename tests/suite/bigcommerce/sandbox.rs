//! The stand-in of the second API: commands and copies without a token, and the proof
//! that a copy is exact.

#[cfg(unix)]
use std::sync::atomic::{AtomicBool, Ordering};

#[cfg(unix)]
use serde_json::{Value, json};

use crate::harness::{Store, rc};
use crate::sync::Copy;
use crate::sync::copies::{assert_records, assert_same};
#[cfg(unix)]
use crate::sync::proof::{ProofSource, copied_from};

/// Each table whose list is one request of its own, and that list.
const LISTS: [(&str, &str); 5] = [
    ("coupons", "coupons list"),
    (
        "customers",
        "customers list --include addresses,attributes,storecredit,formfields",
    ),
    (
        "products",
        "products list --include variants,images,custom_fields",
    ),
    ("order_refunds", "order-refunds list"),
    ("product_variants", "product-variants list"),
];

/// The copy is the store: every table, row by row.
fn assert_is_the_store(copy: &Copy) {
    for (table, list) in LISTS {
        assert_same(copy, table, &format!("bigcommerce {list}"));
    }
    let mut orders = copy.listed("bigcommerce orders list --is-deleted false");
    orders.extend(copy.listed("bigcommerce orders list --is-deleted true"));
    let mut lines = Vec::new();
    for order in &orders {
        let list = format!("bigcommerce order-products list {}", order["id"]);
        lines.extend(copy.listed(&list));
    }
    assert!(orders.len() > 10 && lines.len() > 10);
    assert_records(copy, "orders", orders);
    assert_records(copy, "order_products", lines);
}

#[test]
fn commands_and_copies_of_the_sandbox_need_no_token() {
    let store = Store::new();
    let line = "--sandbox bigcommerce orders list -n 3 --jq .id";
    let outcome = rc(line).holding(&store).succeeds();
    assert_eq!(outcome.stdout.lines().count(), 3);
    let get = "--sandbox bigcommerce products get 1 --jq .name";
    let list = "--sandbox bigcommerce products list -n 1 --jq .id";
    let id = rc(list).holding(&store).succeeds().stdout;
    rc(&get.replace('1', id.trim())).holding(&store).succeeds();
    rc("--sandbox customers list -n 1")
        .holding(&store)
        .succeeds();
}

#[test]
fn a_copy_of_the_sandbox_is_the_store() {
    let copy = Copy::new();
    copy.sync("--from bigcommerce");
    assert_is_the_store(&copy);
    // The sandbox of the other API is another store.
    let other = copy.there(rc(&format!("sync --to {}", copy.file())));
    other
        .fails(2)
        .says("is a copy of bigcommerce store sandbox");
}

/// Sends a request to the control surface of a served sandbox.
#[cfg(unix)]
fn control(url: &str, method: &str, path: &str, body: &Value) -> u16 {
    use std::io::{Read, Write};
    let host = url.trim_start_matches("http://");
    let mut stream = std::net::TcpStream::connect(host).unwrap();
    let body = body.to_string();
    write!(
        stream,
        "{method} /_sandbox/{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    answer
        .get(9..12)
        .and_then(|status| status.parse().ok())
        .unwrap_or(0)
}

/// Changes the store until it is told to stop; returns how many changes were made.
#[cfg(unix)]
fn change(copy: &Copy, stop: &AtomicBool) -> u32 {
    let url = copy.url.clone().unwrap();
    let mut rng = fastrand::Rng::with_seed(13);
    let mut made = 0;
    let ids = |list: &str| -> Vec<u64> {
        let outcome = copy.there(rc(&format!("bigcommerce {list} --jq .id --max-retries 9")));
        let ids = outcome.runs().stdout;
        ids.lines().filter_map(|id| id.parse().ok()).collect()
    };
    while !stop.load(Ordering::SeqCst) {
        let (resource, list) = match rng.u32(..3) {
            0 => ("orders", "orders list"),
            1 => ("products", "products list"),
            _ => ("customers", "customers list"),
        };
        let found = ids(list);
        if found.is_empty() {
            continue;
        }
        let id = found[rng.usize(..found.len())];
        let one = format!("records/{resource}/{id}");
        let status = match rng.u32(..6) {
            0 => control(&url, "POST", &format!("records/{resource}"), &json!({})),
            1 if resource != "orders" => control(&url, "DELETE", &one, &json!({})),
            // Three hundred of one second, more than a page.
            2 => {
                let touch = format!("records/{resource}/touch");
                control(&url, "POST", &touch, &json!({"count": 300}))
            }
            3 if resource == "orders" => {
                let lines = json!({"products": [{"name": format!("Tea {made}"), "quantity": 2}]});
                control(&url, "PATCH", &one, &lines)
            }
            4 if resource == "orders" => control(&url, "PATCH", &one, &json!({"is_deleted": true})),
            _ => {
                let field = match resource {
                    "orders" => json!({"staff_notes": format!("note {made}")}),
                    "products" => json!({"sku": format!("sku-{made}")}),
                    _ => json!({"notes": format!("note {made}")}),
                };
                control(&url, "PATCH", &one, &field)
            }
        };
        made += u32::from(status == 200 || status == 201);
        let line = format!("sandbox clock advance {}s", rng.u32(1..40));
        copy.there(rc(&line)).runs();
    }
    made
}

#[cfg(unix)]
const SOURCE: ProofSource = ProofSource {
    serve: &["--platform", "bigcommerce", "--no-limit"],
    sync: &["--from", "bigcommerce"],
    change,
};

#[cfg(unix)]
#[test]
fn a_copy_is_the_store_after_kills_faults_and_changes() {
    let proof = copied_from(&SOURCE, None);
    let copy = &proof.copy;
    assert_is_the_store(copy);
}
