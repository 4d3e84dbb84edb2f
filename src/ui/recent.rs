//! What was shown to somebody: the ids of it are kept, so that the next command
//! can be completed with them.
//!
//! Only what is printed on a terminal counts, so scripts neither wait for this
//! nor fill it.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::catalog::{self, Object};
use crate::config::recent::{self, Recent};
use crate::ui::Run;

/// Ids that are being shown.
#[derive(Debug, Clone)]
pub(crate) struct ShownIds {
    recent: Recent,
    place: String,
    resource: &'static str,
    ids: Vec<String>,
}

#[derive(Deserialize)]
struct Identified<'a> {
    #[serde(borrow)]
    id: &'a RawValue,
}

impl ShownIds {
    /// Objects of that kind are about to be shown; `place` names their store.
    pub(crate) fn at(run: &Run, place: String, object: Option<&'static Object>) -> Option<Self> {
        let object = object?;
        let mut resources = catalog::RESOURCES.iter();
        let resource = resources.find(|resource| resource.object.name == object.name)?;
        Some(Self {
            recent: Recent::below(run.folders().ok()?.state(), &run.environment)?,
            place,
            resource: resource.name,
            ids: Vec::new(),
        })
    }

    /// Takes note of a record.
    pub(crate) fn record(&mut self, record: &str) {
        if self.ids.len() >= recent::MOST {
            return;
        }
        if let Ok(Identified { id }) = serde_json::from_str(record)
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
