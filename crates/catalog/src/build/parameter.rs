//! Constructors and setters of parameter rows.

use crate::model::{Empty, Parameter, ParameterRole, Type, ValueKind};

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
        unless: &[],
        empty: Empty::Missing,
        values: &[],
        default: None,
        maximum: None,
        multiple: false,
        stands_at: None,
        common: false,
        beyond: None,
    }
}

pub(crate) const fn id(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, ValueKind::Id, Type::Integer, help)
}

pub(crate) const fn text(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, ValueKind::Text, Type::String, help)
}

pub(crate) const fn integer(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, ValueKind::Integer, Type::Integer, help)
}

pub(crate) const fn boolean(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, ValueKind::Boolean, Type::Boolean, help)
}

pub(crate) const fn time(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, ValueKind::Time, Type::DateTime, help)
}

pub(crate) const fn day(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, ValueKind::Day, Type::DateTime, help)
}

pub(crate) const fn money(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, ValueKind::Money, Type::String, help)
}

pub(crate) const fn external(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, ValueKind::External("ecommerce"), Type::Object, help)
}

pub(crate) const fn pairs(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, ValueKind::Pairs, Type::Array, help)
}

pub(crate) const fn ids(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, ValueKind::Ids, Type::Array, help)
}

pub(crate) const fn texts(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, ValueKind::Texts, Type::Array, help)
}

pub(crate) const fn reference(
    name: &'static str,
    field: &'static str,
    help: &'static str,
) -> Parameter {
    parameter(name, ValueKind::Reference(field), Type::Object, help)
}

pub(crate) const fn references(
    name: &'static str,
    field: &'static str,
    help: &'static str,
) -> Parameter {
    parameter(name, ValueKind::References(field), Type::Array, help)
}

pub(crate) const fn object(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, ValueKind::Json, Type::Object, help)
}

pub(crate) const fn array(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, ValueKind::Json, Type::Array, help)
}

impl Parameter {
    /// Code treats the parameter by this role.
    pub(crate) const fn role(mut self, role: ParameterRole) -> Self {
        self.role = role;
        self
    }

    /// Help shows another placeholder for the value than the kind has.
    pub(crate) const fn placeholder(mut self, placeholder: &'static str) -> Self {
        self.placeholder = Some(placeholder);
        self
    }

    pub(crate) const fn flag(mut self, flag: &'static str) -> Self {
        self.flag = Some(flag);
        self
    }

    pub(crate) const fn required(mut self) -> Self {
        self.required = true;
        self.common = true;
        self
    }

    /// Not asked for when one of these is given: the prose says what the
    /// parameter list does not.
    pub(crate) const fn unless(mut self, others: &'static [&'static str]) -> Self {
        self.unless = others;
        self
    }

    /// It must be sent, but may be empty.
    pub(crate) const fn may_be_empty(mut self) -> Self {
        self.empty = Empty::Value;
        self
    }

    pub(crate) const fn common(mut self) -> Self {
        self.common = true;
        self
    }

    /// The reference states another JSON type than the kind has by itself.
    pub(crate) const fn documented(mut self, documented: Type) -> Self {
        self.documented = documented;
        self.sent = documented;
        self
    }

    /// The reference's example request shows another type than its parameter
    /// list states; the example is followed.
    pub(crate) const fn sent_as(mut self, sent: Type) -> Self {
        self.sent = sent;
        self
    }

    pub(crate) const fn values(mut self, values: &'static [&'static str]) -> Self {
        self.values = values;
        self
    }

    pub(crate) const fn default(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    pub(crate) const fn maximum(mut self, maximum: u32) -> Self {
        self.maximum = Some(maximum);
        self
    }

    pub(crate) const fn multiple(mut self) -> Self {
        self.multiple = true;
        self
    }

    /// The list filter looks at another place in the record than its name says.
    pub(crate) const fn stands_at(mut self, path: &'static str) -> Self {
        self.stands_at = Some(path);
        self
    }

    /// Says where the row goes beyond the parameter list of the reference.
    pub(crate) const fn beyond(mut self, reason: &'static str) -> Self {
        self.beyond = Some(reason);
        self
    }

    pub(crate) const fn key(mut self, key: &'static str) -> Self {
        self.kind = ValueKind::External(key);
        self
    }
}
