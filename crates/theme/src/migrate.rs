//! Replacements of each call of the engine's script endpoints: the functions of
//! the vendor's client.

use recharge_catalog::Method;

use crate::calls::{CallForm, EngineCall, engine_calls};
use crate::folder::Theme;
use crate::schema;
use crate::urls::routes_at;

/// A call that has to be replaced, or that has nothing to replace it.
#[derive(Debug, Clone, PartialEq)]
pub struct Replacement {
    /// The call.
    pub call: EngineCall,
    /// What it calls, for people: `POST /subscriptions/{}/skip`, `request_objects customer`.
    pub engine: String,
    /// The function of the client; `None` where there is none.
    pub twin: Option<&'static str>,
    /// What to know of it.
    pub note: Option<&'static str>,
}

/// The functions that answer the keys of a schema.
const KEYS: &[(&str, Option<&str>)] = &[
    ("customer", Some("getCustomer")),
    ("customers", Some("getCustomer")),
    ("addresses", Some("listAddresses")),
    ("address", Some("getAddress")),
    ("subscriptions", Some("listSubscriptions")),
    ("subscription", Some("getSubscription")),
    ("onetimes", Some("listOnetimes")),
    ("onetime", Some("getOnetime")),
    ("orders", Some("listOrders")),
    ("order", Some("getOrder")),
    ("charges", Some("listCharges")),
    ("charge", Some("getCharge")),
    ("payment_methods", Some("listPaymentMethods")),
    ("payment_method", Some("getPaymentMethod")),
    ("products", Some("productSearch")),
    ("product", Some("productSearch")),
    ("memberships", Some("listMemberships")),
    ("membership", Some("getMembership")),
    ("shipping_countries", Some("getShippingCountries")),
    ("billing_countries", Some("getShippingCountries")),
    ("delivery_schedule", Some("getDeliverySchedule")),
    ("schedule", Some("getDeliverySchedule")),
    ("settings", Some("getStoreSettings")),
    ("store", Some("getStoreSettings")),
    ("shop", Some("getStoreSettings")),
    ("payment_sources", None),
    ("payment_source", None),
    ("discounts", None),
    ("products_count", None),
    ("retention_strategies", None),
    ("retention_strategy", None),
];

/// Every call of the script endpoints in a theme, by file and place. Links to
/// pages are left out: pages continue to be rendered.
#[must_use]
pub fn replacements(theme: &Theme) -> Vec<Replacement> {
    engine_calls(theme).into_iter().flat_map(of_call).collect()
}

pub(crate) fn of_call(call: EngineCall) -> Vec<Replacement> {
    if call.form == CallForm::Schema {
        return of_schema(&call);
    }
    if is_link(&call) {
        return Vec::new();
    }
    let operation = call.operation();
    let method = call.method.or(operation.map(|operation| operation.method));
    let method = method.map_or("?", Method::name);
    let twin = operation
        .and_then(|operation| operation.twin)
        .and_then(|twin| twin.sdk);
    let engine = format!(
        "{method} {}",
        if call.path.is_empty() {
            &call.written
        } else {
            &call.path
        }
    );
    // What a schema asks for is reported at the schema.
    if call.path == "/request_objects" {
        let note = Some("see the schemas: each of their keys has a function of its own");
        return vec![Replacement {
            call,
            engine,
            twin: None,
            note,
        }];
    }
    let note = note(&call.path, twin);
    vec![Replacement {
        call,
        engine,
        twin,
        note,
    }]
}

/// Whether it leads to a page, not to an endpoint of scripts.
fn is_link(call: &EngineCall) -> bool {
    if !matches!(call.form, CallForm::Filter | CallForm::Variable) {
        return false;
    }
    let has_page = || routes_at(&call.path).any(|route| route.template.is_some());
    call.method
        .map_or_else(has_page, |method| method == Method::Get)
}

fn of_schema(call: &EngineCall) -> Vec<Replacement> {
    let written = |key: &str| format!("request_objects {key}");
    let Ok(read) = schema::read(&call.written) else {
        let engine = "request_objects".to_owned();
        let note = Some("the schema cannot be read");
        return vec![Replacement {
            call: call.clone(),
            engine,
            twin: None,
            note,
        }];
    };
    let of_key = |key: &String| {
        let known = KEYS.iter().find(|(name, _)| name == key);
        let twin = known.and_then(|(_, twin)| *twin);
        Replacement {
            call: call.clone(),
            engine: written(key),
            twin,
            note: note(key, twin),
        }
    };
    read.keys.keys().map(of_key).collect()
}

/// A note where there is no function, or one that does more.
fn note(what: &str, twin: Option<&str>) -> Option<&'static str> {
    if twin.is_some() {
        return match twin {
            Some("updateSubscription") if what.ends_with("/swap") => {
                Some("pass external_variant_id")
            }
            Some("updateSubscriptionChargeDate") if what.ends_with("/delay") => {
                Some("pass the new date: it takes no number of days")
            }
            _ => None,
        };
    }
    Some(match what {
        _ if what.contains("payment_source") => {
            "no function: use payment methods (listPaymentMethods, updatePaymentMethod)"
        }
        _ if what.contains("retention_strateg") || what.contains("/cancel/") => {
            "no function: customer surveys replace retention strategies"
        }
        _ if what.contains("discounts") => {
            "no function lists discounts: they are part of addresses and charges"
        }
        _ if what.contains("quick_actions") || what.contains("logout") => {
            "no function: keep it as it is"
        }
        _ => "no function",
    })
}
