//! Webhooks at the API: listed, registered, changed and deleted, each at most once.

use std::sync::Arc;

use crate::api::client::Client;
use crate::api::pages::{ListFailure, Pages, RecordSink};
use crate::api::request::{self, Now, Request, Values};
use crate::api::response::{Envelope, Wanted};
use crate::catalog::{OperationAction, Resource, Webhooks};
use crate::error::{Error, Result};
use crate::filter::Flow;
use crate::webhooks::registrations::{self, RegisteredWebhook, WantedWebhook, operation};

/// More webhooks than a store can have.
const MOST: u64 = 100_000;

/// The webhooks of a store.
pub(super) struct Registry<'a> {
    pub(super) client: &'a Arc<Client>,
    pub(super) webhooks: &'static Webhooks,
    pub(super) resource: &'static Resource,
    pub(super) now: &'a Now,
}

/// Keeps what a list gives.
struct ListedWebhooks<'a> {
    webhooks: &'static Webhooks,
    id: &'a str,
    all: Vec<RegisteredWebhook>,
}

impl RecordSink for ListedWebhooks<'_> {
    fn record(&mut self, record: &str) -> Result<Flow> {
        self.all
            .push(registrations::registered(self.webhooks, self.id, record)?);
        Ok(Flow::More)
    }
}

impl Registry<'_> {
    /// Everything that is registered.
    pub(super) async fn list(&self) -> Result<Vec<RegisteredWebhook>> {
        let list = operation(self.resource, OperationAction::List)?;
        let request = request::fill(list, &[], &Values::default(), self.now)?;
        let mut found = ListedWebhooks {
            webhooks: self.webhooks,
            id: self.client.api().conventions.id,
            all: Vec::new(),
        };
        let mut pages = Pages::new(Arc::clone(self.client), request, Wanted::of(list.response));
        let read = pages.records(Some(MOST), &mut found).await;
        read.map_err(ListFailure::into_error)?;
        Ok(found.all)
    }

    /// The request that registers a webhook.
    pub(super) fn creation(&self, wanted: &WantedWebhook) -> Result<Request> {
        self.request(OperationAction::Create, None, Some(wanted))
    }

    /// The request that changes a webhook.
    pub(super) fn change(&self, id: u64, wanted: &WantedWebhook) -> Result<Request> {
        self.request(OperationAction::Update, Some(id), Some(wanted))
    }

    /// The request that deletes a webhook.
    pub(super) fn deletion(&self, id: u64) -> Result<Request> {
        self.request(OperationAction::Delete, Some(id), None)
    }

    fn request(
        &self,
        action: OperationAction,
        id: Option<u64>,
        wanted: Option<&WantedWebhook>,
    ) -> Result<Request> {
        let path: Vec<String> = id.iter().map(u64::to_string).collect();
        let values = Values {
            body: wanted.map(|wanted| registrations::request_body(self.webhooks, wanted)),
            ..Values::default()
        };
        request::fill(operation(self.resource, action)?, &path, &values, self.now)
    }

    /// Registers a webhook, and gives its number.
    ///
    /// Where it is unknown whether the API did it, the list is read again: the
    /// webhook is there, or the error stays.
    pub(super) async fn create(&self, wanted: &WantedWebhook, there: &[u64]) -> Result<u64> {
        let request = self.creation(wanted)?;
        let create = operation(self.resource, OperationAction::Create)?;
        let sent = match self.client.send(&request).await {
            Ok(answer) => Envelope::open(answer, Wanted::of(create.response)),
            Err(error) if error.in_doubt => {
                let same = |known: &RegisteredWebhook| {
                    known.topic == wanted.topic
                        && known.address == wanted.address
                        && !there.contains(&known.id)
                };
                let found = self.list().await.ok();
                let found = found.and_then(|all| all.into_iter().find(same));
                return found.map(|known| known.id).ok_or(error);
            }
            Err(error) => return Err(error),
        };
        let envelope = sent?;
        let record = envelope.records().next();
        let record = record.ok_or_else(|| Error::unexpected("the API answered no webhook"))?;
        let id = self.client.api().conventions.id;
        Ok(registrations::registered(self.webhooks, id, record)?.id)
    }

    /// Changes a webhook to be as wanted.
    pub(super) async fn update(&self, id: u64, wanted: &WantedWebhook) -> Result<()> {
        self.client.send(&self.change(id, wanted)?).await.map(drop)
    }

    /// Deletes a webhook.
    pub(super) async fn delete(&self, id: u64) -> Result<()> {
        self.client.send(&self.deletion(id)?).await.map(drop)
    }
}
