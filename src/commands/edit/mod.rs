//! `rc RESOURCE edit ID`: the fields of an object in an editor. A verb of every
//! resource whose objects can be read and changed by the same id.

mod document;
mod editor;
mod run;
mod spec;

use super::ResourceCommand;
use crate::catalog::{Operation, OperationAction, Resource};

pub(super) const COMMAND: ResourceCommand = ResourceCommand {
    spec: spec::SPEC,
    run: |run, options, resource, matches| {
        let id = matches.get_one::<String>(spec::TARGET).cloned();
        self::run::run(run, options, resource, &id.unwrap_or_default())
    },
};

/// The operations that read and change an object of a resource, if there are
/// both for the same path.
pub(in crate::commands) fn operations(
    resource: &Resource,
) -> Option<(&'static Operation, &'static Operation)> {
    let get = resource.operation_to(OperationAction::Get)?;
    let update = resource.operation_to(OperationAction::Update)?;
    let same = get.path == update.path && get.targets_one();
    (same && !update.body.is_empty()).then_some((get, update))
}
