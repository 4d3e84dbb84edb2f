//! Webhooks that are registered as long as a receiver runs: under an address of its
//! own, noted before, and removed behind it or by the next receiver.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Receive;
use crate::api::client::Client;
use crate::api::request::Now;
use crate::catalog::{Resource, WebhookTopic, Webhooks};
use crate::commands::connect::Target;
use crate::commands::webhooks::remote::Registry;
use crate::config::{folders, variable};
use crate::error::{Error, Kind, Result};
use crate::ui::Run;
use crate::webhooks::registrations::{self, AddressRules, WantedWebhook};
use crate::webhooks::temporary::{LockedNote, TemporaryNote};
use crate::webhooks::{secret::generate, topics};

/// The webhooks to register for a while.
pub(super) fn wanted(
    asked: &Receive,
    place: &Target,
    webhooks: &'static Webhooks,
) -> Result<Vec<WantedWebhook>> {
    let Some(public_url) = &asked.public_url else {
        return Ok(Vec::new());
    };
    AddressRules::of(&place.base).check(public_url)?;
    let mut chosen: Vec<&WebhookTopic> = Vec::new();
    for name in &asked.register {
        let topic = topics::find(webhooks, name)?;
        if !chosen.contains(&topic) {
            chosen.push(topic);
        }
    }
    let address = own_address(public_url)?;
    let wanted = chosen.into_iter().map(|topic| WantedWebhook {
        topic: topic.name,
        address: address.clone(),
        included: Vec::new(),
        version: None,
    });
    Ok(wanted.collect())
}

/// An address below the public one that no other receiver has: what is registered
/// under it is known to be of this one.
fn own_address(public_url: &str) -> Result<String> {
    use secrecy::ExposeSecret;
    let mut url = reqwest::Url::parse(public_url)
        .map_err(|_| Error::usage(format!("{public_url:?} is not a URL")))?;
    let random = generate()?;
    let name = format!(
        "rc-{}",
        random.expose_secret().get(..16).unwrap_or_default()
    );
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().push(&name);
    }
    Ok(url.into())
}

/// Webhooks that are registered as long as the receiver runs.
pub(super) struct Registered {
    client: Option<(Arc<Client>, Now)>,
    webhooks: &'static Webhooks,
    resource: &'static Resource,
    store: String,
    state: Option<PathBuf>,
    note: Option<LockedNote>,
}

impl Registered {
    /// Connects where something is to be registered, or was left behind.
    pub(super) fn new(
        run: &mut Run,
        place: &Target,
        state: Option<&Path>,
        registers: bool,
    ) -> Result<Self> {
        let store = place.recent_name();
        let left = state.map(|state| LockedNote::left_behind(state, &store));
        let left = left.transpose()?.unwrap_or_default();
        let client = if registers || !left.is_empty() {
            Some((run.client(place)?, run.now(place.api)))
        } else {
            None
        };
        Ok(Self {
            client,
            webhooks: topics::webhooks(place.api)?,
            resource: registrations::resource(place.api)?,
            store,
            state: state.map(Path::to_owned),
            note: None,
        })
    }

    /// Removes what earlier receivers left behind, then registers.
    pub(super) async fn register(
        &mut self,
        run: &mut Run,
        wanted: Vec<WantedWebhook>,
    ) -> Result<()> {
        let Some((client, now)) = self.client.clone() else {
            return Ok(());
        };
        let registry = Registry {
            client: &client,
            webhooks: self.webhooks,
            resource: self.resource,
            now: &now,
        };
        let left = match &self.state {
            Some(state) => LockedNote::left_behind(state, &self.store)?,
            None => Vec::new(),
        };
        for note in left {
            let removed = remove(&registry, &note.note.address).await?;
            note.remove();
            if removed > 0 {
                run.reporter.note(&format!(
                    "removed {} of a receiver that ended without removing them",
                    counted(removed)
                ));
            }
        }
        let Some(first) = wanted.first() else {
            return Ok(());
        };
        let state = self
            .state
            .as_deref()
            .ok_or_else(|| folders::homeless("the note", variable::STATE_FOLDER))?;
        let name = first.address.rsplit('/').next().unwrap_or_default();
        let note = TemporaryNote {
            store: self.store.clone(),
            address: first.address.clone(),
        };
        self.note = Some(LockedNote::write(state, name, note)?);
        let there = registry.list().await?;
        for one in &wanted {
            let count = there
                .iter()
                .filter(|known| known.topic == one.topic)
                .count();
            if count >= self.webhooks.most_of_topic {
                return Err(Error::usage(format!(
                    "{} has {count} webhooks already, and the limit is {}",
                    one.topic, self.webhooks.most_of_topic
                ))
                .hint("rc webhooks list shows them"));
            }
        }
        let ids: Vec<u64> = there.iter().map(|known| known.id).collect();
        for one in &wanted {
            registry.create(one, &ids).await?;
        }
        run.reporter.note(&format!(
            "{} webhooks lead to {} until the receiver ends",
            wanted.len(),
            first.address
        ));
        Ok(())
    }

    /// Removes what was registered.
    pub(super) async fn remove(&mut self, run: &mut Run) -> Result<()> {
        let (Some((client, now)), Some(note)) = (&self.client, self.note.take()) else {
            return Ok(());
        };
        let registry = Registry {
            client,
            webhooks: self.webhooks,
            resource: self.resource,
            now,
        };
        let removed = remove(&registry, &note.note.address)
            .await
            .map_err(|error| {
                error.hint("the webhooks of this receiver are removed when the next one starts")
            })?;
        note.remove();
        if removed > 0 {
            run.reporter.note(&format!("removed {}", counted(removed)));
        }
        Ok(())
    }
}

/// A number of webhooks, in words.
fn counted(webhooks: usize) -> String {
    match webhooks {
        1 => "1 webhook".to_owned(),
        _ => format!("{webhooks} webhooks"),
    }
}

/// Deletes all webhooks that lead to an address, and counts them.
async fn remove(registry: &Registry<'_>, address: &str) -> Result<usize> {
    let there = registry.list().await?;
    let own = there.iter().filter(|known| known.address == address);
    let mut count = 0;
    for known in own {
        match registry.delete(known.id).await {
            Ok(()) => count += 1,
            // Somebody was faster.
            Err(error) if error.kind == Kind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(count)
}
