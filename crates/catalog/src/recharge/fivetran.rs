//! The tables that Fivetran's connector for Recharge writes, as the public dbt package
//! `dbt_recharge` (1.4.1) reads them, over the tables of a copy.
//!
//! Names are those of the package; it passes columns on without a cast, so that types
//! matter. Where its macros name a type that would lose something, the wider one is
//! used: amounts are decimal, also where a macro says `int`.

use crate::analysis::ViewType::{Boolean, Decimal, Integer, Text, Time};
use crate::analysis::ViewValue::{
    Beyond, Column, Either, IsDeleted, IsJoinedDeleted, Item, Joined, JoinedMember, Member,
    Position, Sum, SyncedAt, WholeItem,
};
use crate::analysis::{Layout, LayoutView, ViewColumn, ViewJoin, ViewType, ViewValue};

/// The layout.
pub(super) const LAYOUT: Layout = Layout {
    name: "fivetran",
    schema: "recharge",
    views: VIEWS,
};

const fn column(name: &'static str, kind: ViewType, value: ViewValue) -> ViewColumn {
    ViewColumn { name, kind, value }
}

/// A column that has the name of its field.
const fn same(name: &'static str, kind: ViewType) -> ViewColumn {
    column(name, kind, Column(name))
}

/// A column that has the name of its field in the element of a list.
const fn item(name: &'static str, kind: ViewType) -> ViewColumn {
    column(name, kind, Item(name))
}

const fn rows(
    name: &'static str,
    table: &'static str,
    columns: &'static [ViewColumn],
) -> LayoutView {
    LayoutView {
        name,
        table,
        instead: None,
        lists: &[],
        join: None,
        columns,
    }
}

const fn elements(
    name: &'static str,
    table: &'static str,
    lists: &'static [&'static str],
    columns: &'static [ViewColumn],
) -> LayoutView {
    LayoutView {
        lists,
        ..rows(name, table, columns)
    }
}

const ID: ViewColumn = same("id", Integer);
const CREATED_AT: ViewColumn = same("created_at", Time);
const UPDATED_AT: ViewColumn = same("updated_at", Time);
const INDEX: ViewColumn = column("index", Integer, Position);
const DELETED: ViewColumn = column("_fivetran_deleted", Boolean, IsDeleted);
const SYNCED: ViewColumn = column("_fivetran_synced", Time, SyncedAt);
const CHARGE_ID: ViewColumn = column("charge_id", Integer, Column("id"));
const ADDRESS_ID: ViewColumn = column("address_id", Integer, Column("id"));
const PRODUCT_ID: ViewColumn = column(
    "external_product_id_ecommerce",
    Integer,
    Member("external_product_id", "ecommerce"),
);
const VARIANT_ID: ViewColumn = column(
    "external_variant_id_ecommerce",
    Integer,
    Member("external_variant_id", "ecommerce"),
);
const ITEM_PRODUCT_ID: ViewColumn = column(
    "external_product_id_ecommerce",
    Integer,
    Item("external_product_id.ecommerce"),
);
const ITEM_VARIANT_ID: ViewColumn = column(
    "external_variant_id_ecommerce",
    Integer,
    Item("external_variant_id.ecommerce"),
);

const VIEWS: &[LayoutView] = &[
    rows("address", "addresses", ADDRESS),
    elements(
        "address_discounts",
        "addresses",
        &["discounts"],
        &[ADDRESS_ID, item("id", Integer), INDEX, DELETED, SYNCED],
    ),
    elements(
        "address_shipping_line",
        "addresses",
        &["shipping_lines_override", "shipping_lines_conserved"],
        &[
            ADDRESS_ID,
            INDEX,
            item("price", Text),
            item("code", Text),
            item("title", Text),
            DELETED,
            SYNCED,
        ],
    ),
    rows("charge", "charges", CHARGE),
    elements(
        "charge_discount",
        "charges",
        &["discounts"],
        &[
            CHARGE_ID,
            INDEX,
            item("id", Integer),
            item("code", Text),
            item("value", Decimal),
            item("value_type", Text),
            SYNCED,
        ],
    ),
    elements(
        "charge_line_item",
        "charges",
        &["line_items"],
        CHARGE_LINE_ITEM,
    ),
    elements(
        "charge_order_attribute",
        "charges",
        &["order_attributes"],
        &[
            CHARGE_ID,
            INDEX,
            column("order_attribute", Text, WholeItem),
            SYNCED,
        ],
    ),
    elements(
        "charge_shipping_line",
        "charges",
        &["shipping_lines"],
        &[
            CHARGE_ID,
            INDEX,
            item("price", Decimal),
            item("code", Text),
            item("title", Text),
            SYNCED,
        ],
    ),
    elements(
        "charge_tax_line",
        "charges",
        &["tax_lines"],
        &[
            CHARGE_ID,
            INDEX,
            item("price", Decimal),
            item("rate", Decimal),
            item("title", Text),
            SYNCED,
        ],
    ),
    LayoutView {
        join: Some(ViewJoin {
            table: "payment_methods",
            column: "customer_id",
            with: Column("id"),
            only: Some("default"),
        }),
        ..rows("customer", "customers", CUSTOMER)
    },
    rows("discount", "discounts", DISCOUNT),
    rows("one_time_product", "onetimes", ONE_TIME_PRODUCT),
    LayoutView {
        join: Some(ViewJoin {
            table: "charges",
            column: "id",
            with: Member("charge", "id"),
            only: None,
        }),
        ..rows("orders", "orders", ORDERS)
    },
    elements(
        "order_line_item",
        "orders",
        &["line_items"],
        ORDER_LINE_ITEM,
    ),
    rows("subscription", "subscriptions", SUBSCRIPTION),
    LayoutView {
        instead: Some("subscriptions"),
        join: Some(ViewJoin {
            table: "subscriptions",
            column: "id",
            with: Column("id"),
            only: None,
        }),
        ..rows(
            "subscription_history",
            "subscriptions_history",
            SUBSCRIPTION_HISTORY,
        )
    },
];

const ADDRESS: &[ViewColumn] = &[
    ID,
    same("customer_id", Integer),
    same("first_name", Text),
    same("last_name", Text),
    column("address_1", Text, Column("address1")),
    column("address_2", Text, Column("address2")),
    same("city", Text),
    same("province", Text),
    same("country_code", Text),
    column("country", Text, Beyond("country")),
    same("zip", Text),
    same("company", Text),
    same("phone", Text),
    CREATED_AT,
    UPDATED_AT,
    DELETED,
    same("payment_method_id", Text),
    SYNCED,
];

const CHARGE: &[ViewColumn] = &[
    ID,
    DELETED,
    same("address_id", Integer),
    column("customer_id", Integer, Member("customer", "id")),
    column("customer_hash", Text, Member("customer", "hash")),
    same("note", Text),
    CREATED_AT,
    UPDATED_AT,
    same("processed_at", Time),
    same("scheduled_at", Time),
    same("orders_count", Integer),
    column(
        "external_order_id_ecommerce",
        Integer,
        Member("external_order_id", "ecommerce"),
    ),
    same("subtotal_price", Decimal),
    same("tags", Text),
    // The package calculates with it.
    column("tax_lines", Decimal, Sum("tax_lines", "price")),
    same("total_discounts", Decimal),
    same("total_line_items_price", Decimal),
    same("total_price", Decimal),
    same("total_tax", Decimal),
    same("total_weight_grams", Decimal),
    same("type", Text),
    same("status", Text),
    same("total_refunds", Decimal),
    column(
        "external_transaction_id_payment_processor",
        Text,
        Member("external_transaction_id", "payment_processor"),
    ),
    column("email", Text, Member("customer", "email")),
    column(
        "payment_processor",
        Text,
        Either(&[Column("payment_processor"), Column("processor_name")]),
    ),
    same("has_uncommitted_changes", Boolean),
    same("retry_date", Time),
    same("error_type", Text),
    same("error", Text),
    same("charge_attempts", Integer),
    column(
        "external_variant_id_not_found",
        Text,
        Either(&[
            Column("external_variant_id_not_found"),
            Column("external_variant_not_found"),
        ]),
    ),
    column(
        "client_details_browser_ip",
        Text,
        Member("client_details", "browser_ip"),
    ),
    column(
        "client_details_user_agent",
        Text,
        Member("client_details", "user_agent"),
    ),
    // Not in the package: amounts of several currencies must not be added up.
    same("currency", Text),
    SYNCED,
];

const CHARGE_LINE_ITEM: &[ViewColumn] = &[
    CHARGE_ID,
    INDEX,
    item("variant_title", Text),
    item("title", Text),
    item("quantity", Integer),
    item("grams", Decimal),
    item("total_price", Decimal),
    item("unit_price", Decimal),
    item("tax_due", Decimal),
    item("taxable", Boolean),
    item("taxable_amount", Decimal),
    item("unit_price_includes_tax", Boolean),
    item("sku", Text),
    ITEM_PRODUCT_ID,
    ITEM_VARIANT_ID,
    // Version 2021-11 does not have it.
    item("vendor", Text),
    item("purchase_item_id", Integer),
    item("purchase_item_type", Text),
    SYNCED,
];

const CUSTOMER: &[ViewColumn] = &[
    ID,
    column(
        "external_customer_id_ecommerce",
        Integer,
        Member("external_customer_id", "ecommerce"),
    ),
    same("email", Text),
    CREATED_AT,
    UPDATED_AT,
    same("first_charge_processed_at", Time),
    same("first_name", Text),
    same("last_name", Text),
    same("subscriptions_active_count", Integer),
    same("subscriptions_total_count", Integer),
    same("has_valid_payment_method", Boolean),
    same("has_payment_method_in_dunning", Boolean),
    same("tax_exempt", Boolean),
    DELETED,
    // Customers of 2021-11 have no billing address; their default payment method has.
    column(
        "billing_first_name",
        Text,
        JoinedMember("billing_address", "first_name"),
    ),
    column(
        "billing_last_name",
        Text,
        JoinedMember("billing_address", "last_name"),
    ),
    column(
        "billing_company",
        Text,
        JoinedMember("billing_address", "company"),
    ),
    column(
        "billing_city",
        Text,
        JoinedMember("billing_address", "city"),
    ),
    column(
        "billing_country",
        Text,
        JoinedMember("billing_address", "country"),
    ),
    same("hash", Text),
    SYNCED,
];

const DISCOUNT: &[ViewColumn] = &[
    ID,
    CREATED_AT,
    UPDATED_AT,
    same("starts_at", Time),
    same("ends_at", Time),
    same("code", Text),
    same("value", Decimal),
    same("status", Text),
    column(
        "usage_limits",
        Integer,
        Member("usage_limits", "max_subsequent_redemptions"),
    ),
    same("applies_to", Text),
    column(
        "applies_to_resource",
        Text,
        Member("applies_to", "resource"),
    ),
    column(
        "applies_to_product_type",
        Text,
        Member("applies_to", "purchase_item_type"),
    ),
    column(
        "minimum_order_amount",
        Decimal,
        Column("prerequisite_subtotal_min"),
    ),
    SYNCED,
];

const ONE_TIME_PRODUCT: &[ViewColumn] = &[
    ID,
    same("address_id", Integer),
    same("customer_id", Integer),
    CREATED_AT,
    UPDATED_AT,
    same("next_charge_scheduled_at", Time),
    same("product_title", Text),
    same("variant_title", Text),
    same("price", Decimal),
    same("quantity", Integer),
    PRODUCT_ID,
    VARIANT_ID,
    same("sku", Text),
    DELETED,
    SYNCED,
];

const ORDERS: &[ViewColumn] = &[
    ID,
    column("customer_id", Integer, Member("customer", "id")),
    same("address_id", Integer),
    column("charge_id", Integer, Member("charge", "id")),
    DELETED,
    column("email", Text, Member("customer", "email")),
    column(
        "transaction_id",
        Text,
        Member("charge", "external_transaction_id.payment_processor"),
    ),
    // The charge is newer than what the order says of it.
    column(
        "charge_status",
        Text,
        Either(&[Joined("status"), Member("charge", "status")]),
    ),
    same("is_prepaid", Boolean),
    same("status", Text),
    same("total_price", Decimal),
    same("type", Text),
    column(
        "external_order_id_ecommerce",
        Text,
        Member("external_order_id", "ecommerce"),
    ),
    column(
        "external_order_number_ecommerce",
        Integer,
        Member("external_order_number", "ecommerce"),
    ),
    CREATED_AT,
    UPDATED_AT,
    same("processed_at", Time),
    same("scheduled_at", Time),
    // Version 2021-11 does not have it.
    column("shipped_date", Time, Beyond("shipped_date")),
    SYNCED,
];

const ORDER_LINE_ITEM: &[ViewColumn] = &[
    column("order_id", Integer, Column("id")),
    DELETED,
    INDEX,
    item("variant_title", Text),
    item("title", Text),
    item("quantity", Integer),
    item("grams", Decimal),
    item("total_price", Decimal),
    item("unit_price", Decimal),
    item("tax_due", Decimal),
    item("taxable", Boolean),
    item("taxable_amount", Decimal),
    item("unit_price_includes_tax", Boolean),
    item("sku", Text),
    ITEM_PRODUCT_ID,
    ITEM_VARIANT_ID,
    item("purchase_item_id", Integer),
    item("purchase_item_type", Text),
    SYNCED,
];

const SUBSCRIPTION: &[ViewColumn] = &[
    ID,
    same("address_id", Integer),
    same("customer_id", Integer),
    CREATED_AT,
    same("cancelled_at", Time),
    same("next_charge_scheduled_at", Time),
    same("price", Text),
    same("quantity", Integer),
    same("cancellation_reason", Text),
    same("status", Text),
    same("cancellation_reason_comments", Text),
    same("product_title", Text),
    same("variant_title", Text),
    PRODUCT_ID,
    VARIANT_ID,
    same("sku", Text),
    same("order_interval_unit", Text),
    same("order_interval_frequency", Integer),
    // The package multiplies it; the reference also shows it as text.
    same("charge_interval_frequency", Integer),
    same("order_day_of_week", Integer),
    same("order_day_of_month", Integer),
    same("expire_after_specific_number_of_charges", Integer),
    UPDATED_AT,
    DELETED,
    SYNCED,
];

const SUBSCRIPTION_HISTORY: &[ViewColumn] = &[
    column("subscription_id", Integer, Column("id")),
    ID,
    UPDATED_AT,
    same("address_id", Integer),
    same("customer_id", Integer),
    CREATED_AT,
    same("cancelled_at", Time),
    same("next_charge_scheduled_at", Time),
    same("price", Text),
    same("quantity", Integer),
    same("cancellation_reason", Text),
    same("status", Text),
    same("cancellation_reason_comments", Text),
    same("product_title", Text),
    same("variant_title", Text),
    column(
        "external_product_id_ecommerce",
        Text,
        Member("external_product_id", "ecommerce"),
    ),
    column(
        "external_variant_id_ecommerce",
        Text,
        Member("external_variant_id", "ecommerce"),
    ),
    same("sku", Text),
    same("order_interval_unit", Text),
    same("order_interval_frequency", Integer),
    same("charge_interval_frequency", Integer),
    same("order_day_of_week", Integer),
    same("order_day_of_month", Integer),
    same("expire_after_specific_number_of_charges", Integer),
    // Versions have no mark of their own.
    column("_fivetran_deleted", Boolean, IsJoinedDeleted),
    SYNCED,
];
