//! Constructor and setters of field rows.

use crate::model::{Field, FieldKind, FieldRole, Tones, Type};

/// A field that contains `holds`, of the type that this has by itself.
#[must_use]
pub const fn field(name: &'static str, holds: FieldKind) -> Field {
    let documented = match holds {
        FieldKind::Id | FieldKind::Integer => Type::Integer,
        FieldKind::Text | FieldKind::Money => Type::String,
        FieldKind::Boolean => Type::Boolean,
        FieldKind::Time => Type::DateTime,
        FieldKind::Date => Type::Date,
        FieldKind::Parts(_) => Type::Object,
        FieldKind::Json => Type::Array,
    };
    Field {
        name,
        short: None,
        kind: holds,
        documented,
        shown: documented,
        values: &[],
        tones: Tones::NONE,
        secret: false,
        role: FieldRole::Plain,
        beyond: None,
    }
}

impl Field {
    /// A shorter name for the heading of a table.
    #[must_use]
    pub const fn short(mut self, short: &'static str) -> Self {
        self.short = Some(short);
        self
    }

    /// The reference states another type than what it contains would have.
    #[must_use]
    pub const fn documented(mut self, documented: Type) -> Self {
        self.documented = documented;
        self.shown = documented;
        self
    }

    /// The reference's examples show another type than it states.
    #[must_use]
    pub const fn shown_as(mut self, shown: Type) -> Self {
        self.shown = shown;
        self
    }

    /// The reference does not list it; it was seen there.
    #[must_use]
    pub const fn beyond(mut self, seen: &'static str) -> Self {
        self.beyond = Some(seen);
        self
    }

    /// The only values it takes.
    #[must_use]
    pub const fn values(mut self, values: &'static [&'static str]) -> Self {
        self.values = values;
        self
    }
    /// Output colours the values by these tones.
    #[must_use]
    pub const fn tones(mut self, tones: Tones) -> Self {
        self.tones = tones;
        self
    }

    /// A sentence about the object uses the value in this role.
    pub(crate) const fn role(mut self, role: FieldRole) -> Self {
        self.role = role;
        self
    }

    /// Traces and logs replace the value.
    #[must_use]
    pub const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }
}
