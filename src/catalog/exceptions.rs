//! Fields of a request body that change what a row states about its operation.

use serde_json::Value;

use super::model::{Again, Answer, Operation};

/// What a row states otherwise when an optional body field is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyException {
    /// Name of the body field, at the top level of the body.
    pub field: &'static str,
    /// What a second time does when the field is sent.
    pub again: Again,
    /// Whether the answer then holds another object than the path names.
    pub answers_another: bool,
}

impl Operation {
    /// The answered object is another than the one that the path names.
    pub(super) const fn answers_another(mut self) -> Self {
        self.answers_another = true;
        self
    }

    /// What is otherwise when an optional body field is sent.
    pub(super) const fn except(mut self, exceptions: &'static [BodyException]) -> Self {
        self.exceptions = exceptions;
        self
    }

    /// What sending this body a second time does.
    ///
    /// A field counts as sent whatever its value is. A body that cannot be read
    /// counts as one with every field.
    #[must_use]
    pub fn again_for(&self, body: Option<&str>) -> Again {
        self.exceptions_in(body)
            .fold(self.again, |worst, exception| {
                worst.or_worse(exception.again)
            })
    }

    fn exceptions_in(&self, body: Option<&str>) -> impl Iterator<Item = &'static BodyException> {
        let is_without_body = body.is_none_or(|body| body.trim().is_empty());
        let read = match body {
            Some(body) if !self.exceptions.is_empty() => serde_json::from_str::<Value>(body).ok(),
            _ => None,
        };
        self.exceptions.iter().filter(move |exception| match &read {
            Some(Value::Object(fields)) => fields.contains_key(exception.field),
            _ => !is_without_body,
        })
    }

    /// The field of the answered object that repeats the path parameter, for
    /// a request with this body.
    ///
    /// `None` where the path names no object, or the answer holds another one.
    #[must_use]
    pub fn identified_by(&self, body: Option<&str>) -> Option<&'static str> {
        let is_another = self.answers_another
            || self
                .exceptions_in(body)
                .any(|exception| exception.answers_another);
        match (self.answer, self.holes) {
            (Answer::One(..), [hole]) if !is_another => Some(hole.name),
            _ => None,
        }
    }
}

impl Again {
    /// The one of two that allows less.
    const fn or_worse(self, other: Self) -> Self {
        match (self, other) {
            (Self::Twice, _) | (_, Self::Twice) => Self::Twice,
            (Self::Refused, _) | (_, Self::Refused) => Self::Refused,
            (Self::Same, Self::Same) => Self::Same,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::catalog::{self, Again};

    fn again(id: &str, body: Option<&str>) -> Again {
        catalog::operation(id).unwrap().1.again_for(body)
    }

    #[test]
    fn a_skip_is_repeatable_only_when_it_names_no_items() {
        for id in ["charges.skip", "charges.unskip"] {
            for body in [None, Some(""), Some("{}"), Some("{\"other\":1}")] {
                assert_eq!(again(id, body), Again::Same, "{id} {body:?}");
            }
            for body in [
                "{\"purchase_item_ids\":[1]}",
                "{\"purchase_item_ids\":[]}",
                "{\"purchase_item_ids\":null}",
                "{\"x\":1,\"purchase_item_ids\":[1,2]}",
                "[]",
                "{\"purchase",
            ] {
                assert_eq!(again(id, Some(body)), Again::Twice, "{id} {body}");
            }
        }
    }

    #[test]
    fn an_exception_names_an_optional_field_and_allows_less_than_the_row() {
        for (resource, row) in catalog::operations() {
            for exception in row.exceptions {
                let id = format!("{}.{}: {}", resource.name, row.verb, exception.field);
                let field = row.body.iter().find(|known| known.name == exception.field);
                assert!(field.is_some_and(|field| !field.required), "{id}");
                assert_ne!(row.again, exception.again, "{id}");
                assert_eq!(row.again.or_worse(exception.again), exception.again, "{id}");
                assert!(row.wrapper.is_none(), "{id}");
            }
        }
    }

    #[test]
    fn an_answer_repeats_the_path_parameter_in_a_field_of_its_object() {
        for (resource, row) in catalog::operations() {
            let id = format!("{}.{}", resource.name, row.verb);
            if let Some(field) = row.identified_by(None) {
                let object = row.answer.object().unwrap();
                assert!(object.field(field).is_some(), "{id}: {field}");
                // Only an object of the resource itself is named by the path.
                assert_eq!(row.answer.key(), Some(resource.singular), "{id}");
            }
        }
    }
}
