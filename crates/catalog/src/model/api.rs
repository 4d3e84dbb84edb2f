//! An API as a value: what all requests and answers of one version have in
//! common, and its operations.

use super::{Conventions, EventFeed, Method, Object, Operation, ParameterRole, Resource, Webhooks};
use crate::kebab;

/// One version of an API. It travels from the target of a command through
/// client, pages, completion, redaction and output.
#[derive(Debug)]
pub struct Api {
    /// Name on disk and in flags, kebab case (`recharge`).
    pub name: &'static str,
    /// Name in messages (`Recharge`).
    pub title: &'static str,
    /// The command that has its resources as commands; without, `rc` itself has them.
    pub command_group: Option<&'static str>,
    /// The version that the tables describe, as requests name it.
    pub version: &'static str,
    /// Where the API answers, without a slash at the end.
    pub base_url: &'static str,
    /// The environment variable with another address.
    pub base_variable: &'static str,
    /// How a request carries the token.
    pub auth: Auth,
    /// Names of further headers.
    pub headers: Headers,
    /// The part of the base URL that names a store, where it has one.
    pub store: Option<StoreAddress>,
    /// The file with credentials that users get from the vendor.
    pub credential_file: Option<CredentialFile>,
    /// How the API limits the rate of requests.
    pub rate: Rate,
    /// How times are written.
    pub times: TimeForm,
    /// The zone of times without an offset, as a POSIX `TZ` string.
    pub zone: &'static str,
    /// How lists continue; a row may state another form.
    pub page: PageForm,
    /// The query parameter with the number of records per page.
    pub page_size: &'static str,
    /// The query parameter that picks one page by number, for lists whose
    /// form has no page numbers.
    pub page_number: Option<&'static str>,
    /// The largest page size, in records.
    pub maximum_page_size: u32,
    /// How answers state errors; a row may state another form.
    pub errors: ErrorForm,
    /// What field names mean in records.
    pub conventions: &'static Conventions,
    /// Names of secrets.
    pub secrets: Secrets,
    /// Scopes that a token can have and no operation asks for.
    pub other_scopes: &'static [&'static str],
    /// The events of the API, where it lists any.
    pub events: Option<&'static EventFeed>,
    /// Every resource, in the order of the help.
    pub resources: &'static [Resource],
}

/// How a request carries the token.
#[derive(Debug, Clone, Copy)]
pub struct Auth {
    /// Where it stands.
    pub place: AuthPlace,
    /// The environment variable from which programs take it.
    pub variable: &'static str,
    /// Where a user finds its scopes, for hints (`Recharge: Tools & apps`).
    pub managed_at: &'static str,
}

/// The part of a request with the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthPlace {
    /// A header of this name.
    Header(&'static str),
    /// A query parameter of this name.
    Query(&'static str),
}

impl Auth {
    /// The name of the header with the token, if a header has it.
    #[must_use]
    pub const fn header(&self) -> Option<&'static str> {
        match self.place {
            AuthPlace::Header(name) => Some(name),
            AuthPlace::Query(_) => None,
        }
    }
}

/// Names of headers beside that of the token.
#[derive(Debug, Clone, Copy)]
pub struct Headers {
    /// The request header that chooses the version, and the response header
    /// that states it.
    pub version: Option<&'static str>,
    /// The response header by which support finds a request.
    pub request_id: Option<&'static str>,
    /// The request header with the id of the program that asks, for APIs that
    /// give programs one. It is sent when an id is configured.
    pub client_id: Option<ClientId>,
}

/// A header with the id of the program that asks. It is not a secret.
#[derive(Debug, Clone, Copy)]
pub struct ClientId {
    /// The request header.
    pub header: &'static str,
    /// The environment variable with the id.
    pub variable: &'static str,
}

/// The part of a base URL that names the store.
#[derive(Debug, Clone, Copy)]
pub struct StoreAddress {
    /// What stands for it in the base URL (`{store_hash}`).
    pub path_parameter: &'static str,
    /// What users call it (`store hash`).
    pub title: &'static str,
    /// The long flag, without dashes.
    pub flag: &'static str,
    /// The environment variable with it.
    pub variable: &'static str,
    /// Where a user finds it.
    pub found_at: &'static str,
}

/// A text file with credentials: lines of a label, a colon and a value.
#[derive(Debug, Clone, Copy)]
pub struct CredentialFile {
    /// The label of the token.
    pub token: &'static str,
    /// The label of the client id.
    pub client_id: &'static str,
    /// The label of the URL of the API, which contains the store.
    pub url: &'static str,
}

/// How an API limits the rate of requests.
#[derive(Debug, Clone, Copy)]
pub enum Rate {
    /// A leaky bucket for each token; a response header states its level
    /// (`39/40`).
    Bucket {
        /// The response header.
        header: &'static str,
        /// The bucket of a token.
        of: fn(&str) -> Bucket,
    },
    /// A number of requests in a window of time.
    Window {
        /// The response header with the requests that are left.
        left: &'static str,
        /// The response header with the milliseconds until the next window.
        reset: &'static str,
        /// The response header with the requests of a whole window.
        quota: Option<&'static str>,
        /// The response header with the length of a window in milliseconds.
        length: Option<&'static str>,
    },
}

impl Rate {
    /// The bucket of a token, where the API has buckets.
    #[must_use]
    pub fn bucket(&self, token: &str) -> Option<Bucket> {
        match self {
            Self::Bucket { of, .. } => Some(of(token)),
            Self::Window { .. } => None,
        }
    }

    /// The response header with the state of the limit.
    #[must_use]
    pub const fn header(&self) -> &'static str {
        match self {
            Self::Bucket { header, .. } => header,
            Self::Window { left, .. } => left,
        }
    }
}

/// The bucket of one token.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// Requests that leak out of it in a second.
    pub leak: f64,
    /// Requests that it holds.
    pub size: f64,
    /// The fastest leak that a token of the API can have.
    pub fastest: f64,
    /// The largest bucket that a token of the API can have.
    pub largest: u32,
}

impl Bucket {
    /// The size as headers state it.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number up to the largest size"
    )]
    pub const fn whole_size(self) -> u32 {
        self.size as u32
    }
}

/// How an API writes times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeForm {
    /// With an offset: `2024-01-31T10:00:00+00:00`.
    WithOffset,
    /// In UTC without an offset: `2024-01-31T10:00:00`.
    WithoutOffset,
    /// In UTC with its letter: `2024-01-31T10:00:00Z`, and always with a time of
    /// day, since a day alone means something else to the server. There is no plus
    /// sign, which servers that decode a query twice take for a space.
    Zulu,
}

/// How a list continues after a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageForm {
    /// The body contains the cursor of the next page. A cursor carries filters
    /// and order: beside it only the page size is sent.
    BodyCursor {
        /// The query parameter that takes the cursor.
        parameter: &'static str,
        /// The member of the body that contains it.
        field: &'static str,
    },
    /// The header `Link` names the next page with `rel="next"`. Of its query
    /// only the cursor is used, which carries filters and order: no answer
    /// decides which host or path is asked next.
    LinkHeader {
        /// The query parameter that takes the cursor.
        parameter: &'static str,
    },
    /// Pages are numbered, and the body states how many there are.
    Counted {
        /// The query parameter with the number of the page.
        parameter: &'static str,
        /// Where the body states the number of pages, names joined by dots.
        total: &'static str,
    },
    /// Pages are numbered; the list ends at a page with fewer records than
    /// asked for, or with none, or at 204.
    UntilShort {
        /// The query parameter with the number of the page.
        parameter: &'static str,
        /// Records per page where the request does not state it.
        page_size: u32,
    },
    /// The next page has the records whose id is larger than the last one; the
    /// list ends at a page without records.
    AfterId {
        /// The query parameter that takes the id.
        parameter: &'static str,
        /// What is added to the last id: 1 where the parameter is the smallest
        /// id that the page may have, else 0.
        step: u64,
    },
}

impl PageForm {
    /// The query parameter that says where a page begins.
    #[must_use]
    pub const fn parameter(&self) -> &'static str {
        match self {
            Self::BodyCursor { parameter, .. }
            | Self::LinkHeader { parameter }
            | Self::Counted { parameter, .. }
            | Self::UntilShort { parameter, .. }
            | Self::AfterId { parameter, .. } => parameter,
        }
    }

    /// The role of that parameter.
    #[must_use]
    pub const fn role(&self) -> ParameterRole {
        if self.is_numbered() {
            ParameterRole::PageNumber
        } else {
            ParameterRole::Cursor
        }
    }

    /// Whether the position of a page carries the filters and the order of its list.
    #[must_use]
    pub const fn carries_filters(&self) -> bool {
        matches!(self, Self::BodyCursor { .. } | Self::LinkHeader { .. })
    }

    /// Whether pages have numbers.
    #[must_use]
    pub const fn is_numbered(&self) -> bool {
        matches!(self, Self::Counted { .. } | Self::UntilShort { .. })
    }
}

/// How the body of an answer states errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorForm {
    /// A member of the body: a text, a list, or an object with the reasons of
    /// each field. The first member that is there counts.
    Members {
        /// The members that state why a request was refused.
        reasons: &'static [&'static str],
        /// The members that state errors or warnings beside data.
        remarks: &'static [&'static str],
    },
    /// The body is a list of objects, each with a message.
    List {
        /// The member with the message.
        message: &'static str,
    },
}

impl ErrorForm {
    /// The members that state errors or warnings beside data.
    #[must_use]
    pub const fn remarks(&self) -> &'static [&'static str] {
        match self {
            Self::Members { remarks, .. } => remarks,
            Self::List { .. } => &[],
        }
    }
}

/// Names of values that traces and logs must not show.
#[derive(Debug, Clone, Copy)]
pub struct Secrets {
    /// Fields that rows mark as secret (see [`crate::secret_fields`]).
    pub fields: &'static [&'static str],
    /// Further names, lower case: parts of objects, bodies of unknown requests.
    pub names: &'static [&'static str],
    /// Beginnings of further names, lower case.
    pub prefixes: &'static [&'static str],
    /// Ends of further names, lower case.
    pub suffixes: &'static [&'static str],
}

impl Api {
    /// The words of the command of a resource: `order-refunds`, below the command of
    /// the API where it has one.
    #[must_use]
    pub fn command_of(&self, resource: &Resource) -> String {
        let group = self.command_group.map(|group| format!("{group} "));
        group.unwrap_or_default() + &kebab(resource.name)
    }

    /// The resource of that name: plural or singular, in snake or kebab case.
    #[must_use]
    pub fn resource(&self, name: &str) -> Option<&'static Resource> {
        self.resources
            .iter()
            .find(|resource| same_word(resource.name, name) || same_word(resource.singular, name))
    }

    /// The operation with that id (`subscriptions.cancel`).
    #[must_use]
    pub fn operation(&self, id: &str) -> Option<(&'static Resource, &'static Operation)> {
        let (name, verb) = id.split_once('.')?;
        let mut resources = self.resources.iter();
        let resource = resources.find(|resource| resource.name == name)?;
        Some((resource, resource.operation(verb)?))
    }

    /// Every operation with its resource.
    pub fn operations(
        &self,
    ) -> impl Iterator<Item = (&'static Resource, &'static Operation)> + use<> {
        self.resources.iter().flat_map(|resource| {
            let operations = resource.operations.iter().copied();
            operations.map(move |operation| (resource, operation))
        })
    }

    /// The resource that has this very operation.
    #[must_use]
    pub fn resource_of(&self, operation: &Operation) -> Option<&'static Resource> {
        let mut all = self.operations();
        let found = all.find(|(_, known)| std::ptr::eq(*known, operation));
        found.map(|(resource, _)| resource)
    }

    /// The resource whose objects are of this kind.
    #[must_use]
    pub fn resource_about(&self, object: &Object) -> Option<&'static Resource> {
        let mut resources = self.resources.iter();
        resources.find(|resource| resource.object.name == object.name)
    }

    /// The operation that a method and a path ask for.
    ///
    /// A path without parameters comes before one whose parameter it would
    /// fill. A path that differs from an operation's by the case of its letters
    /// only is taken for it, since a server may take it so.
    #[must_use]
    pub fn matching(&self, method: Method, path: &str) -> Option<&'static Operation> {
        self.matching_by(method, path, |part, word| part == word)
            .or_else(|| self.matching_by(method, path, str::eq_ignore_ascii_case))
    }

    /// As [`Self::matching`], for a path below the path of a base URL. Segments
    /// of the base may be the beginning of an operation's path, too.
    #[must_use]
    pub fn matching_below(
        &self,
        method: Method,
        base: &str,
        path: &str,
    ) -> Option<&'static Operation> {
        let base = base.trim_matches('/');
        let starts = base.match_indices('/').map(|(at, _)| &base[at + 1..]);
        let prefixes = starts.chain((!base.is_empty()).then_some(base));
        self.matching(method, path).or_else(|| {
            prefixes
                .map(|prefix| format!("/{prefix}{path}"))
                .find_map(|path| self.matching(method, &path))
        })
    }

    fn matching_by(
        &self,
        method: Method,
        path: &str,
        same: impl Fn(&str, &str) -> bool,
    ) -> Option<&'static Operation> {
        self.operations()
            .map(|(_, operation)| operation)
            .filter(|operation| operation.method == method)
            .filter(|operation| operation.holes_by(path, &same).is_some())
            .min_by_key(|operation| operation.path_parameters.len())
    }

    /// The webhooks of the API, where it has any.
    #[must_use]
    pub fn webhooks(&self) -> Option<&'static Webhooks> {
        let mut all = self.operations();
        all.find_map(|(_, operation)| operation.webhooks)
    }

    /// Every scope that a token may have, some more than once.
    pub fn scopes(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.operations()
            .flat_map(|(_, operation)| operation.scopes())
            .chain(self.other_scopes.iter().copied())
    }

    /// Whether the value of a field or query parameter is secret, in any case.
    #[must_use]
    pub fn is_secret_name(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        let name = name.as_str();
        let Secrets {
            fields,
            names,
            prefixes,
            suffixes,
        } = self.secrets;
        fields.contains(&name)
            || names.contains(&name)
            || suffixes.iter().any(|suffix| name.ends_with(suffix))
            || prefixes.iter().any(|prefix| name.starts_with(prefix))
    }

    /// How a list continues: as its row states, else as the API does.
    #[must_use]
    pub fn page_form(&self, operation: Option<&Operation>) -> PageForm {
        operation.and_then(|row| row.page_form).unwrap_or(self.page)
    }

    /// How answers state errors: as the row states, else as the API does.
    #[must_use]
    pub fn error_form(&self, operation: Option<&Operation>) -> ErrorForm {
        operation
            .and_then(|row| row.error_form)
            .unwrap_or(self.errors)
    }
}

impl PartialEq for Api {
    /// Two values of one name and version are the same API.
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.version == other.version
    }
}

impl Eq for Api {}

/// Whether a snake-case name and a word in either case are the same.
pub(crate) fn same_word(snake: &str, word: &str) -> bool {
    snake.len() == word.len()
        && snake
            .bytes()
            .zip(word.bytes())
            .all(|(a, b)| a == b || (a == b'_' && b == b'-'))
}
