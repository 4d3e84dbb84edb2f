//! A store of the second API, small enough to be seen through: rows that a test sets
//! and changes, answered in the forms of both generations.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::answering::Answering;
use crate::canned::Asked;
use crate::harness::{Rc, Store, rc};

pub const HASH: &str = "abc123";
pub const TOKEN: &str = "bc_token_of_the_store_1";

/// A number of answers, and what happens after them.
pub type LaterChange = (usize, fn(&mut Shop));

/// The rows of the store, and how it behaves.
#[derive(Default)]
pub struct Shop {
    pub orders: Vec<Value>,
    pub lines: BTreeMap<u64, Vec<Value>>,
    pub customers: Vec<Value>,
    pub products: Vec<Value>,
    pub coupons: Vec<Value>,
    pub refunds: Vec<Value>,
    pub variants: Vec<Value>,
    /// Filters of dates do nothing, as with a date that was encoded twice.
    pub ignores_dates: bool,
    /// Lists leave out archived orders unless they are asked for.
    pub hides_archived: bool,
    /// Paths that are refused with this status.
    pub refused: BTreeMap<&'static str, u16>,
    /// What happens once so many requests were answered.
    pub after: Option<LaterChange>,
    pub answered: usize,
}

/// A time as v2 writes it.
pub fn mail_time(at: &str) -> String {
    let at: Timestamp = at.parse().unwrap();
    at.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

pub fn order(id: u64, at: &str) -> Value {
    json!({
        "id": id, "date_modified": mail_time(at), "date_created": mail_time(at),
        "date_shipped": "", "total_inc_tax": "12.5000", "status": "Completed",
        "is_deleted": false, "payment_provider_id": null, "credit_card_type": null,
        "custom_status": "Packed", "products": {"url": "https://x.invalid", "resource": "/orders"},
    })
}

pub fn line(id: u64, order: u64, quantity: u64) -> Value {
    json!({"id": id, "order_id": order, "name": "Tea", "quantity": quantity, "base_price": "4.0000"})
}

pub fn product(id: u64, at: &str) -> Value {
    json!({"id": id, "name": format!("P{id}"), "price": 4.5, "date_modified": at, "variants": []})
}

pub fn customer(id: u64, at: &str) -> Value {
    json!({"id": id, "email": format!("c{id}@example.com"), "date_modified": at})
}

fn at(row: &Value, field: &str) -> Option<Timestamp> {
    moment(row[field].as_str()?)
}

fn moment(text: &str) -> Option<Timestamp> {
    let mail = || Some(jiff::fmt::rfc2822::parse(text).ok()?.timestamp());
    text.parse().ok().or_else(mail)
}

/// The parameters of a request.
fn query(asked: &Asked) -> BTreeMap<String, String> {
    let query = asked.line.split_once('?').map_or("", |(_, query)| query);
    form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}

impl Shop {
    fn answer(&mut self, asked: &Asked) -> (u16, String) {
        self.answered += 1;
        if let Some((_, change)) = self.after.filter(|(after, _)| self.answered > *after) {
            self.after = None;
            change(self);
        }
        // Anyone who only looks whether something listens says nothing.
        let Some(path) = asked.line.split(' ').nth(1) else {
            return (400, String::new());
        };
        let path = path.split('?').next().unwrap().to_owned();
        let is_v2 = path.contains("/v2/");
        let Some(path) = path.strip_prefix(&format!("/stores/{HASH}")) else {
            return fails(is_v2, 404, "The requested store was not found.");
        };
        if asked.header("X-Auth-Token") != Some(TOKEN) {
            return fails(is_v2, 401, "X-Auth-Token header is required");
        }
        if let Some(status) = self.refused.get(path) {
            return fails(is_v2, *status, "You don't have a required scope");
        }
        let query = query(asked);
        match path {
            "/v2/orders" => self.listed_orders(&query),
            "/v2/coupons" => {
                let least: u64 = query.get("min_id").map_or(0, |id| id.parse().unwrap());
                let rows = self.coupons.iter();
                bare(
                    rows.filter(|row| row["id"].as_u64() >= Some(least))
                        .cloned(),
                    &query,
                )
            }
            "/v3/customers" => self.counted(&self.customers, &query),
            "/v3/catalog/products" => self.counted(&self.products, &query),
            "/v3/catalog/variants" => self.counted(&self.variants, &query),
            "/v3/orders/payment_actions/refunds" => self.counted(&self.refunds, &query),
            _ => self.one(path, &query),
        }
    }

    fn one(&self, path: &str, query: &BTreeMap<String, String>) -> (u16, String) {
        let parts: Vec<&str> = path.split('/').collect();
        let of = |rows: &[Value], id: &str| {
            let mut rows = rows.iter();
            rows.find(|row| row["id"].as_u64() == id.parse().ok())
                .cloned()
        };
        match parts.as_slice() {
            ["", "v2", "orders", id, "products"] => {
                let lines = self.lines.get(&id.parse().unwrap());
                bare(lines.into_iter().flatten().cloned(), query)
            }
            ["", "v2", "orders", id] => match of(&self.orders, id) {
                Some(order) => (200, order.to_string()),
                None => fails(true, 404, "The requested resource was not found."),
            },
            ["", "v3", "catalog", "products", id] => match of(&self.products, id) {
                Some(product) => (200, json!({"data": product, "meta": {}}).to_string()),
                None => fails(false, 404, "The product could not be found."),
            },
            _ => fails(false, 404, "The route is not found, check the URL"),
        }
    }

    fn within(
        &self,
        row: &Value,
        (field, min, max): (&str, &str, &str),
        query: &BTreeMap<String, String>,
    ) -> bool {
        let (Some(at), false) = (at(row, field), self.ignores_dates) else {
            return true;
        };
        let bound = |name: &str| query.get(name).and_then(|text| moment(text));
        bound(min).is_none_or(|min| at >= min) && bound(max).is_none_or(|max| at <= max)
    }

    fn listed_orders(&self, query: &BTreeMap<String, String>) -> (u16, String) {
        let bounds = ("date_modified", "min_date_modified", "max_date_modified");
        let archived = query.get("is_deleted").map(|word| word == "true");
        let mut rows: Vec<Value> = self.orders.clone();
        rows.retain(|row| {
            let is_archived = row["is_deleted"] == true;
            let is_shown = archived.map_or(!(is_archived && self.hides_archived), |wanted| {
                wanted == is_archived
            });
            is_shown && self.within(row, bounds, query)
        });
        if query
            .get("sort")
            .is_some_and(|sort| sort == "date_modified:asc")
        {
            rows.sort_by_key(|row| (at(row, "date_modified"), row["id"].as_u64()));
        }
        bare(rows.into_iter(), query)
    }

    fn counted(&self, rows: &[Value], query: &BTreeMap<String, String>) -> (u16, String) {
        let limit: usize = query
            .get("limit")
            .map_or(50, |limit| limit.parse().unwrap());
        if limit > 250 {
            return fails(false, 413, "limit is too large");
        }
        let ids: Option<Vec<&str>> = query.get("id:in").map(|ids| ids.split(',').collect());
        let mut rows: Vec<Value> = rows.to_vec();
        rows.retain(|row| {
            let id = row["id"].to_string();
            ids.as_ref().is_none_or(|ids| ids.contains(&id.as_str()))
                && self.within(
                    row,
                    ("date_modified", "date_modified:min", "date_modified:max"),
                    query,
                )
                && self.within(row, ("created", "created:min", "created:max"), query)
        });
        if query
            .get("sort")
            .is_some_and(|sort| sort.starts_with("date_modified"))
        {
            rows.sort_by_key(|row| (at(row, "date_modified"), row["id"].as_u64()));
        }
        if query
            .get("include_fields")
            .is_some_and(|fields| fields == "id")
        {
            rows = rows.iter().map(|row| json!({"id": row["id"]})).collect();
        }
        let pages = rows.len().div_ceil(limit).max(1);
        let page: usize = query.get("page").map_or(1, |page| page.parse().unwrap());
        let rows: Vec<Value> = rows
            .into_iter()
            .skip((page - 1) * limit)
            .take(limit)
            .collect();
        let meta = json!({"pagination": {"total_pages": pages, "current_page": page}});
        (200, json!({"data": rows, "meta": meta}).to_string())
    }
}

/// A page of a list of v2.
fn bare(rows: impl Iterator<Item = Value>, query: &BTreeMap<String, String>) -> (u16, String) {
    let limit: usize = query
        .get("limit")
        .map_or(50, |limit| limit.parse().unwrap());
    if limit > 250 {
        return fails(true, 413, "limit is too large");
    }
    let page: usize = query.get("page").map_or(1, |page| page.parse().unwrap());
    let rows: Vec<Value> = rows.skip((page - 1) * limit).take(limit).collect();
    if rows.is_empty() {
        return (204, String::new());
    }
    (200, Value::from(rows).to_string())
}

fn fails(is_v2: bool, status: u16, message: &str) -> (u16, String) {
    let body = if is_v2 {
        json!([{"status": status, "message": message}])
    } else {
        json!({"status": status, "title": message, "type": "https://x.invalid", "errors": {}})
    };
    (status, body.to_string())
}

/// A store that answers on this machine, and a copy of it.
pub struct Served {
    pub shop: Arc<Mutex<Shop>>,
    pub server: Answering,
    pub store: Store,
}

impl Served {
    pub fn new(shop: Shop) -> Self {
        let shop = Arc::new(Mutex::new(shop));
        let answers = Arc::clone(&shop);
        Self {
            server: Answering::with(move |asked| answers.lock().unwrap().answer(asked)),
            shop,
            store: Store::new(),
        }
    }

    pub fn change(&self, change: impl FnOnce(&mut Shop)) {
        change(&mut self.shop.lock().unwrap());
    }

    pub fn rc(&self, line: &str) -> Rc {
        self.there(rc(line))
    }

    fn there(&self, rc: Rc) -> Rc {
        rc.holding(&self.store)
            .env("BIGCOMMERCE_BASE_URL", &self.server.url)
            .env("BIGCOMMERCE_STORE_HASH", HASH)
            .env("BIGCOMMERCE_ACCESS_TOKEN", TOKEN)
    }

    pub fn to(&self) -> String {
        format!("sqlite:{}", self.store.path().join("copy.db").display())
    }

    /// A run of sync to the copy.
    pub fn syncing(&self, flags: &str) -> Rc {
        let to = self.to();
        self.rc(&format!(
            "sync --from bigcommerce --to {to} -o ndjson --max-retries 0 {flags}"
        ))
    }

    /// Syncs; returns the report of each table.
    pub fn sync(&self, flags: &str) -> Vec<Value> {
        self.syncing(flags).succeeds().records()
    }

    pub fn sql(&self, query: &str) -> Vec<Value> {
        let path = self.store.path().join("copy.db").display().to_string();
        let words = ["sql", query, "--database", &path, "-o", "ndjson"];
        let asked = crate::harness::rc_of(words.map(str::to_owned)).holding(&self.store);
        asked.succeeds().records()
    }

    /// One value of the copy.
    pub fn value(&self, query: &str) -> Value {
        let rows = self.sql(query);
        let row = rows[0].as_object().unwrap();
        row.values().next().unwrap().clone()
    }

    /// The requests whose line contains a text.
    pub fn asked(&self, part: &str) -> Vec<String> {
        let mut asked = self.server.asked(&["GET"]);
        asked.retain(|line| line.contains(part));
        asked
    }
}
