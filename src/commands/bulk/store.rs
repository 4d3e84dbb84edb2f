//! The store that a job works on: which it is, by which token, and whether a
//! job that was begun elsewhere may continue here.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use crate::api::client::Client;
use crate::api::request::quoted;
use crate::bulk::Engine;
use crate::bulk::ledger::{Job, JobStore, StoreIdentity};
use crate::catalog::{Bucket, Operation};
use crate::cli::Options;
use crate::commands::FAMILY;
use crate::commands::auth;
use crate::commands::call::preflight;
use crate::commands::connect::{Target, kind_of};
use crate::commands::token;
use crate::config::BaseUrl;
use crate::config::credential::TokenSource;
use crate::config::login::fingerprint;
use crate::config::profile::DEFAULT;
use crate::error::{Error, Result};
use crate::output::visible::one_line;
use crate::ui::Run;

/// What the engine of batches needs beside the scope of the operation: to fill
/// batches, and to read their results.
const OF_BATCHES: &[&str] = &["write_batches", "read_batches"];

/// The bucket of a token. An API without buckets has none that fills.
pub(super) fn bucket(place: &Target, token: &str) -> Bucket {
    place.api.rate.bucket(token).unwrap_or(Bucket {
        leak: f64::MAX,
        size: f64::MAX,
        fastest: f64::MAX,
        largest: u32::MAX,
    })
}

/// A store, and the way to it.
pub(super) struct Store {
    pub(super) place: Target,
    pub(super) client: Arc<Client>,
    pub(super) bucket: Bucket,
    fingerprint: String,
    name: Option<String>,
    identity: Option<StoreIdentity>,
}

impl Store {
    /// The store of a place. Nothing is sent yet, but that there is a token is
    /// known.
    pub(super) fn at(run: &mut Run, place: Target) -> Result<Self> {
        let token: SecretString = if place.sandbox {
            run.sandbox()?.1
        } else {
            token::of(run, &place)?
        };
        let known = place.known().and_then(|known| known.login.as_ref());
        Ok(Self {
            name: known.and_then(|login| login.store.clone()),
            identity: None,
            fingerprint: fingerprint(&token),
            bucket: bucket(&place, token.expose_secret()),
            client: run.client_with(&place, token)?,
            place,
        })
    }

    /// Finds out what must be known before a write: what the token may do, and
    /// whose store it is.
    pub(super) fn prepare(
        &mut self,
        run: &mut Run,
        operation: &Operation,
        engine: Engine,
    ) -> Result<()> {
        let beside = match engine {
            Engine::Batches => OF_BATCHES,
            Engine::Requests => &[],
        };
        preflight::scopes(run, &self.place, &self.client, operation, beside)?;
        if !self.place.sandbox {
            let facts = Run::wait(auth::check::store(&self.client, &run.now(self.place.api)))?;
            self.identity = facts.identity();
            self.name = facts.name.or(self.name.take());
        }
        Ok(())
    }

    /// The store, in words of a question.
    pub(super) fn named(&self) -> String {
        self.place.named_as(self.name.as_deref())
    }

    /// The store in a question about what is done to it.
    pub(super) fn in_question(&self) -> String {
        self.place.in_question_as(self.name.as_deref())
    }

    /// What the ledger keeps of it.
    pub(super) fn whereabouts(&self) -> JobStore {
        let own = !self.place.sandbox;
        let known = self.place.known();
        let foreign =
            known.is_some_and(|known| matches!(known.source, TokenSource::Environment(_)));
        JobStore {
            // With a token of the environment no profile has a part in it.
            profile: (own && !foreign).then(|| self.place.profile.name.clone()),
            base_url: self.place.base.as_str().to_owned(),
            sandbox: self.place.sandbox,
            api: self.place.api.name.to_owned(),
            api_version: self.place.version().to_owned(),
            name: self.name.clone(),
            fingerprint: own.then(|| self.fingerprint.clone()),
            identity: self.identity.clone(),
        }
    }

    /// Refuses a job of another store. Its number and domain decide; where one
    /// of the two is not known, the token that the job began with does. With
    /// another token only a person can tell.
    pub(super) fn check(&self, run: &mut Run, job: &Job) -> Result<()> {
        let id = &job.id;
        match is_same_store(&job.subject.store, &self.whereabouts()) {
            Some(true) => Ok(()),
            Some(false) => {
                let store = in_words(&job.subject.store);
                Err(Error::usage(format!(
                    "job {id} uses {store}, but this token belongs to {}",
                    self.named()
                ))
                .hint(format!("with its token: {}", again(job, "resume"))))
            }
            None => run.ask_in_person(
                &format!(
                    "Job {id} was started with another token, and its ledger does not name the \
                     store. Continue it in {}?",
                    self.named()
                ),
                "use the token that the job was started with, or answer on a terminal",
            ),
        }
    }
}

/// Whether a job of one place belongs to another; `None` where only a person
/// can tell.
pub(super) fn is_same_store(of_job: &JobStore, here: &JobStore) -> Option<bool> {
    let known = of_job.identity.as_ref().zip(here.identity.as_ref());
    if let Some(same) = known.and_then(|(one, other)| one.is_same(other)) {
        return Some(same);
    }
    if of_job.fingerprint == here.fingerprint {
        return Some(true);
    }
    // The same name proves nothing, another one is of another store.
    let names = of_job.name.as_ref().zip(here.name.as_ref());
    names.filter(|(one, other)| one != other).map(|_| false)
}

/// The store of a job, for a message.
pub(super) fn in_words(store: &JobStore) -> String {
    let domain = store
        .identity
        .as_ref()
        .and_then(|store| store.domain.as_deref());
    match (store.name.as_deref(), domain) {
        (Some(name), Some(domain)) => format!("{} ({})", one_line(name), one_line(domain)),
        (Some(name), None) => one_line(name).into_owned(),
        (None, Some(domain)) => one_line(domain).into_owned(),
        (None, None) => "another store".to_owned(),
    }
}

/// The store of a job, for a question.
pub(super) fn in_question_of(job: &Job) -> String {
    let store = &job.subject.store;
    if store.sandbox {
        return "the sandbox [local]".to_owned();
    }
    let base = BaseUrl::parse(&store.base_url).ok();
    let kind = base
        .as_ref()
        .map_or("unknown host", |base| kind_of(FAMILY.newest(), base));
    match store.name.as_deref() {
        Some(name) => format!("\"{}\" [{kind}]", one_line(name)),
        None => format!("the store of the job [{kind}]"),
    }
}

/// The place of a job. Where the flags say nothing of a place, it is the one
/// that the job was begun at.
pub(super) fn place_of(run: &Run, options: &Options, job: &Job) -> Result<Target> {
    let store = &job.subject.store;
    let mut options = options.clone();
    let told = options.sandbox || options.profile.is_some() || options.base_url.is_some();
    if !told && !store.sandbox {
        options.profile = store.profile.clone().filter(|name| name != DEFAULT);
    }
    options.sandbox |= !told && store.sandbox;
    options
        .api_version
        .get_or_insert_with(|| store.api_version.clone());
    let place = run.place(&options)?;
    let same = place.sandbox == store.sandbox && place.base.as_str() == store.base_url;
    if same && place.version() == store.api_version {
        return Ok(place);
    }
    let there = if store.sandbox {
        "the sandbox"
    } else {
        &store.base_url
    };
    let here = if place.sandbox {
        "the sandbox"
    } else {
        place.base.as_str()
    };
    Err(Error::usage(format!(
        "job {} uses {there} ({}), but this command uses {here} ({})",
        job.id,
        store.api_version,
        place.version()
    ))
    .hint(format!("say: {}", again(job, "resume"))))
}

/// The command that does something with a job, wherever it is typed.
pub(super) fn again(job: &Job, verb: &str) -> String {
    let store = &job.subject.store;
    let mut command = format!("rc bulk {verb} {}", job.id);
    if store.sandbox {
        command.push_str(" --sandbox");
        return command;
    }
    if let Some(profile) = store.profile.as_ref().filter(|name| *name != DEFAULT) {
        command.push_str(" --profile ");
        command.push_str(&quoted(profile));
    }
    if store.base_url != FAMILY.newest().base_url {
        command.push_str(" --base-url ");
        command.push_str(&quoted(&store.base_url));
    }
    command
}
