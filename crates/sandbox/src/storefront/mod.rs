//! What the vendor's client for customers asks for and the reference does not
//! have: sessions of customers, and routes for their pages.
//!
//! Takes a state and a request; returns an answer. The facts are those of the
//! published client; writes come to requests to rules.

mod limits;
mod memberships;
mod routes;
mod sessions;

use bytes::Bytes;
use http::Request;
use jiff::Timestamp;
use serde_json::{Value, json};

pub(crate) use limits::check as check_own;
pub(crate) use memberships::set_status as set_membership_status;
pub(crate) use routes::{Unlisted, find};
pub(crate) use sessions::{customer_of, customer_of_link, end_link, token_of};

use crate::combined::{self, Moving, RuleRequest, charge_with};
use crate::requests::checked_request::{CheckedRequest, Outcome, query_of};
use crate::requests::envelope::{Answered, Draft};
use crate::requests::refusal::Refusal;
use crate::rules::events;
use crate::storage::state::{State, Token};
use crate::storage::tables::TableName;
use crate::v2021_01;
use crate::values::record::{self, Record};
use crate::values::time;

/// Who asks: a token, and the customer whose session it is.
pub(crate) struct Asker<'a> {
    pub(crate) token: &'a Token,
    pub(crate) customer: Option<u64>,
}

/// A request to a route that the reference does not have.
struct StorefrontRequest<'a> {
    asker: &'a Asker<'a>,
    now: Timestamp,
    /// The values in the path.
    holes: &'a [String],
    query: Vec<(String, String)>,
    body: Record,
    /// The address under which the sandbox was asked, where it is served.
    served_at: Option<String>,
}

impl StorefrontRequest<'_> {
    fn id(&self) -> u64 {
        let id = self.holes.first();
        id.and_then(|id| id.parse().ok()).unwrap_or(0)
    }

    /// The customer whose session asks, or 403: a token of the store is not a
    /// customer.
    fn customer(&self) -> Result<u64, Refusal> {
        self.asker
            .customer
            .ok_or_else(|| forbidden("only a session of a customer may ask this"))
    }

    /// Refuses what belongs to another customer than that of the session.
    fn check_owner(&self, owner: Option<u64>) -> Result<(), Refusal> {
        match self.asker.customer {
            Some(customer) if owner != Some(customer) => {
                Err(forbidden("the session belongs to another customer"))
            }
            _ => Ok(()),
        }
    }
}

fn forbidden(message: &str) -> Refusal {
    Refusal {
        status: 403,
        body: json!({"errors": message}),
    }
}

/// Exchanges the token of a portal link for a session. It asks for no token.
pub(crate) fn exchange(
    state: &mut State,
    now: Timestamp,
    request: &Request<Bytes>,
    route: &Unlisted,
) -> Answered {
    let body = body_of(request)?;
    let hash = route.holes.first().map_or("", String::as_str);
    let session = sessions::exchange(state, now, hash, record::text(&body, "token"))?;
    events::settle(state, now, &Token::system());
    Ok(ok(&session))
}

/// Answers a request to a route that the reference does not have.
pub(crate) fn answer(
    state: &mut State,
    now: Timestamp,
    asker: &Asker,
    request: &Request<Bytes>,
    route: &Unlisted,
    enter: impl FnOnce(&State, &[CheckedRequest]) -> Result<(), Refusal>,
) -> Answered {
    let asked = StorefrontRequest {
        asker,
        now,
        holes: &route.holes,
        query: query_of(request),
        body: body_of(request)?,
        served_at: served_at(request),
    };
    let answer = dispatch(state, &asked, route.name, enter)?;
    events::settle(state, now, asker.token);
    Ok(answer)
}

/// The host that a request names in its header, as requests over the network do.
fn served_at(request: &Request<Bytes>) -> Option<String> {
    let host = request.headers().get(http::header::HOST)?.to_str().ok()?;
    host.parse::<http::uri::Authority>().ok()?;
    Some(host.to_owned())
}

fn dispatch(
    state: &mut State,
    asked: &StorefrontRequest,
    name: &str,
    enter: impl FnOnce(&State, &[CheckedRequest]) -> Result<(), Refusal>,
) -> Answered {
    let (now, asker) = (asked.now, asked.asker);
    match name {
        "sessions.create" => {
            if asker.customer.is_some() || !asker.token.may("write_customers") {
                return Err(forbidden("the token lacks the scope write_customers"));
            }
            sessions::open(state, now, asked.id()).map(|session| ok(&session))
        }
        "portal_access" => {
            let customer = asked.customer()?;
            sessions::portal_access(state, now, customer, asked.served_at.as_deref())
                .map(|access| ok(&access))
        }
        "shop.settings" => Ok(ok(&settings(state))),
        "shop.shipping_countries" => {
            let countries = v2021_01::shipping_countries();
            Ok(ok(&json!({"shipping_countries": countries})))
        }
        "product_search" => Ok(ok(&search(state, asked))),
        "plans.get" => {
            let plan = state.get(TableName::Plans, asked.id());
            let plan = plan.ok_or_else(Refusal::not_found)?;
            Ok(ok(&json!({"plan": plan})))
        }
        "gift_purchases.list" => {
            asked.customer()?;
            Ok(ok(&page("gift_purchases", &[])))
        }
        // The store has no surveys and no gifts, whatever number is asked for.
        "gift_purchases.get" | "customer_surveys" | "offers.claim" => {
            asked.customer()?;
            Err(Refusal::not_found())
        }
        "subscriptions.skip_charge" => skip_charge(state, asked, enter),
        "charges.change_next_charge_date" => move_charge(state, asked, enter),
        "purchase_items.skip_gift" => skip_gift(state, asked, enter),
        _ => memberships::answer(state, asked, name).map(|body| ok(&body)),
    }
}

fn ok(body: &Value) -> Draft {
    Draft::new(200, body.to_string())
}

fn page(key: &str, records: &[Value]) -> Value {
    json!({"next_cursor": null, "previous_cursor": null, key: records})
}

fn body_of(request: &Request<Bytes>) -> Result<Record, Refusal> {
    let bytes = request.body();
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(Record::new());
    }
    serde_json::from_slice(bytes).map_err(|_| Refusal::error(415, "the body must be a JSON object"))
}

/// Settings of the store that pages for customers ask for: what a customer may
/// change.
fn settings(state: &State) -> Value {
    let shop = format!("{}.example.com", record::text(&state.store, "identifier"));
    json!({"settings": {
        "shop_id": state.store.get("id"),
        "shop_url": shop,
        "has_shopify_connector": false,
        "multicurrency_enabled": false,
        "customer_portal": {
            "discount_input": true,
            "edit_shipping_address": 1,
            "onetime": {
                "available_products": "recharge_products", "enabled": 1,
                "shopify_collection_id": null, "zero_inventory_purchase": 0,
            },
            "subscription": {
                "add_product": true, "cancel_subscription": true, "change_product": true,
                "change_quantity": true, "change_variant": true, "edit_order_frequency": "Any",
                "edit_scheduled_date": true, "reactivate_subscription": true,
                "skip_scheduled_order": true,
            },
            "view_memberships": 1,
            "show_credits": true,
            "view_order_schedule": true,
        },
    }})
}

/// Products whose title contains the words, a page at most.
fn search(state: &State, asked: &StorefrontRequest) -> Value {
    let given = |name: &str| {
        let mut query = asked.query.iter();
        query
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    };
    let wanted = given("title")
        .or_else(|| given("q"))
        .unwrap_or_default()
        .to_lowercase();
    let limit = given("limit")
        .and_then(|limit| limit.parse().ok())
        .unwrap_or(50);
    let products = state.table(TableName::Products);
    let found = products.ids(..).filter_map(|id| products.get(id));
    let found = found
        .filter(|product| {
            record::text(product, "title")
                .to_lowercase()
                .contains(&wanted)
        })
        .take(usize::min(limit, LARGEST_PAGE))
        .map(Value::Object);
    page("products", &found.collect::<Vec<Value>>())
}

/// The records of a page.
const LARGEST_PAGE: usize = 250;

fn skip_charge(
    state: &mut State,
    asked: &StorefrontRequest,
    enter: impl FnOnce(&State, &[CheckedRequest]) -> Result<(), Refusal>,
) -> Answered {
    let id = asked.id();
    let one = state.get(TableName::Subscriptions, id);
    let one = one.ok_or_else(Refusal::not_found)?;
    asked.check_owner(record::id(&one, "customer_id"))?;
    let body = json!({"date": asked.body.get("date"), "purchase_item_ids": [id]});
    let address = record::id(&one, "address_id").unwrap_or(0);
    let request = RuleRequest::to("addresses.skip_charge", address, body);
    let outcome = first(state, asked, &[request], enter)?;
    shown("charge", outcome)
}

fn move_charge(
    state: &mut State,
    asked: &StorefrontRequest,
    enter: impl FnOnce(&State, &[CheckedRequest]) -> Result<(), Refusal>,
) -> Answered {
    let charge = state.get(TableName::Charges, asked.id());
    let charge = charge.ok_or_else(Refusal::not_found)?;
    asked.check_owner(record::id(&charge, "customer.id"))?;
    let day = record::text(&asked.body, "next_charge_date");
    let Some(day) = time::parse_day(day) else {
        return Err(Refusal::invalid("next_charge_date", "Not a valid date."));
    };
    let moving = Moving::of(state, asked.id())?;
    let requests = moving.requests(|_| time::day_text(day).into());
    first(state, asked, &requests, enter)?;
    let found = charge_with(state, &moving.items());
    let charge = found.and_then(|id| state.get(TableName::Charges, id));
    shown("charge", charge.map_or(Outcome::Nothing, Outcome::One))
}

fn skip_gift(
    state: &mut State,
    asked: &StorefrontRequest,
    enter: impl FnOnce(&State, &[CheckedRequest]) -> Result<(), Refusal>,
) -> Answered {
    for id in record::list(&asked.body, "purchase_item_ids") {
        let one = record::as_id(id).and_then(|id| state.get(TableName::Subscriptions, id));
        asked.check_owner(one.and_then(|one| record::id(&one, "customer_id")))?;
    }
    let request = RuleRequest {
        holes: Vec::new(),
        ..RuleRequest::to("subscriptions.skip_gift", 0, asked.body.clone().into())
    };
    let outcome = first(state, asked, &[request], enter)?;
    shown("onetimes", outcome)
}

/// Carries requests out, and gives what the first came to.
fn first(
    state: &mut State,
    asked: &StorefrontRequest,
    requests: &[RuleRequest],
    enter: impl FnOnce(&State, &[CheckedRequest]) -> Result<(), Refusal>,
) -> Result<Outcome, Refusal> {
    let token = asked.asker.token;
    let outcomes = combined::carry_out(state, asked.now, token, requests, enter);
    let outcomes = outcomes.map_err(|(_, refusal)| refusal)?;
    outcomes.into_iter().next().ok_or_else(Refusal::not_found)
}

fn shown(key: &str, outcome: Outcome) -> Answered {
    match outcome {
        Outcome::One(record) => Ok(ok(&json!({key: record}))),
        Outcome::Many(records) => Ok(ok(&json!({key: records}))),
        Outcome::Nothing | Outcome::Number(_) | Outcome::Finished(_) => Err(Refusal::not_found()),
    }
}
