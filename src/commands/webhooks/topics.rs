//! `rc webhooks topics`: what webhooks can tell. Sends nothing.

use serde_json::{Value, json};

use crate::catalog::build::field;
use crate::catalog::{Api, Conventions, FieldKind, Object, WebhookTopic};
use crate::cli::Options;
use crate::error::Result;
use crate::output::Shape;
use crate::ui::Run;
use crate::ui::printer::{Described, Printer};
use crate::webhooks::topics;

/// Prints all topics, or the one of that name.
pub(super) fn run(run: &mut Run, options: &Options, name: Option<&str>) -> Result<()> {
    let api = run.family.newest();
    let webhooks = topics::webhooks(api)?;
    let chosen = name.map(|name| topics::find(webhooks, name)).transpose()?;
    let described = Described {
        object: Some(&TOPIC),
        ..Described::default()
    };
    let shape = if chosen.is_some() {
        Shape::One
    } else {
        Shape::Many
    };
    let mut printer = Printer::prepare(run, options, shape, described)?;
    let all = webhooks.topics.iter();
    for topic in all.filter(|topic| chosen.is_none_or(|chosen| chosen == *topic)) {
        printer.record(&record(api, topic).to_string())?;
    }
    printer.finish()?;
    Ok(())
}

fn record(api: &Api, topic: &WebhookTopic) -> Value {
    json!({
        "topic": topic.name,
        "class": topics::class(api, topic),
        "scope": topic.scope,
        "key": topic.key,
        "included_objects": topic.included,
        "rebuilt_from": topics::sources(api, topic),
        "about": topic.about,
    })
}

/// The fields of a topic.
static TOPIC: Object = Object {
    name: "webhook_topic",
    fields: &[
        field("topic", FieldKind::Text),
        field("class", FieldKind::Text),
        field("scope", FieldKind::Text),
        field("key", FieldKind::Text),
        field("included_objects", FieldKind::Json),
        field("rebuilt_from", FieldKind::Json),
        field("about", FieldKind::Text),
    ],
    columns: &[
        "topic",
        "class",
        "scope",
        "key",
        "included_objects",
        "about",
    ],
    conventions: &Conventions::PLAIN,
};
