//! Copies that are Singer messages: which state they begin with, and what a target is
//! run with.

use std::path::Path;
use std::sync::Arc;

use super::args::Sync;
use super::run::{SyncJob, described};
use crate::cli::Options;
use crate::config::folders::homeless;
use crate::config::variable;
use crate::error::{Error, Result};
use crate::output::{Shape, visible};
use crate::sync::destination::singer::{
    Singer, SingerOutput, StartState, TargetCommand, TargetLine, TargetListener, TargetPatience,
    TargetSettings, read_state,
};
use crate::sync::{Deletes, RunPlan};
use crate::ui::Run;
use crate::ui::printer::Printer;

/// The folder of states of targets, below that of all state.
const FOLDER: &str = "singer";

/// The copy that the words ask for.
pub(super) fn job(
    run: &mut Run,
    options: &Options,
    asked: &Sync,
    plan: RunPlan,
    command: Option<TargetCommand>,
) -> Result<SyncJob> {
    if plan.deletes == Deletes::Full {
        return Err(Error::usage(
            "--deletes full compares the rows of a copy, and those of a Singer target cannot be read back",
        )
        .hint("lists that are read whole replace their rows in the target"));
    }
    let Some(command) = command else {
        return to_stdout(run, options, asked, plan);
    };
    let start = if let Some(path) = &asked.state {
        StartState::File(path.clone())
    } else {
        let folders = run.folders()?;
        let folder = folders.state();
        let folder = folder
            .ok_or_else(|| homeless("the state of a target", variable::STATE_FOLDER))?
            .join(FOLDER);
        let target = command.identity();
        StartState::Kept { folder, target }
    };
    let printer = Printer::prepare(run, options, Shape::Many, described())?;
    let mut environment = run.environment.clone();
    environment.retain(|name, _| !variable::is_secret(name));
    let patience = TargetPatience::new(asked.target_timeout);
    let settings = TargetSettings {
        command,
        environment,
        patience: patience.clone(),
        listener: listener(run),
    };
    let output = SingerOutput::Target(settings);
    Ok(SyncJob {
        plan,
        destination: Box::new(Singer::new(output, start, [].into())),
        printer: Some(printer),
        watch: asked.watch,
        patience: Some(patience),
    })
}

fn to_stdout(run: &mut Run, options: &Options, asked: &Sync, plan: RunPlan) -> Result<SyncJob> {
    refuse_formats(options, "--to singer:-")?;
    let start = match &asked.state {
        Some(path) => given(path)?,
        None => StartState::Nothing,
    };
    let output = SingerOutput::Stream(run.stdout()?);
    Ok(SyncJob {
        plan,
        destination: Box::new(Singer::new(output, start, [].into())),
        printer: None,
        watch: asked.watch,
        patience: None,
    })
}

/// The state in a file that somebody else keeps.
pub(in crate::commands) fn given(path: &Path) -> Result<StartState> {
    let name = path.display().to_string();
    let state = read_state(path)?;
    // A missing file is an error: the user expects to continue from a state.
    let state = state.ok_or_else(|| Error::usage(format!("there is no state file {name}")))?;
    Ok(StartState::Given(state, name))
}

/// Refuses flags that change how records look: messages have one form.
pub(in crate::commands) fn refuse_formats(options: &Options, what: &str) -> Result<()> {
    let output = &options.output;
    let flags = [
        ("--output", output.format.is_some()),
        ("--jq", output.jq.is_some()),
        ("--columns", output.columns.is_some()),
        ("--count", output.count),
        ("--out", output.out.is_some()),
        ("--excel", output.excel),
    ];
    match flags.iter().find(|(_, given)| *given) {
        None => Ok(()),
        Some((flag, _)) => Err(Error::usage(format!(
            "{flag} does not apply to {what}, which prints Singer messages"
        ))),
    }
}

/// What becomes of the lines of a target: its log goes to standard error as it is.
fn listener(run: &Run) -> TargetListener {
    let voice = run.reporter.voice();
    Arc::new(move |line| match line {
        TargetLine::Log(line) if voice.is_json() => voice.note(line),
        TargetLine::Log(line) => voice.say(&format!("{}\n", visible::one_line(line))),
        TargetLine::Note(note) => voice.note(note),
    })
}
