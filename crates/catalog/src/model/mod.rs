//! The types of the tables: resources, operations, parameters, objects and
//! fields. Values only: nothing here reads, prints or sends.
//!
//! Rows are built in constant expressions with chained setters, so that a row
//! states what is special about it and nothing else.

mod api;
mod event_feed;
mod family;
mod object;
mod parameter;
mod polled;
mod portal;
mod webhooks;

use crate::bulk::{Batch, Unique};
use crate::exceptions::{BodyException, ValueEffect};
use crate::follow_up::FollowUp;
use crate::replication::Replication;
use crate::undo::Undo;

pub use api::{
    Api, Auth, AuthPlace, Bucket, ClientId, CredentialFile, ErrorForm, Headers, PageForm, Rate,
    Secrets, StoreAddress, TimeForm,
};
pub use event_feed::{EventClass, EventFeed, EventRule, EventTopic, StatusItems, Subject};
pub use family::{ApiFamily, NoVersion, VersionedRow};
pub(crate) use object::STATUS_TONES;
pub use object::{
    Conventions, Field, FieldKind, FieldRole, Interval, Object, Tone, Tones, tones_at,
};
pub use parameter::{BareDay, Empty, Parameter, ParameterRole, Type, ValueKind};
pub use polled::{PolledSource, PolledTopic, ShortLived, ZoneSource};
pub use portal::{RowSource, Twin};
pub use webhooks::{OtherSource, WebhookHeaders, WebhookTopic, Webhooks};

/// A family of operations on one kind of object, and a first word of the
/// command line (`rc subscriptions …`).
#[derive(Debug)]
pub struct Resource {
    /// Plural name in snake case, as operation ids spell it (`payment_methods`).
    pub name: &'static str,
    /// Singular in snake case, for messages and as an alias (`payment_method`).
    pub singular: &'static str,
    /// One line for help.
    pub about: &'static str,
    /// The object that the resource is about.
    pub object: &'static Object,
    /// Its operations, in the order in which help lists them. Each is a static
    /// of its own, so that code can name it and compare it by address.
    pub operations: &'static [&'static Operation],
}

/// One request that the API understands.
#[derive(Debug)]
pub struct Operation {
    /// Second half of the operation id, snake case (`set_next_charge_date`).
    pub verb: &'static str,
    /// What it does to objects of its resource.
    pub action: OperationAction,
    /// Other command names for the verb, kebab case.
    pub aliases: &'static [&'static str],
    /// HTTP method.
    pub method: Method,
    /// Path with parameters (`/subscriptions/{id}`), beginning with a slash.
    pub path: &'static str,
    /// One line for help, in the imperative.
    pub summary: &'static str,
    /// More for the long help: limits, side effects, what to beware of.
    pub details: &'static str,
    /// One parameter for each path parameter, in its order.
    pub path_parameters: &'static [Parameter],
    /// Parameters of the query string.
    pub query: &'static [Parameter],
    /// Fields of the JSON body.
    pub body: &'static [Parameter],
    /// Key under which the API wants the whole body (`metafield`).
    pub wrapper: Option<&'static str>,
    /// What a success carries.
    pub response: ResponseShape,
    /// Whether the answered object is another than the one that the path
    /// names: a copy, a part that was split off, an object of another kind.
    pub answers_another: bool,
    /// HTTP status of a success.
    pub success: u16,
    /// Error statuses that the reference lists for this operation.
    pub errors: &'static [u16],
    /// Scope that the reference names.
    pub scope: Option<&'static str>,
    /// Further scopes that clients in production have met.
    pub also_needs: &'static [&'static str],
    /// What it does to the store.
    pub effect: Effect,
    /// Values of body fields with which the effect is another.
    pub value_effects: &'static [ValueEffect],
    /// What was done to the object afterwards (`skipped`); empty for reads.
    pub done: &'static str,
    /// The command that undoes it, where there is one.
    pub undo_command: Option<UndoCommand>,
    /// The undo in a job of many rows, and what it does not restore.
    pub undo: Undo,
    /// Whether the store may write to the customer.
    pub mails: bool,
    /// Values that fields of the answered object have after a success.
    pub leaves: &'static [(&'static str, &'static str)],
    /// The list that contains the next record, where the answer does not.
    pub follow_up: Option<FollowUp>,
    /// What sending it a second time does.
    pub idempotency: Idempotency,
    /// Optional body fields with which the row is otherwise.
    pub exceptions: &'static [BodyException],
    /// The async batch that does the same for thousands.
    pub batch: Option<Batch>,
    /// By what the object that it creates is found again.
    pub unique: Option<Unique>,
    /// How its list continues, where it is otherwise than in the rest of the API.
    pub page_form: Option<PageForm>,
    /// How its answers state errors, where it is otherwise than in the rest of
    /// the API.
    pub error_form: Option<ErrorForm>,
    /// How copies replicate it: a list, or a single object.
    pub replication: Replication,
    /// The webhooks of the API, where it registers one.
    pub webhooks: Option<&'static Webhooks>,
    /// A command line that shows the operation at work.
    pub example: &'static str,
    /// Where else it can be done, for routes that have twins.
    pub twin: Option<Twin>,
    /// The template of the page that it answers, where it answers one.
    pub template: Option<&'static str>,
    /// Where the row is from.
    pub source: RowSource,
}

/// What an operation does to the objects of its resource. A resource has at
/// most one operation of each action but [`Self::Act`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationAction {
    /// Lists the objects.
    List,
    /// Reads one object.
    Get,
    /// Creates an object.
    Create,
    /// Changes an object.
    Update,
    /// Deletes an object.
    Delete,
    /// Anything else: an action like a refund, or a list of other objects.
    Act,
}

/// What takes a write back. It is known only where the object was read before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UndoCommand {
    /// Another operation of the resource, where a field of the object had this
    /// value before: a text, or compact JSON.
    Operation {
        /// Its verb.
        verb: &'static str,
        /// The field that was read.
        field: &'static str,
        /// The value that it had.
        was: &'static str,
    },
    /// The same operation, with the old values of fields of the object.
    OldValues(&'static [OldValue]),
    /// The same operation; each field of the body is named as in the object.
    SameNames,
}

/// Where the old value of a parameter is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OldValue {
    /// Name of the parameter.
    pub parameter: &'static str,
    /// Name of the field of the object.
    pub field: &'static str,
}

/// HTTP methods: those of the rows, and `HEAD` and `PATCH` of free requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Read.
    Get,
    /// Read status and headers only.
    Head,
    /// Create or act.
    Post,
    /// Change.
    Put,
    /// Change some fields.
    Patch,
    /// Remove.
    Delete,
}

impl Method {
    /// The method as HTTP spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Whether a request of this method always carries a JSON object, even an
    /// empty one, as the reference's example requests do.
    #[must_use]
    pub const fn carries_body(self) -> bool {
        matches!(self, Self::Post | Self::Put | Self::Patch)
    }

    /// Whether HTTP defines the method to change nothing.
    #[must_use]
    pub const fn is_read(self) -> bool {
        matches!(self, Self::Get | Self::Head)
    }
}

/// What a successful answer carries.
#[derive(Debug, Clone, Copy)]
pub enum ResponseShape {
    /// Nothing worth printing: 204, or an empty object.
    Nothing,
    /// One object under a key: `{"subscription": {…}}`.
    One(&'static str, &'static Object),
    /// One object that is the whole body. Some answers wrap it under the key.
    Bare(&'static str, &'static Object),
    /// One object, but wrapped in a list of one: `{"credit_adjustments": [{…}]}`.
    OneInList(&'static str, &'static Object),
    /// A whole list under a key; there are no further pages.
    Many(&'static str, &'static Object),
    /// One page of a list under a key.
    Page(&'static str, &'static Object),
    /// One page of a list that is the whole body: `[{…}]`.
    BarePage(&'static Object),
    /// A bare number under a key: `{"count": 10}`.
    Number(&'static str),
}

impl ResponseShape {
    /// The object that the answer holds, if it contains objects.
    #[must_use]
    pub const fn object(&self) -> Option<&'static Object> {
        match self {
            Self::One(_, object)
            | Self::Bare(_, object)
            | Self::OneInList(_, object)
            | Self::Many(_, object)
            | Self::Page(_, object)
            | Self::BarePage(object) => Some(object),
            Self::Nothing | Self::Number(_) => None,
        }
    }

    /// The key that wraps the answer, or may wrap it.
    #[must_use]
    pub const fn key(&self) -> Option<&'static str> {
        match self {
            Self::One(key, _)
            | Self::Bare(key, _)
            | Self::OneInList(key, _)
            | Self::Many(key, _)
            | Self::Page(key, _)
            | Self::Number(key) => Some(key),
            Self::Nothing | Self::BarePage(_) => None,
        }
    }

    /// Whether it is one page of a list.
    #[must_use]
    pub const fn is_page(&self) -> bool {
        matches!(self, Self::Page(..) | Self::BarePage(_))
    }

    /// Whether it is a list, or a page of one.
    #[must_use]
    pub const fn is_list(&self) -> bool {
        self.is_page() || matches!(self, Self::Many(..))
    }
}

/// What an operation does to the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Changes nothing.
    Reads,
    /// Adds or changes; what it did can be changed again.
    Writes,
    /// Removes, merges, ends, moves money, or writes to a customer. Commands
    /// ask for confirmation.
    Destroys,
}

/// What happens when the same request reaches the API twice: the ground on
/// which a lost answer may or may not be followed by a second attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idempotency {
    /// The second time leaves the same state and gives the same answer.
    Idempotent,
    /// The second time changes nothing and is answered by an error (a deleted
    /// object is gone, a unique name is taken).
    RejectsRepeat,
    /// The second time may happen again (another refund, another order), or
    /// the reference leaves it open.
    NotIdempotent,
}

impl Resource {
    /// The operation with that verb (snake case).
    #[must_use]
    pub fn operation(&self, verb: &str) -> Option<&'static Operation> {
        self.operations
            .iter()
            .copied()
            .find(|operation| operation.verb == verb)
    }

    /// How an object is found by a field that no two of a store share.
    #[must_use]
    pub fn unique(&self) -> Option<Unique> {
        self.operation_to(OperationAction::Create)?.unique
    }

    /// The operation with that action, [`OperationAction::Act`] aside.
    #[must_use]
    pub fn operation_to(&self, action: OperationAction) -> Option<&'static Operation> {
        self.operations
            .iter()
            .copied()
            .find(|operation| operation.action == action)
    }
}

impl Operation {
    /// The query parameter with that role.
    #[must_use]
    pub fn query_for(&self, role: ParameterRole) -> Option<&'static Parameter> {
        self.query.iter().find(|parameter| parameter.role == role)
    }

    /// Whether its answers come in pages.
    #[must_use]
    pub const fn pages(&self) -> bool {
        self.response.is_page()
    }

    /// Whether it acts on one object named in its path, so that it can be
    /// repeated for many.
    #[must_use]
    pub const fn targets_one(&self) -> bool {
        self.path_parameters.len() == 1 && !self.pages()
    }

    /// Whether a JSON body can be given.
    #[must_use]
    pub const fn takes_body(&self) -> bool {
        self.method.carries_body() || !self.body.is_empty()
    }

    /// What is in the path parameters when a path is this operation's; a slash at its
    /// end does not count.
    #[must_use]
    pub fn path_values<'a>(&self, path: &'a str) -> Option<Vec<&'a str>> {
        self.holes_by(path, &|part, word| part == word)
    }

    /// As [`Self::path_values`], with a comparison for the literal segments.
    pub(crate) fn holes_by<'a>(
        &self,
        path: &'a str,
        same: &impl Fn(&str, &str) -> bool,
    ) -> Option<Vec<&'a str>> {
        let mut words = path.strip_suffix('/').unwrap_or(path).split('/');
        let mut path_parameters = Vec::new();
        for part in self.path.split('/') {
            match words.next()? {
                "" if part.starts_with('{') => return None,
                word if part.starts_with('{') => path_parameters.push(word),
                word if same(part, word) => {}
                _ => return None,
            }
        }
        words.next().is_none().then_some(path_parameters)
    }

    /// All parameters that are flags, query first.
    pub fn flags(&self) -> impl Iterator<Item = &'static Parameter> + use<> {
        self.query.iter().chain(self.body)
    }

    /// Every scope that the call may need, the documented one first.
    pub fn scopes(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.scope
            .into_iter()
            .chain(self.also_needs.iter().copied())
    }
}
