//! The undo of each write in a bulk job, and what an answer must show before a
//! row counts as done.
//!
//! Values only. Which old values a step sends is computed where jobs are
//! undone; here is only where they come from.

use crate::model::{OldValue, Operation};

/// What takes an operation back.
#[derive(Debug, Clone, Copy)]
pub struct Undo {
    /// The steps, or why there are none.
    pub by: UndoBy,
    /// What the steps do not restore, a fragment each.
    pub limits: &'static [&'static str],
    /// Groups of fields that the API takes together only, or that follow each
    /// other: where one of a group differs, all of it are sent.
    pub together: &'static [&'static [&'static str]],
    /// Fields whose change also moves what the later steps put back.
    pub moving: &'static [&'static str],
    /// Other records that the write may change, and how they are restored after
    /// the steps.
    pub beside: &'static [Beside],
}

/// Objects that a write makes again or removes beside the one that it names:
/// the queued charges of a subscription, with what was set on them alone. They
/// are read before the write, and looked for again by their day after the
/// steps, as they may have other ids then.
#[derive(Debug, Clone, Copy)]
pub struct Beside {
    /// What they are, for people: `discounts of queued charges`.
    pub called: &'static str,
    /// The list that shows them, as `resource.verb`.
    pub list: &'static str,
    /// Its filter by the ids of the objects that rows name; it says where a
    /// record has them.
    pub of: &'static str,
    /// The filters with fixed values.
    pub having: &'static [(&'static str, &'static str)],
    /// The field with their day, which is a filter of the list as well.
    pub day: &'static str,
    /// What is put back of them, and where to.
    pub put_back: PutBack,
    /// The parameter of the query with which the steps before have settled it
    /// when they are answered, for those that take it: otherwise the store
    /// takes away later what was put back.
    pub at_once: Option<(&'static str, &'static str)>,
    /// The operation that puts it back, as `resource.verb`.
    pub operation: &'static str,
    /// What it sends, from the record that was read.
    pub values: &'static [OldValue],
}

/// What is put back of an object beside the one of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutBack {
    /// What this field held, on the record of that day, where it is empty now.
    Field(&'static str),
    /// The record itself, where there is none of that day any more; only of
    /// days after the one that the object of the row has here.
    Record {
        /// The field of the record with the id of the object that is asked.
        owner: &'static str,
        /// The parameter for the id of the object of the row.
        item: &'static str,
        /// The field of that object which contains its next day.
        after: &'static str,
    },
}

/// Whether steps take an operation back.
#[derive(Debug, Clone, Copy)]
pub enum UndoBy {
    /// The row does not say. A test refuses it for operations that write.
    Unstated,
    /// The operation changes nothing.
    Needless,
    /// No operation of the API takes it back, and why.
    Never(&'static str),
    /// These, in order, each after the one before has succeeded.
    Steps(&'static [UndoStep]),
}

/// One request that takes a write back, or a part of it.
#[derive(Debug, Clone, Copy)]
pub struct UndoStep {
    /// The verb of the same resource, or `resource.verb` of another.
    pub operation: &'static str,
    /// The object that it is sent to.
    pub target: UndoTarget,
    /// The fields of its body.
    pub values: UndoValues,
}

/// The object of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UndoTarget {
    /// The object that the row named.
    Named,
    /// The object that the answer to the row held.
    Answered,
    /// None: the step makes a new object.
    New,
}

/// The fields of the body of a step.
#[derive(Debug, Clone, Copy)]
pub enum UndoValues {
    /// None.
    Nothing,
    /// The old values of all fields that differ.
    Changed,
    /// The old values of these fields. A field that was empty is left out, and
    /// so is a step without any value.
    Fields(&'static [OldValue]),
    /// These values.
    Fixed(&'static [(&'static str, &'static str)]),
    /// All old values that the operation takes.
    Whole,
    /// What the row sent.
    Sent,
}

impl Undo {
    /// The row says nothing.
    pub const UNSTATED: Self = Self::by(UndoBy::Unstated);

    /// A read.
    pub const NEEDLESS: Self = Self::by(UndoBy::Needless);

    /// An update: the old values of what differs, by the same operation.
    pub const OLD_VALUES: Self = Self::by(UndoBy::Steps(&[UndoStep {
        operation: "update",
        target: UndoTarget::Named,
        values: UndoValues::Changed,
    }]));

    /// A creation: what was created is deleted.
    pub const DELETE: Self = Self::by(UndoBy::Steps(&[UndoStep::DELETE]));

    /// A deletion: an object with the same values is created.
    pub const CREATE_ANEW: Self = Self {
        limits: &["the object gets a new id, and references to the old one are lost"],
        ..Self::by(UndoBy::Steps(&[UndoStep {
            operation: "create",
            target: UndoTarget::New,
            values: UndoValues::Whole,
        }]))
    };

    const fn by(by: UndoBy) -> Self {
        Self {
            by,
            limits: &[],
            together: &[],
            moving: &[],
            beside: &[],
        }
    }

    /// These steps.
    #[must_use]
    pub const fn steps(steps: &'static [UndoStep]) -> Self {
        Self::by(UndoBy::Steps(steps))
    }

    /// Nothing, and why.
    #[must_use]
    pub const fn never(why: &'static str) -> Self {
        Self::by(UndoBy::Never(why))
    }

    /// The same, without restoring these.
    #[must_use]
    pub const fn but(mut self, limits: &'static [&'static str]) -> Self {
        self.limits = limits;
        self
    }

    /// The same; the fields of each group go together.
    #[must_use]
    pub const fn together(mut self, groups: &'static [&'static [&'static str]]) -> Self {
        self.together = groups;
        self
    }

    /// The same; a change of these fields moves what later steps put back.
    #[must_use]
    pub const fn moving(mut self, fields: &'static [&'static str]) -> Self {
        self.moving = fields;
        self
    }

    /// The same; these are put back after the steps.
    #[must_use]
    pub const fn beside(mut self, beside: &'static [Beside]) -> Self {
        self.beside = beside;
        self
    }

    /// The fields that go together with a field, itself among them.
    #[must_use]
    pub fn group_of(&self, field: &str) -> &'static [&'static str] {
        let mut groups = self.together.iter();
        groups
            .find(|group| group.contains(&field))
            .copied()
            .unwrap_or_default()
    }

    /// Its steps; none where nothing takes it back.
    #[must_use]
    pub const fn list(&self) -> &'static [UndoStep] {
        match self.by {
            UndoBy::Steps(steps) => steps,
            UndoBy::Unstated | UndoBy::Needless | UndoBy::Never(_) => &[],
        }
    }
}

impl UndoStep {
    /// Deletes the object that the answer held.
    pub const DELETE: Self = Self {
        operation: "delete",
        target: UndoTarget::Answered,
        values: UndoValues::Nothing,
    };

    /// A step on the object that the row named, with no values.
    #[must_use]
    pub const fn act(operation: &'static str) -> Self {
        Self::with(operation, UndoValues::Nothing)
    }

    /// A step on the object that the row named.
    #[must_use]
    pub const fn with(operation: &'static str, values: UndoValues) -> Self {
        Self {
            operation,
            target: UndoTarget::Named,
            values,
        }
    }
}

impl Operation {
    /// What takes it back in a job.
    #[must_use]
    pub const fn undo(mut self, undo: Undo) -> Self {
        self.undo = undo;
        self
    }

    /// What its usual undo does not restore.
    #[must_use]
    pub const fn undo_limits(mut self, limits: &'static [&'static str]) -> Self {
        self.undo = self.undo.but(limits);
        self
    }

    /// No operation takes it back.
    #[must_use]
    pub const fn never_undone(self, why: &'static str) -> Self {
        self.undo(Undo::never(why))
    }

    /// The store may write to the customer when it is carried out.
    #[must_use]
    pub const fn mails(mut self) -> Self {
        self.mails = true;
        self
    }

    /// The values that fields of the answered object have after a success.
    #[must_use]
    pub const fn leaves(mut self, values: &'static [(&'static str, &'static str)]) -> Self {
        self.leaves = values;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Effect, Resource};
    use crate::recharge::FAMILY;

    fn operation(
        own: &'static Resource,
        name: &str,
    ) -> Option<(&'static Resource, &'static Operation)> {
        match name.split_once('.') {
            None => own.operation(name).map(|operation| (own, operation)),
            Some(_) => FAMILY.newest().operation(name),
        }
    }

    /// Jobs work with the newest version only.
    #[test]
    fn every_operation_that_writes_says_what_takes_it_back() {
        let (mut steps, mut never) = (0, 0);
        for (resource, row) in FAMILY.newest().operations() {
            let id = format!("{}.{}", resource.name, row.verb);
            match row.undo.by {
                UndoBy::Unstated => panic!("{id} does not say what takes it back"),
                UndoBy::Needless => assert_eq!(row.effect, Effect::Reads, "{id}"),
                UndoBy::Never(why) => {
                    never += 1;
                    assert!(!why.is_empty() && row.effect != Effect::Reads, "{id}");
                }
                UndoBy::Steps(list) => {
                    steps += 1;
                    assert!(!list.is_empty() && row.effect != Effect::Reads, "{id}");
                }
            }
        }
        assert!(steps > 30 && never > 10, "{steps} {never}");
    }

    #[test]
    fn steps_name_operations_and_fields_that_there_are() {
        for (resource, row) in FAMILY.newest().operations() {
            for step in row.undo.list() {
                let id = format!("{}.{}: {}", resource.name, row.verb, step.operation);
                let (_, operation) = operation(resource, step.operation)
                    .unwrap_or_else(|| panic!("{id}: no such operation"));
                let path_parameters = operation.path_parameters.len();
                let wanted = usize::from(step.target != UndoTarget::New);
                assert_eq!(path_parameters, wanted, "{id}");
                let takes = |name: &str| operation.body.iter().any(|field| field.name == name);
                match step.values {
                    UndoValues::Fields(values) => {
                        for value in values {
                            assert!(takes(value.parameter), "{id}: {}", value.parameter);
                            let first = value.field.split('.').next().unwrap();
                            assert!(resource.object.field(first).is_some(), "{id}: {first}");
                        }
                    }
                    UndoValues::Fixed(values) => {
                        assert!(values.iter().all(|(name, _)| takes(name)), "{id}");
                    }
                    UndoValues::Changed | UndoValues::Whole => {
                        assert!(!operation.body.is_empty(), "{id}");
                    }
                    UndoValues::Nothing | UndoValues::Sent => {}
                }
            }
            for field in row
                .undo
                .together
                .iter()
                .copied()
                .flatten()
                .chain(row.undo.moving)
            {
                assert!(resource.object.field(field).is_some(), "{field}");
            }
            for beside in row.undo.beside {
                let id = format!("{}.{}: {}", resource.name, row.verb, beside.called);
                let (shown, list) = operation(resource, beside.list).unwrap();
                let filters = beside.having.iter().map(|(name, _)| *name);
                for name in filters.chain([beside.of, beside.day]) {
                    let filter = list.query.iter().find(|filter| filter.name == name);
                    let filter = filter.unwrap_or_else(|| panic!("{id}: {name}"));
                    assert!(name != beside.of || filter.stands_at.is_some(), "{id}");
                }
                let (_, put_back) = operation(resource, beside.operation).unwrap();
                assert_eq!(put_back.path_parameters.len(), 1, "{id}");
                let takes = |name: &str| put_back.body.iter().any(|field| field.name == name);
                assert!(beside.values.iter().all(|one| takes(one.parameter)), "{id}");
                match beside.put_back {
                    PutBack::Field(field) => assert!(shown.object.field(field).is_some(), "{id}"),
                    PutBack::Record { owner, item, after } => {
                        assert!(shown.object.field(owner).is_some(), "{id}");
                        assert!(
                            takes(item) && resource.object.field(after).is_some(),
                            "{id}"
                        );
                    }
                }
            }
            for (field, _) in row.leaves {
                assert!(resource.object.field(field).is_some(), "{field}");
            }
        }
    }
}
