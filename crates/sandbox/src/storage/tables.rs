//! Which tables there are, and by what their records are found.
//!
//! One line of data for each kind of object. Which catalogue object lives in
//! which table follows from the object's name.

use crate::storage::shape::Shape;
use crate::values::platform::Platform;
use recharge_catalog::Object;

/// The tables of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum TableName {
    Accounts,
    Addresses,
    Batches,
    BatchTasks,
    BundleSelections,
    Charges,
    /// How often failed charges were tried; no object of the API.
    ChargeTries,
    Checkouts,
    Collections,
    CollectionProducts,
    CreditAccounts,
    CreditAdjustments,
    Customers,
    Discounts,
    Events,
    Metafields,
    Onetimes,
    Orders,
    PaymentMethods,
    Plans,
    Products,
    RetentionStrategies,
    Subscriptions,
    Webhooks,
    /// Memberships and their programs; the reference does not have them.
    Memberships,
    MembershipPrograms,
    // What no operation shows: work that is still to be done, and sessions of
    // customers.
    BatchRuns,
    Deliveries,
    Regenerations,
    Sessions,
    // The store of BigCommerce. An order contains its lines.
    BigcommerceCoupons,
    BigcommerceCustomers,
    BigcommerceOrders,
    BigcommerceProducts,
    BigcommerceRefunds,
    BigcommerceVariants,
}

/// Every table with its shape, in the order of the enumeration.
pub(crate) const TABLES: &[(TableName, Shape)] = &[
    (
        TableName::Accounts,
        shape("account", &["user_id"], &["created_at"], 3_315_125),
    ),
    (
        TableName::Addresses,
        shape(
            "address",
            &[
                "customer_id",
                "payment_method_id",
                "discounts.*.id",
                "discounts.*.code",
            ],
            &["created_at", "updated_at"],
            142_171_447,
        ),
    ),
    (
        TableName::Batches,
        shape("async_batch", &["status"], &["created_at"], 765_278),
    ),
    (
        TableName::BatchTasks,
        shape(
            "async_batch_tasks",
            &["batch_id", "status"],
            &[],
            1_490_831_502,
        ),
    ),
    (
        TableName::BundleSelections,
        shape(
            "bundle_selection",
            &[
                "purchase_item_id",
                "bundle_variant",
                "items.*.external_variant_id",
                "items.*.external_product_id",
            ],
            &["updated_at"],
            100_714_428,
        ),
    ),
    (
        TableName::Charges,
        shape(
            "charge",
            &[
                "customer.id",
                "address_id",
                "status",
                "external_order_id.ecommerce",
                "discounts.*.id",
                "discounts.*.code",
                "line_items.*.purchase_item_id",
            ],
            &["created_at", "updated_at", "scheduled_at", "processed_at"],
            377_749_210,
        ),
    ),
    (TableName::ChargeTries, shape("charge_tries", &[], &[], 1)),
    (
        TableName::Checkouts,
        shape("checkout", &["token"], &["created_at"], 21_087_092),
    ),
    (
        TableName::Collections,
        shape("collection", &["title"], &["created_at"], 134_157),
    ),
    (
        TableName::CollectionProducts,
        shape(
            "collection_product",
            &["collection_id", "external_product_id"],
            &[],
            2_104_211,
        ),
    ),
    (
        TableName::CreditAccounts,
        shape("credit_account", &["customer_id"], &["created_at"], 697_470),
    ),
    (
        TableName::CreditAdjustments,
        shape(
            "credit_adjustment",
            &["credit_account_id"],
            &["created_at"],
            4_866_849,
        ),
    ),
    (
        TableName::Customers,
        shape(
            "customer",
            &["email", "hash", "external_customer_id.ecommerce"],
            &["created_at", "updated_at"],
            137_657_002,
        ),
    ),
    (
        TableName::Discounts,
        shape(
            "discount",
            &["code", "status", "value_type"],
            &["created_at", "updated_at", "ends_at"],
            59_568_555,
        ),
    ),
    (
        TableName::Events,
        shape(
            "event",
            &[
                "object_type",
                "object_id",
                "customer_id",
                "verb",
                "source.origin",
            ],
            &["created_at"],
            716_014_129,
        ),
    ),
    (
        TableName::Metafields,
        shape(
            "metafield",
            &["owner_id", "owner_resource", "namespace"],
            &["updated_at"],
            33_801_442,
        ),
    ),
    (
        TableName::Onetimes,
        shape(
            "onetime",
            &[
                "address_id",
                "customer_id",
                "external_variant_id.ecommerce",
                "is_cancelled",
            ],
            &["created_at", "updated_at"],
            169_098_863,
        ),
    ),
    (
        TableName::Orders,
        shape(
            "order",
            &[
                "customer.id",
                "customer.external_customer_id.ecommerce",
                "address_id",
                "charge.id",
                "status",
                "type",
                "external_order_id.ecommerce",
                "line_items.*.purchase_item_id",
            ],
            &["created_at", "updated_at", "processed_at", "scheduled_at"],
            210_987_092,
        ),
    ),
    (
        TableName::PaymentMethods,
        shape(
            "payment_method",
            &["customer_id"],
            &["created_at"],
            17_874_235,
        )
        .always_including(),
    ),
    (
        TableName::Plans,
        shape(
            "plan",
            &["external_product_id.ecommerce", "type"],
            &["updated_at"],
            8_823_712,
        ),
    ),
    (
        TableName::Products,
        shape(
            "product",
            &["external_product_id", "variants.*.external_variant_id"],
            &[],
            5_121_697,
        ),
    ),
    (
        TableName::RetentionStrategies,
        shape("retention_strategy", &[], &["created_at"], 123_451),
    ),
    (
        TableName::Subscriptions,
        shape(
            "subscription",
            &[
                "address_id",
                "customer_id",
                "status",
                "external_variant_id.ecommerce",
            ],
            &["created_at", "updated_at"],
            189_559_201,
        ),
    ),
    (
        TableName::Webhooks,
        shape("webhook", &["topic"], &[], 194_513),
    ),
    (
        TableName::Memberships,
        shape(
            "membership",
            &["customer_id", "membership_program_id"],
            &[],
            51_001,
        ),
    ),
    (
        TableName::MembershipPrograms,
        shape("membership_program", &[], &[], 7_001),
    ),
    (TableName::BatchRuns, shape("batch_run", &[], &[], 1)),
    (
        TableName::Deliveries,
        shape("webhook_delivery", &[], &[], 1),
    ),
    (TableName::Regenerations, shape("regeneration", &[], &[], 1)),
    (
        TableName::Sessions,
        shape("customer_session", &["secret", "customer_id"], &[], 1),
    ),
    (
        TableName::BigcommerceCoupons,
        shape("bigcommerce_coupon", &[], &["date_created"], 1),
    ),
    // The times of customers and orders stand where those of Recharge's do: both
    // are found by the same layers.
    (
        TableName::BigcommerceCustomers,
        shape("bigcommerce_customer", &[], CHANGES, 1),
    ),
    (
        TableName::BigcommerceOrders,
        shape("bigcommerce_order", &[], CHANGES, 1),
    ),
    (
        TableName::BigcommerceProducts,
        shape("bigcommerce_product", &[], CHANGES, 77),
    ),
    (
        TableName::BigcommerceRefunds,
        shape("bigcommerce_order_refund", &[], &["created"], 5),
    ),
    (
        TableName::BigcommerceVariants,
        shape("bigcommerce_product_variant", &[], &[], 301),
    ),
];

/// The times of records that BigCommerce lists by their last change.
const CHANGES: &[&str] = &["date_created", "date_modified"];

/// What precedes the names of BigCommerce's objects.
const BIGCOMMERCE: &str = "bigcommerce_";

const fn shape(
    object: &'static str,
    lookups: &'static [&'static str],
    times: &'static [&'static str],
    first_id: u64,
) -> Shape {
    Shape {
        object,
        lookups,
        times,
        first_id,
        always_includes: false,
    }
}

impl Shape {
    /// As recorded answers show it of payment methods.
    const fn always_including(self) -> Self {
        Self {
            always_includes: true,
            ..self
        }
    }
}

impl TableName {
    /// The table in which records of a catalogue object live.
    pub(crate) fn of(object: &Object) -> Option<Self> {
        Self::named(object.name)
    }

    /// Whether it contains work that is still to be done, which no operation
    /// shows.
    pub(crate) fn is_hidden(self) -> bool {
        matches!(
            self,
            Self::BatchRuns | Self::Deliveries | Self::Regenerations | Self::Sessions
        )
    }

    /// The platform whose store it belongs to.
    pub(crate) fn platform(self) -> Platform {
        if self.object().starts_with(BIGCOMMERCE) {
            Platform::Bigcommerce
        } else {
            Platform::Recharge
        }
    }

    /// The name of its object among those of its platform.
    pub(crate) fn plain_object(self) -> &'static str {
        let object = self.object();
        object.strip_prefix(BIGCOMMERCE).unwrap_or(object)
    }

    /// The table of a platform for objects of that name.
    pub(crate) fn on(platform: Platform, object: &str) -> Option<Self> {
        let mut all = TABLES.iter().map(|(name, _)| *name);
        all.find(|name| name.platform() == platform && name.plain_object() == object)
    }

    /// The table of that object name.
    pub(crate) fn named(object: &str) -> Option<Self> {
        TABLES
            .iter()
            .find(|(_, shape)| shape.object == object)
            .map(|(name, _)| *name)
    }

    /// Whether answers carry `include` also when nothing was asked for.
    pub(crate) fn always_includes(self) -> bool {
        TABLES[self as usize].1.always_includes
    }

    /// The object that the table holds.
    pub(crate) fn object(self) -> &'static str {
        TABLES[self as usize].1.object
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_stand_in_the_order_of_their_names() {
        for (at, (name, _)) in TABLES.iter().enumerate() {
            assert_eq!(*name as usize, at, "{name:?}");
        }
    }
}
