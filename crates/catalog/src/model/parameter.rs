//! Parameters of operations, and the types of their values.

/// A value that an operation takes: in its path, its query or its body.
#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact that stands for itself"
)]
pub struct Parameter {
    /// Name in the API, snake case.
    pub name: &'static str,
    /// How code treats it, whatever its name is.
    pub role: ParameterRole,
    /// A friendlier flag than the name, kebab case, without dashes.
    pub flag: Option<&'static str>,
    /// What help shows in place of a value, where the kind says too little.
    pub placeholder: Option<&'static str>,
    /// What a value looks like, and how it is checked.
    pub kind: ValueKind,
    /// JSON type that the reference states.
    pub documented: Type,
    /// JSON type in which a body carries a single value. The documented one,
    /// unless the reference's own example shows another.
    pub sent: Type,
    /// A line of help, a fragment without a full stop.
    pub help: &'static str,
    /// Whether the API refuses the request without it.
    pub required: bool,
    /// Whether the API refuses a request that lacks the value although it is
    /// required. The reference requires some that a recorded answer does not.
    pub enforced: bool,
    /// Whether the API is known to refuse a day that is over.
    pub not_past: bool,
    /// Parameters that make a required one needless when one of them is given.
    pub unless: &'static [&'static str],
    /// The meaning of an empty text where the parameter is required.
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
    /// Which moment a day without a time means.
    pub bare_day: BareDay,
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
            .map_or_else(|| crate::kebab(self.name), str::to_owned)
    }

    /// Whether `@file` can stand for a value.
    #[must_use]
    pub const fn takes_file(&self) -> bool {
        matches!(
            self.kind,
            ValueKind::Json | ValueKind::Reference(_) | ValueKind::References(_)
        )
    }
}

/// How code treats a parameter. Names differ between APIs, roles do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterRole {
    /// A value that code only passes on: most filters, and fields of bodies.
    Plain,
    /// Number of records per page.
    PageSize,
    /// Position from which a list continues, as an earlier page gave it.
    Cursor,
    /// Number of the page, for lists read by page number.
    PageNumber,
    /// Order of a list.
    Sort,
    /// Direction of the order of a list, where the order does not contain it.
    Direction,
    /// Names of the only fields that records are to have.
    OnlyFields,
    /// Names of related objects to put into each record.
    Include,
    /// Numbers of the objects to list.
    Ids,
    /// A value by which one object is found, other than its id.
    Key,
    /// Earliest value of this field, inclusive.
    Since(&'static str),
    /// Latest value of this field, inclusive.
    Until(&'static str),
    /// The money that a write moves.
    Amount,
    /// Whether a write moves the whole amount of its object that is left.
    WholeAmount,
}

impl ParameterRole {
    /// The name of the role, for comparisons in constants.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::PageSize => "page size",
            Self::Cursor => "cursor",
            Self::PageNumber => "page number",
            Self::Sort => "sort",
            Self::Direction => "direction",
            Self::OnlyFields => "only fields",
            Self::Include => "include",
            Self::Ids => "ids",
            Self::Key => "key",
            Self::Amount => "amount",
            Self::WholeAmount => "whole amount",
            Self::Since(_) => "since",
            Self::Until(_) => "until",
        }
    }

    /// The field that the role is about; empty for most.
    pub(crate) const fn field(self) -> &'static str {
        match self {
            Self::Since(field) | Self::Until(field) => field,
            Self::Plain
            | Self::PageSize
            | Self::Cursor
            | Self::PageNumber
            | Self::Sort
            | Self::Direction
            | Self::OnlyFields
            | Self::Include
            | Self::Ids
            | Self::Key
            | Self::Amount
            | Self::WholeAmount => "",
        }
    }
}

/// Which moment a day without a time means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BareDay {
    /// Its first second.
    Start,
    /// Its last second, as the latest time that a list includes.
    End,
}

/// The meaning of an empty text for a required parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Empty {
    /// As good as none.
    Missing,
    /// A value like any other: the API wants the field, and takes it empty.
    Value,
}

/// What the value of a parameter looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
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
