//! Constructors and setters of parameter rows.

use crate::model::{BareDay, Empty, Parameter, ParameterRole, Type, ValueKind};

const fn parameter(
    name: &'static str,
    kind: ValueKind,
    documented: Type,
    help: &'static str,
) -> Parameter {
    Parameter {
        name,
        role: ParameterRole::Plain,
        flag: None,
        placeholder: None,
        kind,
        documented,
        sent: documented,
        help,
        required: false,
        enforced: true,
        not_past: false,
        unless: &[],
        empty: Empty::Missing,
        values: &[],
        default: None,
        maximum: None,
        multiple: false,
        stands_at: None,
        bare_day: match kind {
            ValueKind::Day => BareDay::End,
            _ => BareDay::Start,
        },
        common: false,
        beyond: None,
    }
}

/// The number of an object.
#[must_use]
pub const fn id(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, ValueKind::Id, Type::Integer, help)
}

/// Any text.
#[must_use]
pub const fn text(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, ValueKind::Text, Type::String, help)
}

/// A whole number.
#[must_use]
pub const fn integer(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, ValueKind::Integer, Type::Integer, help)
}

/// `true` or `false`.
#[must_use]
pub const fn boolean(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, ValueKind::Boolean, Type::Boolean, help)
}

/// A moment, sent as a time.
#[must_use]
pub const fn time(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, ValueKind::Time, Type::DateTime, help)
}

/// A day, sent as a date.
#[must_use]
pub const fn day(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, ValueKind::Day, Type::DateTime, help)
}

/// A decimal amount, kept as text.
#[must_use]
pub const fn money(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, ValueKind::Money, Type::String, help)
}

/// The id that an object has elsewhere.
#[must_use]
pub const fn external(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, ValueKind::External("ecommerce"), Type::Object, help)
}

/// Name and value pairs.
#[must_use]
pub const fn pairs(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, ValueKind::Pairs, Type::Array, help)
}

/// A list of object numbers.
#[must_use]
pub const fn ids(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, ValueKind::Ids, Type::Array, help)
}

/// A list of texts.
#[must_use]
pub const fn texts(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, ValueKind::Texts, Type::Array, help)
}

/// An object named by one of its fields.
#[must_use]
pub const fn reference(name: &'static str, field: &'static str, help: &'static str) -> Parameter {
    parameter(name, ValueKind::Reference(field), Type::Object, help)
}

/// A list of objects, each named by one of its fields.
#[must_use]
pub const fn references(name: &'static str, field: &'static str, help: &'static str) -> Parameter {
    parameter(name, ValueKind::References(field), Type::Array, help)
}

/// An object, given as JSON.
#[must_use]
pub const fn object(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, ValueKind::Json, Type::Object, help)
}

/// A list, given as JSON.
#[must_use]
pub const fn array(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, ValueKind::Json, Type::Array, help)
}

impl Parameter {
    /// Code treats the parameter by this role.
    #[must_use]
    pub const fn role(mut self, role: ParameterRole) -> Self {
        self.role = role;
        self
    }

    /// Help shows another placeholder for the value than the kind has.
    #[must_use]
    pub const fn placeholder(mut self, placeholder: &'static str) -> Self {
        self.placeholder = Some(placeholder);
        self
    }

    /// A friendlier flag than the name, kebab case, without dashes.
    #[must_use]
    pub const fn flag(mut self, flag: &'static str) -> Self {
        self.flag = Some(flag);
        self
    }

    /// The API refuses the request without it.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self.common = true;
        self
    }

    /// Not asked for when one of these is given: the prose says what the
    /// parameter list does not.
    #[must_use]
    pub const fn unless(mut self, others: &'static [&'static str]) -> Self {
        self.unless = others;
        self
    }

    /// A recorded answer refuses a day that is over.
    #[must_use]
    pub const fn not_past(mut self) -> Self {
        self.not_past = true;
        self
    }

    /// The reference requires it, and a recorded answer shows that the API does not.
    #[must_use]
    pub const fn not_enforced(mut self) -> Self {
        self.enforced = false;
        self
    }

    /// It must be sent, but may be empty.
    #[must_use]
    pub const fn may_be_empty(mut self) -> Self {
        self.empty = Empty::Value;
        self
    }

    /// Help shows it among the first.
    #[must_use]
    pub const fn common(mut self) -> Self {
        self.common = true;
        self
    }

    /// The reference states another JSON type than the kind has by itself.
    #[must_use]
    pub const fn documented(mut self, documented: Type) -> Self {
        self.documented = documented;
        self.sent = documented;
        self
    }

    /// The reference's example request shows another type than its parameter
    /// list states; the example is followed.
    #[must_use]
    pub const fn sent_as(mut self, sent: Type) -> Self {
        self.sent = sent;
        self
    }

    /// The only values it may take.
    #[must_use]
    pub const fn values(mut self, values: &'static [&'static str]) -> Self {
        self.values = values;
        self
    }

    /// What the API assumes when it is left out.
    #[must_use]
    pub const fn default(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    /// Largest number, or largest count of items, that the API takes.
    #[must_use]
    pub const fn maximum(mut self, maximum: u32) -> Self {
        self.maximum = Some(maximum);
        self
    }

    /// Several values may be given, joined by commas.
    #[must_use]
    pub const fn multiple(mut self) -> Self {
        self.multiple = true;
        self
    }

    /// A bare day as the latest time means the end of that day.
    pub(crate) const fn includes_day(mut self) -> Self {
        self.bare_day = BareDay::End;
        self
    }

    /// The list filter looks at another place in the record than its name says.
    #[must_use]
    pub const fn stands_at(mut self, path: &'static str) -> Self {
        self.stands_at = Some(path);
        self
    }

    /// Says where the row goes beyond the parameter list of the reference.
    #[must_use]
    pub const fn beyond(mut self, reason: &'static str) -> Self {
        self.beyond = Some(reason);
        self
    }

    /// The key of the value within its object.
    #[must_use]
    pub const fn key(mut self, key: &'static str) -> Self {
        self.kind = ValueKind::External(key);
        self
    }
}
