//! Writes of 2021-01 that 2021-11 has in another form: what each comes to.
//!
//! Takes a write that keeps to its row; returns requests to rules of 2021-11.
//! Nothing is changed here.

use serde_json::{Value, json};

use super::calls::{AskedWrite, WritePlan, WriteResponse};
use super::objects::charged_method;
use super::writes::DISCOUNT;
use super::{body, countries};
use crate::combined::{Moving, RuleRequest, charge_with};
use crate::requests::check;
use crate::requests::refusal::{FieldErrors, Refusal};
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};
use crate::values::time;
use recharge_catalog as catalog;

/// The request of the row itself.
#[expect(clippy::unnecessary_wraps, reason = "plans of other writes can refuse")]
pub(super) fn as_asked(asked: &AskedWrite) -> Result<WritePlan, Refusal> {
    Ok(WritePlan::one(asked.request()))
}

#[expect(clippy::unnecessary_wraps, reason = "plans of other writes can refuse")]
pub(super) fn add_address(asked: &AskedWrite) -> Result<WritePlan, Refusal> {
    Ok(WritePlan::one(
        asked.request().with("customer_id", asked.id()),
    ))
}

/// Title and price may be left out in 2021-01: those of the variant count then.
#[expect(clippy::unnecessary_wraps, reason = "plans of other writes can refuse")]
pub(super) fn add_onetime(asked: &AskedWrite) -> Result<WritePlan, Refusal> {
    let mut request = asked.request().with("address_id", asked.id());
    let number = record::at(&request.body, "external_variant_id.ecommerce");
    let found = number.and_then(record::plain).and_then(|number| {
        let products = asked.state.table(TableName::Products);
        let (_, product) = products.find_one("variants.*.external_variant_id", &number)?;
        let variants = record::list(&product, "variants").iter();
        let is_wanted = |one: &&Value| {
            one.get("external_variant_id").and_then(record::plain) == Some(number.clone())
        };
        let price = variants
            .clone()
            .find(is_wanted)
            .and_then(|variant| variant.pointer("/prices/unit_price").cloned());
        Some((product.get("title").cloned(), price))
    });
    let (title, price) = found.unwrap_or_default();
    for (field, known) in [("product_title", title), ("price", price)] {
        if let (false, Some(known)) = (request.body.contains_key(field), known) {
            request = request.with(field, known);
        }
    }
    Ok(WritePlan::one(request))
}

/// Whether an address of the United States can be right, and how it is written.
pub(super) fn validate_address(asked: &AskedWrite) -> Result<WritePlan, Refusal> {
    let given = |field: &str| record::text(asked.body, field).trim().to_owned();
    let (state, zip) = (given("state"), given("zipcode"));
    let known = countries::provinces("US").iter().find(|(code, name)| {
        code.eq_ignore_ascii_case(&state) || name.eq_ignore_ascii_case(&state)
    });
    let five = zip.split('-').next().unwrap_or_default();
    let mut faults = FieldErrors::default();
    if known.is_none() {
        faults.add("state", "is not a state of the United States");
    }
    if five.len() != 5 || !five.bytes().all(|byte| byte.is_ascii_digit()) {
        faults.add("zipcode", "is not a zip code of the United States");
    }
    faults.check()?;
    let (code, name) = known.copied().unwrap_or_default();
    Ok(WritePlan {
        requests: Vec::new(),
        shown: WriteResponse::Body(json!({
            "address1": given("address1"), "city": given("city"), "state": code,
            "state_name": name, "zipcode": zip, "errors": {},
        })),
    })
}

pub(super) fn apply_discount(asked: &AskedWrite) -> Result<WritePlan, Refusal> {
    let by_code = || {
        let code = record::text(asked.body, "discount_code");
        let discounts = asked.state.table(TableName::Discounts);
        let found = discounts.find("code", code).first().copied();
        found.ok_or_else(|| Refusal::invalid("discount_code", format!("{code} does not exist")))
    };
    let id = record::id(asked.body, "discount_id").map_or_else(by_code, Ok)?;
    let body = json!({"discounts": [{"id": id}]});
    Ok(WritePlan::one(RuleRequest::to(
        "addresses.update",
        asked.id(),
        body,
    )))
}

#[expect(clippy::unnecessary_wraps, reason = "plans of other writes can refuse")]
pub(super) fn remove_discount(asked: &AskedWrite) -> Result<WritePlan, Refusal> {
    let body = json!({"discounts": []});
    Ok(WritePlan::one(RuleRequest::to(
        "addresses.update",
        asked.id(),
        body,
    )))
}

/// The subscriptions in the body, each an object that keeps to the row of the
/// operation for one.
fn many<'a>(asked: &'a AskedWrite, row: &str) -> Result<Vec<&'a Record>, Refusal> {
    let mut faults = FieldErrors::default();
    let mut found = Vec::new();
    let operation = catalog::recharge::v2021_01::API.operation(row);
    for (place, one) in record::list(asked.body, "subscriptions").iter().enumerate() {
        let place = format!("subscriptions.{place}");
        let Some(one) = one.as_object() else {
            faults.add(&place, "Not a valid mapping type.");
            continue;
        };
        found.push(one);
        // The path may name the address of all.
        let mut whole = one.clone();
        if !asked.holes.is_empty() {
            whole.insert("address_id".to_owned(), asked.id().into());
        }
        if let Some((_, operation)) = operation
            && let Err(refusal) = check::body(operation, &whole)
        {
            faults.add_all(&place, refusal)?;
        }
    }
    if found.is_empty() {
        faults.add("subscriptions", "names no subscription");
    }
    faults.check()?;
    Ok(found)
}

pub(super) fn create_many(asked: &AskedWrite) -> Result<WritePlan, Refusal> {
    let requests = many(asked, "subscriptions.create")?.into_iter().map(|one| {
        let request = for_one(asked, one);
        match asked.holes {
            [] => request,
            _ => request.with("address_id", asked.id()),
        }
    });
    Ok(WritePlan {
        requests: requests.collect(),
        shown: WriteResponse::Each,
    })
}

/// Changes and deletions: each names its subscription, which must belong to the
/// address where the path names one.
pub(super) fn change_many(asked: &AskedWrite) -> Result<WritePlan, Refusal> {
    let mut faults = FieldErrors::default();
    let mut requests = Vec::new();
    for (place, one) in many(asked, asked.write.newer)?.into_iter().enumerate() {
        let id = record::id(one, "id").unwrap_or(0);
        let found = asked.state.get(TableName::Subscriptions, id);
        let belongs = found.is_some_and(|found| {
            asked.holes.is_empty() || record::id(&found, "address_id") == Some(asked.id())
        });
        if belongs {
            requests.push(for_one(asked, one).of(id));
        } else {
            let message = format!("subscription {id} does not exist");
            faults.add(&format!("subscriptions.{place}.id"), message);
        }
    }
    faults.check()?;
    Ok(WritePlan {
        requests,
        shown: WriteResponse::Each,
    })
}

fn for_one(asked: &AskedWrite, one: &Record) -> RuleRequest {
    let alone = AskedWrite {
        body: one,
        holes: &[],
        ..*asked
    };
    alone.request()
}

pub(super) fn move_charge(asked: &AskedWrite) -> Result<WritePlan, Refusal> {
    let moving = Moving::of(asked.state, asked.id())?;
    let day = asked.request().body.remove("date").unwrap_or_default();
    Ok(moved(moving.requests(|_| day.clone()), moving.items()))
}

/// Each subscription moves by its own interval.
pub(super) fn delay_charge(asked: &AskedWrite) -> Result<WritePlan, Refusal> {
    let moving = Moving::of(asked.state, asked.id())?;
    let requests = moving.requests(|one| time::day_text(moving.day_after(one)).into());
    Ok(moved(requests, moving.items()))
}

/// What is shown is the charge that has the items then.
fn moved(requests: Vec<RuleRequest>, items: Vec<u64>) -> WritePlan {
    let found = move |state: &State| Some((TableName::Charges, charge_with(state, &items)?));
    WritePlan {
        requests,
        shown: WriteResponse::Found(Box::new(found)),
    }
}

/// 2021-11 lists the discounts of a new checkout.
#[expect(clippy::unnecessary_wraps, reason = "plans of other writes can refuse")]
pub(super) fn open_checkout(asked: &AskedWrite) -> Result<WritePlan, Refusal> {
    let mut request = asked.request();
    if let Some(code) = request.body.remove("discount_code") {
        request = request.with("applied_discounts", json!([{"discount_code": code}]));
    }
    Ok(WritePlan::one(request))
}

/// The fields of a bill in 2021-01, and in a billing address.
const BILLING: &str = "billing_";

/// The bill of a customer is that of the payment method that is charged.
#[expect(clippy::unnecessary_wraps, reason = "plans of other writes can refuse")]
pub(super) fn change_customer(asked: &AskedWrite) -> Result<WritePlan, Refusal> {
    let mut plan = WritePlan::one(asked.request());
    let mut bill = Record::new();
    for (name, value) in asked.body {
        match name.strip_prefix(BILLING) {
            Some("country") => {
                let code = value.as_str().map(countries::code);
                record::set(&mut bill, "country_code", code);
            }
            Some(field) => record::set(&mut bill, field, value.clone()),
            None => {}
        }
    }
    let method = record::id(&charged_method(asked.state, asked.id()), "id");
    if let (false, Some(method)) = (bill.is_empty(), method) {
        let body = json!({"billing_address": bill});
        let request = RuleRequest::to("payment_methods.update", method, body);
        plan.requests.push(request);
        let customer = asked.id();
        plan.shown =
            WriteResponse::Found(Box::new(move |_| Some((TableName::Customers, customer))));
    }
    Ok(plan)
}

/// How often a customer gets a discount: 2021-11 counts the times after the
/// first.
#[expect(clippy::unnecessary_wraps, reason = "plans of other writes can refuse")]
pub(super) fn with_duration(asked: &AskedWrite) -> Result<WritePlan, Refusal> {
    let mut request = asked.request();
    set_duration(&mut request.body, asked.body);
    Ok(WritePlan::one(request))
}

fn set_duration(there: &mut Record, body: &Record) {
    let limit = record::number(body, "duration_usage_limit");
    let later = match record::text(body, "duration") {
        "single_use" => json!(0),
        "usage_limit" => json!(limit.map(|limit| (limit - 1).max(0))),
        "forever" => Value::Null,
        _ => return,
    };
    let limits = there.entry("usage_limits").or_insert_with(|| json!({}));
    if let Value::Object(limits) = limits {
        record::set(limits, "max_subsequent_redemptions", later);
    }
}

/// Another variant in the place of one, on all lines that have it.
pub(super) fn swap_variant(asked: &AskedWrite) -> Result<WritePlan, Refusal> {
    let order = asked.state.get(TableName::Orders, asked.id());
    let order = order.ok_or_else(Refusal::not_found)?;
    let old = asked.holes.get(1).map_or("", String::as_str);
    let (new, product) = (
        asked
            .body
            .get("new_shopify_variant_id")
            .and_then(record::plain),
        asked.body.get("shopify_product_id").and_then(record::plain),
    );
    let mut swapped = false;
    let mut lines = record::list(&order, "line_items").to_vec();
    for line in lines.iter_mut().filter_map(Value::as_object_mut) {
        if record::text(line, "external_variant_id.ecommerce") != old {
            continue;
        }
        swapped = true;
        record::set(line, "external_variant_id", json!({"ecommerce": new}));
        if let Some(product) = &product {
            record::set(line, "external_product_id", json!({"ecommerce": product}));
        }
    }
    if !swapped {
        return Err(Refusal::not_found());
    }
    let body = json!({"line_items": lines});
    Ok(WritePlan::one(RuleRequest::to(
        "orders.update",
        asked.id(),
        body,
    )))
}

/// The order must be one of the charge that the path names, too.
pub(super) fn clone_on_charge(asked: &AskedWrite) -> Result<WritePlan, Refusal> {
    let order = asked.state.get(TableName::Orders, asked.id());
    let charge = order.and_then(|order| record::id(&order, "charge.id"));
    let named = asked.holes.get(1).and_then(|id| id.parse().ok());
    if named.is_none() || charge != named {
        return Err(Refusal::not_found());
    }
    Ok(WritePlan::one(asked.request()))
}

/// Tasks have the bodies of single requests, in the names of this version.
pub(super) fn add_tasks(asked: &AskedWrite) -> Result<WritePlan, Refusal> {
    let batch = asked.state.get(TableName::Batches, asked.id());
    let batch = batch.ok_or_else(Refusal::not_found)?;
    let of_discounts = record::text(&batch, "batch_type").starts_with("discount_");
    let task = |task: &Value| match task.get("body").and_then(Value::as_object) {
        Some(body) if of_discounts => json!({"body": discount_task(body)}),
        _ => task.clone(),
    };
    let tasks: Vec<Value> = record::list(asked.body, "tasks").iter().map(task).collect();
    Ok(WritePlan::one(asked.request().with("tasks", tasks)))
}

/// A task in the names of either version: what it does not translate stays.
fn discount_task(given: &Record) -> Record {
    let (translated, _) = body::translated(DISCOUNT, given);
    let mut task = given.clone();
    task.extend(translated);
    set_duration(&mut task, given);
    task
}
