//! The page that is rendered, as filters and functions see it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::State;
use minijinja::value::{Object, Value};
use serde_json::Value as Json;

use super::Request;
use super::python::to_text;
use crate::urls::{UrlForm, UrlName};

/// The name under which templates carry it.
pub(super) const PAGE: &str = "__page";

/// The page that is rendered.
#[derive(Debug)]
pub(super) struct Page {
    portal_path: String,
    token: Option<String>,
    query: Vec<(String, String)>,
    pub(super) now: jiff::civil::DateTime,
    pub(super) currency: Currency,
    pub(super) translations: Arc<BTreeMap<String, String>>,
    missing: Mutex<Vec<String>>,
}

/// How amounts are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Currency {
    pub(super) symbol: String,
    pub(super) suffix: String,
    pub(super) is_right: bool,
}

impl Object for Page {}

impl Page {
    pub(super) fn new(request: &Request<'_>, translations: Arc<BTreeMap<String, String>>) -> Self {
        Self {
            portal_path: request.portal_path.trim_end_matches('/').to_owned(),
            token: request.token.map(str::to_owned),
            query: request.query.to_vec(),
            now: request.now,
            currency: Currency::of(request.context),
            translations,
            missing: Mutex::default(),
        }
    }

    /// The page of a state.
    pub(super) fn of(state: &State<'_, '_>) -> Option<Arc<Self>> {
        state.lookup(PAGE)?.downcast_object::<Self>()
    }

    /// The value of a parameter of the URL.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(each, _)| each == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn note_missing(&self, name: &str) {
        let mut missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
        if !missing.iter().any(|each| each == name) {
            missing.push(name.to_owned());
        }
    }

    pub(super) fn missing(&self) -> Vec<String> {
        self.missing
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// A URL with the values of its path and more parameters.
    pub(super) fn url(&self, url: &UrlName, values: &[Value], more: &[(String, String)]) -> String {
        let mut values = values.iter();
        let mut path = String::new();
        let mut parts = url.path.split("{}");
        path.push_str(parts.next().unwrap_or_default());
        for part in parts {
            if let Some(value) = values.next() {
                path.push_str(&encoded(&identity(value)));
            }
            path.push_str(part);
        }
        if url.form == UrlForm::Elsewhere {
            return path;
        }
        let mut separator = if path.contains('?') { '&' } else { '?' };
        let token = self.token.iter().map(|token| ("token", token.as_str()));
        for (name, value) in token.chain(
            more.iter()
                .map(|(name, value)| (name.as_str(), value.as_str())),
        ) {
            path.push(separator);
            path.push_str(name);
            path.push('=');
            path.push_str(&encoded(value));
            separator = '&';
        }
        format!("{}{path}", self.portal_path)
    }
}

/// The id of an object, else the value itself.
fn identity(value: &Value) -> String {
    match value.get_attr("id") {
        Ok(id) if !id.is_undefined() => to_text(&id),
        _ => to_text(value),
    }
}

fn encoded(text: &str) -> String {
    const KEPT: percent_encoding::AsciiSet = percent_encoding::NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'_')
        .remove(b'.')
        .remove(b'~');
    percent_encoding::utf8_percent_encode(text, &KEPT).to_string()
}

impl Currency {
    /// The currency of the store, of whose symbols the store has a list.
    fn of(context: &Json) -> Self {
        let store = context.get("store").unwrap_or(&Json::Null);
        let text =
            |value: &Json, name: &str| value.get(name).and_then(Json::as_str).map(str::to_owned);
        let code = text(store, "currency");
        let symbols = store
            .get("enabled_presentment_currencies_symbols")
            .and_then(Json::as_array);
        let mut symbols = symbols.into_iter().flatten();
        let found = symbols.find(|symbol| text(symbol, "currency") == code);
        let found = found.unwrap_or(&Json::Null);
        Self {
            symbol: text(found, "symbol").unwrap_or_else(|| "$".to_owned()),
            suffix: text(found, "suffix").unwrap_or_default(),
            is_right: text(found, "location").as_deref() == Some("right"),
        }
    }
}
