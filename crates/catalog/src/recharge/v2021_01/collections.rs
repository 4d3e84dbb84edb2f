//! Operations of the resource `collections` in version 2021-01: its lists and
//! records are those of 2021-11, and it counts them.

use super::super::v2021_11::collections::{COLLECTION, GET, LIST};
use crate::build::read;
use crate::model::{Operation, Resource, ResponseShape};

/// The resource `collections`.
pub const RESOURCE: Resource = Resource {
    name: "collections",
    singular: "collection",
    about: "Groups of products",
    object: &COLLECTION,
    operations: &[&LIST, &GET, &COUNT],
};

/// The operation `collections.count`.
pub static COUNT: Operation = read("count", "/collections/count", "Count collections")
    .answers(ResponseShape::Number("count"))
    .scope("read_products")
    .example("rc collections count --api-version 2021-01");
