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
    /// What field names mean in records of its API.
    pub conventions: &'static Conventions,
}

/// What field names mean in all records of an API, beside what rows state.
#[derive(Debug, PartialEq, Eq)]
pub struct Conventions {
    /// The field that identifies a record.
    pub id: &'static str,
    /// The field with the time of creation.
    pub created: Option<&'static str>,
    /// The field with the time of the last change.
    pub updated: Option<&'static str>,
    /// The field with the day on which a record is due.
    pub due: Option<&'static str>,
    /// The field that contains the related objects that were asked for.
    pub included: Option<&'static str>,
    /// Names of related objects that some lists include.
    pub related: &'static [&'static str],
    /// How fields begin that contain the id of an object in another system.
    pub external_prefix: Option<&'static str>,
    /// Parts of a postal address.
    pub address_parts: &'static [&'static str],
}

impl Object {
    /// The field with that role, for roles of which an object has one.
    #[must_use]
    pub fn field_with(&self, role: FieldRole) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.role == role)
    }

    /// The field with the day of the object, and what that day is called.
    #[must_use]
    pub fn day(&self) -> Option<(&'static Field, &'static str)> {
        self.fields.iter().find_map(|field| match field.role {
            FieldRole::Day(called) => Some((field, called)),
            _ => None,
        })
    }

    /// The field of that name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl Conventions {
    /// The conventions of records of the program itself.
    pub const PLAIN: Self = Self {
        id: "id",
        created: None,
        updated: None,
        due: None,
        included: None,
        related: &[],
        external_prefix: None,
        address_parts: &[],
    };
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
    /// they show another that what it contains does not explain.
    pub shown: Type,
    /// The only values it takes; empty when it is open.
    pub values: &'static [&'static str],
    /// The tones in which output colours its values; none for most fields.
    pub tones: Tones,
    /// Whether traces and logs must not show the value.
    pub secret: bool,
    /// What the value says about the object in a sentence about it.
    pub role: FieldRole,
    /// Where a field was seen that the reference does not list.
    pub beyond: Option<&'static str>,
}

/// What a field contributes to a sentence about its object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldRole {
    /// Nothing.
    Plain,
    /// A name that people know the object by: the text itself, or these parts.
    /// Several such fields are read together (first and last name).
    Name(&'static [&'static str]),
    /// The amount that the object is about.
    Amount,
    /// The part of the amount that was given back.
    Refunded,
    /// The currency of the amounts.
    Currency,
    /// The day that says the object from others, and what it is called.
    Day(&'static str),
    /// How many units lie between two orders, the number of a schedule.
    Interval(Interval),
}

/// The other fields of a schedule whose number one field has: `3 months`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// The field with the unit, a noun in the singular.
    pub unit: &'static str,
    /// The field with the number of units between two charges.
    pub charge: Option<&'static str>,
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

/// The tones of status words in records that no row describes.
///
/// One table for all APIs: the same word means the same everywhere, and stores
/// answer with values that their reference does not list.
pub(crate) const STATUS_TONES: Tones = Tones(&[
    ("active", Tone::Good),
    ("success", Tone::Good),
    ("enabled", Tone::Good),
    ("completed", Tone::Good),
    ("valid", Tone::Good),
    ("queued", Tone::Waiting),
    ("processing", Tone::Waiting),
    ("pending", Tone::Waiting),
    ("not_started", Tone::Waiting),
    ("pending_manual_payment", Tone::Waiting),
    ("partially_refunded", Tone::Waiting),
    ("cancelled", Tone::Bad),
    ("error", Tone::Bad),
    ("failed", Tone::Bad),
    ("refunded", Tone::Bad),
    ("fully_disabled", Tone::Bad),
    ("disabled", Tone::Bad),
    ("expired", Tone::Bad),
    ("invalid", Tone::Bad),
]);

/// The tones of the value at a dotted path of a record.
///
/// A field of `object` has those of its row. Values that no row describes
/// (parts of other objects, records of free requests) go by their name.
#[must_use]
pub fn tones_at(object: Option<&Object>, path: &str) -> Tones {
    if let Some(field) = object.and_then(|object| object.field(path)) {
        return field.tones;
    }
    let name = path.rsplit('.').next().unwrap_or(path);
    if name == "status" || name.ends_with("_status") {
        STATUS_TONES
    } else {
        Tones::NONE
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

#[cfg(test)]
mod tests {
    use crate::model::Tone;
    use crate::model::Tones;
    use crate::recharge::{API, charges};
    use crate::tones_at;

    #[test]
    fn tones_at_takes_the_row_of_a_field_before_the_rule_of_names() {
        let charge = Some(&charges::CHARGE);
        assert_eq!(tones_at(charge, "status").of("success"), Some(Tone::Good));
        assert_eq!(tones_at(charge, "status").of("active"), Some(Tone::Good));
        assert_eq!(tones_at(charge, "type"), Tones::NONE);
        assert_eq!(
            tones_at(charge, "customer.status").of("queued"),
            Some(Tone::Waiting)
        );
        assert_eq!(
            tones_at(None, "billing_status").of("fully_disabled"),
            Some(Tone::Bad)
        );
        assert_eq!(tones_at(None, "status").of("skipped"), None);
        assert_eq!(tones_at(None, "statuses"), Tones::NONE);
    }

    #[test]
    fn fields_named_status_have_tones() {
        let objects = API
            .operations()
            .filter_map(|(_, operation)| operation.response.object());
        for object in objects {
            for field in object.fields {
                assert_eq!(
                    field.tones,
                    tones_at(None, field.name),
                    "{}.{}",
                    object.name,
                    field.name
                );
            }
        }
    }
}
