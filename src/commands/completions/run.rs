//! Completion: a shell asks what may come next, or a person for the script by
//! which it asks.
//!
//! Whatever goes wrong while somebody types is not an answer, and never an
//! error on their line.

use std::ffi::OsString;
use std::io::Write;
use std::sync::Arc;

use crate::bulk::ledger::Jobs;
use crate::catalog::kebab;
use crate::catalog::recharge::store;
use crate::cli::complete::{self, Facts, List, Shell, TypedLine};
use crate::cli::{Options, Typed};
use crate::commands::connect::Target;
use crate::commands::{self, FAMILY, all};
use crate::config::recent::Recent;
use crate::config::settings::Settings;
use crate::config::{Environment, Folders};
use crate::error::Result;
use crate::exit;
use crate::output::FileTarget;
use crate::ui::Run;
use crate::world::{Clock, World};

/// Answers a shell.
pub(in crate::commands) fn answer(mut world: World, line: Option<TypedLine>) -> u8 {
    let Some(line) = line else {
        return exit::DONE;
    };
    let facts = facts(&world, &line);
    let answer = line.shell.answer(&complete::offer(&all(), &line, &facts));
    // No one is left to tell when it cannot be written.
    let _ = world
        .stdout
        .write_all(answer.as_bytes())
        .and_then(|()| world.stdout.flush());
    exit::DONE
}

/// Prints the script for a shell.
pub(in crate::commands) fn script(run: &mut Run, options: &Options, shell: Shell) -> Result<()> {
    let (mut to, target) = FileTarget::open(options.output.out.as_deref(), run.stdout()?)?;
    to.text(shell.script())?;
    to.let_out()?;
    target.commit()
}

fn facts(world: &World, line: &TypedLine) -> Facts {
    let environment: Environment = world.environment.clone();
    let (config, state) = (world.config_folder.clone(), world.state_folder.clone());
    let folders = Folders::choose(&environment, config, state).ok();
    let (settings, jobs, recent) = (folders.clone(), folders.clone(), folders);
    let clock = world.clock.clone();
    let place = place_words(&line.words);
    Facts {
        profiles: list(move || Some(profiles(settings.as_ref()?))),
        jobs: list(move || job_names(jobs.as_ref()?, &clock)),
        ids: Arc::new(move |resource| {
            let folders = recent.as_ref();
            let ids = folders.and_then(|folders| ids(folders, &environment, &place, resource));
            ids.unwrap_or_default()
        }),
    }
}

fn list(make: impl Fn() -> Option<Vec<String>> + Send + Sync + 'static) -> List<()> {
    Arc::new(move |()| make().unwrap_or_default())
}

/// Ids that were shown lately at the place that the line names.
fn ids(
    folders: &Folders,
    environment: &Environment,
    words: &[OsString],
    resource: &str,
) -> Option<Vec<String>> {
    let recent = Recent::below(folders.state(), environment)?;
    let Ok(Typed::Matches(matches)) = commands::parse(words, None) else {
        return None;
    };
    let place = Target::choose(&matches.options, environment, folders, FAMILY).ok()?;
    Some(recent.ids(&place.recent_name(), resource))
}

/// A command that works on the place that an unfinished line names.
fn place_words(words: &[OsString]) -> Vec<OsString> {
    let mut command = vec![
        OsString::from(kebab(store::RESOURCE.name)),
        OsString::from(kebab(store::GET.verb)),
    ];
    for (at, word) in words.iter().enumerate() {
        let Some(text) = word.to_str() else { continue };
        let flag = text.split('=').next().unwrap_or(text);
        let takes_value = matches!(flag, "--profile" | "--base-url");
        if takes_value || flag == "--sandbox" {
            command.push(word.clone());
        }
        if takes_value && flag == text {
            command.extend(words.get(at + 1).cloned());
        }
    }
    command
}

fn profiles(folders: &Folders) -> Vec<String> {
    let settings = Settings::read(folders);
    let profiles = settings.map(|settings| settings.config.profiles);
    let profiles = profiles.unwrap_or_default().into_iter();
    profiles.map(|profile| profile.name).collect()
}

fn job_names(folders: &Folders, clock: &Clock) -> Option<Vec<String>> {
    let jobs = Jobs::below(folders.state(), clock.clone()).ok()?;
    jobs.names().ok()
}
