//! The vocabulary in which the API is written down: resources, operations,
//! parameters, objects and fields. Values only: nothing here reads, prints or
//! sends. Every other room derives what it does from these rows.
//!
//! Rows are `const` and built with chained setters, so that a row states what
//! is special about it and nothing else.

use super::bulk::{Batch, Unique};
use super::exceptions::BodyException;

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
    /// What can be asked, in the order in which help lists it.
    pub operations: &'static [Operation],
}

/// One request that the API understands.
#[derive(Debug)]
pub struct Operation {
    /// Second half of the operation id, snake case (`set_next_charge_date`).
    pub verb: &'static str,
    /// Other command names for the verb, kebab case.
    pub aliases: &'static [&'static str],
    /// HTTP method.
    pub method: Method,
    /// Path with holes (`/subscriptions/{id}`), beginning with a slash.
    pub path: &'static str,
    /// One line for help, in the imperative.
    pub summary: &'static str,
    /// More for the long help: limits, side effects, what to beware of.
    pub details: &'static str,
    /// One parameter for each hole of the path, in its order.
    pub holes: &'static [Parameter],
    /// Parameters of the query string.
    pub query: &'static [Parameter],
    /// Fields of the JSON body.
    pub body: &'static [Parameter],
    /// Key under which the API wants the whole body (`metafield`).
    pub wrapper: Option<&'static str>,
    /// What a success carries.
    pub answer: Answer,
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
    /// What sending it a second time does.
    pub again: Again,
    /// Optional body fields with which the row is otherwise.
    pub exceptions: &'static [BodyException],
    /// The async batch that does the same for thousands.
    pub batch: Option<Batch>,
    /// By what the object that it creates is found again.
    pub unique: Option<Unique>,
    /// A command line that shows the operation at work.
    pub example: &'static str,
}

/// HTTP methods that the API uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Read.
    Get,
    /// Create or act.
    Post,
    /// Change.
    Put,
    /// Remove.
    Delete,
}

impl Method {
    /// The method as HTTP spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }

    /// Whether a request of this method always carries a JSON object, even an
    /// empty one, as the reference's example requests do.
    #[must_use]
    pub const fn carries_body(self) -> bool {
        matches!(self, Self::Post | Self::Put)
    }
}

/// What a successful answer carries.
#[derive(Debug, Clone, Copy)]
pub enum Answer {
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
    /// One page of a list under a key, with `next_cursor` beside it.
    Page(&'static str, &'static Object),
    /// A bare number under a key: `{"count": 10}`.
    Number(&'static str),
}

impl Answer {
    /// The object that the answer holds, if it holds objects.
    #[must_use]
    pub const fn object(&self) -> Option<&'static Object> {
        match self {
            Self::One(_, object)
            | Self::Bare(_, object)
            | Self::OneInList(_, object)
            | Self::Many(_, object)
            | Self::Page(_, object) => Some(object),
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
            Self::Nothing => None,
        }
    }
}

/// What an operation does to the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Changes nothing.
    Reads,
    /// Adds or changes; what it did can be changed again.
    Writes,
    /// Removes, merges, ends, or moves money: it cannot be taken back. Asks
    /// first.
    Destroys,
}

/// What happens when the same request reaches the API twice: the ground on
/// which a lost answer may or may not be followed by a second attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// The second time leaves the same state and gives the same answer.
    Same,
    /// The second time changes nothing and is answered by an error (a deleted
    /// object is gone, a unique name is taken).
    Refused,
    /// The second time may happen again (another refund, another order), or
    /// the reference leaves it open.
    Twice,
}

/// A value that an operation takes: in its path, its query or its body.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Name in the API, snake case.
    pub name: &'static str,
    /// A friendlier flag than the name, kebab case, without dashes.
    pub flag: Option<&'static str>,
    /// What a value looks like, and how it is checked.
    pub kind: Kind,
    /// JSON type that the reference states.
    pub documented: Type,
    /// JSON type in which a body carries a single value. The documented one,
    /// unless the reference's own example shows another.
    pub sent: Type,
    /// A line of help, a fragment without a full stop.
    pub help: &'static str,
    /// Whether the API refuses the request without it.
    pub required: bool,
    /// Parameters that make a required one needless when one of them is given.
    pub unless: &'static [&'static str],
    /// What an empty text is where the parameter is required.
    pub empty: Empty,
    /// The only values it may take; empty when it is open.
    pub values: &'static [&'static str],
    /// What the API assumes when it is left out.
    pub default: Option<&'static str>,
    /// Largest number, or largest count of items, that the API takes.
    pub maximum: Option<u32>,
    /// Whether several values may be given, joined by commas.
    pub multiple: bool,
    /// Where in a record the value of a list filter stands, as a dotted path in
    /// which `*` is each item of a list; `None` when the name says it.
    pub stands_at: Option<&'static str>,
    /// Whether help shows it among the first.
    pub common: bool,
    /// Where and why the row says more than the parameter list of the reference.
    pub beyond: Option<&'static str>,
}

impl Parameter {
    /// The long flag, without dashes.
    #[must_use]
    pub fn flag_name(&self) -> String {
        self.flag
            .map_or_else(|| super::kebab(self.name), str::to_owned)
    }

    /// Whether `@file` can stand for a value.
    #[must_use]
    pub const fn takes_file(&self) -> bool {
        matches!(
            self.kind,
            Kind::Json | Kind::Reference(_) | Kind::References(_)
        )
    }
}

/// What an empty text is to a parameter that is required.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Empty {
    /// As good as none.
    Missing,
    /// A value like any other: the API wants the field, and takes it empty.
    Value,
}

/// What the value of a parameter looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The number of an object.
    Id,
    /// Any text.
    Text,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// A moment. Relative ones are sent as a time.
    Time,
    /// A day, as schedules use it. Relative ones are sent as a date.
    Day,
    /// A decimal amount, kept as text.
    Money,
    /// The id an object has elsewhere: `{"ecommerce": "123"}`.
    External(&'static str),
    /// Name and value pairs: `[{"name": "Color", "value": "Blue"}]`.
    Pairs,
    /// A list of object numbers: `[1, 2]`.
    Ids,
    /// A list of texts.
    Texts,
    /// An object named by one of its fields: `{"id": 1}`.
    Reference(&'static str),
    /// A list of objects, each named by one of its fields: `[{"id": 1}]`.
    References(&'static str),
    /// Any other object or list, given as JSON.
    Json,
}

/// JSON types as the reference names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// `integer`.
    Integer,
    /// `number`.
    Number,
    /// `string`.
    String,
    /// `boolean`.
    Boolean,
    /// `datetime`, a string.
    DateTime,
    /// `date`, a string.
    Date,
    /// `object`.
    Object,
    /// `array`.
    Array,
    /// The reference shows the field and states no type.
    Unstated,
}

impl Type {
    /// The type as the reference spells it; `None` where it states none.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::Integer => "integer",
            Self::Number => "number",
            Self::String => "string",
            Self::Boolean => "boolean",
            Self::DateTime => "datetime",
            Self::Date => "date",
            Self::Object => "object",
            Self::Array => "array",
            Self::Unstated => return None,
        })
    }
}

/// A kind of thing that the API answers with.
#[derive(Debug)]
pub struct Object {
    /// Name, as the reference wraps it.
    pub name: &'static str,
    /// Its fields, in the order of the reference.
    pub fields: &'static [Field],
    /// Columns of a table when none are chosen; dotted paths.
    pub columns: &'static [&'static str],
}

impl Object {
    /// The field of that name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// A field of an object.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Name, snake case.
    pub name: &'static str,
    /// A shorter name for the heading of a table, lower-case words.
    pub short: Option<&'static str>,
    /// What it holds.
    pub holds: Holds,
    /// Type that the reference states.
    pub documented: Type,
    /// Type that the reference's own examples show. The documented one, unless
    /// they show another that what it holds does not explain.
    pub shown: Type,
    /// The only values it takes; empty when it is open.
    pub values: &'static [&'static str],
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// The number of an object.
    Id,
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// A moment.
    Time,
    /// A day.
    Date,
    /// A decimal amount, as text.
    Money,
    /// An object with these fields.
    Parts(&'static [&'static str]),
    /// An object of open shape, or a list.
    Json,
}

impl Resource {
    /// The operation with that verb (snake case).
    #[must_use]
    pub fn operation(&self, verb: &str) -> Option<&'static Operation> {
        self.operations
            .iter()
            .find(|operation| operation.verb == verb)
    }
}

impl Operation {
    /// Whether its answers come in pages.
    #[must_use]
    pub const fn pages(&self) -> bool {
        matches!(self.answer, Answer::Page(..))
    }

    /// Whether it acts on one object named in its path, so that it can be
    /// repeated for many.
    #[must_use]
    pub const fn targets_one(&self) -> bool {
        self.holes.len() == 1 && !self.pages()
    }

    /// Whether a JSON body can be given.
    #[must_use]
    pub const fn takes_body(&self) -> bool {
        self.method.carries_body() || !self.body.is_empty()
    }

    /// What stands in the holes when a path is this operation's; a slash at
    /// its end does not count.
    #[must_use]
    pub fn holes_in<'a>(&self, path: &'a str) -> Option<Vec<&'a str>> {
        self.holes_by(path, &|part, word| part == word)
    }

    /// As [`Self::holes_in`], with a comparison for the literal segments.
    pub(super) fn holes_by<'a>(
        &self,
        path: &'a str,
        same: &impl Fn(&str, &str) -> bool,
    ) -> Option<Vec<&'a str>> {
        let mut words = path.strip_suffix('/').unwrap_or(path).split('/');
        let mut holes = Vec::new();
        for part in self.path.split('/') {
            match words.next()? {
                "" if part.starts_with('{') => return None,
                word if part.starts_with('{') => holes.push(word),
                word if same(part, word) => {}
                _ => return None,
            }
        }
        words.next().is_none().then_some(holes)
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
