//! A row of the catalog.

use recharge_catalog::{Operation, Resource};

/// An operation and the resource that it belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) resource: &'static Resource,
    pub(crate) operation: &'static Operation,
}
