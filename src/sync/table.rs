//! The tables of an API, derived from the lists of its catalog.

use crate::catalog::{
    Api, ApiFamily, FieldKind, ForgottenRecords, Method, Object, Operation, OperationAction,
    Parameter, ParameterRole, RemovedRecords, Resource, ResponseShape, VanishedRecords,
};

/// A table of a copy.
#[derive(Debug, Clone)]
pub struct SyncTable {
    /// Its name at the destination, snake case.
    pub name: String,
    /// The version of the API that it is read from.
    pub api: &'static Api,
    /// The operation that reads it: a list, or one object.
    pub operation: &'static Operation,
    /// Query parameters that every request of it has.
    pub filters: Vec<(&'static str, &'static str)>,
    /// What its records are.
    pub object: &'static Object,
    /// The name of the column that identifies a row.
    pub key: &'static str,
    /// The fields that the key is made of, where records have no id of their own.
    pub key_parts: &'static [&'static str],
    /// How changes are found.
    pub method: ReadMethod,
    /// The columns, in the order of the catalog.
    pub columns: Vec<TableColumn>,
    /// Whether each version of a row is kept in a table of its own.
    pub keeps_history: bool,
    /// Which rows the API removes without telling.
    pub removed: Option<RemovedRecords>,
    /// Which rows the list no longer shows, though they were not removed.
    pub forgotten: Option<ForgottenRecords>,
    /// How many days the list reaches back.
    pub reach_days: Option<u32>,
    /// Query parameters of a further list with records of the table.
    pub further: &'static [(&'static str, &'static str)],
    /// How records that disappeared without a trace are found.
    pub vanished: Option<VanishedRecords>,
    /// Where the list belongs to one record of another table.
    pub parent: Option<ParentLink>,
}

/// The record that a list belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParentLink {
    /// The table of the record.
    pub table: &'static str,
    /// The column with its key.
    pub column: &'static str,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableColumn {
    /// Its name, as the API spells the field.
    pub name: &'static str,
    /// What it holds.
    pub kind: ColumnType,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// A whole number of 64 bits.
    Integer,
    /// Text.
    Text,
    /// `true` or `false`.
    Boolean,
    /// A moment, in UTC.
    Time,
    /// A day.
    Date,
    /// A decimal number, exact.
    Decimal,
    /// An object or a list, as JSON.
    Json,
}

/// How the changes of a table are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadMethod {
    /// In the order of a time field, from the bookmark on: the bookmark moves with
    /// each page.
    Ascending {
        /// The field.
        field: &'static str,
        /// The filter for its earliest value.
        since: &'static str,
        /// The filter for its latest value.
        until: Option<&'static str>,
    },
    /// From the bookmark on, in an order that is not known: the bookmark moves at
    /// the end.
    Since {
        /// The field.
        field: &'static str,
        /// The filter for its earliest value.
        since: &'static str,
    },
    /// The newest first, until a page is older than the bookmark: the bookmark
    /// moves at the end.
    NewestFirst {
        /// The field.
        field: &'static str,
    },
    /// The whole list.
    Whole,
}

impl ReadMethod {
    /// The field that the bookmark is a value of.
    #[must_use]
    pub const fn field(self) -> Option<&'static str> {
        match self {
            Self::Ascending { field, .. }
            | Self::Since { field, .. }
            | Self::NewestFirst { field } => Some(field),
            Self::Whole => None,
        }
    }

    /// The name in messages and in the status.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Ascending { .. } | Self::Since { .. } | Self::NewestFirst { .. } => "changes",
        }
    }
}

impl SyncTable {
    /// The column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The position of the key among the columns.
    #[must_use]
    pub fn key_column(&self) -> usize {
        self.column(self.key).unwrap_or_default()
    }

    /// The name of the table with the versions of its rows.
    #[must_use]
    pub fn history_name(&self) -> Option<String> {
        self.keeps_history.then(|| format!("{}_history", self.name))
    }

    /// The parameter of the list that has a role.
    #[must_use]
    pub fn parameter(&self, role: ParameterRole) -> Option<&'static Parameter> {
        let mut query = self.operation.query.iter();
        query.find(|parameter| parameter.role == role)
    }
}

/// The column of a key that is made of several fields.
pub(super) const MADE_KEY: &str = "_key";

/// The tables of an API, in the order of its catalog.
///
/// `version` is that of the tables which the catalog lets copies read in another
/// version than the newest, where it is not to be the one that the catalog names.
#[must_use]
pub fn tables(family: &'static ApiFamily, version: Option<&str>) -> Vec<SyncTable> {
    let api = family.newest();
    let operations = api.operations();
    let read = operations.filter(|(_, operation)| {
        let parts = usize::from(operation.replication.parent.is_some());
        operation.method == Method::Get
            && operation.path_parameters.len() == parts
            && operation.replication.is_table
    });
    read.flat_map(|(resource, operation)| {
        let usual = operation.replication.from_version;
        let version = usual.map(|usual| version.unwrap_or(usual));
        let other = version.and_then(|version| in_version(family, version, resource, operation));
        let (api, resource, operation) = other.unwrap_or((api, resource, operation));
        of_operation(api, resource, operation)
    })
    .collect()
}

fn in_version(
    family: &'static ApiFamily,
    version: &str,
    resource: &Resource,
    operation: &Operation,
) -> Option<(&'static Api, &'static Resource, &'static Operation)> {
    let api = family.version(version)?;
    let resource = api.resource(resource.name)?;
    Some((api, resource, resource.operation(operation.verb)?))
}

/// The tables of one operation: one for each kind of owner where the list wants
/// the kind named, else one, or none where its records have no key.
fn of_operation(
    api: &'static Api,
    resource: &'static Resource,
    operation: &'static Operation,
) -> Vec<SyncTable> {
    let (name, object) = match operation.response {
        ResponseShape::Page(_, object) | ResponseShape::BarePage(object)
            if operation.action == OperationAction::List =>
        {
            (resource.name, object)
        }
        ResponseShape::Page(name, object) | ResponseShape::One(name, object) => (name, object),
        _ => return Vec::new(),
    };
    let key_parts = operation.replication.key_parts;
    let made = (!key_parts.is_empty()).then_some(MADE_KEY);
    let Some(key) = made.or_else(|| key_of(api, resource, object)) else {
        return Vec::new();
    };
    let made = made.map(|name| TableColumn {
        name,
        kind: ColumnType::Text,
    });
    let columns: Vec<TableColumn> = made.into_iter().chain(columns_of(object)).collect();
    let table = |name: String, filters| SyncTable {
        name,
        api,
        operation,
        filters,
        object,
        key,
        key_parts,
        method: method_of(operation, object),
        columns: columns.clone(),
        keeps_history: operation.replication.keeps_history,
        removed: operation.replication.removed,
        forgotten: operation.replication.forgotten,
        reach_days: operation.replication.reach_days,
        further: operation.replication.further,
        vanished: operation.replication.vanished,
        parent: parent_of(api, operation),
    };
    let mut query = operation.query.iter();
    match query.find(|parameter| parameter.required && !parameter.values.is_empty()) {
        Some(kind) => {
            let kinds = kind.values.iter();
            let one = |value: &&'static str| {
                let mut filters = operation.replication.query.to_vec();
                filters.push((kind.name, *value));
                table(format!("{name}_{value}"), filters)
            };
            kinds.map(one).collect()
        }
        None => vec![table(name.to_owned(), operation.replication.query.to_vec())],
    }
}

fn parent_of(api: &Api, operation: &'static Operation) -> Option<ParentLink> {
    let parent = api.resource(operation.replication.parent?)?;
    Some(ParentLink {
        table: parent.name,
        column: operation.path_parameters.first()?.name,
    })
}

/// The query parameters that put a list into an order; `None` where it cannot be put
/// into it. APIs spell an order as `field-asc`, `field:asc`, or as a field and a
/// direction of its own.
pub(super) fn ordered_by(
    operation: &'static Operation,
    field: &str,
    direction: &str,
) -> Option<Vec<(&'static str, &'static str)>> {
    let sort = operation.query_for(ParameterRole::Sort)?;
    let spelled = |known: &&&str| {
        let rest = known.strip_prefix(field);
        rest.and_then(|rest| rest.strip_prefix(['-', ':'])) == Some(direction)
    };
    if let Some(value) = sort.values.iter().find(spelled) {
        return Some(vec![(sort.name, *value)]);
    }
    let value = sort.values.iter().find(|known| **known == field)?;
    let other = operation.query_for(ParameterRole::Direction)?;
    let word = other.values.iter().find(|known| **known == direction)?;
    Some(vec![(sort.name, *value), (other.name, *word)])
}

/// The id, else the field by which the object is read.
fn key_of(api: &Api, resource: &Resource, object: &Object) -> Option<&'static str> {
    if let Some(field) = object.field(api.conventions.id) {
        return Some(field.name);
    }
    let get = resource.operation_to(OperationAction::Get)?;
    let named = get.path_parameters.first()?;
    object.field(named.name).map(|field| field.name)
}

fn method_of(operation: &'static Operation, object: &Object) -> ReadMethod {
    if operation.action != OperationAction::List {
        return ReadMethod::Whole;
    }
    let with_role = |role: ParameterRole| operation.query.iter().find(move |one| one.role == role);
    let is_sorted = |field: &str, order: &str| ordered_by(operation, field, order).is_some();
    let of_object =
        |field: Option<&'static str>| field.filter(|field| object.field(field).is_some());
    let updated = of_object(object.conventions.updated);
    if let Some(field) = updated {
        match with_role(ParameterRole::Since(field)) {
            Some(since) if is_sorted(field, "asc") => {
                let until = with_role(ParameterRole::Until(field));
                return ReadMethod::Ascending {
                    field,
                    since: since.name,
                    until: until.map(|until| until.name),
                };
            }
            Some(since) => {
                let since = since.name;
                return ReadMethod::Since { field, since };
            }
            None if is_sorted(field, "desc") => return ReadMethod::NewestFirst { field },
            None => {}
        }
    }
    // Records that nothing changes any more: the time of creation will do.
    let created = of_object(object.conventions.created).filter(|_| updated.is_none());
    match created.and_then(|field| Some((field, with_role(ParameterRole::Since(field))?.name))) {
        Some((field, since)) => ReadMethod::Since { field, since },
        None => ReadMethod::Whole,
    }
}

fn columns_of(object: &Object) -> Vec<TableColumn> {
    let fields = object.fields.iter();
    let columns = fields.map(|field| TableColumn {
        name: field.name,
        kind: match field.kind {
            FieldKind::Id | FieldKind::Integer => ColumnType::Integer,
            FieldKind::Text => ColumnType::Text,
            FieldKind::Boolean => ColumnType::Boolean,
            FieldKind::Time => ColumnType::Time,
            FieldKind::Date => ColumnType::Date,
            FieldKind::Money => ColumnType::Decimal,
            FieldKind::Parts(_) | FieldKind::Json => ColumnType::Json,
        },
    });
    columns.collect()
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
