//! `rc webhooks trigger`: the message of a topic about an object that is there,
//! sent to a program of one's own.

use bytes::Bytes;
use clap::ArgMatches;
use serde_json::{Value, json};

use super::{headers, secret};
use crate::api::request::{Set, free_body};
use crate::catalog::build::field;
use crate::catalog::{Conventions, FieldKind, Object, WebhookTopic};
use crate::cli::Options;
use crate::cli::values::{set, text, texts};
use crate::config::Network;
use crate::error::{Error, Kind, Result};
use crate::output::Shape;
use crate::ui::Run;
use crate::ui::printer::{Described, Printer};
use crate::webhooks::forward::ForwardTarget;
use crate::webhooks::post::{Posted, Poster};
use crate::webhooks::{body, signature, topics};

/// The message to make, and where it goes.
#[derive(Debug)]
pub(super) struct Trigger {
    topic: String,
    /// `None` is the one that the store lists first.
    id: Option<String>,
    forward_to: Option<ForwardTarget>,
    included: Vec<String>,
    set: Vec<Set>,
    print: bool,
    headers: Vec<(String, String)>,
    topic_header: bool,
}

impl Trigger {
    pub(super) fn of(matches: &ArgMatches) -> Result<Self> {
        let forward_to = text(matches, "forward-to");
        let sets = texts(matches, "set");
        let asked = Self {
            topic: text(matches, "name").unwrap_or_default(),
            id: text(matches, "id"),
            forward_to: forward_to.map(|to| ForwardTarget::parse(&to)).transpose()?,
            included: texts(matches, "include"),
            set: sets
                .iter()
                .map(|word| set("set", word, false))
                .collect::<Result<_>>()?,
            print: matches.get_flag("print"),
            headers: headers(&texts(matches, "header"))?,
            topic_header: matches.get_flag("topic-header"),
        };
        if asked.forward_to.is_none() && !asked.print {
            return Err(Error::usage("no target is given")
                .hint("--forward-to http://localhost:3000/hooks sends it, --print shows it"));
        }
        Ok(asked)
    }
}

/// Makes a message and sends it.
pub(super) fn run(run: &mut Run, options: &Options, asked: &Trigger) -> Result<()> {
    if options.dry_run.is_some() {
        return Err(Error::usage(
            "--dry-run shows what would change in the store, and this changes nothing",
        )
        .hint("--print shows the message"));
    }
    let place = run.place(options)?;
    let webhooks = topics::webhooks(place.api)?;
    let topic = topics::find(webhooks, &asked.topic)?;
    body::check_included(topic, &asked.included)?;
    let poster = match &asked.forward_to {
        None => None,
        Some(target) => {
            let network = Network::of(&place.network, &run.environment, target.base())?;
            Some(Poster::new(target.clone(), network)?)
        }
    };
    let printer = match &poster {
        // With --print standard output is the body.
        Some(_) if !asked.print => {
            let described = Described {
                object: Some(&TRIGGERED),
                ..Described::default()
            };
            Some(Printer::prepare(run, options, Shape::One, described)?)
        }
        _ => None,
    };
    let client = run.client(&place)?;
    (run.guard_interrupts)();
    let now = run.now(place.api);
    let id = asked.id.as_deref();
    let record = Run::wait(body::read(&client, topic, id, &asked.included, &now))?;
    let message = message(topic, &record, &asked.set)?;
    if asked.print {
        let end = if run.terminal.stdout { "\n" } else { "" };
        run.print_request(&format!("{message}{end}"))?;
    }
    let Some(poster) = poster else {
        return Ok(());
    };
    let secret = secret::of_or_made(run, &place)?;
    let seconds = (run.clock)().as_second();
    let signed = signature::sign(webhooks, &secret, seconds, message.as_bytes());
    let mut headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
    headers.extend(
        signed
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value)),
    );
    if asked.topic_header {
        headers.push((webhooks.headers.topic.to_owned(), topic.name.to_owned()));
    }
    headers.extend(asked.headers.iter().cloned());
    let posted = Run::wait(poster.post(&headers, Bytes::from(message)))?;
    report(
        run,
        printer,
        webhooks.answer_seconds,
        (topic, &poster, &posted),
    )
}

/// The body, with the fields that were asked for.
fn message(topic: &WebhookTopic, record: &str, set: &[Set]) -> Result<String> {
    if set.is_empty() {
        return Ok(body::of_text(topic, record));
    }
    let record = free_body(Some(record), set)?;
    Ok(body::of_text(topic, &record))
}

fn report(
    run: &mut Run,
    printer: Option<Printer>,
    answer_seconds: u64,
    (topic, poster, posted): (&WebhookTopic, &Poster, &Posted),
) -> Result<()> {
    let address = poster.address();
    if let Some(mut printer) = printer {
        let (status, problem) = match &posted.answer {
            Ok(status) => (Some(*status), None),
            Err(reason) => (None, Some(reason)),
        };
        let record: Value = json!({
            "topic": topic.name,
            "url": address,
            "status": status,
            "milliseconds": posted.milliseconds,
            "problem": problem,
        });
        printer.record(&record.to_string())?;
        printer.finish()?;
    }
    if posted.milliseconds > 1000 * answer_seconds {
        run.reporter.note(&format!(
            "the response took {} ms; Recharge waits {answer_seconds} seconds, then sends again",
            posted.milliseconds
        ));
    }
    if posted.is_success() {
        return Ok(());
    }
    let (kind, what) = match posted.answer {
        Ok(_) => (Kind::CheckFailed, "answered"),
        Err(_) => (Kind::Unreachable, "did not answer:"),
    };
    let said = posted.in_words();
    Err(Error::new(kind, format!("{address} {what} {said}")))
}

/// The fields of the result of a message.
static TRIGGERED: Object = Object {
    name: "triggered_message",
    fields: &[
        field("topic", FieldKind::Text),
        field("url", FieldKind::Text),
        field("status", FieldKind::Integer),
        field("milliseconds", FieldKind::Integer),
        field("problem", FieldKind::Text),
    ],
    columns: &["topic", "url", "status", "milliseconds", "problem"],
    conventions: &Conventions::PLAIN,
};
