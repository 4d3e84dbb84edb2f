//! The output after a write: one line with its result, and the command that
//! takes it back.
//!
//! Pure but for [`is_shown`] and the read of what comes next: takes the row, the request, the object before
//! and after; returns lines. Pipes and chosen formats see the record alone.

use serde_json::Value;

use super::facts::{self, ObjectsBefore};
use super::run::PreparedCall;
use super::upcoming;
use crate::api::client::Client;
use crate::api::request::{Request, sent};
use crate::api::response::Envelope;
use crate::catalog::{Effect, OldValue, Operation, UndoCommand, kebab};
use crate::cli::Options;
use crate::ui::Run;

/// How the result of one write is shown.
pub(in crate::commands) struct WriteResult {
    /// The object as it was read before the write.
    pub(super) facts: ObjectsBefore,
    /// Whether a person sees a result instead of a whole record.
    pub(super) is_shown: bool,
    /// The flags that name the store, for a command that takes the write back.
    pub(super) flags: String,
}

impl WriteResult {
    /// The whole record is shown.
    pub(in crate::commands) fn record() -> Self {
        Self {
            facts: ObjectsBefore::default(),
            is_shown: false,
            flags: String::new(),
        }
    }

    /// Tells a person the result, and how to take it back. An answer without an
    /// object is reported also where standard output is not a terminal.
    pub(super) fn report(
        &self,
        run: &mut Run,
        client: &Client,
        call: &PreparedCall,
        request: &Request,
        envelope: &Envelope,
    ) {
        let after = envelope.records().next();
        if after.is_some() && !self.is_shown {
            return;
        }
        let after: Option<Value> = after.and_then(|record| serde_json::from_str(record).ok());
        let target = call.targets.first().map(String::as_str);
        let next = after.as_ref().filter(|_| self.is_shown);
        let next = next.and_then(|after| upcoming::day(client, call, after));
        run.reporter.done(&line(call, target, after.as_ref(), next));
        let before = target.and_then(|target| Some((target, self.facts.of(target)?)));
        let reverse = before.and_then(|(target, before)| reverse(call, request, target, before));
        if let Some(command) = reverse {
            run.reporter
                .done(&format!("  undo: {command}{}", self.flags));
        }
    }
}

/// The most fields of an object that are shown after a write.
pub(super) const MOST_FIELDS: usize = 8;

/// Whether a person reads the result of a write, and asked for no format.
pub(super) fn is_shown(run: &Run, options: &Options, operation: &Operation) -> bool {
    let asked = &options.output;
    let chosen = asked.format.is_some()
        || asked.columns.is_some()
        || asked.jq.is_some()
        || asked.out.is_some()
        || asked.slurp
        || asked.raw;
    operation.effect != Effect::Reads && run.terminal.stdout && run.terminal.stderr && !chosen
}

/// `✓ charge 377750029 skipped; next charge 2026-12-20`.
fn line(
    call: &PreparedCall,
    target: Option<&str>,
    after: Option<&Value>,
    next: Option<String>,
) -> String {
    let own = call.resource.object.name;
    let object = call.operation.response.object();
    let object = object.filter(|object| object.name == own);
    let id = match (target, object.and(after)) {
        (Some(target), _) => Some(target.to_owned()),
        (None, Some(record)) => facts::text(&record["id"]),
        (None, None) => None,
    };
    let singular = call.resource.singular.replace('_', " ");
    let done = call.operation.done;
    let mut text = match id {
        Some(id) => format!("✓ {singular} {id} {done}"),
        None => format!("✓ {} {done}", call.resource.name.replace('_', " ")),
    };
    if let Some(next) = next {
        return format!("{text}; {next}");
    }
    // A day that has a name says what comes next.
    let named = object.filter(|object| object.day().is_some_and(|(_, called)| !called.is_empty()));
    if let Some(day) = named
        .zip(after)
        .and_then(|(object, after)| facts::day(object, after))
    {
        text = format!("{text}; {day}");
    }
    text
}

/// `✓ 3 charges skipped`.
pub(super) fn line_of_many(call: &PreparedCall, count: u64) -> String {
    let name = if count == 1 {
        call.resource.singular
    } else {
        call.resource.name
    };
    let done = call.operation.done;
    format!("✓ {count} {} {done}", name.replace('_', " "))
}

/// The command that takes the write back, where the old value is known.
fn reverse(call: &PreparedCall, request: &Request, target: &str, before: &Value) -> Option<String> {
    let operation = call.operation;
    // A write that answers with another object did more than its reverse undoes.
    sent::identified_by(operation, request.body.as_deref())?;
    let resource = kebab(call.resource.name);
    match operation.undo_command? {
        UndoCommand::Operation { verb, field, was } => {
            let old = &before[field];
            let old = old.as_str().map_or_else(|| old.to_string(), str::to_owned);
            (old == was).then(|| format!("rc {resource} {} {target}", kebab(verb)))
        }
        UndoCommand::OldValues(values) => with_old_values(call, before, target, |name| {
            let old: Option<&OldValue> = values.iter().find(|old| old.parameter == name);
            old.map(|old| old.field)
        }),
        UndoCommand::SameNames => with_old_values(call, before, target, Some),
    }
}

/// The same command with the old values of all that it sets; none where one of
/// them is unknown, empty or not a scalar.
fn with_old_values<'a>(
    call: &'a PreparedCall,
    before: &Value,
    target: &str,
    field_of: impl Fn(&'a str) -> Option<&'a str>,
) -> Option<String> {
    let values = &call.values;
    if values.body.is_some() || !values.set.is_empty() || values.given.is_empty() {
        return None;
    }
    let mut command = format!("rc {} {target}", call.named());
    for given in &values.given {
        let name = given.parameter.name;
        let field = field_of(name).filter(|field| call.resource.object.field(field).is_some())?;
        let old = facts::text(&before[field])?;
        let flag = given.parameter.flag_name();
        command = format!("{command} --{flag}={}", shell_words::quote(&old));
    }
    Some(command)
}
