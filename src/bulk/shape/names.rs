//! The meaning of a column name for an operation: a place in its request,
//! something to leave out, or nothing known. Spreadsheets spell freely, so case
//! does not count, and spaces and dashes are underscores.

use super::super::Engine;
use super::super::read::labels;
use super::place::Place;
use super::synonyms;
use crate::catalog::{
    Conventions, FieldKind, Operation, OperationAction, Parameter, ParameterRole, Resource,
    ValueKind,
};
use crate::nearest::{Similarity, nearest};

/// What a name means.
#[derive(Debug, Clone)]
pub(super) enum Meaning {
    /// A place in the request.
    Place(Place),
    /// A field of the object that cannot be sent here, or a result of an
    /// earlier job.
    Left,
    /// Nothing that is known.
    Unknown,
}

/// The names that an operation knows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names {
    pub(super) resource: &'static Resource,
    pub(super) operation: &'static Operation,
    pub(super) engine: Engine,
}

impl Names {
    /// What field names mean in records of the API.
    fn conventions(&self) -> &'static Conventions {
        self.resource.object.conventions
    }

    /// What a name means.
    pub(super) fn meaning(&self, name: &str) -> Meaning {
        let name = name.trim();
        if name.starts_with('_') || labels::is_heading(name) {
            return Meaning::Left;
        }
        let (first, rest) = match name.split_once('.') {
            Some((first, rest)) => (normal(first), Some(rest)),
            None => (normal(name), None),
        };
        let place = match rest {
            None => self.top(&first),
            Some(rest) => self
                .parameter(&first)
                .and_then(|parameter| self.part(parameter, rest)),
        };
        match place {
            Some(place) => Meaning::Place(place),
            None if self.is_field(&first) => Meaning::Left,
            None => Meaning::Unknown,
        }
    }

    /// The parameters that a row can have values for, the path parameters aside.
    pub(super) fn parameters(&self) -> impl Iterator<Item = &'static Parameter> + use<> {
        let (query, beside): (&'static [Parameter], &'static [Parameter]) = match self.engine {
            // A task has no query.
            Engine::Batches => (&[], self.beside()),
            Engine::Requests => (self.operation.query, &[]),
        };
        let body = self.operation.body;
        let beside = beside
            .iter()
            .filter(move |extra| !body.iter().any(|known| known.name == extra.name));
        query.iter().chain(body).chain(beside)
    }

    /// What every task must carry besides.
    pub(super) fn beside(&self) -> &'static [Parameter] {
        match (self.engine, &self.operation.batch) {
            (Engine::Batches, Some(batch)) => batch.beside,
            _ => &[],
        }
    }

    /// The column that a path parameter has in a template.
    pub(super) fn path_parameter_name(&self, path_parameter: usize) -> &'static str {
        self.operation
            .path_parameters
            .get(path_parameter)
            .map_or("id", |path_parameter| path_parameter.name)
    }

    /// The known name that an unknown one means: a synonym, or one like it.
    pub(super) fn meant(&self, name: &str) -> Option<String> {
        let synonym = synonyms::of_heading(self, name).map(str::to_owned);
        synonym.or_else(|| self.nearest(name))
    }

    /// The known name that is most like an unknown one.
    pub(super) fn nearest(&self, name: &str) -> Option<String> {
        let path_parameters = self.operation.path_parameters.iter();
        let known = path_parameters
            .chain(self.parameters())
            .flat_map(|parameter| {
                let flag = parameter.flag.map(normal);
                std::iter::once(parameter.name.to_owned()).chain(flag)
            });
        let (first, _) = name.split_once('.').unwrap_or((name, ""));
        nearest(&normal(first), known, Similarity::Usual)
    }

    /// Whether a name is that of a whole object, which no plain cell has.
    pub(super) fn takes_json(&self, name: &str) -> bool {
        matches!(
            self.meaning(name),
            Meaning::Place(Place::Whole(parameter)) if parameter.kind == ValueKind::Json
        )
    }

    fn top(&self, name: &str) -> Option<Place> {
        let path_parameters = self.operation.path_parameters;
        if let Some(path_parameter) = path_parameters
            .iter()
            .position(|path_parameter| path_parameter.name == name)
        {
            return Some(Place::PathParameter(path_parameter));
        }
        let exact = self.parameters().find(|known| known.name == name);
        if let Some(parameter) = exact {
            return Some(Place::Whole(parameter));
        }
        if !path_parameters.is_empty() && self.names_target(name) {
            return Some(Place::PathParameter(0));
        }
        self.parameter(name).map(Place::Whole)
    }

    /// Whether a name stands for the object that is acted on. `id` does not
    /// where the object has one beside that which fills the path parameter.
    fn names_target(&self, name: &str) -> bool {
        let object = self.resource.object;
        let target = self.operation.batch.and_then(|batch| batch.target);
        let owned = name.strip_suffix("_id") == Some(self.resource.singular);
        let path_parameter = self.path_parameter_name(0);
        let another = object.field("id").is_some() && object.field(path_parameter).is_some();
        owned || target == Some(name) || (name == "id" && !another)
    }

    fn parameter(&self, name: &str) -> Option<&'static Parameter> {
        let by_name = self.parameters().find(|known| known.name == name);
        by_name.or_else(|| {
            self.parameters()
                .find(|known| known.flag.is_some_and(|flag| normal(flag) == name))
        })
    }

    fn part(&self, parameter: &'static Parameter, rest: &str) -> Option<Place> {
        if rest.trim().is_empty() {
            return None;
        }
        // The query is flat.
        let in_query = self.operation.query.iter();
        if in_query
            .into_iter()
            .any(|known| known.name == parameter.name)
        {
            return None;
        }
        match parameter.kind {
            ValueKind::Pairs => Some(Place::Pair {
                parameter,
                name: rest.trim().to_owned(),
            }),
            ValueKind::External(_)
            | ValueKind::Reference(_)
            | ValueKind::References(_)
            | ValueKind::Json => self.nested(parameter, rest),
            _ => None,
        }
    }

    fn nested(&self, parameter: &'static Parameter, rest: &str) -> Option<Place> {
        let spelled = rest.split('.').map(normal).collect::<Vec<_>>().join(".");
        // An open object may have keys of any spelling.
        let rest = if self.conventions().address_parts.contains(&&*spelled)
            || self.has_part(parameter, &spelled)
        {
            spelled
        } else {
            rest.trim().to_owned()
        };
        if rest.split('.').any(str::is_empty) {
            return None;
        }
        let path = format!("{}.{rest}", parameter.name);
        Some(Place::Part {
            verbatim: is_text(self.conventions(), &path),
            parameter,
            path,
        })
    }

    fn has_part(&self, parameter: &Parameter, part: &str) -> bool {
        self.parts(parameter).contains(&part)
    }

    /// The parts of a parameter that the resource's object knows.
    pub(super) fn parts(&self, parameter: &Parameter) -> &'static [&'static str] {
        match self.resource.object.field(parameter.name) {
            Some(field) if parameter.kind == ValueKind::Json => match field.kind {
                FieldKind::Parts(parts) => parts,
                _ => &[],
            },
            _ => &[],
        }
    }

    /// Whether a record of the resource, as it is listed, has that field: one
    /// of its own, `include`, or an included object beside its own fields.
    fn is_field(&self, name: &str) -> bool {
        let list = self.resource.operation_to(OperationAction::List);
        let mut include = list
            .into_iter()
            .flat_map(|list| list.query)
            .filter(|parameter| parameter.role == ParameterRole::Include);
        self.resource.object.field(name).is_some()
            || self.conventions().included == Some(name)
            || include.any(|include| include.values.contains(&name))
    }
}

/// Whether a part is text whatever it looks like: postal parts, so that a zip
/// keeps its zeros, and ids that objects have elsewhere.
fn is_text(conventions: &Conventions, path: &str) -> bool {
    let mut parts = path.rsplit('.');
    let last = parts.next().unwrap_or_default();
    let owner = parts.next().unwrap_or_default();
    let prefix = conventions.external_prefix;
    conventions.address_parts.contains(&last)
        || prefix.is_some_and(|prefix| owner.starts_with(prefix))
}

/// A name as the API spells it.
pub(super) fn normal(name: &str) -> String {
    let letters = name.trim().chars().map(|letter| match letter {
        ' ' | '-' => '_',
        other => other.to_ascii_lowercase(),
    });
    letters.collect()
}
