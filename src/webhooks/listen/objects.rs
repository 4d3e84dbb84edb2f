//! Fetches the objects of messages: many in one request if their list accepts ids,
//! else one by one.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::Value;

use super::event::text_of;
use super::rewind::Fields;
use crate::api::client::Client;
use crate::api::pages::{ListFailure, Pages, RecordSink};
use crate::api::request::{Request, encode};
use crate::api::response::{Envelope, Wanted};
use crate::catalog::{Api, Operation, ParameterRole, Resource};
use crate::error::{Error, Kind, Result};
use crate::filter::Flow;

/// An object: the name of its resource, and its number.
pub(super) type ObjectKey = (&'static str, String);

/// Objects as they are now. One that is missing does not exist any more, or may
/// not be read.
#[derive(Debug, Default)]
pub(super) struct Objects {
    found: HashMap<&'static str, HashMap<String, Fields>>,
    asked: BTreeSet<ObjectKey>,
    /// Resources that the token may not read.
    pub(super) forbidden: BTreeSet<&'static str>,
}

impl Objects {
    /// An object that was fetched.
    pub(super) fn get(&self, resource: &str, id: &str) -> Option<&Fields> {
        self.found.get(resource)?.get(id)
    }

    /// Takes an object that was read already.
    pub(super) fn know(&mut self, resource: &'static str, id: String, fields: Fields) {
        self.asked.insert((resource, id.clone()));
        self.keep(resource, id, fields);
    }

    /// How many were found.
    pub(super) fn count(&self) -> usize {
        self.found.values().map(HashMap::len).sum()
    }

    /// All that were found, with their resource and number.
    pub(super) fn all(&self) -> impl Iterator<Item = (&'static str, &str, &Fields)> {
        let found = self.found.iter();
        found.flat_map(|(resource, objects)| {
            let objects = objects.iter();
            objects.map(|(id, fields)| (*resource, id.as_str(), fields))
        })
    }

    fn keep(&mut self, resource: &'static str, id: String, fields: Fields) {
        self.found.entry(resource).or_default().insert(id, fields);
    }

    /// Fetches objects that were not asked for before.
    ///
    /// # Errors
    /// The API does not answer.
    pub(super) async fn fetch(
        &mut self,
        client: &Arc<Client>,
        wanted: impl IntoIterator<Item = ObjectKey>,
    ) -> Result<()> {
        let mut by_resource: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
        for (resource, id) in wanted {
            let is_number = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
            if is_number && self.asked.insert((resource, id.clone())) {
                by_resource.entry(resource).or_default().push(id);
            }
        }
        for (name, ids) in by_resource {
            let Some(resource) = client.api().resource(name) else {
                continue;
            };
            match self.fetch_of(client, resource, ids).await {
                Err(error) if is_forbidden(&error) => {
                    self.forbidden.insert(name);
                }
                other => other?,
            }
        }
        Ok(())
    }

    async fn fetch_of(
        &mut self,
        client: &Arc<Client>,
        resource: &'static Resource,
        mut ids: Vec<String>,
    ) -> Result<()> {
        let list = resource
            .operations
            .iter()
            .find(|row| numbers(row).is_some());
        if let Some(list) = list.filter(|_| ids.len() > 1 || getter(resource).is_none()) {
            let size = client.api().maximum_page_size as usize;
            for some in ids.chunks(size) {
                self.fetch_listed(client, resource, list, some).await?;
            }
        }
        // A list may leave some out that can be asked for one by one.
        ids.retain(|id| self.get(resource.name, id).is_none());
        for id in ids {
            if let Some(fields) = fetch_one(client, resource, &id).await? {
                self.keep(resource.name, id, fields);
            }
        }
        Ok(())
    }

    async fn fetch_listed(
        &mut self,
        client: &Arc<Client>,
        resource: &'static Resource,
        list: &'static Operation,
        ids: &[String],
    ) -> Result<()> {
        let Some(parameter) = numbers(list) else {
            return Ok(());
        };
        let mut request = paged(client.api(), list);
        request.set_query(parameter, ids.join(","));
        for fields in listed(client, list, request, usize::MAX).await? {
            if let Some(id) = id_of(client.api(), &fields) {
                self.keep(resource.name, id, fields);
            }
        }
        Ok(())
    }
}

/// The objects that are listed with a number as this parameter.
pub(super) async fn children(
    client: &Arc<Client>,
    resource: &str,
    parameter: &str,
    id: &str,
) -> Result<Vec<String>> {
    let api = client.api();
    let takes = |row: &&&'static Operation| {
        row.pages() && row.query.iter().any(|known| known.name == parameter)
    };
    let found = api.resource(resource);
    let Some(list) = found.and_then(|found| found.operations.iter().find(takes)) else {
        return Ok(Vec::new());
    };
    let mut request = paged(api, list);
    request.set_query(parameter, id.to_owned());
    let listed = listed(client, list, request, usize::MAX).await?;
    Ok(listed
        .iter()
        .filter_map(|fields| id_of(api, fields))
        .collect())
}

/// An object by its number; `None` when there is none.
pub(super) async fn fetch_one(
    client: &Arc<Client>,
    resource: &'static Resource,
    id: &str,
) -> Result<Option<Fields>> {
    let Some(get) = getter(resource) else {
        return Ok(None);
    };
    let path = get.path.split('{').next().unwrap_or_default();
    let path = format!("{path}{}", encode(id));
    read_at(client, get, path).await
}

/// The object at a path; `None` when there is none.
pub(super) async fn read_at(
    client: &Arc<Client>,
    get: &'static Operation,
    path: String,
) -> Result<Option<Fields>> {
    let request = Request::composed(get, path, None);
    let answer = match client.send(&request).await {
        Ok(answer) => answer,
        Err(error) if error.kind == Kind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let envelope = Envelope::open(answer, Wanted::of(get.response))?;
    let record = envelope.records().next().map(read);
    Ok(record.flatten())
}

/// The operation that reads an object by its number.
fn getter(resource: &'static Resource) -> Option<&'static Operation> {
    let mut rows = resource.operations.iter().copied();
    rows.find(|row| row.method.is_read() && row.targets_one() && row.path.ends_with('}'))
}

fn numbers(list: &Operation) -> Option<&'static str> {
    let parameter = list.query_for(ParameterRole::Ids)?;
    Some(parameter.name)
}

pub(super) fn paged(api: &Api, list: &'static Operation) -> Request {
    let mut request = Request::composed(list, list.path, None);
    request.set_query(api.page_size, api.maximum_page_size.to_string());
    request
}

pub(super) fn is_forbidden(error: &Error) -> bool {
    error
        .answer
        .as_ref()
        .is_some_and(|answer| answer.status == 403)
}

pub(super) fn id_of(api: &Api, fields: &Fields) -> Option<String> {
    text_of(fields.get(api.conventions.id)?)
}

fn read(record: &str) -> Option<Fields> {
    match serde_json::from_str(record) {
        Ok(Value::Object(fields)) => Some(fields),
        _ => None,
    }
}

/// The objects of a list, up to so many.
pub(super) async fn listed(
    client: &Arc<Client>,
    list: &'static Operation,
    request: Request,
    most: usize,
) -> Result<Vec<Fields>> {
    let objects = Vec::new();
    let mut sink = ObjectSink { objects, most };
    let mut pages = Pages::new(Arc::clone(client), request, Wanted::of(list.response));
    let read = pages.records(None, &mut sink).await;
    read.map_err(ListFailure::into_error)?;
    Ok(sink.objects)
}

struct ObjectSink {
    objects: Vec<Fields>,
    most: usize,
}

impl RecordSink for ObjectSink {
    fn record(&mut self, record: &str) -> Result<Flow> {
        self.objects.extend(read(record));
        Ok(if self.objects.len() >= self.most {
            Flow::Enough
        } else {
            Flow::More
        })
    }
}
