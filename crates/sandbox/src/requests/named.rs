//! What a request names by number, as its row tells.

use serde_json::Value;

use crate::requests::checked_request::CheckedRequest;
use crate::storage::tables::TableName;
use crate::values::record;
use recharge_catalog::{Parameter, ValueKind};

/// The tables in which a parameter names something by number, by its name:
/// `subscription_ids`, `target_address`, `purchase_item_id`.
pub(crate) fn tables_of(parameter: &str) -> Vec<TableName> {
    let name = parameter
        .strip_suffix("_ids")
        .or_else(|| parameter.strip_suffix("_id"))
        .unwrap_or(parameter);
    let name = name
        .strip_prefix("target_")
        .or_else(|| name.strip_prefix("source_"))
        .unwrap_or(name);
    match name {
        "address" | "addresses" => vec![TableName::Addresses],
        "purchase_item" => vec![TableName::Subscriptions, TableName::Onetimes],
        _ if name == parameter => Vec::new(),
        _ => TableName::named(name).into_iter().collect(),
    }
}

/// The numbers that a request gives for a parameter.
pub(crate) fn ids_in(asked: &CheckedRequest, parameter: &Parameter) -> Vec<u64> {
    let from_query = asked.asked_for(parameter.name).unwrap_or_default();
    let mut ids: Vec<u64> = from_query
        .split(',')
        .filter_map(|word| word.trim().parse().ok())
        .collect();
    let path = match parameter.kind {
        ValueKind::Reference(field) => format!("{}.{field}", parameter.name),
        ValueKind::References(field) => format!("{}.*.{field}", parameter.name),
        ValueKind::Ids => format!("{}.*", parameter.name),
        _ => parameter.name.to_owned(),
    };
    let mut see = |value: &Value| ids.extend(record::as_id(value));
    record::each(asked.body, &path, &mut see);
    ids
}
