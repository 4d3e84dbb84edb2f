//! What can be read in 2021-01, one row a resource.
//!
//! A row says under which names the records go out, which 2021-11 list finds
//! them, by which parameters, and what they become. Nothing else in this folder
//! names a resource.

use super::filters::{Filter, PAGING, SHOP_CUSTOMER, TIMES, day, named, same, small};
use super::objects::{self, Object};
use crate::requests::check::Query;
use crate::requests::condition::Test;
use crate::requests::list::Further;
use crate::storage::tables::TableName;
use crate::values::record;

/// One kind of record that can be listed, counted, and shown one by one.
#[derive(Debug)]
pub(super) struct Resource {
    /// First segment of the path, and key of lists.
    pub(super) many: &'static str,
    /// Key of one record.
    pub(super) one: &'static str,
    /// The table of the records. The 2021-11 list has the name of `many`.
    pub(super) of: TableName,
    /// The parameters of its list.
    pub(super) filters: &'static [&'static [Filter]],
    /// Conditions that no parameter of the 2021-11 list states.
    pub(super) further: Further,
    /// What becomes of a record.
    pub(super) object: Object,
}

/// A resource whose parameters the 2021-11 list states all.
const fn resource(
    many: &'static str,
    one: &'static str,
    of: TableName,
    object: Object,
    filters: &'static [&'static [Filter]],
) -> Resource {
    Resource {
        many,
        one,
        of,
        filters,
        further: |_| Vec::new(),
        object,
    }
}

/// Every resource, by name.
pub(super) const RESOURCES: &[Resource] = &[
    resource(
        "addresses",
        "address",
        TableName::Addresses,
        objects::ADDRESS,
        &[
            PAGING,
            TIMES,
            &[
                same("customer_id"),
                same("discount_code"),
                same("discount_id"),
                same("is_active"),
                SHOP_CUSTOMER,
            ],
        ],
    ),
    resource(
        "async_batches",
        "async_batch",
        TableName::Batches,
        objects::AS_IT_IS,
        &[PAGING],
    ),
    resource(
        "charges",
        "charge",
        TableName::Charges,
        objects::CHARGE,
        &[
            PAGING,
            TIMES,
            &[
                same("address_id"),
                same("customer_id"),
                named("date", "scheduled_at"),
                named("date_max", "scheduled_at_max"),
                named("date_min", "scheduled_at_min"),
                same("discount_code"),
                same("discount_id"),
                same("scheduled_at"),
                same("scheduled_at_max"),
                same("scheduled_at_min"),
                SHOP_CUSTOMER,
                named("shopify_order_id", "external_order_id"),
                small("status", "status"),
                named("subscription_id", "purchase_item_id"),
            ],
        ],
    ),
    resource(
        "collections",
        "collection",
        TableName::Collections,
        objects::AS_IT_IS,
        &[PAGING],
    ),
    Resource {
        further: by_activity,
        ..resource(
            "customers",
            "customer",
            TableName::Customers,
            objects::CUSTOMER,
            &[
                PAGING,
                TIMES,
                &[
                    same("email"),
                    same("hash"),
                    named("shopify_customer_id", "external_customer_id"),
                    small("status", "status"),
                ],
            ],
        )
    },
    resource(
        "discounts",
        "discount",
        TableName::Discounts,
        objects::DISCOUNT,
        &[
            PAGING,
            TIMES,
            &[
                same("discount_code"),
                small("discount_type", "value_type"),
                small("status", "status"),
            ],
        ],
    ),
    resource(
        "metafields",
        "metafield",
        TableName::Metafields,
        objects::METAFIELD,
        &[
            PAGING,
            &[same("namespace"), same("owner_id"), same("owner_resource")],
        ],
    ),
    resource(
        "onetimes",
        "onetime",
        TableName::Onetimes,
        objects::ONETIME,
        &[
            PAGING,
            TIMES,
            &[
                same("address_id"),
                same("customer_id"),
                SHOP_CUSTOMER,
                named("shopify_variant_id", "external_variant_id"),
            ],
        ],
    ),
    resource(
        "orders",
        "order",
        TableName::Orders,
        objects::ORDER,
        &[
            PAGING,
            TIMES,
            &[
                same("address_id"),
                same("charge_id"),
                same("customer_id"),
                named("has_external_id", "has_external_order"),
                same("scheduled_at_max"),
                same("scheduled_at_min"),
                day("shipping_date", "scheduled_at_min", "scheduled_at_max"),
                named("shipping_date_max", "scheduled_at_max"),
                named("shipping_date_min", "scheduled_at_min"),
                named("shopify_customer_id", "external_customer_id"),
                named("shopify_order_id", "external_order_id"),
                small("status", "status"),
                named("subscription_id", "purchase_item_id"),
                small("type", "type"),
            ],
        ],
    ),
    Resource {
        further: by_own_number,
        ..resource(
            "products",
            "product",
            TableName::Products,
            objects::PRODUCT,
            &[
                PAGING,
                &[
                    named("id", "ids"),
                    named("shopify_product_id", "external_product_ids"),
                    named("shopify_product_ids", "external_product_ids"),
                ],
            ],
        )
    },
    resource(
        "subscriptions",
        "subscription",
        TableName::Subscriptions,
        objects::SUBSCRIPTION,
        &[
            PAGING,
            TIMES,
            &[
                same("address_id"),
                same("customer_id"),
                SHOP_CUSTOMER,
                named("shopify_variant_id", "external_variant_id"),
                small("status", "status"),
            ],
        ],
    ),
    resource(
        "webhooks",
        "webhook",
        TableName::Webhooks,
        objects::AS_IT_IS,
        &[PAGING],
    ),
];

fn given<'a>(query: &'a Query, name: &str) -> Option<&'a str> {
    let mut all = query.iter();
    all.find(|(other, _)| other == name)
        .map(|(_, value)| value.as_str())
}

/// Customers have a status in 2021-01, which is not kept but follows from their
/// subscriptions.
fn by_activity(query: &Query) -> Vec<Test> {
    let wanted = match given(query, "status") {
        Some("active") => true,
        Some("inactive") => false,
        Some(_) => return vec![Test::Nothing],
        None => return Vec::new(),
    };
    vec![Test::Special {
        special: |state, customer| {
            let (of, path) = (TableName::Subscriptions, "customer_id");
            !state.ids_in(of, path, customer, &["active"]).is_empty()
        },
        wanted,
    }]
}

/// Products have numbers of their own in 2021-01, by which 2021-11 does not list.
fn by_own_number(query: &Query) -> Vec<Test> {
    let Some(ids) = given(query, "ids") else {
        return Vec::new();
    };
    let mut ids: Vec<u64> = ids
        .split(',')
        .filter_map(|id| record::as_id(&id.into()))
        .collect();
    ids.sort_unstable();
    vec![Test::Ids(ids)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use recharge_catalog as catalog;

    #[test]
    fn every_parameter_is_one_of_the_list_that_it_is_handed_to() {
        for resource in RESOURCES {
            let id = format!("{}.list", resource.many);
            let (_, operation) = catalog::recharge::API.operation(&id).unwrap();
            assert_eq!(
                TableName::of(operation.response.object().unwrap()),
                Some(resource.of)
            );
            let own = resource
                .filters
                .iter()
                .copied()
                .filter(|one| *one != PAGING);
            for name in own.flatten().flat_map(Filter::there) {
                let known = operation.query.iter().any(|one| one.name == name);
                // Stated by `further` instead.
                let further = ["customers status", "products ids"];
                let here = format!("{} {name}", resource.many);
                assert!(known || further.contains(&here.as_str()), "{here}");
            }
        }
    }
}
