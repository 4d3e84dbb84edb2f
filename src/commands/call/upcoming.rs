//! What comes after a write, where a list tells it: `next charge 2026-12-20`.
//!
//! The row names the list and its filters. It is read once, after the write; what
//! cannot be read, or is not there, is not told.

use serde_json::Value;

use super::facts;
use super::run::PreparedCall;
use crate::api::client::Client;
use crate::api::request::{self, GivenValue, Values};
use crate::api::response::{Envelope, Wanted};
use crate::catalog::{OperationAction, Parameter, ParameterRole};
use crate::ui::Run;

/// The most values of a filter that are asked for.
const MOST_VALUES: usize = 50;

/// The day of what comes next, after the words that say what it is; `after` is
/// the object that the write answered.
pub(super) fn day(client: &Client, call: &PreparedCall, after: &Value) -> Option<String> {
    let follow_up = call.operation.follow_up?;
    let list = call.resource.operation_to(OperationAction::List)?;
    let filter = |name: &str| list.query.iter().find(|parameter| parameter.name == name);
    let mut given = Vec::new();
    for name in follow_up.same {
        let parameter = filter(name)?;
        let words = values_of(parameter, after)?;
        given.push(GivenValue { parameter, words });
    }
    for (name, value) in follow_up.fixed {
        given.push(one(filter(name)?, value));
    }
    given.push(one(
        list.query_for(ParameterRole::Sort)?,
        follow_up.sorted_by,
    ));
    given.extend(
        list.query_for(ParameterRole::PageSize)
            .map(|size| one(size, "1")),
    );
    let values = Values {
        given,
        ..Values::default()
    };
    let request = request::fill(list, &[], &values, &call.now).ok()?;
    let sent = async { Envelope::open(client.send(&request).await?, Wanted::of(list.response)) };
    let envelope = Run::wait(sent).ok()?;
    let first: Value = serde_json::from_str(envelope.records().next()?).ok()?;
    let (field, _) = call.resource.object.day()?;
    let day = facts::text(&first[field.name])?;
    let day = day.split('T').next().unwrap_or_default();
    Some(format!("{} {day}", follow_up.called))
}

fn one(parameter: &'static Parameter, value: &str) -> GivenValue {
    GivenValue {
        parameter,
        words: vec![value.to_owned()],
    }
}

/// The values of a filter that an object has; none where it has none, or too
/// many to be asked for.
fn values_of(parameter: &Parameter, object: &Value) -> Option<Vec<String>> {
    let path = parameter.stands_at.unwrap_or(parameter.name);
    let mut found = vec![object];
    for part in path.split('.') {
        found = found
            .into_iter()
            .flat_map(|value| match (part, value) {
                ("*", Value::Array(items)) => items.iter().collect(),
                (part, value) => value.get(part).into_iter().collect::<Vec<_>>(),
            })
            .collect();
    }
    let mut words: Vec<String> = found.into_iter().filter_map(facts::text).collect();
    words.sort_unstable();
    words.dedup();
    (1..=MOST_VALUES).contains(&words.len()).then_some(words)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalog;

    #[test]
    fn values_of_a_filter_are_read_where_it_stands() {
        let (_, list) = catalog::recharge::API.operation("charges.list").unwrap();
        let (_, skip) = catalog::recharge::API.operation("charges.skip").unwrap();
        let name = skip.follow_up.unwrap().same[0];
        let parameter = list.query.iter().find(|known| known.name == name).unwrap();
        let items = |ids: &[u64]| {
            let ids = ids.iter().map(|id| json!({"purchase_item_id": id}));
            json!({"line_items": ids.collect::<Vec<_>>()})
        };
        let values = |object: &Value| values_of(parameter, object);
        assert_eq!(
            values(&items(&[2, 1, 2])),
            Some(vec!["1".to_owned(), "2".to_owned()])
        );
        assert_eq!(values(&items(&[])), None);
        assert_eq!(values(&json!({"id": 1})), None);
        let many: Vec<u64> = (0..=MOST_VALUES as u64).collect();
        assert_eq!(values(&items(&many)), None);
    }
}
