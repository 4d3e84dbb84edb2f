//! The values of one row on their way into a request. Each is checked as it is
//! put in; what is wrong with it comes back as a fragment.

use serde_json::{Value, json};

use super::place::Place;
use super::{slips, words};
use crate::api::request::{self, GivenValue, Set, Values};
use crate::catalog::{Empty, Operation, Parameter, ValueKind};

/// The values of one row.
#[derive(Debug, Clone)]
pub(super) struct RowDraft {
    operation: &'static Operation,
    /// What fills the holes of the path; empty where nothing does yet.
    pub(super) targets: Vec<String>,
    pub(super) values: Values,
}

/// How far a draft is filled, to come back to.
#[derive(Debug, Clone)]
pub(super) struct DraftMark {
    given: Vec<usize>,
    set: usize,
    targets: Vec<String>,
}

impl RowDraft {
    pub(super) fn new(operation: &'static Operation) -> Self {
        Self {
            operation,
            targets: vec![String::new(); operation.path_parameters.len()],
            values: Values::default(),
        }
    }

    /// What every row begins with.
    pub(super) fn mark(&self) -> DraftMark {
        let given = self.values.given.iter();
        DraftMark {
            given: given.map(|given| given.words.len()).collect(),
            set: self.values.set.len(),
            targets: self.targets.clone(),
        }
    }

    /// Forgets what came after the mark.
    pub(super) fn back_to(&mut self, mark: &DraftMark) {
        self.values.given.truncate(mark.given.len());
        for (given, words) in self.values.given.iter_mut().zip(&mark.given) {
            given.words.truncate(*words);
        }
        self.values.set.truncate(mark.set);
        self.targets.clone_from(&mark.targets);
    }

    /// Puts the text of a cell at its place. An empty one says nothing, unless
    /// the place must be filled and may be empty.
    pub(super) fn cell(&mut self, place: &Place, text: &str) -> Result<(), String> {
        match place {
            Place::Whole(parameter) if text.is_empty() => {
                if parameter.required && parameter.empty == Empty::Value {
                    self.give(parameter, String::new());
                }
                Ok(())
            }
            _ if text.is_empty() => Ok(()),
            Place::Whole(parameter) if self.is_open_text(parameter) => {
                self.give(parameter, text.to_owned());
                Ok(())
            }
            Place::Hole(_) | Place::Whole(_) if text.trim().is_empty() => Ok(()),
            _ => self.text_at(place, text),
        }
    }

    /// Puts a text at its place, which is meant to have one.
    pub(super) fn text_at(&mut self, place: &Place, text: &str) -> Result<(), String> {
        match place {
            Place::Hole(hole) => self.target(*hole, text.trim()),
            Place::Whole(parameter) if self.is_open_text(parameter) => {
                self.give(parameter, text.to_owned());
                Ok(())
            }
            Place::Whole(parameter) if is_list(parameter.kind) && text.trim() == "[]" => {
                self.set(parameter.name, "[]".to_owned(), false);
                Ok(())
            }
            Place::Whole(parameter) => {
                for word in words::of(parameter, self.in_query(parameter), text)? {
                    self.give(parameter, word);
                }
                Ok(())
            }
            Place::Part { path, verbatim, .. } => {
                if path.contains("external_")
                    && let Some(slip) = slips::spoilt(text.trim())
                {
                    return Err(slip);
                }
                let (value, verbatim) = words::of_part(text, *verbatim)?;
                self.set(path, value, verbatim);
                Ok(())
            }
            Place::Pair { parameter, name } => {
                self.pair(parameter, name, &text.into());
                Ok(())
            }
        }
    }

    /// Puts a text of a JSON row at its place: there it is text already.
    pub(super) fn text_in(&mut self, place: &Place, text: &str) -> Result<(), String> {
        match place {
            Place::Part { path, .. } => {
                self.set(path, text.to_owned(), true);
                Ok(())
            }
            _ => self.text_at(place, text),
        }
    }

    /// Puts JSON, as a row of JSON has it, at its place; texts come by
    /// [`Self::text_in`].
    pub(super) fn json_at(&mut self, place: &Place, json: &str) -> Result<(), String> {
        let nested = json.starts_with(['{', '[']);
        match place {
            Place::Part { path, .. } => {
                words::keeps_numbers(json)?;
                self.set(path, json.to_owned(), false);
                Ok(())
            }
            Place::Pair { parameter, name } => {
                let value = serde_json::from_str(json).unwrap_or(Value::Null);
                self.pair(parameter, name, &value);
                Ok(())
            }
            Place::Whole(parameter) if nested && !words::may_nest(parameter.kind) => {
                Err("a list or an object where a plain value belongs".to_owned())
            }
            Place::Hole(_) if nested => Err("not a plain value".to_owned()),
            _ => self.text_at(place, json),
        }
    }

    /// Puts null at its place.
    pub(super) fn null(&mut self, place: &Place) -> Result<(), String> {
        match place {
            Place::Hole(_) => Err("null names no object".to_owned()),
            Place::Whole(parameter) if parameter.required => {
                Err("required; it cannot be null".to_owned())
            }
            Place::Whole(parameter) if self.in_query(parameter) => {
                Err("part of the query, which knows no null".to_owned())
            }
            Place::Whole(parameter) => {
                self.set(parameter.name, "null".to_owned(), false);
                Ok(())
            }
            Place::Part { path, .. } => {
                self.set(path, "null".to_owned(), false);
                Ok(())
            }
            Place::Pair { parameter, name } => {
                self.pair(parameter, name, &Value::Null);
                Ok(())
            }
        }
    }

    fn target(&mut self, hole: usize, text: &str) -> Result<(), String> {
        let parameter = &self.operation.path_parameters[hole];
        words::checked(parameter, text)?;
        request::check_segment(text).map_err(|error| error.message)?;
        // One object has one spelling, so that two rows for it are seen.
        self.targets[hole] = match (parameter.kind, text.parse::<u64>()) {
            (ValueKind::Id, Ok(number)) => number.to_string(),
            _ => text.to_owned(),
        };
        Ok(())
    }

    fn give(&mut self, parameter: &'static Parameter, word: String) {
        let mut given = self.values.given.iter_mut();
        match given.find(|given| given.parameter.name == parameter.name) {
            Some(given) => given.words.push(word),
            None => self.values.given.push(GivenValue {
                parameter,
                words: vec![word],
            }),
        }
    }

    fn pair(&mut self, parameter: &'static Parameter, name: &str, value: &Value) {
        // As JSON, so that a name may hold any letter.
        let pair = json!([{"name": name, "value": value}]);
        self.give(parameter, pair.to_string());
    }

    fn set(&mut self, path: &str, value: String, verbatim: bool) {
        self.values.set.push(Set {
            path: path.to_owned(),
            value,
            verbatim,
        });
    }

    fn in_query(&self, parameter: &Parameter) -> bool {
        let mut query = self.operation.query.iter();
        query.any(|known| known.name == parameter.name)
    }

    /// Whether white space is text here, too.
    fn is_open_text(&self, parameter: &Parameter) -> bool {
        parameter.kind == ValueKind::Text
            && parameter.values.is_empty()
            && !self.in_query(parameter)
    }
}

const fn is_list(kind: ValueKind) -> bool {
    matches!(
        kind,
        ValueKind::Pairs | ValueKind::Ids | ValueKind::Texts | ValueKind::References(_)
    )
}
