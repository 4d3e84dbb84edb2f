//! Writes of the portal: carried out by rules, and answered in its shapes.

use serde_json::{Value, json};

use super::objects::{self, Visit};
use super::plan::{self, PortalWrite};
use crate::combined;
use crate::requests::checked_request::{CheckedRequest, Outcome};
use crate::requests::refusal::Refusal;
use crate::requests::route::Route;
use crate::storage::state::{State, Token};
use crate::storage::tables::TableName;
use crate::storefront;
use crate::v2021_01;
use crate::values::record::{self, Record};
use recharge_catalog::{Operation, ResponseShape};

/// The code that is right in the sandbox, which mails none.
const CODE: &str = "123456";

/// Carries a write out, once `enter` lets it, and gives the body of its answer.
pub(super) fn carry_out(
    visit: &mut Visit,
    route: &Route,
    body: &Record,
    enter: impl FnOnce(&State, &[CheckedRequest]) -> Result<(), Refusal>,
) -> Result<Value, Refusal> {
    let (resource, operation) = (route.row.resource.name, route.row.operation);
    check_required(operation, body)?;
    let asked = PortalWrite {
        visit,
        holes: &route.holes,
        body,
    };
    let Some(planned) = plan::of(resource, operation.verb, &asked) else {
        enter(visit.state, &[])?;
        return without_rule(visit, route, body);
    };
    let plan = planned?;
    // A customer may do all of this to what is the customer's own.
    let token = Token {
        name: "Customer".to_owned(),
        ..Token::system()
    };
    let done = combined::carry_out(visit.state, visit.now, &token, &plan.requests, enter);
    let outcomes = done.map_err(|(_, refusal)| v2021_01::told_back(refusal, plan.fields, ""))?;
    let outcome = outcomes.into_iter().next().unwrap_or(Outcome::Nothing);
    Ok(told(visit, route, outcome))
}

/// A row names what the portal cannot do without.
fn check_required(operation: &Operation, body: &Record) -> Result<(), Refusal> {
    let lacks = |name: &str, may_be_empty: bool| match body.get(name) {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.trim().is_empty() && !may_be_empty,
        Some(_) => false,
    };
    let missing: Vec<&str> = operation
        .body
        .iter()
        .filter(|parameter| parameter.required)
        .filter(|parameter| {
            let may_be_empty = parameter.empty == recharge_catalog::Empty::Value;
            lacks(parameter.name, may_be_empty)
        })
        .map(|parameter| parameter.name)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let each = |name: &&str| {
        (
            (*name).to_owned(),
            json!(["Missing data for required field."]),
        )
    };
    let errors: Record = missing.iter().map(each).collect();
    Err(Refusal {
        status: 422,
        body: json!({"errors": errors}),
    })
}

/// What a write came to, in the shape that its row names.
fn told(visit: &Visit, route: &Route, outcome: Outcome) -> Value {
    match (route.row.operation.response, outcome) {
        (ResponseShape::One(key, object), outcome) => {
            let of = TableName::of(object).unwrap_or(TableName::PaymentMethods);
            let id = match &outcome {
                // The path names what is shown where another thing was changed.
                Outcome::One(record) if record_is(of, record) => record::id(record, "id"),
                _ => route.holes.first().and_then(|hole| hole.parse().ok()),
            };
            let shown = id.and_then(|id| Some((id, visit.state.get(of, id)?)));
            let shown = shown.map(|(id, record)| {
                if key == "payment_source" {
                    objects::payment_source(visit.state, id, record)
                } else {
                    objects::shown(visit.state, of, id, record)
                }
            });
            json!({key: shown.unwrap_or_default()})
        }
        (ResponseShape::Many(key, object), Outcome::Many(records)) => {
            let of = TableName::of(object);
            let shown = records.into_iter().map(|record| match of {
                Some(of) => {
                    let id = record::id(&record, "id").unwrap_or(0);
                    objects::shown(visit.state, of, id, record)
                }
                None => record,
            });
            json!({key: shown.collect::<Vec<Record>>()})
        }
        _ => json!({}),
    }
}

/// Whether a record is one of a table: each kind has a field that others lack.
fn record_is(of: TableName, record: &Record) -> bool {
    let field = match of {
        TableName::Subscriptions => "charge_interval_frequency",
        TableName::Addresses => "address1",
        _ => return true,
    };
    record.contains_key(field)
}

/// Writes that no rule of the Admin API does.
fn without_rule(visit: &mut Visit, route: &Route, body: &Record) -> Result<Value, Refusal> {
    let id = route
        .holes
        .first()
        .and_then(|hole| hole.parse().ok())
        .unwrap_or(0);
    match (route.row.resource.name, route.row.operation.verb) {
        ("memberships", verb) => {
            let membership = visit.own(TableName::Memberships, id)?;
            let status = if verb == "cancel" {
                "cancelled"
            } else {
                "active"
            };
            let state = &mut *visit.state;
            storefront::set_membership_status(state, visit.now, id, membership, body, status);
            let membership = visit.own(TableName::Memberships, id)?;
            let of = TableName::Memberships;
            Ok(json!({"membership": objects::shown(visit.state, of, id, membership)}))
        }
        // No one is mailed: the sandbox has one code for all.
        ("home", "send_code") => Ok(json!({"success": true})),
        ("home", "check_code") if record::text(body, "code") == CODE => {
            Ok(json!({"success": true}))
        }
        ("home", "check_code") => Err(Refusal::invalid("code", "the code is wrong")),
        _ => Err(Refusal::error(
            501,
            "the sandbox has no rule for this route",
        )),
    }
}
