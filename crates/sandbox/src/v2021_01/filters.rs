//! Parameters of 2021-01 lists as those of 2021-11.
//!
//! Takes rules and a query of 2021-01; returns the query that asks the 2021-11
//! list for the same records. Sorting, paging and testing are left to that
//! list.

use jiff::{Span, Timestamp};
use serde_json::{Map, Value};

use super::eastern::{self, Twice};
use crate::requests::check::Query;
use crate::requests::refusal::Refusal;
use crate::storage::state::State;
use crate::storage::tables::TableName;
use crate::values::record;
use crate::values::time;

/// One parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Filter {
    name: &'static str,
    means: Means,
}

/// What a parameter means to the 2021-11 list.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Means {
    /// Its parameter of that name, with the same value.
    As(&'static str),
    /// Likewise, with the value in small letters.
    Small(&'static str),
    /// Likewise, with the value read by the eastern clock.
    Moment(&'static str),
    /// Its two parameters for a span of times, with the ends of this day.
    Day(&'static str, &'static str),
    /// Its `customer_id`; here the customer is named by the number in the shop.
    ShopCustomer,
}

/// A parameter with the same meaning.
pub(super) const fn same(name: &'static str) -> Filter {
    named(name, name)
}

/// A parameter that has another name in 2021-11.
pub(super) const fn named(name: &'static str, there: &'static str) -> Filter {
    let means = Means::As(there);
    Filter { name, means }
}

/// A parameter whose values have capitals in 2021-01.
pub(super) const fn small(name: &'static str, there: &'static str) -> Filter {
    let means = Means::Small(there);
    Filter { name, means }
}

const fn moment(name: &'static str) -> Filter {
    let means = Means::Moment(name);
    Filter { name, means }
}

/// One day of what 2021-11 cuts at both ends.
pub(super) const fn day(name: &'static str, min: &'static str, max: &'static str) -> Filter {
    let means = Means::Day(min, max);
    Filter { name, means }
}

/// The customer, by its number in the shop.
pub(super) const SHOP_CUSTOMER: Filter = Filter {
    name: "shopify_customer_id",
    means: Means::ShopCustomer,
};

/// What every list takes.
pub(super) const PAGING: &[Filter] = &[
    same("cursor"),
    same("ids"),
    same("limit"),
    same("page"),
    same("sort_by"),
];

/// When records were made and changed.
pub(super) const TIMES: &[Filter] = &[
    moment("created_at_max"),
    moment("created_at_min"),
    moment("updated_at_max"),
    moment("updated_at_min"),
];

/// The query that asks the 2021-11 list for the same. What 2021-01 does not
/// know is not handed on.
pub(super) fn translated(state: &State, filters: &[&[Filter]], query: &Query) -> Query {
    let mut there = Query::new();
    for (name, value) in query {
        for filter in filters.iter().copied().flatten() {
            if filter.name == name {
                filter.translate(state, value, &mut there);
            }
        }
    }
    there
}

impl Filter {
    fn translate(&self, state: &State, value: &str, there: &mut Query) {
        let mut put = |name: &str, value: String| there.push((name.to_owned(), value));
        match self.means {
            Means::As(name) => put(name, value.to_owned()),
            Means::Small(name) => put(name, value.to_lowercase()),
            Means::Moment(name) => put(name, in_utc(name, value)),
            Means::Day(min, max) => match day_of(value) {
                Some((first, last)) => {
                    put(min, time::stamp(first));
                    put(max, time::stamp(last));
                }
                // What is not a day is refused by the list.
                None => put(min, value.to_owned()),
            },
            Means::ShopCustomer => put("customer_id", customer(state, value).to_string()),
        }
    }

    /// The names that the 2021-11 list knows the parameter by.
    pub(super) fn there(&self) -> [&'static str; 2] {
        match self.means {
            Means::As(name) | Means::Small(name) | Means::Moment(name) => [name, name],
            Means::Day(min, max) => [min, max],
            Means::ShopCustomer => ["customer_id"; 2],
        }
    }
}

/// A time by the eastern clock as one in UTC; what is no time stays, and is
/// refused by the list. In the hour that comes twice, a span is taken at its
/// widest, so that no record is missed.
fn in_utc(name: &str, value: &str) -> String {
    let twice = if name.ends_with("_max") {
        Twice::Second
    } else {
        Twice::First
    };
    eastern::parse(value, twice).map_or_else(|| value.to_owned(), time::stamp)
}

fn day_of(value: &str) -> Option<(Timestamp, Timestamp)> {
    let first = time::beginning(time::parse_day(value)?)?;
    let last = first.checked_add(Span::new().seconds(86_399)).ok()?;
    Some((first, last))
}

/// No customer has the number 0: an unknown one has no records.
fn customer(state: &State, number: &str) -> u64 {
    state
        .table(TableName::Customers)
        .find("external_customer_id.ecommerce", number)
        .first()
        .copied()
        .unwrap_or(0)
}

/// A refusal of the 2021-11 list with the names that the request used.
pub(super) fn told_back(mut refusal: Refusal, filters: &[&[Filter]], query: &Query) -> Refusal {
    let Some(Value::Object(faults)) = refusal.body.get_mut("errors") else {
        return refusal;
    };
    let mut renamed = Map::new();
    for (field, fault) in std::mem::take(faults) {
        let used = filters.iter().copied().flatten().find(|filter| {
            filter.there().contains(&field.as_str())
                && query.iter().any(|(name, _)| name == filter.name)
        });
        let field = used.map_or(field, |filter| filter.name.to_owned());
        record::set(&mut renamed, &field, fault);
    }
    *faults = renamed;
    refusal
}
