//! The route that answers data as JSON: which objects a schema may ask for, and
//! how.

use super::{RowSource, little_known};
use crate::build::{field, read, text};
use crate::model::{FieldKind, Object, Operation, Parameter, Resource, ResponseShape};

/// Objects by a schema.
pub const RESOURCE: Resource = Resource {
    name: "request_objects",
    singular: "request_object",
    about: "Objects by a schema, as JSON",
    object: &ANYTHING,
    operations: &[&GET],
};

/// Gets the objects that a schema asks for.
pub static GET: Operation = read("get", "/request_objects", "Get objects by a schema")
    .query(&[SCHEMA])
    .answers(ResponseShape::Nothing)
    .example(r#"rc portal objects 37657002 --schema '{"subscriptions":{"product":{}}}'"#);

/// The schema, as JSON.
pub const SCHEMA: Parameter = text("schema", "what to get, as JSON").required();

const ANYTHING: Object = little_known("request_object", &[field("id", FieldKind::Id)]);

/// The most bytes of a schema: it travels in a URL, and servers refuse longer
/// ones.
pub const LONGEST: usize = 7_000;

/// How many objects may be nested in another.
pub const DEEPEST: usize = 6;

/// The word before the field of the enclosing object (`parent.discount_id`).
pub const PARENT: &str = "parent.";

/// The member that names one object.
pub const ID: &str = "id";

/// The member of an answer that says how its lists continue.
pub const META: &str = "meta";

/// An object that a schema may ask for.
#[derive(Debug)]
pub struct SchemaKey {
    /// Its name.
    pub name: &'static str,
    /// What the answer has under it.
    pub answers: KeyAnswer,
    /// The name under which the same is better asked for.
    pub instead: Option<&'static str>,
    /// Members that choose among the objects.
    pub filters: &'static [&'static str],
    /// Members that add related objects to each.
    pub related: &'static [&'static str],
    /// Where it is from.
    pub source: RowSource,
}

/// What an answer has under a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyAnswer {
    /// A list; the one object where the schema names an id.
    List,
    /// One object, which the schema must name.
    One,
    /// The one object that there is.
    Only,
    /// A number.
    Number,
}

/// The key of that name.
#[must_use]
pub fn key(name: &str) -> Option<&'static SchemaKey> {
    KEYS.iter().find(|key| key.name == name)
}

const fn key_of(name: &'static str, answers: KeyAnswer) -> SchemaKey {
    SchemaKey {
        name,
        answers,
        instead: None,
        filters: match answers {
            KeyAnswer::List => LISTS,
            KeyAnswer::One | KeyAnswer::Only | KeyAnswer::Number => ONE,
        },
        related: &[],
        source: RowSource::Reference,
    }
}

impl SchemaKey {
    const fn filters(mut self, filters: &'static [&'static str]) -> Self {
        self.filters = filters;
        self
    }

    const fn related(mut self, related: &'static [&'static str]) -> Self {
        self.related = related;
        self
    }

    const fn instead(mut self, name: &'static str) -> Self {
        self.instead = Some(name);
        self.source = RowSource::PublicThemes;
        self
    }

    const fn themes(mut self) -> Self {
        self.source = RowSource::PublicThemes;
        self
    }
}

const ONE: &[&str] = &["id"];
const LISTS: &[&str] = &["id", "customer_id", "limit", "page", "sort_by"];
const ITEMS: &[&str] = &[
    "id",
    "customer_id",
    "address_id",
    "status",
    "limit",
    "page",
    "sort_by",
];
const BILLS: &[&str] = &[
    "id",
    "customer_id",
    "address_id",
    "subscription_id",
    "status",
    "limit",
    "page",
    "sort_by",
];
const GOODS: &[&str] = &[
    "id",
    "title",
    "base_source",
    "action_type",
    "exclude_prepaids",
    "shopify_product_id",
    "collection_id",
    "limit",
    "page",
    "sort_by",
];
const OFFERS: &[&str] = &[
    "id",
    "subscription_id",
    "cancellation_flow_type",
    "limit",
    "page",
    "sort_by",
];
const MEMBERS: &[&str] = &["id", "customer_id", "include", "limit", "page", "sort_by"];
const OF_ADDRESS: &[&str] = &[
    "discount",
    "subscriptions",
    "onetimes",
    "payment_methods",
    "charges",
];
const OF_ITEM: &[&str] = &[
    "product",
    "products",
    "address",
    "bundle_selections",
    "customer",
    "charges",
];

/// Every object that a schema may ask for.
pub static KEYS: &[SchemaKey] = &[
    key_of("customer", KeyAnswer::Only),
    key_of("customers", KeyAnswer::Only).instead("customer"),
    key_of("addresses", KeyAnswer::List).related(OF_ADDRESS),
    key_of("address", KeyAnswer::One).related(OF_ADDRESS),
    key_of("subscriptions", KeyAnswer::List)
        .filters(ITEMS)
        .related(OF_ITEM),
    key_of("subscription", KeyAnswer::One).related(OF_ITEM),
    key_of("onetimes", KeyAnswer::List)
        .filters(ITEMS)
        .related(OF_ITEM)
        .themes(),
    key_of("onetime", KeyAnswer::One).related(OF_ITEM),
    key_of("orders", KeyAnswer::List)
        .filters(BILLS)
        .related(&["address"]),
    key_of("order", KeyAnswer::One).related(&["address"]),
    key_of("charges", KeyAnswer::List)
        .filters(BILLS)
        .related(&["address"]),
    key_of("charge", KeyAnswer::One)
        .related(&["address"])
        .themes(),
    key_of("discounts", KeyAnswer::List),
    key_of("discount", KeyAnswer::One).themes(),
    key_of("payment_sources", KeyAnswer::List),
    key_of("payment_source", KeyAnswer::One).themes(),
    key_of("payment_methods", KeyAnswer::List),
    key_of("payment_method", KeyAnswer::One).themes(),
    key_of("products", KeyAnswer::List).filters(GOODS).themes(),
    key_of("products_count", KeyAnswer::Number)
        .filters(GOODS)
        .themes(),
    key_of("product", KeyAnswer::One).filters(GOODS).themes(),
    key_of("bundle_selections", KeyAnswer::List),
    key_of("retention_strategies", KeyAnswer::List).filters(OFFERS),
    key_of("retention_strategy", KeyAnswer::One)
        .filters(OFFERS)
        .themes(),
    key_of("memberships", KeyAnswer::List).filters(MEMBERS),
    key_of("membership", KeyAnswer::One).filters(MEMBERS),
    key_of("shipping_countries", KeyAnswer::List),
    key_of("billing_countries", KeyAnswer::List).themes(),
    key_of("delivery_schedule", KeyAnswer::List),
    key_of("schedule", KeyAnswer::List).themes(),
    key_of("settings", KeyAnswer::Only),
    key_of("store", KeyAnswer::Only),
    key_of("shop", KeyAnswer::Only).instead("store"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_names_only_keys_and_has_one_name() {
        for (at, one) in KEYS.iter().enumerate() {
            assert!(!KEYS[at + 1..].iter().any(|other| other.name == one.name));
            for name in one.related.iter().chain(&one.instead) {
                assert!(key(name).is_some(), "{name}");
            }
        }
    }
}
