//! Which writes there are in 2021-01, and what becomes of each, one row a write.

use super::body::{BodyField, named, same};
use super::calls::Write;
use super::composed::{self, as_asked};
use crate::row::Row;

/// The row of a write.
pub(super) fn of(row: Row) -> Option<&'static Write> {
    WRITES.iter().find(|write| {
        let id = write.id.split_once('.');
        id == Some((row.resource.name, row.operation.verb))
    })
}

/// A write that one rule does for what the path names.
const fn write(id: &'static str, newer: &'static str, body: &'static [BodyField]) -> Write {
    Write {
        id,
        newer,
        body,
        plan: as_asked,
    }
}

/// A write whose operation has the same name in 2021-11.
const fn alike(id: &'static str, body: &'static [BodyField]) -> Write {
    write(id, id, body)
}

/// Fields of a subscription, in bodies that create and that change one.
pub(crate) const SUBSCRIPTION: &[BodyField] = &[
    same("address_id"),
    same("charge_interval_frequency"),
    named("commit_update", "commit").query(),
    same("expire_after_specific_number_of_charges"),
    same("next_charge_scheduled_at").day(),
    same("order_day_of_month"),
    same("order_day_of_week"),
    same("order_interval_frequency"),
    same("order_interval_unit"),
    same("price"),
    same("product_title"),
    same("properties"),
    same("quantity"),
    named("shopify_product_id", "external_product_id").external(),
    named("shopify_variant_id", "external_variant_id").external(),
    same("sku"),
    same("sku_override"),
    same("status").lower(),
    named(
        "use_shopify_variant_defaults",
        "use_external_variant_defaults",
    ),
    same("variant_title"),
];

pub(crate) const ONETIME: &[BodyField] = &[
    same("add_to_next_charge"),
    same("next_charge_scheduled_at").day(),
    same("price"),
    same("product_title"),
    same("properties"),
    same("quantity"),
    named("shopify_product_id", "external_product_id").external(),
    named("shopify_variant_id", "external_variant_id").external(),
    same("sku"),
];

pub(crate) const ADDRESS: &[BodyField] = &[
    same("address1"),
    same("address2"),
    named("cart_note", "order_note"),
    same("city"),
    same("company"),
    named("country", "country_code").country(),
    same("first_name"),
    same("last_name"),
    named("note_attributes", "order_attributes"),
    same("phone"),
    same("presentment_currency"),
    same("province"),
    same("shipping_lines_override"),
    same("zip"),
];

/// An address inside another body.
pub(crate) const POSTAL: &[BodyField] = &[
    same("address1"),
    same("address2"),
    same("city"),
    same("company"),
    named("country", "country_code").country(),
    same("first_name"),
    same("last_name"),
    same("phone"),
    same("province"),
    same("zip"),
];

pub(crate) const CUSTOMER: &[BodyField] = &[
    same("email"),
    same("first_name"),
    same("last_name"),
    same("phone"),
    named("shopify_customer_id", "external_customer_id").external(),
];

pub(super) const DISCOUNT: &[BodyField] = &[
    named("applies_to_id", "applies_to.ids").listed(),
    named("applies_to_product_type", "applies_to.purchase_item_type"),
    named("applies_to_resource", "applies_to.resource"),
    same("channel_settings"),
    same("code"),
    named("discount_type", "value_type"),
    same("ends_at").moment(),
    named(
        "first_time_customer_restriction",
        "usage_limits.first_time_customer_restriction",
    )
    .is_set(),
    named(
        "once_per_customer",
        "usage_limits.one_application_per_customer",
    ),
    same("prerequisite_subtotal_min"),
    same("starts_at").moment(),
    same("status").lower(),
    same("value"),
];

const METAFIELD: &[BodyField] = &[
    same("description"),
    same("key"),
    same("namespace"),
    same("owner_id"),
    same("owner_resource"),
    same("value"),
    same("value_type"),
];

const CHECKOUT: &[BodyField] = &[
    same("billing_address").part(POSTAL),
    same("buyer_accepts_marketing"),
    same("currency"),
    same("discount_code"),
    same("email"),
    same("external_checkout_id"),
    same("external_checkout_source"),
    same("line_items"),
    same("note"),
    named("note_attributes", "order_attributes"),
    same("partial_shipping"),
    same("phone"),
    same("shipping_address").part(POSTAL),
];

const ITEMS: &[BodyField] = &[
    named("subscription_id", "purchase_item_ids").listed(),
    named("subscription_ids", "purchase_item_ids"),
];

const WEBHOOK: &[BodyField] = &[
    same("address"),
    same("included_objects"),
    same("topic"),
    same("version"),
];

const SEND_EMAIL: &[BodyField] = &[same("send_email")];

/// Every write, by resource.
pub(super) const WRITES: &[Write] = &[
    alike("addresses.update", ADDRESS),
    alike("addresses.delete", &[]),
    Write {
        plan: composed::validate_address,
        ..write("addresses.validate", "addresses.update", &[])
    },
    Write {
        plan: composed::apply_discount,
        ..write("addresses.apply_discount", "addresses.update", &[])
    },
    Write {
        plan: composed::remove_discount,
        ..write("addresses.remove_discount", "addresses.update", &[])
    },
    Write {
        plan: composed::add_onetime,
        ..write("addresses.add_onetime", "onetimes.create", ONETIME)
    },
    Write {
        plan: composed::create_many,
        ..write(
            "addresses.create_subscriptions",
            "subscriptions.create",
            SUBSCRIPTION,
        )
    },
    Write {
        plan: composed::change_many,
        ..write(
            "addresses.update_subscriptions",
            "subscriptions.update",
            SUBSCRIPTION,
        )
    },
    Write {
        plan: composed::change_many,
        ..write(
            "addresses.delete_subscriptions",
            "subscriptions.delete",
            SEND_EMAIL,
        )
    },
    alike("async_batches.create", &[same("batch_type")]),
    Write {
        plan: composed::add_tasks,
        ..alike("async_batches.add_tasks", &[])
    },
    alike("async_batches.list_tasks", &[]),
    alike("async_batches.process", &[]),
    alike(
        "charges.apply_discount",
        &[same("discount_code"), same("discount_id")],
    ),
    alike("charges.remove_discount", &[same("address_id")]),
    alike("charges.capture_payment", &[]),
    Write {
        plan: composed::move_charge,
        ..write(
            "charges.change_next_charge_date",
            "subscriptions.set_next_charge_date",
            &[named("next_charge_date", "date").day()],
        )
    },
    Write {
        plan: composed::delay_charge,
        ..write("charges.delay", "subscriptions.set_next_charge_date", &[])
    },
    alike("charges.process", &[]),
    alike("charges.refund", &[same("amount"), same("full_refund")]),
    alike("charges.skip", ITEMS),
    alike("charges.unskip", ITEMS),
    alike("checkouts.get", &[]),
    Write {
        plan: composed::open_checkout,
        ..alike("checkouts.create", CHECKOUT)
    },
    alike("checkouts.update", CHECKOUT),
    alike(
        "checkouts.process",
        &[
            same("payment_processor"),
            same("payment_token"),
            same("payment_type"),
        ],
    ),
    alike("checkouts.shipping_rates", &[]),
    alike("customers.create", CUSTOMER),
    Write {
        plan: composed::change_customer,
        ..alike("customers.update", CUSTOMER)
    },
    alike("customers.delete", &[]),
    alike(
        "customers.notify",
        &[same("type"), same("template_type"), same("template_vars")],
    ),
    Write {
        plan: composed::add_address,
        ..write("customers.add_address", "addresses.create", ADDRESS)
    },
    Write {
        plan: composed::with_duration,
        ..alike("discounts.create", DISCOUNT)
    },
    Write {
        plan: composed::with_duration,
        ..alike("discounts.update", DISCOUNT)
    },
    alike("discounts.delete", &[]),
    alike("metafields.create", METAFIELD),
    alike("metafields.update", METAFIELD),
    alike("metafields.delete", &[]),
    alike("onetimes.update", ONETIME),
    alike("onetimes.delete", &[]),
    alike(
        "orders.update",
        &[
            same("billing_address").part(POSTAL),
            same("customer"),
            same("shipping_address").part(POSTAL),
        ],
    ),
    alike("orders.delete", &[]),
    write(
        "orders.change_date",
        "orders.update",
        &[same("scheduled_at").day()],
    ),
    Write {
        plan: composed::swap_variant,
        ..write("orders.update_shopify_variant", "orders.update", &[])
    },
    Write {
        plan: composed::clone_on_charge,
        ..write(
            "orders.clone_on_charge",
            "orders.clone",
            &[same("scheduled_at").day()],
        )
    },
    alike("orders.delay", &[]),
    alike("subscriptions.create", SUBSCRIPTION),
    alike("subscriptions.update", SUBSCRIPTION),
    alike("subscriptions.delete", SEND_EMAIL),
    alike("subscriptions.activate", &[]),
    alike(
        "subscriptions.cancel",
        &[
            same("cancellation_reason"),
            same("cancellation_reason_comments"),
            same("send_email"),
        ],
    ),
    alike(
        "subscriptions.change_address",
        &[same("address_id"), same("next_charge_scheduled_at").day()],
    ),
    alike("subscriptions.set_next_charge_date", &[same("date").day()]),
    Write {
        plan: composed::create_many,
        ..write(
            "subscriptions.bulk_create",
            "subscriptions.create",
            SUBSCRIPTION,
        )
    },
    Write {
        plan: composed::change_many,
        ..write(
            "subscriptions.bulk_update",
            "subscriptions.update",
            SUBSCRIPTION,
        )
    },
    Write {
        plan: composed::change_many,
        ..write(
            "subscriptions.bulk_delete",
            "subscriptions.delete",
            SEND_EMAIL,
        )
    },
    alike("webhooks.create", WEBHOOK),
    alike("webhooks.update", WEBHOOK),
    alike("webhooks.delete", &[]),
    alike("webhooks.test", &[]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use recharge_catalog::{self as catalog, Effect};

    #[test]
    fn every_write_of_the_version_has_its_row_and_every_row_is_of_an_operation() {
        let older = &catalog::recharge::v2021_01::API;
        for (resource, operation) in older.operations() {
            let row = Row {
                resource,
                operation,
            };
            let writes = operation.effect != Effect::Reads;
            assert!(
                !writes || of(row).is_some(),
                "{}.{} has no row",
                resource.name,
                operation.verb
            );
        }
        for write in WRITES {
            assert!(older.operation(write.id).is_some(), "{}", write.id);
            let newer = catalog::recharge::API.operation(write.newer);
            assert!(newer.is_some(), "{}", write.newer);
        }
    }
}
