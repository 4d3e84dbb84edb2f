//! `rc tap`: from arguments to messages.

use std::path::Path;
use std::time::Duration;

use serde_json::{Map, json};

use super::args::{Tap, TapAction};
use super::config::{KEYS, TapConfig};
use crate::cli::Options;
use crate::commands::sync::{SyncJob, copy, given, refuse_formats, store_id, store_key};
use crate::config::folders;
use crate::error::{Error, Result};
use crate::sync::destination::SchemaPolicy;
use crate::sync::destination::singer::{
    Selection, Singer, SingerOutput, StartState, discovered, select,
};
use crate::sync::{Deletes, RunPlan, SyncTable, tables};
use crate::ui::Run;

/// How far before its bookmark a stream is read again: rows that the store shows late
/// are found there.
const LOOK_BACK: Duration = Duration::from_secs(10 * 60);

/// How many streams are read at a time.
const PARALLEL: usize = 4;

/// Runs the task of the arguments.
pub(super) fn run(run: &mut Run, options: &Options, asked: &Tap) -> Result<()> {
    refuse_formats(options, "tap")?;
    if options.dry_run.is_some() {
        return Err(Error::usage(
            "--dry-run shows what a command writes to the API, and tap only reads",
        ));
    }
    if options.api_version.is_some() {
        return Err(Error::usage("tap chooses the version of the API itself"));
    }
    run.choose_family(options, None)?;
    let config = asked.config.as_deref().map(TapConfig::read).transpose()?;
    match asked.action {
        TapAction::About { json } => about(run, json),
        TapAction::Discover => {
            let catalog = discovered(&tables(run.family, None));
            run.print(&format!("{catalog:#}\n"))
        }
        TapAction::Test => test(run, options, config.as_ref()),
        TapAction::Sync => sync(run, options, asked, config.as_ref()),
    }
}

/// Uses the token of the configuration for requests.
fn use_token(run: &mut Run, config: Option<&TapConfig>) -> Result<()> {
    if let Some(config) = config {
        let variable = run.family.newest().auth.variable.to_owned();
        run.environment.insert(variable, config.token()?.into());
    }
    Ok(())
}

fn test(run: &mut Run, options: &Options, config: Option<&TapConfig>) -> Result<()> {
    use_token(run, config)?;
    let place = run.place(options)?;
    let client = run.client(&place)?;
    let now = run.now(place.family.newest());
    let store = Run::wait(async { store_key(&place, store_id(&client, &now).await?) })?;
    run.reporter.note(&format!("the token can read {store}"));
    Ok(())
}

fn sync(run: &mut Run, options: &Options, asked: &Tap, config: Option<&TapConfig>) -> Result<()> {
    use_token(run, config)?;
    let place = run.place(options)?;
    let all = tables(place.family, None);
    let selection = match &asked.catalog {
        Some(path) => selected(path, &all)?,
        None => Selection {
            tables: all,
            ..Selection::default()
        },
    };
    let start = match &asked.state {
        Some(path) => given(path)?,
        None => StartState::Nothing,
    };
    let since = config.map(TapConfig::start).transpose()?.flatten();
    let unknown = config.map(TapConfig::unknown).unwrap_or_default();
    if !unknown.is_empty() {
        let names = unknown.join(", ");
        run.reporter.note(&format!(
            "the configuration has unknown keys, which are ignored: {names}"
        ));
    }
    for note in &selection.notes {
        run.reporter.note(note);
    }
    let output = SingerOutput::Stream(run.stdout()?);
    let plan = RunPlan {
        tables: selection.tables,
        refresh: Vec::new(),
        start: since.map(|start| start.0),
        lookback: LOOK_BACK,
        lag: Duration::ZERO,
        full_every: None,
        parallel: PARALLEL,
        schema: SchemaPolicy::Evolve,
        deletes: Deletes::Known,
        confirmed: options.yes,
        layout: None,
    };
    let job = SyncJob {
        plan,
        destination: Box::new(Singer::new(output, start, selection.fields)),
        printer: None,
        watch: None,
        patience: None,
    };
    copy(run, options, &place, job)
}

fn selected(path: &Path, all: &[SyncTable]) -> Result<Selection> {
    let name = path.display().to_string();
    let text = folders::text(path, None)?;
    let text = text.ok_or_else(|| Error::usage(format!("there is no file {name}")))?;
    select(&text, &name, all)
}

/// Prints the description of the tap, in the form that programs which run taps read.
fn about(run: &mut Run, is_json: bool) -> Result<()> {
    let (name, version) = ("tap-recharge", env!("CARGO_PKG_VERSION"));
    let description = "Recharge as a Singer tap, by recharge-cli";
    let capabilities = ["catalog", "discover", "state", "about", "activate-version"];
    if !is_json {
        let keys = KEYS
            .iter()
            .map(|key| format!("  {:<16} {}\n", key.name, key.about));
        let keys: String = keys.collect();
        let capabilities = capabilities.join(", ");
        return run.print(&format!(
            "{name} {version}\n{description}\n\nCapabilities: {capabilities}\n\nConfiguration:\n{keys}"
        ));
    }
    let mut properties = Map::new();
    for key in KEYS {
        let mut property = json!({"type": ["string", "null"], "description": key.about});
        if key.is_secret {
            property["secret"] = json!(true);
        }
        properties.insert(key.name.to_owned(), property);
    }
    let required: Vec<&str> = KEYS
        .iter()
        .filter(|key| key.is_secret)
        .map(|key| key.name)
        .collect();
    let about = json!({
        "name": name,
        "description": description,
        "version": version,
        "capabilities": capabilities,
        "settings": {"type": "object", "properties": properties, "required": required},
    });
    run.print(&format!("{about:#}\n"))
}
