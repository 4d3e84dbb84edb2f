//! `rc webhooks apply`: what a file lists is registered.
//!
//! The steps follow from what the API lists, so that a second run continues where
//! the first one ended. Registrations are recorded: a webhook that is noted and
//! no longer listed was deleted by Recharge, after its messages failed for two
//! days, or by somebody else.

use std::fs::File;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::bytes;
use super::remote::Registry;
use crate::catalog::build::field;
use crate::catalog::{Conventions, FieldKind, Object};
use crate::cli::Options;
use crate::commands::connect::Target;
use crate::commands::dry;
use crate::config::{folders, lock};
use crate::error::{Error, Kind, Result};
use crate::output::Shape;
use crate::ui::Run;
use crate::ui::printer::{Described, Printer};
use crate::webhooks::registrations::{
    self, AddressRules, RegisteredWebhook, RegistrationStep, WantedWebhook,
};
use crate::webhooks::topics;

/// The largest file that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// A webhook that was registered before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct AppliedWebhook {
    id: u64,
    topic: String,
    address: String,
}

/// Registers what a file lists.
pub(super) fn run(run: &mut Run, options: &Options, file: &str, prune: bool) -> Result<()> {
    if let Some(form) = options.dry_run {
        dry::check(options, form)?;
    }
    let place = run.place(options)?;
    let webhooks = topics::webhooks(place.api)?;
    let text = String::from_utf8(bytes(run, file, LARGEST)?)
        .map_err(|_| Error::usage("the file of webhooks is not valid UTF-8"))?;
    let rules = AddressRules::of(&place.base);
    let wanted = registrations::parse(&text, place.family, webhooks, rules)?;
    let described = Described {
        object: Some(&APPLIED),
        ..Described::default()
    };
    let printer = match options.dry_run {
        None => Some(Printer::prepare(run, options, Shape::Many, described)?),
        Some(_) => None,
    };
    let mut notes = Notes::open(run, &place)?;
    let client = run.client(&place)?;
    let now = run.now(place.api);
    let registry = Registry {
        client: &client,
        webhooks,
        resource: registrations::resource(place.api)?,
        now: &now,
    };
    (run.guard_interrupts)();
    let there = Run::wait(registry.list())?;
    name_gone(run, &notes.applied, &wanted, &there);
    let steps = registrations::plan(&wanted, &there, prune);
    let Some(printer) = printer else {
        return rehearse(run, options, &place, &registry, &steps);
    };
    confirm(run, options, &place, &steps)?;
    let ids: Vec<u64> = there.iter().map(|known| known.id).collect();
    carry_out(run, &registry, &steps, &ids, (printer, &mut notes))
}

/// Names wanted webhooks that were registered before and are gone.
fn name_gone(
    run: &mut Run,
    applied: &[AppliedWebhook],
    wanted: &[WantedWebhook],
    there: &[RegisteredWebhook],
) {
    for known in applied {
        let is_gone = there.iter().all(|registered| registered.id != known.id);
        let is_wanted = wanted
            .iter()
            .any(|one| one.topic == known.topic && one.address == known.address);
        if is_gone && is_wanted {
            let AppliedWebhook { id, topic, address } = known;
            run.reporter.note(&format!(
                "webhook {id}, {topic} at {address}, was deleted since the last time: by Recharge, \
                 when its messages failed for two days, or by somebody"
            ));
        }
    }
}

fn rehearse(
    run: &mut Run,
    options: &Options,
    place: &Target,
    registry: &Registry,
    steps: &[RegistrationStep],
) -> Result<()> {
    let Some(form) = options.dry_run else {
        return Ok(());
    };
    for step in steps {
        let request = match step {
            RegistrationStep::Create(wanted) => registry.creation(wanted)?,
            RegistrationStep::Update(id, wanted) => registry.change(*id, wanted)?,
            RegistrationStep::Delete(known) => registry.deletion(known.id)?,
            RegistrationStep::Keep(..) | RegistrationStep::Leave(_) => continue,
        };
        run.print_request(&dry::print(&request, options, place, form))?;
    }
    run.reporter.note(&format!(
        "{}; the webhooks were only read, nothing was written",
        summary(steps)
    ));
    Ok(())
}

/// The steps, counted: `1 to create, 2 to update, 0 to delete`.
fn summary(steps: &[RegistrationStep]) -> String {
    let count = |name: &str| steps.iter().filter(|step| step.name() == name).count();
    format!(
        "{} to create, {} to update, {} to delete",
        count("create"),
        count("update"),
        count("delete")
    )
}

/// Asks where something is deleted, and before every write to a protected store.
fn confirm(
    run: &mut Run,
    options: &Options,
    place: &Target,
    steps: &[RegistrationStep],
) -> Result<()> {
    let deletes = steps
        .iter()
        .any(|step| matches!(step, RegistrationStep::Delete(_)));
    let changes = steps.iter().any(RegistrationStep::changes);
    if deletes || changes && place.is_protected() {
        let question = format!(
            "Webhooks in {}: {}. Apply?",
            place.in_question(),
            summary(steps)
        );
        run.confirm(options, &question)?;
    }
    Ok(())
}

/// Takes the steps one after the other, and ends at the first that fails.
fn carry_out(
    run: &mut Run,
    registry: &Registry,
    steps: &[RegistrationStep],
    there: &[u64],
    (mut printer, notes): (Printer, &mut Notes),
) -> Result<()> {
    let mut done = 0;
    for step in steps {
        let taken = Run::wait(async {
            match step {
                RegistrationStep::Create(wanted) => registry.create(wanted, there).await.map(Some),
                RegistrationStep::Update(id, wanted) => {
                    registry.update(*id, wanted).await.map(|()| Some(*id))
                }
                RegistrationStep::Delete(known) => {
                    registry.delete(known.id).await.map(|()| Some(known.id))
                }
                RegistrationStep::Keep(id, _) => Ok(Some(*id)),
                RegistrationStep::Leave(known) => Ok(Some(known.id)),
            }
        });
        let (_, topic, address) = step.about();
        let id = match taken {
            Ok(id) => id,
            Err(error) => {
                notes.write(run);
                printer.break_off();
                let what = format!("{} {topic} at {address}", step.name());
                return Err(stopped(error, &what, done));
            }
        };
        done += usize::from(step.changes());
        notes.take(step, id);
        let record = json!({
            "action": step.name(),
            "id": id,
            "topic": topic,
            "address": address,
        });
        printer.record(&record.to_string())?;
    }
    notes.write(run);
    printer.finish()?;
    Ok(())
}

/// The error of a step, which is `Partial` where others were taken before it.
fn stopped(mut error: Error, what: &str, done: usize) -> Error {
    error.message = format!("{what}: {}", error.message);
    if done > 0 {
        if error.kind != Kind::Interrupted {
            error.kind = Kind::Partial;
        }
        error.untouched = false;
        error.hints.push(match done {
            1 => "1 step was done before this failure".to_owned(),
            _ => format!("{done} steps were done before this failure"),
        });
    }
    error.hint("run it again: it does only the missing steps")
}

/// What was registered by files before, locked against other runs.
struct Notes {
    path: Option<PathBuf>,
    applied: Vec<AppliedWebhook>,
    _lock: Option<File>,
}

impl Notes {
    fn open(run: &Run, place: &Target) -> Result<Self> {
        let folders = run.folders()?;
        let Some(state) = folders.state() else {
            return Ok(Self {
                path: None,
                applied: Vec::new(),
                _lock: None,
            });
        };
        let path = file(state, &place.recent_name());
        let lock = lock::open(&path.with_extension("lock"))
            .map_err(|error| Error::reading(&path.display().to_string(), error))?;
        if lock.try_lock().is_err() {
            return Err(Error::new(
                Kind::Partial,
                "another rc webhooks apply is running for this store; nothing was sent",
            )
            .hint("wait for it, and try again"));
        }
        let text = folders::text(&path, None)?.unwrap_or_default();
        Ok(Self {
            // A record that cannot be read is ignored.
            applied: serde_json::from_str(&text).unwrap_or_default(),
            path: Some(path),
            _lock: Some(lock),
        })
    }

    /// Notes the result of a step.
    fn take(&mut self, step: &RegistrationStep, id: Option<u64>) {
        let (_, topic, address) = step.about();
        let known = &mut self.applied;
        known.retain(|one| Some(one.id) != id && (one.topic != topic || one.address != address));
        if let (
            RegistrationStep::Keep(..) | RegistrationStep::Create(_) | RegistrationStep::Update(..),
            Some(id),
        ) = (step, id)
        {
            known.push(AppliedWebhook {
                id,
                topic: topic.to_owned(),
                address: address.to_owned(),
            });
        }
    }

    /// Writes the notes. Where that fails the webhooks are registered anyway.
    fn write(&self, run: &mut Run) {
        let Some(path) = &self.path else {
            return;
        };
        let text = serde_json::to_string(&self.applied).unwrap_or_default();
        if let Err(error) = folders::write_private(path, text.as_bytes()) {
            run.reporter.note(&error.to_string());
        }
    }
}

/// The file of a store, named by a piece of the hash of its name.
fn file(state: &Path, store: &str) -> PathBuf {
    let name = crate::config::login::fingerprint(&store.to_owned().into());
    state.join("applied-webhooks").join(format!("{name}.json"))
}

/// The fields of a step.
static APPLIED: Object = Object {
    name: "applied_webhook",
    fields: &[
        field("action", FieldKind::Text),
        field("id", FieldKind::Id),
        field("topic", FieldKind::Text),
        field("address", FieldKind::Text),
    ],
    columns: &["action", "id", "topic", "address"],
    conventions: &Conventions::PLAIN,
};
