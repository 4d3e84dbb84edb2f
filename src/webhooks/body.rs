//! The body of a message: an object of the API under the key of its topic.
//!
//! A message contains the object as the API returns it, with the included objects of
//! the webhook, as compact JSON. Takes the topic and the object;
//! returns the bytes that are signed and sent.

use serde_json::{Map, Value};

use crate::api::client::Client;
use crate::api::request::{self, GivenValue, Now, Values};
use crate::api::response::{Envelope, Wanted};
use crate::catalog::{Api, Operation, OperationAction, ParameterRole, WebhookTopic};
use crate::error::{Error, Kind, Result};

/// The body of a message about an object.
#[must_use]
pub fn of_record(topic: &WebhookTopic, record: &Map<String, Value>) -> String {
    // Maps of texts and values are always JSON.
    let record = serde_json::to_string(record).unwrap_or_default();
    format!("{{\"{}\":{record}}}", topic.key)
}

/// The body of a message about an object that is JSON text.
///
/// The text stays unchanged except for white space between its parts:
/// numbers and escapes are those of the API.
#[must_use]
pub fn of_text(topic: &WebhookTopic, record: &str) -> String {
    format!("{{\"{}\":{}}}", topic.key, compact(record))
}

/// The body of a message about an object of which only the id is known.
#[must_use]
pub fn of_id(topic: &WebhookTopic, id_field: &str, id: u64) -> String {
    format!("{{\"{}\":{{\"{id_field}\":{id}}}}}", topic.key)
}

/// JSON text without white space outside of its texts.
#[must_use]
pub fn compact(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let (mut in_text, mut is_escaped) = (false, false);
    for letter in json.chars() {
        if in_text {
            in_text = is_escaped || letter != '"';
            is_escaped = !is_escaped && letter == '\\';
        } else if letter.is_ascii_whitespace() {
            continue;
        } else {
            in_text = letter == '"';
        }
        out.push(letter);
    }
    out
}

/// The operation that reads the object of a topic, and the one that lists such
/// objects.
///
/// # Errors
/// Of kind `Usage`: the object cannot be read.
pub fn operations(
    api: &Api,
    topic: &WebhookTopic,
) -> Result<(&'static Operation, Option<&'static Operation>)> {
    let resource = topic.resource.and_then(|name| api.resource(name));
    let get = resource.and_then(|resource| resource.operation_to(OperationAction::Get));
    let list = resource.and_then(|resource| resource.operation_to(OperationAction::List));
    match (get, list) {
        (Some(get), list) => Ok((get, list)),
        (None, Some(list)) => Ok((list, Some(list))),
        (None, None) => Err(Error::usage(format!(
            "the object of {} cannot be read",
            topic.name
        ))),
    }
}

/// Checks the names of objects to include.
///
/// # Errors
/// Of kind `Usage`: the topic does not have one of them.
pub fn check_included(topic: &WebhookTopic, included: &[String]) -> Result<()> {
    let known = topic.included;
    match included.iter().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) if known.is_empty() => Err(Error::usage(format!(
            "messages of {} cannot include other objects such as {name:?}",
            topic.name
        ))),
        Some(name) => Err(Error::usage(format!(
            "messages of {} cannot include {name:?}",
            topic.name
        ))
        .hint(format!("they can include {}", known.join(", ")))),
    }
}

/// Reads the object of a topic, with the objects to include: its JSON text.
/// Without an id it is the one that the API lists first.
///
/// # Errors
/// As [`Client::send`]; of kind `NotFound`: there is no such object.
pub async fn read(
    client: &Client,
    topic: &WebhookTopic,
    id: Option<&str>,
    included: &[String],
    now: &Now,
) -> Result<String> {
    let (get, list) = operations(client.api(), topic)?;
    let path: Vec<String> = id.map(str::to_owned).into_iter().collect();
    let is_alone = get.path_parameters.is_empty() && get.action == OperationAction::Get;
    let has_place = get.path_parameters.len() == path.len();
    let (operation, path, by_ids) = match (id, list) {
        (None, _) if is_alone => (get, Vec::new(), None),
        (Some(_), _) if has_place => (get, path, None),
        (Some(id), Some(list)) => (list, Vec::new(), Some(id)),
        (None, Some(list)) => (list, Vec::new(), None),
        _ => {
            return Err(Error::usage(format!(
                "name the object of {} with --id",
                topic.name
            )));
        }
    };
    let mut given = Vec::new();
    let mut put = |role: ParameterRole, words: Vec<String>| {
        let mut query = operation.query.iter();
        if let Some(parameter) = query.find(|parameter| parameter.role == role) {
            given.push(GivenValue { parameter, words });
        }
    };
    if !included.is_empty() {
        put(ParameterRole::Include, vec![included.join(",")]);
    }
    if let Some(id) = by_ids {
        put(ParameterRole::Ids, vec![id.to_owned()]);
    } else if operation.action == OperationAction::List {
        put(ParameterRole::PageSize, vec!["1".to_owned()]);
        let newest = latest(operation).map(str::to_owned);
        if let Some(order) = newest {
            put(ParameterRole::Sort, vec![order]);
        }
    }
    let values = Values {
        given,
        ..Values::default()
    };
    let request = request::fill(operation, &path, &values, now)?;
    let envelope = Envelope::open(client.send(&request).await?, Wanted::of(operation.response))?;
    let record = envelope.records().next().map(str::to_owned);
    record.ok_or_else(|| match id {
        Some(id) => Error::new(Kind::NotFound, format!("there is no {} {id}", topic.key)),
        None => Error::new(Kind::NotFound, format!("the store has no {}", topic.key)),
    })
}

/// The order of a list that begins with the object that was created last.
fn latest(list: &Operation) -> Option<&'static str> {
    let mut query = list.query.iter();
    let sort = query.find(|parameter| parameter.role == ParameterRole::Sort)?;
    let mut orders = sort.values.iter().copied();
    orders.find(|order| *order == "id-desc")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::recharge::API;
    use crate::webhooks::topics;

    fn topic(name: &str) -> &'static WebhookTopic {
        topics::find(topics::webhooks(&API).unwrap(), name).unwrap()
    }

    #[test]
    fn body_has_the_object_under_the_key_of_the_topic() {
        let record = serde_json::json!({"id": 7, "note": "a \"b\" é"});
        let record = record.as_object().unwrap();
        assert_eq!(
            of_record(topic("order/created"), record),
            "{\"order\":{\"id\":7,\"note\":\"a \\\"b\\\" é\"}}"
        );
        assert_eq!(
            of_id(topic("plan/deleted"), "id", 9),
            "{\"plan\":{\"id\":9}}"
        );
    }

    #[test]
    fn text_loses_white_space_between_its_parts_and_nothing_else() {
        let record = "{ \"a\" : 1.50,\n \"b\": \"x  \\\" \\\\\" , \"c\":[ 1e3 , \"\\u00e9 /\" ] }";
        assert_eq!(
            of_text(topic("charge/paid"), record),
            "{\"charge\":{\"a\":1.50,\"b\":\"x  \\\" \\\\\",\"c\":[1e3,\"\\u00e9 /\"]}}"
        );
    }

    #[test]
    fn only_objects_that_the_topic_has_can_be_included() {
        let names = |names: &[&str]| {
            names
                .iter()
                .map(|name| (*name).to_owned())
                .collect::<Vec<_>>()
        };
        let order = topic("order/created");
        assert!(check_included(order, &names(&["customer", "metafields"])).is_ok());
        let error = check_included(order, &names(&["addresses"])).unwrap_err();
        assert_eq!(error.hints, ["they can include customer, metafields"]);
        assert!(check_included(topic("plan/created"), &names(&["customer"])).is_err());
    }

    #[test]
    fn object_of_every_topic_can_be_read_unless_recharge_is_gone() {
        for topic in topics::webhooks(&API).unwrap().topics {
            let can_be_read = operations(&API, topic).is_ok();
            assert_eq!(can_be_read, topic.resource.is_some(), "{}", topic.name);
        }
    }
}
