//! The configuration of the tap: a JSON file like that of `tap-recharge`.

use std::path::Path;

use serde_json::{Map, Value};

use crate::config::folders;
use crate::error::{Error, Kind, Result};
use crate::sync::StartDate;

/// What a key is for; in this order the description of the tap lists them.
pub(super) struct ConfigKey {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) is_secret: bool,
}

const TOKEN: &str = "access_token";
const START: &str = "start_date";

/// The keys that are known.
pub(super) const KEYS: &[ConfigKey] = &[
    ConfigKey {
        name: TOKEN,
        about: "API token of the store",
        is_secret: true,
    },
    ConfigKey {
        name: START,
        about: "a first run reads only records that changed since then",
        is_secret: false,
    },
    ConfigKey {
        name: "user_agent",
        about: "accepted for tap-recharge; rc sends its own name",
        is_secret: false,
    },
    ConfigKey {
        name: "request_timeout",
        about: "accepted for tap-recharge; --timeout and its variable set the time",
        is_secret: false,
    },
];

/// A configuration. No message shows it: it contains the token.
pub(super) struct TapConfig {
    name: String,
    members: Map<String, Value>,
}

impl TapConfig {
    /// Reads a file.
    ///
    /// # Errors
    /// Of kind `Usage`: it does not exist, or is not a JSON object.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let text = folders::text(path, None)?;
        let text = text.ok_or_else(|| Error::usage(format!("there is no file {name}")))?;
        // The message of a parser may contain a part of the text.
        let Ok(Value::Object(members)) = serde_json::from_str(&text) else {
            let error = Error::usage(format!("{name} is not a JSON object"));
            return Err(error.hint(format!(
                r#"write {{"{TOKEN}": "…", "{START}": "2024-01-31T00:00:00Z"}}"#
            )));
        };
        Ok(Self { name, members })
    }

    /// The token.
    ///
    /// # Errors
    /// Of kind `Access`: there is none.
    pub(super) fn token(&self) -> Result<&str> {
        let token = self.members.get(TOKEN).and_then(Value::as_str);
        token
            .filter(|token| !token.trim().is_empty())
            .ok_or_else(|| {
                Error::new(Kind::Access, format!("{} has no {TOKEN}", self.name))
                    .hint("without --config, the token comes from the environment or the profile")
            })
    }

    /// The day to begin with.
    ///
    /// # Errors
    /// Of kind `Usage`: it is not a date.
    pub(super) fn start(&self) -> Result<Option<StartDate>> {
        match self.members.get(START) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => StartDate::parse(text).map(Some),
            Some(_) => Err(Error::usage(format!(
                "{}: {START} is not a date",
                self.name
            ))),
        }
    }

    /// The keys that are not known.
    pub(super) fn unknown(&self) -> Vec<&str> {
        let is_known = |name: &&str| KEYS.iter().any(|key| key.name == *name);
        let names = self.members.keys().map(String::as_str);
        names.filter(|name| !is_known(name)).collect()
    }
}
