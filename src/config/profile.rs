//! The file of settings, read: profiles for many stores, and which one is in
//! use. Pure: text comes in, profiles or an error that names the line go out.
//!
//! No token is in it. An unknown setting is an error, as a misspelt `protected`
//! would protect nothing.

use std::ops::Range;

use toml_edit::{Document, Item, TableLike};

use super::{BaseUrl, Environment, FIRST_API, read, store_address, variable};
use crate::catalog::Api;
use crate::error::{Error, Result};
use crate::nearest::{Similarity, nearest};

/// The profile that is there without a name.
pub const DEFAULT: &str = "default";

/// Settings of the whole file.
const KEYS: &[&str] = &["profile", "profiles"];

/// Settings of a profile.
pub const PROFILE_KEYS: &[&str] = &[
    "api",
    "store_hash",
    "client_id",
    "base_url",
    "api_version",
    "protected",
    "credential_command",
    "output",
    "columns",
    LIMIT,
];

/// The setting for the most records of lists.
pub const LIMIT: &str = "limit";

/// The names of output formats.
pub const OUTPUT_FORMATS: &[&str] = &["table", "json", "ndjson", "csv", "tsv"];

/// The file of settings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    /// The profile in use, where the file names one.
    pub used: Option<String>,
    /// Profiles, in the order of the file.
    pub profiles: Vec<Profile>,
}

/// What is set for one store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// The API that it is a store of; the first one where it names none.
    pub api: Option<String>,
    /// What names the store in the base URL of its API.
    pub store_hash: Option<String>,
    /// The id of the program, for APIs that give programs one.
    pub client_id: Option<String>,
    /// Where its API answers.
    pub base_url: Option<String>,
    /// The version of the API to ask for.
    pub api_version: Option<String>,
    /// Whether every write asks first.
    pub protected: bool,
    /// The command that prints its token.
    pub credential_command: Option<String>,
    /// The output format where none is chosen, of [`OUTPUT_FORMATS`].
    pub output: Option<String>,
    /// The columns of lists where none are chosen.
    pub columns: Option<String>,
    /// The most records of lists where no limit is given.
    pub limit: Option<u64>,
}

/// Who named the profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedBy {
    /// `--profile`.
    Flag,
    /// The environment.
    Environment,
    /// The file of settings.
    Config,
    /// No one.
    Nobody,
}

impl NamedBy {
    /// In words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Flag => "--profile",
            Self::Environment => variable::PROFILE,
            Self::Config => "rc profile use",
            Self::Nobody => "nobody",
        }
    }
}

impl Config {
    /// Reads the file of settings; `named` is what errors call it.
    ///
    /// # Errors
    /// Of kind `Usage`, naming the line, and the nearest setting.
    pub fn parse(text: &str, named: &str) -> Result<Self> {
        let page = SettingsPage { text, named };
        let document = Document::parse(text).map_err(|error| {
            // The library's own words repeat the line, which may hold a secret.
            let reason: Vec<&str> = error.message().lines().collect();
            page.wrong(error.span(), &reason.join(", "))
                .hint("it is written in TOML; `rc profile set` writes it for you")
        })?;
        let table = document.as_table();
        page.only_known(table, KEYS)?;
        let used = table
            .get("profile")
            .map(|item| page.text(item, "profile"))
            .transpose()?;
        let mut profiles = Vec::new();
        if let Some(item) = table.get("profiles") {
            let named = item
                .as_table_like()
                .ok_or_else(|| page.wrong_type(item, "profiles", "a table"))?;
            for (name, item) in named.iter() {
                check_name(name)?;
                profiles.push(page.profile(name, item)?);
            }
        }
        Ok(Self { used, profiles })
    }

    /// The profile of that name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.name == name)
    }

    /// The profile of that name. The one without a name is always there.
    ///
    /// # Errors
    /// Of kind `Usage`, with the nearest name.
    pub fn profile(&self, name: &str) -> Result<Profile> {
        check_name(name)?;
        match self.find(name) {
            Some(profile) => Ok(profile.clone()),
            None if name == DEFAULT => Ok(Profile::named(name)),
            None => Err(self.unknown(name)),
        }
    }

    /// As [`Self::profile`], for an API: the profile with its name is always there too.
    ///
    /// # Errors
    /// Of kind `Usage`: there is none, or it is a store of another API.
    pub fn profile_of(&self, api: &Api, name: &str) -> Result<Profile> {
        if self.find(name).is_none() && api.name != FIRST_API && [DEFAULT, api.name].contains(&name)
        {
            return Ok(Profile {
                api: Some(api.name.to_owned()),
                ..Profile::named(name)
            });
        }
        let profile = self.profile(name)?;
        if self.find(name).is_some() && profile.api_name() != api.name {
            return Err(Error::usage(format!(
                "profile {name} is a store of {}, and this is for {}",
                profile.api_name(),
                api.name
            ))
            .hint("--profile names another one; rc profile list shows all profiles"));
        }
        Ok(profile)
    }

    /// As [`Self::choose`], for an API. Where the profile in use is a store of another
    /// API, the only one of this API counts, else the profile with its name.
    ///
    /// # Errors
    /// As [`Self::choose`].
    pub fn choose_of(
        &self,
        api: &Api,
        flag: Option<&str>,
        environment: &Environment,
    ) -> Result<(String, NamedBy)> {
        let (name, by) = self.choose(flag, environment)?;
        let is_of_api = match self.find(&name) {
            Some(profile) => profile.api_name() == api.name,
            None => api.name == FIRST_API,
        };
        if is_of_api || by == NamedBy::Flag {
            return Ok((name, by));
        }
        let mut own = self
            .profiles
            .iter()
            .filter(|profile| profile.api_name() == api.name);
        match (own.next(), own.next()) {
            (Some(only), None) => Ok((only.name.clone(), NamedBy::Config)),
            _ if api.name == FIRST_API => Ok((name, by)),
            _ => Ok((api.name.to_owned(), NamedBy::Nobody)),
        }
    }

    fn unknown(&self, name: &str) -> Error {
        let names = || self.profiles.iter().map(|profile| profile.name.as_str());
        let mut error = Error::usage(format!("there is no profile {name}"));
        if let Some(near) = nearest(name, names(), Similarity::Loose) {
            error = error.hint(format!("did you mean {near}?"));
        }
        error
            .hint("rc profile list shows all profiles")
            .hint(format!("rc auth login --profile {name} creates it"))
    }

    /// The name of the profile to work with: of the flag, then of the
    /// environment, then of the file.
    ///
    /// # Errors
    /// A name that cannot be one.
    pub fn choose(
        &self,
        flag: Option<&str>,
        environment: &Environment,
    ) -> Result<(String, NamedBy)> {
        let (name, by) = match (flag, read(environment, variable::PROFILE)?, &self.used) {
            (Some(name), _, _) => (name, NamedBy::Flag),
            (None, Some(name), _) => (name, NamedBy::Environment),
            (None, None, Some(name)) => (name.as_str(), NamedBy::Config),
            (None, None, None) => (DEFAULT, NamedBy::Nobody),
        };
        check_name(name)?;
        Ok((name.to_owned(), by))
    }
}

impl Profile {
    /// A profile with nothing set.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    /// The name of its API.
    #[must_use]
    pub fn api_name(&self) -> &str {
        self.api.as_deref().unwrap_or(FIRST_API)
    }

    /// Where that API answers for it, in the way addresses are spelled.
    #[must_use]
    pub fn own_base(&self, api: &Api) -> String {
        let (base, store) = (self.base_url.as_deref(), self.store_hash.as_deref());
        // Without the store there is no address that a token could be for.
        let own =
            store_address::address(api, base, store).unwrap_or_else(|_| api.base_url.to_owned());
        BaseUrl::parse(&own).map_or_else(|_| own.clone(), |url| url.as_str().to_owned())
    }
}

/// Refuses a name that could not be in a path or on a command line.
///
/// # Errors
/// Of kind `Usage`.
pub fn check_name(name: &str) -> Result<()> {
    let begins = name
        .bytes()
        .next()
        .is_some_and(|first| first.is_ascii_alphanumeric());
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if begins && name.len() <= 64 && name.bytes().all(fits) {
        return Ok(());
    }
    Err(
        Error::usage(format!("{name:?} cannot be the name of a profile"))
            .hint("letters, digits, and - _ . between them"),
    )
}

/// Refuses a command that contains a token, or that cannot be split into words.
///
/// # Errors
/// Of kind `Usage`; the command is not repeated.
pub fn check_command(command: &str) -> Result<()> {
    let words = shell_words::split(command).map_err(|error| {
        Error::usage("the credential command is not a command").caused_by(error)
    })?;
    if words.is_empty() {
        return Err(Error::usage("the credential command is empty"));
    }
    let secret = |word: &str| {
        word.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
            .any(|part| part.starts_with("sk_") && part.len() > 20)
    };
    if words.iter().any(|word| secret(word)) {
        return Err(
            Error::usage("the credential command seems to contain a token itself")
                .hint("settings contain no token: rc auth login saves it in the keyring"),
        );
    }
    Ok(())
}

/// Refuses columns that cannot be a default.
///
/// # Errors
/// Of kind `Usage`.
pub fn check_columns(columns: &str) -> Result<()> {
    if columns == "help" {
        return Err(Error::usage("help lists the columns; it is not a column"));
    }
    if columns.split(',').any(|column| column.trim().is_empty()) {
        return Err(Error::usage(format!(
            "{columns:?} contains an empty column name"
        )));
    }
    Ok(())
}

/// The file, as errors speak of it.
struct SettingsPage<'a> {
    text: &'a str,
    named: &'a str,
}

impl SettingsPage<'_> {
    fn profile(&self, name: &str, item: &Item) -> Result<Profile> {
        let path = format!("profiles.{name}");
        let table = item
            .as_table_like()
            .ok_or_else(|| self.wrong_type(item, &path, "a table"))?;
        self.only_known(table, PROFILE_KEYS)?;
        let text = |key: &str| {
            let item = table.get(key);
            item.map(|item| self.text(item, key)).transpose()
        };
        let protected = table.get("protected").map_or(Ok(false), |item| {
            item.as_bool()
                .ok_or_else(|| self.wrong_type(item, "protected", "true or false"))
        })?;
        let profile = Profile {
            name: name.to_owned(),
            api: text("api")?,
            store_hash: text("store_hash")?,
            client_id: text("client_id")?,
            base_url: text("base_url")?,
            api_version: text("api_version")?,
            protected,
            credential_command: text("credential_command")?,
            output: text("output")?,
            columns: text("columns")?,
            limit: table
                .get(LIMIT)
                .map(|item| self.count(item, LIMIT))
                .transpose()?,
        };
        let span = |key: &str| table.get(key).and_then(Item::span);
        if let Some(api) = &profile.api {
            store_address::check_api(api).map_err(|error| self.within(span("api"), error))?;
        }
        if let Some(hash) = &profile.store_hash {
            store_address::check(hash).map_err(|error| self.within(span("store_hash"), error))?;
        }
        if let Some(url) = &profile.base_url {
            BaseUrl::parse(url).map_err(|error| self.within(span("base_url"), error))?;
        }
        if let Some(columns) = &profile.columns {
            check_columns(columns).map_err(|error| self.within(span("columns"), error))?;
        }
        if let Some(output) = &profile.output
            && !OUTPUT_FORMATS.contains(&output.as_str())
        {
            let why = format!("output is not one of {}", OUTPUT_FORMATS.join(", "));
            return Err(self.wrong(span("output"), &why));
        }
        if let Some(command) = &profile.credential_command {
            check_command(command)
                .map_err(|error| self.within(span("credential_command"), error))?;
        }
        Ok(profile)
    }

    fn only_known(&self, table: &dyn TableLike, known: &[&str]) -> Result<()> {
        for (key, item) in table.iter() {
            if known.contains(&key) {
                continue;
            }
            let mut error = self.wrong(item.span(), &format!("there is no setting {key}"));
            if key.contains("token") || key.contains("secret") {
                return Err(
                    error.hint("settings contain no token: remove it, and run rc auth login")
                );
            }
            if let Some(near) = nearest(key, known.iter().copied(), Similarity::Loose) {
                error = error.hint(format!("did you mean {near}?"));
            }
            return Err(error.hint(format!("settings here: {}", known.join(", "))));
        }
        Ok(())
    }

    fn text(&self, item: &Item, key: &str) -> Result<String> {
        match item.as_str() {
            Some("") => Err(self.wrong(item.span(), &format!("{key} is empty"))),
            Some(text) => Ok(text.to_owned()),
            None => Err(self.wrong_type(item, key, "text in quotes")),
        }
    }

    fn count(&self, item: &Item, key: &str) -> Result<u64> {
        let count = item.as_integer().and_then(|count| count.try_into().ok());
        let count = count.filter(|count| *count > 0);
        count.ok_or_else(|| self.wrong_type(item, key, "a whole number above 0"))
    }

    fn wrong_type(&self, item: &Item, key: &str, wanted: &str) -> Error {
        self.wrong(item.span(), &format!("{key} is not {wanted}"))
    }

    fn wrong(&self, span: Option<Range<usize>>, why: &str) -> Error {
        Error::usage(format!("{}: {why}", self.place(span)))
    }

    fn within(&self, span: Option<Range<usize>>, mut error: Error) -> Error {
        error.message = format!("{}: {}", self.place(span), error.message);
        error
    }

    fn place(&self, span: Option<Range<usize>>) -> String {
        let line = span.and_then(|span| {
            let before = self.text.get(..span.start)?;
            Some(before.matches('\n').count() + 1)
        });
        line.map_or_else(
            || self.named.to_owned(),
            |line| format!("{}, line {line}", self.named),
        )
    }
}

#[cfg(test)]
#[path = "profile_tests.rs"]
mod tests;
