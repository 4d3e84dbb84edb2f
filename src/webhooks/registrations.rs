//! Registered webhooks: those of a file, the existing ones, and the steps between them.
//!
//! Topic and address identify a webhook. If deletions are allowed, a webhook that moved
//! to another address is changed and not replaced, so that no message is lost in
//! between.

use serde_json::{Map, Value, json};

use super::{body, topics};
use crate::catalog::{Api, ApiFamily, Operation, OperationAction, Resource, Webhooks};
use crate::config::BaseUrl;
use crate::error::{Error, Result};

/// The most registrations that a file may have.
const MOST: usize = 1000;

/// The longest address that is accepted, in bytes.
const LONGEST_ADDRESS: usize = 2048;

/// A webhook that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedWebhook {
    /// Its topic.
    pub topic: &'static str,
    /// Where its messages go.
    pub address: String,
    /// The objects that its messages include, sorted.
    pub included: Vec<String>,
    /// The version of the API of its messages; `None` leaves it as it is.
    pub version: Option<String>,
}

/// A webhook that is registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredWebhook {
    /// Its number.
    pub id: u64,
    /// Its topic.
    pub topic: String,
    /// Where its messages go.
    pub address: String,
    /// The objects that its messages include, sorted.
    pub included: Vec<String>,
    /// The version of the API of its messages.
    pub version: String,
}

/// A step from the existing to the wanted webhooks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegistrationStep {
    /// It exists as wanted.
    Keep(u64, WantedWebhook),
    /// It is registered.
    Create(WantedWebhook),
    /// It is changed.
    Update(u64, WantedWebhook),
    /// It is deleted.
    Delete(RegisteredWebhook),
    /// It exists and is not wanted, and deletions are not allowed.
    Leave(RegisteredWebhook),
}

impl RegistrationStep {
    /// The action, for output.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Keep(..) => "unchanged",
            Self::Create(_) => "create",
            Self::Update(..) => "update",
            Self::Delete(_) => "delete",
            Self::Leave(_) => "not in the file",
        }
    }

    /// Number, topic and address of its webhook.
    #[must_use]
    pub fn about(&self) -> (Option<u64>, &str, &str) {
        match self {
            Self::Create(wanted) => (None, wanted.topic, &wanted.address),
            Self::Keep(id, wanted) | Self::Update(id, wanted) => {
                (Some(*id), wanted.topic, &wanted.address)
            }
            Self::Delete(known) | Self::Leave(known) => {
                (Some(known.id), &known.topic, &known.address)
            }
        }
    }

    /// Whether the step sends a request.
    #[must_use]
    pub const fn changes(&self) -> bool {
        matches!(self, Self::Create(_) | Self::Update(..) | Self::Delete(_))
    }
}

/// Rules for the addresses of webhooks.
#[derive(Debug, Clone, Copy)]
pub struct AddressRules {
    /// Whether plain http is accepted for this machine: a sandbox posts there.
    pub local: bool,
}

impl AddressRules {
    /// Checks an address.
    ///
    /// # Errors
    /// Of kind `Usage`, with what is wrong.
    pub fn check(self, address: &str) -> Result<()> {
        let shown: String = crate::userinfo::hidden_in_words(address)
            .chars()
            .take(80)
            .collect();
        let wrong = |why: &str| Error::usage(format!("the address {shown:?} {why}"));
        if address.len() > LONGEST_ADDRESS {
            return Err(wrong("is too long"));
        }
        let url = reqwest::Url::parse(address).map_err(|_| wrong("is not a URL"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("must not contain a name or password"));
        }
        let here = url
            .host_str()
            .is_some_and(crate::config::loopback::is_loopback);
        match url.scheme() {
            "https" if here && !self.local => {
                Err(wrong("is on this machine, which Recharge cannot reach"))
            }
            "https" => Ok(()),
            "http" if here && self.local => Ok(()),
            "http" => Err(wrong("is not https").hint("messages contain personal data")),
            _ => Err(wrong("is not https")),
        }
    }

    /// The rules for webhooks of an API at that address.
    #[must_use]
    pub fn of(base: &BaseUrl) -> Self {
        Self {
            local: base.is_loopback(),
        }
    }
}

/// The resource whose objects are webhooks.
///
/// # Errors
/// Of kind `Usage`: the API has none.
pub fn resource(api: &Api) -> Result<&'static Resource> {
    let mut all = api.operations();
    let found = all.find(|(_, operation)| operation.webhooks.is_some());
    let none = || Error::usage(format!("{} {} has no webhooks", api.title, api.version));
    found.map(|(resource, _)| resource).ok_or_else(none)
}

/// An operation of that resource.
///
/// # Errors
/// Of kind `Unexpected`: there is none.
pub fn operation(resource: &Resource, action: OperationAction) -> Result<&'static Operation> {
    let none = || Error::unexpected(format!("{} cannot be changed", resource.name));
    resource.operation_to(action).ok_or_else(none)
}

/// The body of a request that registers a webhook, or changes one to be as wanted.
#[must_use]
pub fn request_body(webhooks: &Webhooks, wanted: &WantedWebhook) -> String {
    let mut fields = Map::new();
    fields.insert(webhooks.topic_field.to_owned(), wanted.topic.into());
    fields.insert(webhooks.address_field.to_owned(), json!(wanted.address));
    fields.insert(webhooks.included_field.to_owned(), json!(wanted.included));
    if let Some(version) = &wanted.version {
        fields.insert(webhooks.version_field.to_owned(), json!(version));
    }
    Value::Object(fields).to_string()
}

/// A webhook out of its record.
///
/// # Errors
/// Of kind `Unexpected`: it is not one.
pub fn registered(webhooks: &Webhooks, id_field: &str, record: &str) -> Result<RegisteredWebhook> {
    let read = || -> Option<RegisteredWebhook> {
        let record: Value = serde_json::from_str(record).ok()?;
        let text = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default();
        let id = record.get(id_field)?;
        let id = id.as_u64().or_else(|| id.as_str()?.parse().ok())?;
        let included = record
            .get(webhooks.included_field)
            .and_then(Value::as_array);
        let mut included: Vec<String> = included
            .into_iter()
            .flatten()
            .filter_map(|name| name.as_str().map(str::to_owned))
            .collect();
        included.sort_unstable();
        Some(RegisteredWebhook {
            id,
            topic: text(webhooks.topic_field).to_owned(),
            address: text(webhooks.address_field).to_owned(),
            included,
            version: text(webhooks.version_field).to_owned(),
        })
    };
    read().ok_or_else(|| Error::unexpected("the API listed a webhook without an id"))
}

/// Reads a file of wanted webhooks.
///
/// # Errors
/// Of kind `Usage`, with the position of the mistake.
pub fn parse(
    text: &str,
    family: &ApiFamily,
    webhooks: &Webhooks,
    rules: AddressRules,
) -> Result<Vec<WantedWebhook>> {
    let document = text
        .parse::<toml_edit::Document<String>>()
        .map_err(|error| Error::usage("the file of webhooks is not TOML").caused_by(error))?;
    let unknown = document
        .iter()
        .map(|(name, _)| name)
        .find(|name| *name != ENTRY);
    if let Some(name) = unknown {
        return Err(
            Error::usage(format!("{name:?} is not known in a file of webhooks"))
                .hint("each webhook begins with [[webhook]]"),
        );
    }
    let Some(item) = document.get(ENTRY) else {
        return Ok(Vec::new());
    };
    let entries = item.as_array_of_tables().ok_or_else(|| {
        Error::usage("webhook is not a list of tables").hint("each webhook begins with [[webhook]]")
    })?;
    if entries.len() > MOST {
        return Err(Error::usage(format!(
            "more than {MOST} webhooks in one file"
        )));
    }
    let mut wanted: Vec<WantedWebhook> = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let one = one(entry, family, webhooks, rules).map_err(|mut error| {
            error.message = format!("webhook {} of the file: {}", at + 1, error.message);
            error
        })?;
        let same = |other: &WantedWebhook| other.topic == one.topic && other.address == one.address;
        if wanted.iter().any(same) {
            let (topic, address) = (one.topic, &one.address);
            return Err(Error::usage(format!(
                "webhook {} of the file: {topic} at {address} is listed twice",
                at + 1
            )));
        }
        wanted.push(one);
    }
    for topic in webhooks.topics {
        let count = wanted.iter().filter(|one| one.topic == topic.name).count();
        if count > webhooks.most_of_topic {
            return Err(Error::usage(format!(
                "{count} webhooks of {}, and the limit is {}",
                topic.name, webhooks.most_of_topic
            )));
        }
    }
    Ok(wanted)
}

/// The name of the tables in a file.
const ENTRY: &str = "webhook";

fn one(
    entry: &toml_edit::Table,
    family: &ApiFamily,
    webhooks: &Webhooks,
    rules: AddressRules,
) -> Result<WantedWebhook> {
    let known = [
        webhooks.topic_field,
        webhooks.address_field,
        webhooks.included_field,
        webhooks.version_field,
    ];
    if let Some((name, _)) = entry.iter().find(|(name, _)| !known.contains(name)) {
        return Err(Error::usage(format!("{name:?} is not known"))
            .hint(format!("known are {}", known.join(", "))));
    }
    let text = |name: &str| match entry.get(name) {
        None => Ok(None),
        Some(item) => item
            .as_str()
            .map(|text| Some(text.to_owned()))
            .ok_or_else(|| Error::usage(format!("{name} is not a string"))),
    };
    let missing = |name: &str| Error::usage(format!("{name} is missing"));
    let topic = text(webhooks.topic_field)?.ok_or_else(|| missing(webhooks.topic_field))?;
    let topic = topics::find(webhooks, &topic)?;
    let address = text(webhooks.address_field)?.ok_or_else(|| missing(webhooks.address_field))?;
    rules.check(&address)?;
    let mut included = Vec::new();
    if let Some(item) = entry.get(webhooks.included_field) {
        let wrong = || {
            Error::usage(format!(
                "{} is not a list of strings",
                webhooks.included_field
            ))
        };
        for name in item.as_array().ok_or_else(wrong)? {
            included.push(name.as_str().ok_or_else(wrong)?.to_owned());
        }
    }
    included.sort_unstable();
    included.dedup();
    body::check_included(topic, &included)?;
    let version = text(webhooks.version_field)?;
    if let Some(version) = version
        .as_deref()
        .filter(|version| family.version(version).is_none())
    {
        let known: Vec<&str> = family.version_names().collect();
        return Err(Error::usage(format!("there is no version {version:?}"))
            .hint(format!("its versions: {}", known.join(", "))));
    }
    Ok(WantedWebhook {
        topic: topic.name,
        address,
        included,
        version,
    })
}

/// The steps from the existing to the wanted webhooks. With `prune`, webhooks that are
/// not wanted are deleted, or moved to an address that is missing.
#[must_use]
pub fn plan(
    wanted: &[WantedWebhook],
    there: &[RegisteredWebhook],
    prune: bool,
) -> Vec<RegistrationStep> {
    let mut left: Vec<&RegisteredWebhook> = there.iter().collect();
    let mut take = |fits: &dyn Fn(&RegisteredWebhook) -> bool| {
        let at = left.iter().position(|known| fits(known))?;
        Some(left.remove(at))
    };
    let found: Vec<Option<&RegisteredWebhook>> = wanted
        .iter()
        .map(|one| take(&|known| known.topic == one.topic && known.address == one.address))
        .collect();
    let mut steps = Vec::new();
    for (one, found) in wanted.iter().zip(found) {
        let moved = || take(&|known| known.topic == one.topic);
        steps.push(match found {
            Some(known) if is_as_wanted(one, known) => {
                RegistrationStep::Keep(known.id, one.clone())
            }
            Some(known) => RegistrationStep::Update(known.id, one.clone()),
            None => match prune.then(moved).flatten() {
                Some(known) => RegistrationStep::Update(known.id, one.clone()),
                None => RegistrationStep::Create(one.clone()),
            },
        });
    }
    steps.extend(left.into_iter().cloned().map(|known| {
        if prune {
            RegistrationStep::Delete(known)
        } else {
            RegistrationStep::Leave(known)
        }
    }));
    // Deletions come first: they make room for registrations.
    steps.sort_by_key(|step| !matches!(step, RegistrationStep::Delete(_)));
    steps
}

fn is_as_wanted(wanted: &WantedWebhook, known: &RegisteredWebhook) -> bool {
    let same_version = |version: &String| *version == known.version;
    wanted.included == known.included && wanted.version.as_ref().is_none_or(same_version)
}

#[cfg(test)]
#[path = "registrations_tests.rs"]
mod tests;
