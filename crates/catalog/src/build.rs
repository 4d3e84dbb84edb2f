//! The setters with which catalogue pages write rows. A row begins with what
//! every row has and adds only what is special about it.

use super::bulk::{Batch, Unique};
use super::model::{
    Again, Answer, Effect, Empty, Field, Holds, Kind, Method, Operation, Parameter, Type,
};

/// An operation that reads.
pub(super) const fn get(
    verb: &'static str,
    path: &'static str,
    summary: &'static str,
) -> Operation {
    operation(Method::Get, verb, path, summary)
}

/// An operation that creates or acts.
pub(super) const fn post(
    verb: &'static str,
    path: &'static str,
    summary: &'static str,
) -> Operation {
    operation(Method::Post, verb, path, summary)
}

/// An operation that changes.
pub(super) const fn put(
    verb: &'static str,
    path: &'static str,
    summary: &'static str,
) -> Operation {
    operation(Method::Put, verb, path, summary)
}

/// An operation that removes.
pub(super) const fn delete(
    verb: &'static str,
    path: &'static str,
    summary: &'static str,
) -> Operation {
    operation(Method::Delete, verb, path, summary)
}

const fn operation(
    method: Method,
    verb: &'static str,
    path: &'static str,
    summary: &'static str,
) -> Operation {
    let (effect, again, success) = match method {
        Method::Get => (Effect::Reads, Again::Same, 200),
        Method::Post => (Effect::Writes, Again::Twice, 200),
        Method::Put => (Effect::Writes, Again::Same, 200),
        Method::Delete => (Effect::Destroys, Again::Refused, 204),
    };
    Operation {
        verb,
        aliases: &[],
        method,
        path,
        summary,
        details: "",
        holes: &[],
        query: &[],
        body: &[],
        wrapper: None,
        answer: Answer::Nothing,
        answers_another: false,
        success,
        errors: &[],
        scope: None,
        also_needs: &[],
        effect,
        again,
        exceptions: &[],
        batch: None,
        unique: None,
        example: "",
    }
}

impl Operation {
    pub(super) const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    pub(super) const fn details(mut self, details: &'static str) -> Self {
        self.details = details;
        self
    }

    pub(super) const fn at(mut self, holes: &'static [Parameter]) -> Self {
        self.holes = holes;
        self
    }

    pub(super) const fn query(mut self, query: &'static [Parameter]) -> Self {
        self.query = query;
        self
    }

    pub(super) const fn body(mut self, body: &'static [Parameter]) -> Self {
        self.body = body;
        self
    }

    pub(super) const fn wrapped_in(mut self, key: &'static str) -> Self {
        self.wrapper = Some(key);
        self
    }

    pub(super) const fn answers(mut self, answer: Answer) -> Self {
        self.answer = answer;
        self
    }

    pub(super) const fn success(mut self, status: u16) -> Self {
        self.success = status;
        self
    }

    pub(super) const fn errors(mut self, statuses: &'static [u16]) -> Self {
        self.errors = statuses;
        self
    }

    pub(super) const fn scope(mut self, scope: &'static str) -> Self {
        self.scope = Some(scope);
        self
    }

    pub(super) const fn also_needs(mut self, scopes: &'static [&'static str]) -> Self {
        self.also_needs = scopes;
        self
    }

    pub(super) const fn destroys(mut self) -> Self {
        self.effect = Effect::Destroys;
        self
    }

    pub(super) const fn again(mut self, again: Again) -> Self {
        self.again = again;
        self
    }

    /// Tasks of an async batch do the same; `target` is the field of a task
    /// that names what it acts on.
    pub(super) const fn batch(mut self, kind: &'static str, target: Option<&'static str>) -> Self {
        self.batch = Some(Batch {
            kind,
            target,
            beside: &[],
        });
        self
    }

    /// What a task carries besides.
    pub(super) const fn beside(mut self, beside: &'static [Parameter]) -> Self {
        if let Some(batch) = &mut self.batch {
            batch.beside = beside;
        }
        self
    }

    /// No two objects share the field; the filter of the list finds it.
    pub(super) const fn unique(mut self, field: &'static str, filter: &'static str) -> Self {
        self.unique = Some(Unique { field, filter });
        self
    }

    pub(super) const fn example(mut self, example: &'static str) -> Self {
        self.example = example;
        self
    }
}

const fn parameter(
    name: &'static str,
    kind: Kind,
    documented: Type,
    help: &'static str,
) -> Parameter {
    Parameter {
        name,
        flag: None,
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

pub(super) const fn id(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, Kind::Id, Type::Integer, help)
}

pub(super) const fn text(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, Kind::Text, Type::String, help)
}

pub(super) const fn integer(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, Kind::Integer, Type::Integer, help)
}

pub(super) const fn boolean(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, Kind::Boolean, Type::Boolean, help)
}

pub(super) const fn time(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, Kind::Time, Type::DateTime, help)
}

pub(super) const fn day(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, Kind::Day, Type::DateTime, help)
}

pub(super) const fn money(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, Kind::Money, Type::String, help)
}

pub(super) const fn external(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, Kind::External("ecommerce"), Type::Object, help)
}

pub(super) const fn pairs(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, Kind::Pairs, Type::Array, help)
}

pub(super) const fn ids(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, Kind::Ids, Type::Array, help)
}

pub(super) const fn texts(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, Kind::Texts, Type::Array, help)
}

pub(super) const fn reference(
    name: &'static str,
    field: &'static str,
    help: &'static str,
) -> Parameter {
    parameter(name, Kind::Reference(field), Type::Object, help)
}

pub(super) const fn references(
    name: &'static str,
    field: &'static str,
    help: &'static str,
) -> Parameter {
    parameter(name, Kind::References(field), Type::Array, help)
}

pub(super) const fn object(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, Kind::Json, Type::Object, help)
}

pub(super) const fn array(name: &'static str, help: &'static str) -> Parameter {
    parameter(name, Kind::Json, Type::Array, help)
}

impl Parameter {
    pub(super) const fn flag(mut self, flag: &'static str) -> Self {
        self.flag = Some(flag);
        self
    }

    pub(super) const fn required(mut self) -> Self {
        self.required = true;
        self.common = true;
        self
    }

    /// Not asked for when one of these is given: the prose says what the
    /// parameter list does not.
    pub(super) const fn unless(mut self, others: &'static [&'static str]) -> Self {
        self.unless = others;
        self
    }

    /// It must be sent, but may be empty.
    pub(super) const fn may_be_empty(mut self) -> Self {
        self.empty = Empty::Value;
        self
    }

    pub(super) const fn common(mut self) -> Self {
        self.common = true;
        self
    }

    /// The reference states another JSON type than the kind has by itself.
    pub(super) const fn documented(mut self, documented: Type) -> Self {
        self.documented = documented;
        self.sent = documented;
        self
    }

    /// The reference's example request shows another type than its parameter
    /// list states; the example is followed.
    pub(super) const fn sent_as(mut self, sent: Type) -> Self {
        self.sent = sent;
        self
    }

    pub(super) const fn values(mut self, values: &'static [&'static str]) -> Self {
        self.values = values;
        self
    }

    pub(super) const fn default(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    pub(super) const fn maximum(mut self, maximum: u32) -> Self {
        self.maximum = Some(maximum);
        self
    }

    pub(super) const fn multiple(mut self) -> Self {
        self.multiple = true;
        self
    }

    /// The list filter looks at another place in the record than its name says.
    pub(super) const fn stands_at(mut self, path: &'static str) -> Self {
        self.stands_at = Some(path);
        self
    }

    /// Says where the row goes beyond the parameter list of the reference.
    pub(super) const fn beyond(mut self, reason: &'static str) -> Self {
        self.beyond = Some(reason);
        self
    }

    pub(super) const fn key(mut self, key: &'static str) -> Self {
        self.kind = Kind::External(key);
        self
    }
}

/// A field that holds `holds`, of the type that this has by itself.
pub(super) const fn field(name: &'static str, holds: Holds) -> Field {
    let documented = match holds {
        Holds::Id | Holds::Integer => Type::Integer,
        Holds::Text | Holds::Money => Type::String,
        Holds::Boolean => Type::Boolean,
        Holds::Time => Type::DateTime,
        Holds::Date => Type::Date,
        Holds::Parts(_) => Type::Object,
        Holds::Json => Type::Array,
    };
    Field {
        name,
        short: None,
        holds,
        documented,
        shown: documented,
        values: &[],
    }
}

impl Field {
    /// A shorter name for the heading of a table.
    pub(super) const fn short(mut self, short: &'static str) -> Self {
        self.short = Some(short);
        self
    }

    /// The reference states another type than what it holds would have.
    pub(super) const fn documented(mut self, documented: Type) -> Self {
        self.documented = documented;
        self.shown = documented;
        self
    }

    /// The reference's examples show another type than it states.
    pub(super) const fn shown_as(mut self, shown: Type) -> Self {
        self.shown = shown;
        self
    }

    pub(super) const fn values(mut self, values: &'static [&'static str]) -> Self {
        self.values = values;
        self
    }
}
