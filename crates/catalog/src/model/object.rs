//! Objects of responses and their fields.

use super::Type;

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
    pub kind: FieldKind,
    /// Type that the reference states.
    pub documented: Type,
    /// Type that the reference's own examples show. The documented one, unless
    /// they show another that what it holds does not explain.
    pub shown: Type,
    /// The only values it takes; empty when it is open.
    pub values: &'static [&'static str],
    /// The tones in which output colours its values; none for most fields.
    pub tones: Tones,
    /// Whether traces and logs must not show the value.
    pub secret: bool,
}

/// What a status means for the user, and so its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Done, or working as it should.
    Good,
    /// In progress, or waiting for something.
    Waiting,
    /// Ended, or failed.
    Bad,
}

/// The tones of the values of a status field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tones(pub(crate) &'static [(&'static str, Tone)]);

impl Tones {
    /// The tones of a field that is not a status.
    pub const NONE: Self = Self(&[]);

    /// Whether no value has a tone.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The tone of a value; `None` for one that is neither good nor bad.
    #[must_use]
    pub fn of(self, value: &str) -> Option<Tone> {
        let known = self.0.iter().find(|(known, _)| *known == value);
        known.map(|(_, tone)| *tone)
    }
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
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
