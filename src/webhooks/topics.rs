//! The topics of webhooks: found by name, with their description in the catalog.

use crate::catalog::{Api, EventTopic, WebhookTopic, Webhooks};
use crate::error::{Error, Result};
use crate::nearest::{Similarity, nearest};

/// The webhooks of an API.
///
/// # Errors
/// Of kind `Usage`: the API has none.
pub fn webhooks(api: &Api) -> Result<&'static Webhooks> {
    let none = || Error::usage(format!("{} {} has no webhooks", api.title, api.version));
    api.webhooks().ok_or_else(none)
}

/// The topic of that name.
///
/// # Errors
/// Of kind `Usage`: there is none. A hint names the nearest one.
pub fn find(webhooks: &Webhooks, name: &str) -> Result<&'static WebhookTopic> {
    if let Some(topic) = webhooks.topic(name) {
        return Ok(topic);
    }
    let names = webhooks.topics.iter().map(|topic| topic.name);
    let error = Error::usage(format!("{name:?} is not a topic of webhooks"));
    let error = match nearest(name, names, Similarity::Usual) {
        Some(near) => error.hint(format!("did you mean {near}?")),
        None => error,
    };
    Err(error.hint("rc webhooks topics lists them"))
}

/// The events that a topic is rebuilt from, where there are any.
#[must_use]
pub fn events(api: &Api, topic: &WebhookTopic) -> Option<&'static EventTopic> {
    let mut rows = api.events?.topics.iter();
    rows.find(|row| row.name == topic.name)
}

/// How reliably a message of a topic is detected without a webhook:
/// `exact`, `confirmed`, `lossy`, `polling` or `impossible`.
#[must_use]
pub fn class(api: &Api, topic: &WebhookTopic) -> &'static str {
    match (events(api, topic), topic.without_events) {
        (Some(row), _) => row.class.name(),
        (None, Some(other)) => other.name(),
        (None, None) => "impossible",
    }
}

/// The kinds of events that a topic is rebuilt from: `subscription cancelled`.
#[must_use]
pub fn sources(api: &Api, topic: &WebhookTopic) -> Vec<String> {
    let rules = events(api, topic).map_or(&[][..], |row| row.rules);
    let mut named: Vec<String> = Vec::new();
    for rule in rules {
        let verbs = if rule.verbs.is_empty() {
            vec![rule.object.to_owned()]
        } else {
            let verbs = rule.verbs.iter();
            verbs
                .map(|verb| format!("{} {verb}", rule.object))
                .collect()
        };
        for verb in verbs {
            if !named.contains(&verb) {
                named.push(verb);
            }
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::recharge::API;

    #[test]
    fn unknown_topic_is_refused_and_the_nearest_one_is_named() {
        let webhooks = webhooks(&API).unwrap();
        assert_eq!(find(webhooks, "charge/paid").unwrap().key, "charge");
        let error = find(webhooks, "subscription/canceled").unwrap_err();
        assert_eq!(error.hints[0], "did you mean subscription/cancelled?");
        let error = find(webhooks, "?").unwrap_err();
        assert_eq!(error.hints, ["rc webhooks topics lists them"]);
    }

    #[test]
    fn every_topic_has_a_class_and_those_of_events_name_them() {
        let webhooks = webhooks(&API).unwrap();
        let class_of = |name| class(&API, find(webhooks, name).unwrap());
        assert_eq!(class_of("subscription/created"), "exact");
        assert_eq!(class_of("charge/paid"), "confirmed");
        assert_eq!(class_of("customer/deleted"), "lossy");
        assert_eq!(class_of("charge/upcoming"), "polling");
        assert_eq!(class_of("app/uninstalled"), "impossible");
        for topic in webhooks.topics {
            let is_of_events = ["exact", "confirmed", "lossy"].contains(&class(&API, topic));
            assert_eq!(
                !sources(&API, topic).is_empty(),
                is_of_events,
                "{}",
                topic.name
            );
        }
    }
}
