//! Objects that were shown: the ids of it are kept, so that the next command
//! can be completed with them.
//!
//! Only what is printed on a terminal counts, so scripts neither wait for this
//! nor fill it.

use std::collections::HashMap;

use serde_json::value::RawValue;

use crate::catalog::{Api, Object};
use crate::config::recent::{self, Recent};
use crate::ui::Run;

/// Ids that are being shown.
#[derive(Debug, Clone)]
pub(crate) struct ShownIds {
    recent: Recent,
    place: String,
    resource: &'static str,
    id: &'static str,
    ids: Vec<String>,
}

impl ShownIds {
    /// Objects of that kind are about to be shown; `place` names their store.
    pub(crate) fn at(
        run: &Run,
        api: &Api,
        place: String,
        object: Option<&'static Object>,
    ) -> Option<Self> {
        let object = object?;
        let resource = api.resource_about(object)?;
        Some(Self {
            recent: Recent::below(run.folders().ok()?.state(), &run.environment)?,
            place,
            resource: resource.name,
            id: api.conventions.id,
            ids: Vec::new(),
        })
    }

    /// Takes note of a record.
    pub(crate) fn record(&mut self, record: &str) {
        if self.ids.len() >= recent::MOST {
            return;
        }
        let fields = serde_json::from_str::<HashMap<&str, &RawValue>>(record);
        if let Some(id) = fields.ok().and_then(|fields| fields.get(self.id).copied())
            && recent::is_number(id.get())
        {
            self.ids.push(id.get().to_owned());
        }
    }

    /// Keeps the ids. A command whose work is done does not fail for it.
    pub(crate) fn keep(&self) {
        let _ = self.recent.keep(&self.place, self.resource, &self.ids);
    }
}
