//! Facts for copies of a list that its parameters do not state.

use crate::model::Operation;

/// How an operation that reads becomes a table of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replication {
    /// Whether it may become one.
    pub is_table: bool,
    /// The fields that together tell a record from others, where it has no id.
    pub key_parts: &'static [&'static str],
    /// The version of the API whose list is read instead.
    pub from_version: Option<&'static str>,
    /// Whether each version of a record that is seen is kept as well.
    pub keeps_history: bool,
    /// Which records the API removes without telling.
    pub removed: Option<RemovedRecords>,
    /// Which records the list no longer shows, though they were not removed.
    pub forgotten: Option<ForgottenRecords>,
    /// How many days the list reaches back.
    pub reach_days: Option<u32>,
    /// Query parameters of every request of a copy, beside those of the method.
    pub query: &'static [(&'static str, &'static str)],
    /// Query parameters of a further list with records of the same table, which
    /// the list may leave out.
    pub further: &'static [(&'static str, &'static str)],
    /// How records that disappeared are found.
    pub vanished: Option<VanishedRecords>,
    /// The resource whose records name, one by one, the lists of this operation.
    /// They are read again with each record of it that changed.
    pub parent: Option<&'static str>,
}

/// Records that disappear and that no filter tells: the whole list is compared with
/// the copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VanishedRecords {
    /// Query parameters that make the list as small as it can be.
    pub query: &'static [(&'static str, &'static str)],
}

/// Records that a list leaves out once they are old: those whose field has one of
/// the values, so many days after a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForgottenRecords {
    /// Name of the field.
    pub field: &'static str,
    /// Its values.
    pub values: &'static [&'static str],
    /// The field with the moment.
    pub since: &'static str,
    /// Days after it.
    pub days: u32,
}

/// Records that the API may remove: those whose field has one of the values. The
/// list filters by a parameter with the name of the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemovedRecords {
    /// Name of the field.
    pub field: &'static str,
    /// Its values.
    pub values: &'static [&'static str],
}

impl Replication {
    /// A table like most.
    pub(crate) const USUAL: Self = Self {
        is_table: true,
        key_parts: &[],
        from_version: None,
        keeps_history: false,
        removed: None,
        forgotten: None,
        reach_days: None,
        query: &[],
        further: &[],
        vanished: None,
        parent: None,
    };
}

impl Operation {
    /// No copy has a table of it.
    #[must_use]
    pub const fn not_copied(mut self) -> Self {
        self.replication.is_table = false;
        self
    }

    /// Records have no id: these fields together tell one from others.
    #[must_use]
    pub const fn copied_by(mut self, parts: &'static [&'static str]) -> Self {
        self.replication.key_parts = parts;
        self
    }

    /// Copies read the list of the same name in another version.
    #[must_use]
    pub const fn copied_from_version(mut self, version: &'static str) -> Self {
        self.replication.from_version = Some(version);
        self
    }

    /// Copies keep each version of a record.
    #[must_use]
    pub const fn copied_with_history(mut self) -> Self {
        self.replication.keeps_history = true;
        self
    }

    /// Records with one of these values may be removed without a trace.
    #[must_use]
    pub const fn may_remove(
        mut self,
        field: &'static str,
        values: &'static [&'static str],
    ) -> Self {
        self.replication.removed = Some(RemovedRecords { field, values });
        self
    }

    /// The list leaves out records with one of these values, so many days after a
    /// moment.
    #[must_use]
    pub const fn forgets(mut self, forgotten: ForgottenRecords) -> Self {
        self.replication.forgotten = Some(forgotten);
        self
    }

    /// Requests of copies have these query parameters too.
    #[must_use]
    pub const fn copied_with(mut self, query: &'static [(&'static str, &'static str)]) -> Self {
        self.replication.query = query;
        self
    }

    /// The list may leave out records that it has with these query parameters.
    #[must_use]
    pub const fn copied_also_with(
        mut self,
        query: &'static [(&'static str, &'static str)],
    ) -> Self {
        self.replication.further = query;
        self
    }

    /// Records may disappear; these query parameters make the list that tells as small
    /// as it can be.
    #[must_use]
    pub const fn may_vanish(mut self, query: &'static [(&'static str, &'static str)]) -> Self {
        self.replication.vanished = Some(VanishedRecords { query });
        self
    }

    /// The list belongs to one record of that resource.
    #[must_use]
    pub const fn copied_under(mut self, parent: &'static str) -> Self {
        self.replication.parent = Some(parent);
        self
    }

    /// The list reaches back so many days.
    #[must_use]
    pub const fn reaches_days(mut self, days: u32) -> Self {
        self.replication.reach_days = Some(days);
        self
    }
}

#[cfg(test)]
mod tests {
    use crate::recharge::FAMILY;

    #[test]
    fn what_is_removed_is_a_filter_of_its_list_and_a_field_of_its_object() {
        for (resource, operation) in FAMILY.newest().operations() {
            let Some(removed) = operation.replication.removed else {
                continue;
            };
            let mut query = operation.query.iter();
            let filter = query.find(|known| known.name == removed.field).unwrap();
            assert!(filter.multiple, "{}", resource.name);
            let field = resource.object.field(removed.field).unwrap();
            for value in removed.values {
                assert!(filter.values.contains(value) && field.values.contains(value));
            }
        }
    }

    #[test]
    fn parts_of_a_key_are_fields_of_records_without_an_id() {
        for (_, operation) in FAMILY.newest().operations() {
            for part in operation.replication.key_parts {
                let object = operation.response.object().unwrap();
                assert!(object.field(part).is_some() && object.field("id").is_none());
            }
        }
    }

    #[test]
    fn a_version_that_is_read_instead_has_the_list() {
        for (resource, operation) in FAMILY.newest().operations() {
            if let Some(version) = operation.replication.from_version {
                let api = FAMILY.version(version).unwrap();
                let other = api.resource(resource.name).unwrap();
                assert!(other.operation(operation.verb).is_some());
            }
        }
    }
}
