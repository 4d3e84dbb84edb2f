//! Fields of a request body that change what a row states about its operation.

use crate::model::{Effect, Idempotency, Operation, ResponseShape};

/// What a row states otherwise when an optional body field is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyException {
    /// Name of the body field, at the top level of the body.
    pub field: &'static str,
    /// The effect of a repeat when the field is sent.
    pub idempotency: Idempotency,
    /// Whether the answer then contains another object than the path names.
    pub answers_another: bool,
}

/// The effect that an operation has when a body field has this value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValueEffect {
    /// Name of the body field, at the top level of the body.
    pub field: &'static str,
    /// The value, a text.
    pub value: &'static str,
    /// What the operation then does.
    pub effect: Effect,
}

/// The top-level fields of a request body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BodyFields {
    /// The names of the fields; none where there is no body.
    Named(Vec<String>),
    /// The body is not a JSON object: any field may be in it.
    Unreadable,
}

impl BodyFields {
    fn may_have(&self, field: &str) -> bool {
        match self {
            Self::Named(names) => names.iter().any(|name| name == field),
            Self::Unreadable => true,
        }
    }
}

impl Operation {
    /// The answered object is another than the one that the path names.
    pub(super) const fn answers_another(mut self) -> Self {
        self.answers_another = true;
        self
    }

    /// The differences when an optional body field is sent.
    pub(super) const fn except(mut self, exceptions: &'static [BodyException]) -> Self {
        self.exceptions = exceptions;
        self
    }

    /// Values of body fields with which the effect is another.
    pub(super) const fn value_effects(mut self, effects: &'static [ValueEffect]) -> Self {
        self.value_effects = effects;
        self
    }

    /// The effect of a request in which a body field has a text as its value.
    /// `value_of` gives the text of a field at the top level of the body.
    #[must_use]
    pub fn effect_for<'a>(&self, value_of: impl Fn(&str) -> Option<&'a str>) -> Effect {
        let special = self.special_effect(value_of);
        special.map_or(self.effect, |special| special.effect)
    }

    /// The value in a request with which the effect is another, if one is there.
    #[must_use]
    pub fn special_effect<'a>(
        &self,
        value_of: impl Fn(&str) -> Option<&'a str>,
    ) -> Option<&'static ValueEffect> {
        let mut effects = self.value_effects.iter();
        effects.find(|special| value_of(special.field) == Some(special.value))
    }

    /// What sending a body with these fields a second time does.
    ///
    /// A field counts as sent whatever its value is.
    #[must_use]
    pub fn idempotency_for(&self, sent: &BodyFields) -> Idempotency {
        self.exceptions_in(sent)
            .fold(self.idempotency, |worst, exception| {
                worst.or_worse(exception.idempotency)
            })
    }

    fn exceptions_in(&self, sent: &BodyFields) -> impl Iterator<Item = &'static BodyException> {
        let exceptions = self.exceptions.iter();
        exceptions.filter(|exception| sent.may_have(exception.field))
    }

    /// The field of the answered object that repeats the path parameter, for
    /// a request with this body.
    ///
    /// `None` where the path names no object, or the answer contains another
    /// one.
    #[must_use]
    pub fn identified_by(&self, sent: &BodyFields) -> Option<&'static str> {
        let is_another = self.answers_another
            || self
                .exceptions_in(sent)
                .any(|exception| exception.answers_another);
        match (self.response, self.path_parameters) {
            (ResponseShape::One(..), [path_parameter]) if !is_another => Some(path_parameter.name),
            _ => None,
        }
    }
}

impl Idempotency {
    /// The one of two that allows less.
    const fn or_worse(self, other: Self) -> Self {
        match (self, other) {
            (Self::NotIdempotent, _) | (_, Self::NotIdempotent) => Self::NotIdempotent,
            (Self::RejectsRepeat, _) | (_, Self::RejectsRepeat) => Self::RejectsRepeat,
            (Self::Idempotent, Self::Idempotent) => Self::Idempotent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::UndoCommand;
    use crate::recharge::API;

    fn again(id: &str, sent: &BodyFields) -> Idempotency {
        API.operation(id).unwrap().1.idempotency_for(sent)
    }

    fn named(names: &[&str]) -> BodyFields {
        BodyFields::Named(names.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn a_skip_is_repeatable_only_when_it_names_no_items() {
        for id in ["charges.skip", "charges.unskip"] {
            for sent in [named(&[]), named(&["other"])] {
                assert_eq!(again(id, &sent), Idempotency::Idempotent, "{id} {sent:?}");
            }
            for sent in [named(&["x", "purchase_item_ids"]), BodyFields::Unreadable] {
                assert_eq!(
                    again(id, &sent),
                    Idempotency::NotIdempotent,
                    "{id} {sent:?}"
                );
            }
        }
    }

    #[test]
    fn an_exception_names_an_optional_field_and_allows_less_than_the_row() {
        for (resource, row) in API.operations() {
            for exception in row.exceptions {
                let id = format!("{}.{}: {}", resource.name, row.verb, exception.field);
                let field = row.body.iter().find(|known| known.name == exception.field);
                assert!(field.is_some_and(|field| !field.required), "{id}");
                assert_ne!(row.idempotency, exception.idempotency, "{id}");
                assert_eq!(
                    row.idempotency.or_worse(exception.idempotency),
                    exception.idempotency,
                    "{id}"
                );
                assert!(row.wrapper.is_none(), "{id}");
            }
        }
    }

    #[test]
    fn effect_depends_on_a_value_that_the_body_field_takes() {
        for (resource, row) in API.operations() {
            for special in row.value_effects {
                let id = format!("{}.{}: {}", resource.name, row.verb, special.field);
                let field = row.body.iter().find(|known| known.name == special.field);
                let values = field.map_or(&[][..], |field| field.values);
                assert!(values.contains(&special.value), "{id}");
                assert_ne!(special.effect, row.effect, "{id}");
            }
        }
        let update = API.operation("discounts.update").unwrap().1;
        let with = |status| update.effect_for(|field| (field == "status").then_some(status));
        assert_eq!(with("fully_disabled"), Effect::Destroys);
        assert_eq!(with("disabled"), Effect::Writes);
        assert_eq!(update.effect_for(|_| None), Effect::Writes);
    }

    #[test]
    fn every_write_says_what_was_done() {
        for (resource, row) in API.operations() {
            let id = format!("{}.{}", resource.name, row.verb);
            assert_eq!(row.done.is_empty(), row.effect == Effect::Reads, "{id}");
        }
    }

    #[test]
    fn reverse_names_rows_and_fields_that_exist() {
        for (resource, row) in API.operations() {
            let id = format!("{}.{}", resource.name, row.verb);
            match row.undo_command {
                None | Some(UndoCommand::SameNames) => {}
                Some(UndoCommand::Operation { verb, field, .. }) => {
                    assert!(resource.operation(verb).is_some(), "{id}");
                    assert!(resource.object.field(field).is_some(), "{id}");
                }
                Some(UndoCommand::OldValues(values)) => {
                    for old in values {
                        let mut flags = row.flags();
                        assert!(flags.any(|flag| flag.name == old.parameter), "{id}");
                        assert!(resource.object.field(old.field).is_some(), "{id}");
                    }
                }
            }
        }
    }

    #[test]
    fn an_answer_repeats_the_path_parameter_in_a_field_of_its_object() {
        for (resource, row) in API.operations() {
            let id = format!("{}.{}", resource.name, row.verb);
            if let Some(field) = row.identified_by(&named(&[])) {
                let object = row.response.object().unwrap();
                assert!(object.field(field).is_some(), "{id}: {field}");
                // Only an object of the resource itself is named by the path.
                assert_eq!(row.response.key(), Some(resource.singular), "{id}");
            }
        }
    }
}
