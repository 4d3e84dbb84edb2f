//! The fields of a record that a filter can read: a filter that reads a few fields gets
//! only those.
//!
//! Takes the text of a filter; returns a tree of fields, or nothing if the filter may
//! read the whole record. The decision is conservative: a term that is not listed here
//! as reading single fields counts as reading all of its input.
//!
//! Why results and errors are the same as with the whole record: a value is cut only
//! where each of its uses is an access by a constant name, and such an access cannot
//! distinguish an object from one that has fewer fields. A value that is not an object is
//! never cut, so that an access which fails fails with the same value.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp, Pattern, Term};
use jaq_core::path::{Part, Path};

/// The fields of an object that are needed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct NeededFields {
    pub(super) fields: Vec<NeededField>,
}

/// A field that is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NeededField {
    pub(super) name: String,
    /// Its own fields that are needed of an object; `None` where all are. A value that
    /// is not an object is needed in any case.
    pub(super) within: Option<NeededFields>,
}

impl NeededFields {
    /// The fields that a filter reads of its record; `None` where it may read all.
    pub(super) fn of(filter: &str) -> Option<Self> {
        let term = jaq_core::load::parse(filter, |parser| parser.term())?;
        let mut analysis = Analysis::default();
        let record = Value::Record(Vec::new());
        for output in analysis.outputs(&term, &record) {
            analysis.read(&output);
        }
        (!analysis.is_all_needed).then_some(analysis.needed)
    }

    /// Adds the value at a path: all of it, or only its kind.
    fn insert(&mut self, path: &[String], is_whole: bool) {
        let Some((name, rest)) = path.split_first() else {
            return;
        };
        let known = self.fields.iter().position(|field| field.name == *name);
        let at = known.unwrap_or_else(|| {
            self.fields.push(NeededField {
                name: name.clone(),
                within: Some(Self::default()),
            });
            self.fields.len() - 1
        });
        let field = &mut self.fields[at];
        match &mut field.within {
            within if rest.is_empty() && is_whole => *within = None,
            Some(within) => within.insert(rest, is_whole),
            None => {}
        }
    }

    /// The fields as paths, for messages: `id, customer.email`.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for field in &self.fields {
            match &field.within {
                Some(within) if !within.fields.is_empty() => {
                    let inner = within.names();
                    names.extend(inner.iter().map(|inner| format!("{}.{inner}", field.name)));
                }
                _ => names.push(field.name.clone()),
            }
        }
        names
    }
}

/// A value while the filter is analysed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    /// The value at these names of the record; of no names it is the record.
    Record(Vec<String>),
    /// A value that is complete: made by the filter, or read in whole before.
    Complete,
}

/// Functions that do not read their input, by their names.
const WITHOUT_INPUT: &[&str] = &["null", "true", "false", "empty", "now", "infinite", "nan"];

/// Deepest nesting of terms that is analysed: each level costs stack.
const DEEPEST_TERM: usize = 250;

/// Most outputs of a term that are distinguished; more count as reading
/// everything.
const MOST_OUTPUTS: usize = 64;

#[derive(Default)]
struct Analysis {
    needed: NeededFields,
    is_all_needed: bool,
    depth: usize,
}

impl Analysis {
    /// A value is read in whole.
    fn read(&mut self, value: &Value) {
        if let Value::Record(path) = value {
            if path.is_empty() {
                self.is_all_needed = true;
            }
            self.needed.insert(path, true);
        }
    }

    /// The field of a value. Whether there can be one depends on the kind of the value.
    fn field(&mut self, value: &Value, name: &str) -> Value {
        match value {
            Value::Record(path) => {
                self.needed.insert(path, false);
                let mut path = path.clone();
                path.push(name.to_owned());
                Value::Record(path)
            }
            Value::Complete => Value::Complete,
        }
    }

    /// The outputs of a term are read in whole.
    fn read_outputs(&mut self, term: &Term<&str>, input: &Value) {
        for output in self.outputs(term, input) {
            self.read(&output);
        }
    }

    /// The output of a term for an input. Records what the term reads.
    fn outputs(&mut self, term: &Term<&str>, input: &Value) -> Vec<Value> {
        if self.is_all_needed {
            return Vec::new();
        }
        self.depth += 1;
        let mut outputs = if self.depth > DEEPEST_TERM {
            self.everything(input)
        } else {
            self.outputs_of(term, input)
        };
        self.depth -= 1;
        outputs.dedup();
        if outputs.len() > MOST_OUTPUTS {
            self.is_all_needed = true;
        }
        outputs
    }

    fn outputs_of(&mut self, term: &Term<&str>, input: &Value) -> Vec<Value> {
        match term {
            Term::Id => vec![input.clone()],
            Term::Num(_) | Term::Var(_) | Term::Arr(None) => vec![Value::Complete],
            Term::Str(format, parts) => self.text(format.is_some(), parts, input),
            Term::Arr(Some(inner)) | Term::Neg(inner) => {
                self.read_outputs(inner, input);
                vec![Value::Complete]
            }
            Term::Obj(entries) => self.object(entries, input),
            Term::BinOp(left, operator, right) => self.binary(left, operator, right, input),
            Term::Label(_, inner) => self.outputs(inner, input),
            Term::Break(_) => Vec::new(),
            Term::TryCatch(inner, catch) => {
                let mut outputs = self.outputs(inner, input);
                if let Some(catch) = catch {
                    // It is given the message of the error.
                    outputs.extend(self.outputs(catch, &Value::Complete));
                }
                outputs
            }
            Term::IfThenElse(branches, otherwise) => {
                let mut outputs = Vec::new();
                for (condition, then) in branches {
                    self.read_outputs(condition, input);
                    outputs.extend(self.outputs(then, input));
                }
                match otherwise {
                    Some(otherwise) => outputs.extend(self.outputs(otherwise, input)),
                    None => outputs.push(input.clone()),
                }
                outputs
            }
            Term::Call(name, arguments) => self.call(name, arguments, input),
            Term::Path(start, path) => self.path(start, path, input),
            // Definitions may give names another meaning; the others read their input
            // repeatedly.
            Term::Def(..) => {
                self.is_all_needed = true;
                Vec::new()
            }
            Term::Recurse | Term::Fold(..) => self.everything(input),
        }
    }

    /// A term that may read all of its input, and returns a new value.
    fn everything(&mut self, input: &Value) -> Vec<Value> {
        self.read(input);
        vec![Value::Complete]
    }

    fn text(
        &mut self,
        has_format: bool,
        parts: &[StrPart<&str, Term<&str>>],
        input: &Value,
    ) -> Vec<Value> {
        if has_format && parts.is_empty() {
            return self.everything(input);
        }
        for part in parts {
            if let StrPart::Term(term) = part {
                self.read_outputs(term, input);
            }
        }
        vec![Value::Complete]
    }

    fn object(
        &mut self,
        entries: &[(Term<&str>, Option<Term<&str>>)],
        input: &Value,
    ) -> Vec<Value> {
        for (key, value) in entries {
            match (value, constant(key)) {
                (Some(value), _) => {
                    self.read_outputs(key, input);
                    self.read_outputs(value, input);
                }
                // `{id}` is `{id: .id}`.
                (None, Some(name)) => {
                    let field = self.field(input, name);
                    self.read(&field);
                }
                // `{$name}` is `{name: $name}`.
                (None, None) if matches!(key, Term::Var(_)) => {}
                (None, None) => self.read(input),
            }
        }
        vec![Value::Complete]
    }

    fn binary(
        &mut self,
        left: &Term<&str>,
        operator: &BinaryOp<&str>,
        right: &Term<&str>,
        input: &Value,
    ) -> Vec<Value> {
        match operator {
            BinaryOp::Pipe(None) => {
                let between = self.outputs(left, input);
                let each = between.iter().map(|value| self.outputs(right, value));
                each.collect::<Vec<_>>().concat()
            }
            BinaryOp::Pipe(Some(Pattern::Var(_))) => {
                self.read_outputs(left, input);
                self.outputs(right, input)
            }
            BinaryOp::Comma | BinaryOp::Alt => {
                let mut outputs = self.outputs(left, input);
                outputs.extend(self.outputs(right, input));
                outputs
            }
            BinaryOp::Or | BinaryOp::And | BinaryOp::Math(_) | BinaryOp::Cmp(_) => {
                self.read_outputs(left, input);
                self.read_outputs(right, input);
                vec![Value::Complete]
            }
            BinaryOp::Pipe(Some(_))
            | BinaryOp::Assign
            | BinaryOp::Update
            | BinaryOp::UpdateMath(_)
            | BinaryOp::UpdateAlt => self.everything(input),
        }
    }

    fn call(&mut self, name: &str, arguments: &[Term<&str>], input: &Value) -> Vec<Value> {
        match (name, arguments) {
            ("select", [condition]) => {
                self.read_outputs(condition, input);
                vec![input.clone()]
            }
            ("has", [key]) if constant(key).is_some() => {
                if let Some(name) = constant(key) {
                    let field = self.field(input, name);
                    self.read(&field);
                }
                vec![Value::Complete]
            }
            ("empty", []) => Vec::new(),
            (_, []) if WITHOUT_INPUT.contains(&name) => vec![Value::Complete],
            // Arguments see what the function makes of its input, all of it complete,
            // or the input itself.
            _ => self.everything(input),
        }
    }

    fn path(&mut self, start: &Term<&str>, path: &Path<Term<&str>>, input: &Value) -> Vec<Value> {
        let mut values = self.outputs(start, input);
        for (part, _) in &path.0 {
            let bounds = match part {
                Part::Index(index) => match constant(index) {
                    Some(name) => {
                        for value in &mut values {
                            *value = self.field(value, name);
                        }
                        continue;
                    }
                    None => [Some(index), None],
                },
                Part::Range(from, to) => [from.as_ref(), to.as_ref()],
            };
            for value in std::mem::take(&mut values) {
                self.read(&value);
            }
            for bound in bounds.into_iter().flatten() {
                self.read_outputs(bound, input);
            }
            values.push(Value::Complete);
        }
        values
    }
}

/// The text that a term always is.
fn constant<'s>(term: &Term<&'s str>) -> Option<&'s str> {
    match term {
        Term::Str(None, parts) => match parts.as_slice() {
            [StrPart::Str(text)] => Some(text),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
#[path = "needed_tests.rs"]
mod tests;
