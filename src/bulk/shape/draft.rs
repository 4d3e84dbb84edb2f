//! The values of one row on their way into a request. Each is checked as it is
//! put in; what is wrong with it comes back as a fragment.

use serde_json::{Value, json};

use super::calendar::{self, DateOrder};
use super::numeral::{self, DecimalMark, NumberReadings};
use super::place::Place;
use super::{letters, part_rules, slips, words};
use crate::api::request::{self, GivenValue, Set, Values};
use crate::bulk::lookup::LookupTable;
use crate::catalog::{Empty, Operation, Parameter, ValueKind};

/// The values of one row.
#[derive(Debug, Clone)]
pub(super) struct RowDraft {
    pub(super) operation: &'static Operation,
    /// What fills the path parameters; empty where nothing does yet.
    pub(super) targets: Vec<String>,
    pub(super) values: Values,
    /// Whether blanks around a text were taken off.
    pub(super) trimmed: bool,
    /// Parameters whose values came with a percent sign.
    pub(super) percents: Vec<&'static str>,
    /// The decimal mark of amounts in cells, if the user named it.
    pub(super) decimal: Option<DecimalMark>,
    /// The order of dates in cells, if the user named it.
    pub(super) dates: Option<DateOrder>,
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
            trimmed: false,
            percents: Vec::new(),
            decimal: None,
            dates: None,
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
        self.trimmed = false;
        self.percents.clear();
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
            Place::Whole(parameter) if self.is_open_text(parameter) => self.open(parameter, text),
            Place::PathParameter(_) | Place::Whole(_) if text.trim().is_empty() => Ok(()),
            Place::Whole(parameter) => match self.localised(parameter, text)? {
                Some(plain) => self.text_at(place, &plain),
                None => self.text_at(place, text),
            },
            _ => self.text_at(place, text),
        }
    }

    /// Puts the id at its place that a text is looked up to.
    pub(super) fn looked_up(
        &mut self,
        place: &Place,
        text: &str,
        table: &mut LookupTable,
    ) -> Result<(), String> {
        if text.trim().is_empty() {
            return Ok(());
        }
        // Ids that objects have elsewhere lose digits as ids here do.
        let damage = if table.key().name().ends_with("_id") {
            slips::spoilt(text.trim())
        } else {
            letters::damage(text)
        };
        if let Some(damage) = damage {
            return Err(damage);
        }
        let id = table.id(letters::identifying(text)?)?;
        self.text_at(place, &id.to_string())
    }

    /// Puts a number at its place that a sheet shows with a percent sign. An
    /// amount or a count takes it without the sign.
    pub(super) fn percent(&mut self, place: &Place, text: &str) -> Result<(), String> {
        match place {
            Place::Whole(parameter)
                if matches!(parameter.kind, ValueKind::Money | ValueKind::Integer) =>
            {
                self.percents.push(parameter.name);
                self.text_at(place, text.strip_suffix('%').unwrap_or(text))
            }
            _ => self.cell(place, text),
        }
    }

    /// A number or a day in the form of the API, where the user named that of
    /// the file. `None` leaves the text as it is.
    fn localised(
        &mut self,
        parameter: &'static Parameter,
        text: &str,
    ) -> Result<Option<String>, String> {
        let mut word = text.trim();
        match (parameter.kind, self.decimal, self.dates) {
            (ValueKind::Money | ValueKind::Integer, Some(mark), _) => {
                if parameter.kind == ValueKind::Money
                    && let Some(number) = numeral::without_percent(word)
                {
                    // The rules say whether a percentage is meant.
                    self.percents.push(parameter.name);
                    word = number;
                }
                match numeral::reading(word, Some(mark)) {
                    NumberReadings::Certain(number) => Ok(Some(number)),
                    _ if numeral::reading(word, None) == NumberReadings::None => Ok(None),
                    _ => Err(format!(
                        "not a number with the decimal mark {}",
                        mark.name()
                    )),
                }
            }
            (ValueKind::Time | ValueKind::Day, _, Some(order)) => {
                Ok(calendar::rewritten(word, order))
            }
            _ => Ok(None),
        }
    }

    /// Puts a text at its place, which is meant to have one.
    pub(super) fn text_at(&mut self, place: &Place, text: &str) -> Result<(), String> {
        match place {
            Place::PathParameter(path_parameter) => self.target(*path_parameter, text.trim()),
            Place::Whole(parameter) if self.is_open_text(parameter) => self.open(parameter, text),
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
                let is_id = path.contains("external_");
                let damage = if is_id {
                    slips::spoilt(text.trim())
                } else {
                    letters::damage(text)
                };
                if let Some(damage) = damage {
                    return Err(damage);
                }
                let (value, verbatim) = match part_rules::listed(path, text) {
                    Some(list) => (list, false),
                    None => words::of_part(text, *verbatim)?,
                };
                self.set(path, value, verbatim);
                Ok(())
            }
            Place::Pair { parameter, name } => {
                if let Some(damage) = letters::damage(text) {
                    return Err(damage);
                }
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
                Err("a list or an object instead of a single value".to_owned())
            }
            Place::PathParameter(_) if nested => Err("not a single value".to_owned()),
            _ => self.text_at(place, json),
        }
    }

    /// Puts null at its place.
    pub(super) fn null(&mut self, place: &Place) -> Result<(), String> {
        match place {
            Place::PathParameter(_) => Err("null is not an id".to_owned()),
            Place::Whole(parameter) if parameter.required => {
                Err("required; it cannot be null".to_owned())
            }
            Place::Whole(parameter) if self.in_query(parameter) => {
                Err("part of the query, which cannot be null".to_owned())
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

    /// Puts open text at its place. Text that identifies something loses the
    /// blanks around it; required text that is blank is not a value.
    fn open(&mut self, parameter: &'static Parameter, text: &str) -> Result<(), String> {
        let identifies = letters::identifies(parameter);
        if let Some(damage) = letters::damage(text) {
            return Err(damage);
        }
        let kept = if identifies {
            letters::identifying(text)?
        } else {
            text
        };
        let no_value = match (parameter.required, parameter.empty) {
            (true, Empty::Missing) => true,
            (true, Empty::Value) => false,
            (false, _) => identifies && !text.is_empty(),
        };
        if no_value && kept.trim().is_empty() {
            return Ok(());
        }
        self.trimmed |= kept.len() < text.len();
        self.give(parameter, kept.to_owned());
        Ok(())
    }

    fn target(&mut self, path_parameter: usize, text: &str) -> Result<(), String> {
        let parameter = &self.operation.path_parameters[path_parameter];
        words::checked(parameter, text)?;
        request::check_segment(text).map_err(|error| error.message)?;
        // One object has one spelling, so that two rows for it are seen.
        self.targets[path_parameter] = match (parameter.kind, text.parse::<u64>()) {
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
