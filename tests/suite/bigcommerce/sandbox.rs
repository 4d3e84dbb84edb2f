//! The stand-in of the second API: commands and copies without a token, and the proof
//! that a copy is exact.

use std::sync::Arc;
#[cfg(unix)]
use std::sync::atomic::AtomicBool;
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use recharge_cli::catalog::bigcommerce::{LEFT_HEADER, QUOTA_HEADER, RESET_HEADER, WINDOW_HEADER};
use recharge_cli::sandbox::seed::Seed;
use recharge_cli::sandbox::{Platform, Sandbox, State};
use serde_json::Value;
#[cfg(unix)]
use serde_json::json;

use crate::answering::Answering;
use crate::canned::Asked;
use crate::harness::{NOW, Store, rc};
use crate::sync::Copy;
use crate::sync::copies::assert_records;
#[cfg(unix)]
use crate::sync::proof::{Proof, ProofSource, assert_files, copied_from};

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

/// What the store has, by the tables of a copy.
pub fn tables(copy: &Copy) -> Vec<(&'static str, Vec<Value>)> {
    let listed = |(table, list)| (table, copy.listed(&format!("bigcommerce {list}")));
    let mut tables: Vec<_> = LISTS.into_iter().map(listed).collect();
    let mut orders = copy.listed("bigcommerce orders list --is-deleted false");
    orders.extend(copy.listed("bigcommerce orders list --is-deleted true"));
    let mut lines = Vec::new();
    for order in &orders {
        let list = format!("bigcommerce order-products list {}", order["id"]);
        lines.extend(copy.listed(&list));
    }
    assert!(orders.len() > 10 && lines.len() > 10);
    tables.extend([("orders", orders), ("order_products", lines)]);
    tables
}

/// The copy is the store: every table, row by row. Gives the names of the tables.
fn assert_is_the_store(copy: &Copy) -> Vec<&'static str> {
    let named = |(table, records)| {
        assert_records(copy, table, records);
        table
    };
    tables(copy).into_iter().map(named).collect()
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
        .shows("bigcommerce_sandbox-a_copy_of_the_sandbox_is_the_store");
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

/// Changes the store until it is asked to stop; returns how many changes were
/// made.
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

/// Copies a store that changes to a destination, by runs that are killed.
#[cfg(unix)]
pub fn copied_under_kills(to: Option<String>) -> Proof {
    copied_from(&SOURCE, to)
}

#[cfg(unix)]
#[test]
fn a_copy_is_the_store_after_kills_faults_and_changes() {
    let proof = copied_under_kills(None);
    assert_is_the_store(&proof.copy);
}

#[cfg(unix)]
#[test]
fn files_are_the_store_after_kills_faults_and_changes() {
    for format in ["ndjson", "csv"] {
        let folder = tempfile::tempdir().unwrap();
        let to = format!("{format}:{}", folder.path().display());
        let proof = copied_under_kills(Some(to));
        for table in assert_is_the_store(&proof.copy) {
            assert_files(&proof.copy, folder.path(), table, format);
        }
    }
}

/// The answer of the sandbox to a request: status, headers of the limit, and body.
fn answered(sandbox: &Sandbox, asked: &Asked) -> (u16, String, String) {
    let (method, path) = asked.line.split_once(' ').unwrap();
    let mut request = http::Request::builder().method(method).uri(path);
    for (name, value) in &asked.headers {
        request = request.header(name, value);
    }
    let answer = sandbox.answer(&request.body(Bytes::new()).unwrap());
    let told = |name: &str| {
        let value = answer.headers().get(name)?.to_str().unwrap();
        Some(format!("{name}: {value}\r\n"))
    };
    let names = [LEFT_HEADER, RESET_HEADER, QUOTA_HEADER, WINDOW_HEADER];
    let headers = names.into_iter().filter_map(told).collect();
    let body = String::from_utf8(answer.body().to_vec()).unwrap();
    (answer.status().as_u16(), headers, body)
}

#[test]
fn a_copy_takes_as_long_as_the_quota_asks_and_no_longer() {
    const QUOTA: f64 = 150.0;
    const WINDOW: f64 = 30.0;
    let store = Store::new();
    // The sandbox and the runs have one clock, which continues by what is
    // waited.
    let (clock, present) = (store.waiting(), NOW.parse::<jiff::Timestamp>().unwrap());
    let now = move || present + *clock.lock().unwrap();
    let seed = Seed {
        customers: 200,
        seed: 3,
    };
    let state = State::seeded_as(Platform::Bigcommerce, &seed, present);
    let sandbox = Sandbox::new(state, Arc::new(now)).limited();
    let refused = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&refused);
    let server = Answering::with_headers(move |asked| {
        let answer = answered(&sandbox, asked);
        count.fetch_add(u32::from(answer.0 == 429), Ordering::SeqCst);
        answer
    });
    let copy = Copy {
        url: Some(server.url.clone()),
        store,
        to: None,
    };
    // One table after the other: two that wait at once would move the clock twice.
    let line = format!("sync --from bigcommerce --parallel 1 --to {}", copy.file());
    let run = copy.there(rc(&line)).in_time_of(&copy.store);
    run.succeeds();
    let requests = f64::from(u32::try_from(server.asked(&["GET"]).len()).unwrap());
    let waited = copy.store.waited().as_secs_f64();
    assert!(requests > 2.0 * QUOTA, "{requests}");
    let asked = requests / QUOTA * WINDOW;
    assert!(waited <= 1.05 * asked, "{waited} s for {requests} requests");
    // The first window is used up at once.
    let least = asked - WINDOW;
    assert!(waited >= least, "{waited} s for {requests} requests");
    assert_eq!(refused.load(Ordering::SeqCst), 0);
    assert_eq!(
        copy.value("SELECT count(DISTINCT order_id) FROM order_products"),
        copy.value("SELECT count(*) FROM orders")
    );
}
