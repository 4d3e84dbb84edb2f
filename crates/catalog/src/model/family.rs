//! The versions of one API, and which of them a call is for.

use super::api::same_word;
use super::{Api, Operation, Resource};
use crate::analysis::Analysis;

/// The versions of one API. Commands are the union of their operations.
#[derive(Debug)]
pub struct ApiFamily {
    /// The versions, newest first; at least one.
    pub versions: &'static [&'static Api],
    /// What copies of its stores are asked.
    pub analysis: Analysis,
}

/// A row of one version.
#[derive(Debug, Clone, Copy)]
pub struct VersionedRow {
    /// The version.
    pub api: &'static Api,
    /// The resource in that version.
    pub resource: &'static Resource,
    /// The operation in that version.
    pub operation: &'static Operation,
}

/// Why there is no row for a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoVersion {
    /// There is no such version.
    Unknown,
    /// The version lacks the operation; those that have it, newest first.
    Lacking(Vec<&'static str>),
}

impl ApiFamily {
    /// The newest version.
    #[must_use]
    pub const fn newest(&self) -> &'static Api {
        self.versions[0]
    }

    /// The version of that name.
    #[must_use]
    pub fn version(&self, version: &str) -> Option<&'static Api> {
        let mut versions = self.versions.iter().copied();
        versions.find(|api| api.version == version)
    }

    /// The names of the versions, newest first.
    pub fn version_names(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.versions.iter().map(|api| api.version)
    }

    /// Every resource once, as the newest version with it describes it: those
    /// of the newest version, then those that only older ones have.
    pub fn resources(&self) -> impl Iterator<Item = &'static Resource> + use<> {
        let versions = self.versions;
        versions.iter().enumerate().flat_map(move |(at, api)| {
            let newer = &versions[..at];
            api.resources.iter().filter(move |resource| {
                let mut newer = newer.iter();
                !newer.any(|api| has_resource(api, resource.name))
            })
        })
    }

    /// The resource of that name in the newest version with it: plural or
    /// singular, in snake or kebab case.
    #[must_use]
    pub fn resource(&self, name: &str) -> Option<&'static Resource> {
        // A plural of an older version comes before a singular of a newer one.
        let mut plural = self.resources();
        plural
            .find(|resource| same_word(resource.name, name))
            .or_else(|| self.versions.iter().find_map(|api| api.resource(name)))
    }

    /// The operations of a resource, each once, as the newest version with it
    /// describes it.
    pub fn operations_of(&self, resource: &str) -> impl Iterator<Item = VersionedRow> + use<'_> {
        let name = resource.to_owned();
        let of = move |api: &'static Api| {
            let mut resources = api.resources.iter();
            resources.find(|resource| resource.name == name)
        };
        let mut seen: Vec<&'static str> = Vec::new();
        let rows = self.versions.iter().copied().filter_map(move |api| {
            let resource = of(api)?;
            Some((api, resource))
        });
        rows.flat_map(|(api, resource)| {
            resource
                .operations
                .iter()
                .map(move |operation| VersionedRow {
                    api,
                    resource,
                    operation,
                })
        })
        .filter(move |row| {
            let is_new = !seen.contains(&row.operation.verb);
            if is_new {
                seen.push(row.operation.verb);
            }
            is_new
        })
    }

    /// The rows of an operation, one for each version that has it, newest first.
    pub fn rows<'a>(
        &'a self,
        resource: &'a str,
        verb: &'a str,
    ) -> impl Iterator<Item = VersionedRow> + use<'a> {
        self.versions.iter().copied().filter_map(move |api| {
            let mut resources = api.resources.iter();
            let resource = resources.find(|known| known.name == resource)?;
            Some(VersionedRow {
                api,
                resource,
                operation: resource.operation(verb)?,
            })
        })
    }

    /// The row for a call: that of the version asked for, else that of the
    /// newest version with the operation.
    ///
    /// # Errors
    /// There is no such version, or it lacks the operation.
    pub fn choose(
        &self,
        version: Option<&str>,
        resource: &str,
        verb: &str,
    ) -> Result<VersionedRow, NoVersion> {
        if version.is_some_and(|version| self.version(version).is_none()) {
            return Err(NoVersion::Unknown);
        }
        let wanted = |row: &VersionedRow| version.is_none_or(|version| row.api.version == version);
        self.rows(resource, verb).find(wanted).ok_or_else(|| {
            let others = self.rows(resource, verb);
            NoVersion::Lacking(others.map(|row| row.api.version).collect())
        })
    }
}

fn has_resource(api: &Api, name: &str) -> bool {
    api.resources.iter().any(|resource| resource.name == name)
}
