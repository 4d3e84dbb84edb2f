//! Which topics an event indicates.

use serde_json::Value;

use super::event::{StoreEvent, text_of};
use super::rewind::Fields;
use crate::catalog::{EventFeed, EventRule, EventTopic, PolledTopic, StatusItems, Subject};
use crate::error::{Error, Result};
use crate::nearest::{Similarity, nearest};

/// The topics to listen to.
#[derive(Debug, Clone)]
pub struct TopicChoice {
    /// Those that events indicate.
    pub topics: Vec<&'static EventTopic>,
    /// Those that are polled.
    pub polled: Vec<&'static PolledTopic>,
}

impl TopicChoice {
    /// The topics that patterns like `subscription/*` name; all of them without one.
    /// `others` are topics that exist and may have no source except a webhook.
    ///
    /// # Errors
    /// Of kind `Usage`: a pattern names no topic, or only such others.
    pub fn of(feed: &'static EventFeed, patterns: &[String], others: &[&str]) -> Result<Self> {
        if patterns.is_empty() {
            return Ok(Self {
                topics: feed.topics.iter().collect(),
                polled: feed.polled.iter().collect(),
            });
        }
        let names = || {
            let told = feed.topics.iter().map(|topic| topic.name);
            told.chain(feed.polled.iter().map(|topic| topic.name))
        };
        for pattern in patterns {
            if names().any(|name| fits(pattern, name)) {
                continue;
            }
            if let Some(other) = others.iter().find(|name| fits(pattern, name)) {
                return Err(Error::usage(format!("no event matches {other}"))
                    .hint("rc webhooks listen --port receives the webhook itself"));
            }
            return Err(unknown_topic(
                pattern,
                names().chain(others.iter().copied()),
            ));
        }
        let is_wanted = |name: &str| patterns.iter().any(|one| fits(one, name));
        let (topics, polled) = (feed.topics.iter(), feed.polled.iter());
        Ok(Self {
            topics: topics.filter(|topic| is_wanted(topic.name)).collect(),
            polled: polled.filter(|topic| is_wanted(topic.name)).collect(),
        })
    }
}

/// The error of a topic that does not exist; it names the nearest one.
pub fn unknown_topic<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Error {
    let error = Error::usage(format!("there is no topic {name}"));
    match nearest(name, names, Similarity::Loose) {
        Some(near) => error.hint(format!("did you mean {near}?")),
        None => error.hint("rc webhooks topics lists them"),
    }
}

/// Whether a pattern with `*` fits a name.
fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// Whether an event may fit a rule, as far as it says itself.
pub(super) fn may_fit(feed: &EventFeed, rule: &EventRule, event: &StoreEvent) -> bool {
    let is_new = event.verb == feed.created;
    let came_to = |(field, value): (&str, &str)| match event.change(field) {
        Some(change) => is(&change.after, value) && !is(&change.before, value),
        // A new object has just received all its values.
        None => is_new,
    };
    let was = |(field, value): (&str, &str)| {
        let change = event.change(field);
        change.is_some_and(|change| is(&change.before, value))
    };
    event.object == rule.object
        && (rule.verbs.is_empty() || rule.verbs.contains(&event.verb.as_str()))
        && rule.became.is_none_or(came_to)
        && rule.was.is_none_or(was)
        && (rule.changed.is_empty() || rule.changed.iter().any(|field| changed(event, field)))
        && match rule.about {
            Subject::ItemsThatLeft(items) => was_in(event, &items),
            _ => true,
        }
}

fn changed(event: &StoreEvent, field: &str) -> bool {
    event.change(field).is_some()
}

/// Whether the object may have had the status before the event.
fn was_in(event: &StoreEvent, items: &StatusItems) -> bool {
    match event.change(items.field) {
        Some(change) => is(&change.before, items.status),
        None => event.change(items.list).is_some(),
    }
}

/// Whether an event that may fit a rule does, by the object after it.
pub(super) fn confirms(
    feed: &EventFeed,
    rule: &EventRule,
    event: &StoreEvent,
    after: &Fields,
) -> bool {
    let says = |field: &str, value: &str| after.get(field).is_some_and(|now| is(now, value));
    let came = rule.became.is_none_or(|(field, value)| {
        event.verb != feed.created || event.change(field).is_some() || says(field, value)
    });
    came && rule
        .state
        .is_none_or(|(field, value, wanted)| says(field, value) == wanted)
}

/// Whether a rule needs to know the object of the event.
pub(super) fn needs_object(feed: &EventFeed, rule: &EventRule, event: &StoreEvent) -> bool {
    rule.state.is_some()
        || rule.became.is_some() && event.verb == feed.created
        || !matches!(rule.about, Subject::Itself | Subject::Children(_))
}

/// The items that came to the status with the event, or left it.
pub(super) fn items(
    items: &StatusItems,
    event: &StoreEvent,
    after: &Fields,
    came: bool,
) -> Vec<String> {
    let value = |field: &str, before: bool| match event.change(field) {
        Some(change) if before => change.before.clone(),
        Some(change) => change.after.clone(),
        None => after.get(field).cloned().unwrap_or(Value::Null),
    };
    let numbers = |before: bool| -> Vec<String> {
        if !is(&value(items.field, before), items.status) {
            return Vec::new();
        }
        let list = value(items.list, before);
        let list = list.as_array().map_or(&[][..], Vec::as_slice);
        list.iter()
            .filter(|item| is(&item[items.kind.0], items.kind.1))
            .filter_map(|item| text_of(&item[items.id]))
            .collect()
    };
    if came {
        return numbers(false);
    }
    let still = numbers(false);
    let mut left = numbers(true);
    left.retain(|id| !still.contains(id));
    left
}

fn is(value: &Value, text: &str) -> bool {
    text_of(value).as_deref() == Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::recharge::API;

    fn chosen(patterns: &[&str]) -> Result<Vec<&'static str>> {
        let patterns: Vec<String> = patterns.iter().map(|one| (*one).to_owned()).collect();
        let feed = API.events.unwrap();
        let choice = TopicChoice::of(feed, &patterns, &["checkout/created"])?;
        Ok(choice.topics.iter().map(|topic| topic.name).collect())
    }

    #[test]
    fn topics_are_chosen_by_name_and_by_pattern() {
        assert_eq!(
            chosen(&["plan/*", "charge/paid"]).unwrap(),
            [
                "charge/paid",
                "plan/created",
                "plan/deleted",
                "plan/updated"
            ]
        );
        assert!(chosen(&[]).unwrap().len() > 35);
        assert_eq!(chosen(&["*/paused"]).unwrap(), ["subscription/paused"]);
        let polled = ["*/upcoming".to_owned()];
        let choice = TopicChoice::of(API.events.unwrap(), &polled, &[]).unwrap();
        assert!(choice.topics.is_empty());
        let names: Vec<&str> = choice.polled.iter().map(|topic| topic.name).collect();
        assert_eq!(names, ["charge/upcoming", "order/upcoming"]);
    }

    #[test]
    fn unknown_topic_is_refused_with_the_nearest_name() {
        let error = chosen(&["subscription/create"]).unwrap_err();
        assert_eq!(error.message, "there is no topic subscription/create");
        assert_eq!(error.hints, ["did you mean subscription/created?"]);
        let error = chosen(&["checkout/*"]).unwrap_err();
        assert_eq!(error.message, "no event matches checkout/created");
    }

    #[test]
    fn topics_that_events_tell_of_have_an_object_that_can_be_read() {
        for topic in API.events.unwrap().topics {
            let resource = API.resource(topic.resource).unwrap();
            let can_be_read = resource.operation("get").is_some()
                || resource
                    .operations
                    .iter()
                    .any(|row| row.query_for(crate::catalog::ParameterRole::Ids).is_some());
            assert!(can_be_read, "{}", topic.name);
            let (object, _) = topic.name.split_once('/').unwrap();
            assert_eq!(object, resource.singular, "{}", topic.name);
        }
    }
}
