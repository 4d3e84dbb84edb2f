//! Rules about variables and fields. Each page is followed through its layout
//! and its includes with the names that are known at each place.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::templates::{Trees, names};
use super::{Findings, Severity, UNDEFINED_VARIABLE, UNKNOWN_FIELD, hint};
use crate::folder::Theme;
use crate::objects::{PortalObject, object, objects};
use crate::pages;
use crate::syntax::tree::{Expression, ExpressionKind, Node, NodeKind, walk_expressions};
use crate::urls::URL_NAMES;

/// Names that the language itself has.
const LANGUAGE: [&str; 14] = [
    "range",
    "dict",
    "lipsum",
    "cycler",
    "joiner",
    "namespace",
    "loop",
    "self",
    "super",
    "caller",
    "varargs",
    "kwargs",
    "now",
    "debug",
];

/// How deep includes are followed.
const DEEPEST: usize = 20;

/// How often a file is followed for a page, with other names known each time:
/// includes that double at each level would never end.
const MOST_VISITS: usize = 16;

/// What is known of a value: the object it is, and whether it is a list of such.
type Kind = Option<(&'static str, bool)>;
type Scope = BTreeMap<String, Kind>;

pub(super) fn check(theme: &Theme, trees: &Trees, findings: &mut Findings<'_>) {
    let mut walk = Walk {
        trees,
        seen: BTreeMap::new(),
        fields: BTreeSet::new(),
        visited: BTreeMap::new(),
        guarded: BTreeSet::new(),
    };
    for page in theme.pages() {
        let Some(own) = pages::variables(page) else {
            continue;
        };
        let mut scope = Scope::new();
        for variable in pages::globals().chain(own) {
            scope.insert(
                variable.name.to_owned(),
                variable.object.map(|object| (object, variable.is_list)),
            );
        }
        for url in URL_NAMES.iter().filter(|url| url.is_variable()) {
            scope.insert(url.name.to_owned(), None);
        }
        walk.visited.clear();
        walk.page(page, scope);
    }
    for ((file, at, name), (undefined, total)) in &walk.seen {
        if undefined < total {
            continue;
        }
        // A variable that other pages have is there on purpose, and empty here.
        let (severity, more) = if pages::is_variable(name) {
            (Severity::Note, "; other pages have it".to_owned())
        } else {
            let known = pages::all_variables().map(|variable| variable.name);
            (
                UNDEFINED_VARIABLE.severity,
                hint(name, known.chain(URL_NAMES.iter().map(|url| url.name))),
            )
        };
        let message = format!("no page that shows this has a variable {name}{more}");
        findings.add_as(UNDEFINED_VARIABLE, severity, file, *at, message);
    }
    for (file, at, owner, field) in &walk.fields {
        let known = object(owner)
            .into_iter()
            .flat_map(|object| object.fields())
            .map(|field| field.name);
        let message = format!("{owner} has no field {field}{}", hint(field, known));
        findings.add(UNKNOWN_FIELD, file, *at, message);
    }
}

struct Walk<'a> {
    trees: &'a Trees,
    /// Uses of names: file, place and name → how often undefined, how often seen.
    seen: BTreeMap<(String, usize, String), (usize, usize)>,
    fields: BTreeSet<(String, usize, &'static str, String)>,
    /// Files that were followed with the same names known.
    visited: BTreeMap<String, HashSet<Vec<(String, Kind)>>>,
    /// Names of the file at hand that it asks for with `is defined` or `default`.
    guarded: BTreeSet<String>,
}

impl<'a> Walk<'a> {
    /// A page, and the layouts that it extends.
    fn page(&mut self, page: &str, mut scope: Scope) {
        let mut chain = Vec::new();
        let mut next = Some(page.to_owned());
        while let Some(name) = next.take() {
            let Some(nodes) = self.trees.get(&name).filter(|_| chain.len() < DEEPEST) else {
                break;
            };
            // What a template sets outside of blocks, its blocks and layouts see.
            bind_top_level(nodes, &mut scope);
            next = nodes.iter().find_map(|node| match &node.kind {
                NodeKind::Extends(name) => names(name).into_iter().next().map(|(name, _)| name),
                _ => None,
            });
            chain.push(name);
        }
        for name in chain {
            self.file(&name, scope.clone(), 0);
        }
    }

    fn file(&mut self, name: &str, mut scope: Scope, depth: usize) {
        let Some(nodes) = self.trees.get(name).filter(|_| depth < DEEPEST) else {
            return;
        };
        let known = scope
            .iter()
            .map(|(name, kind)| (name.clone(), *kind))
            .collect();
        let visits = self.visited.entry(name.to_owned()).or_default();
        if visits.len() >= MOST_VISITS || !visits.insert(known) {
            return;
        }
        let before = std::mem::replace(&mut self.guarded, guarded(nodes));
        self.nodes(name, nodes, &mut scope, depth);
        self.guarded = before;
    }

    fn nodes(&mut self, file: &str, nodes: &'a [Node], scope: &mut Scope, depth: usize) {
        for node in nodes {
            for expression in node.expressions() {
                // What a loop tests is about its item, and looked at there.
                if !matches!(node.kind, NodeKind::For(_)) {
                    self.expression(file, expression, scope);
                }
            }
            self.node(file, node, scope, depth);
        }
    }

    fn node(&mut self, file: &str, node: &'a Node, scope: &mut Scope, depth: usize) {
        match &node.kind {
            NodeKind::Set { targets, value, .. } => {
                let kind = kind_of(value, scope);
                for target in targets {
                    let kind = if targets.len() == 1 { kind } else { None };
                    scope.insert(target.name.clone(), kind);
                }
            }
            NodeKind::SetBlock(target, body) => {
                self.nodes(file, body, &mut scope.clone(), depth);
                scope.insert(target.name.clone(), None);
            }
            NodeKind::For(repeated) => {
                self.expression(file, &repeated.iterated, scope);
                let mut inner = scope.clone();
                let item = kind_of(&repeated.iterated, scope)
                    .and_then(|(object, is_list)| is_list.then_some((object, false)));
                for target in &repeated.targets {
                    inner.insert(
                        target.name.clone(),
                        if repeated.targets.len() == 1 {
                            item
                        } else {
                            None
                        },
                    );
                }
                if let Some(condition) = &repeated.condition {
                    self.expression(file, condition, &inner);
                }
                self.nodes(file, &repeated.body, &mut inner, depth);
                self.nodes(file, &repeated.otherwise, &mut scope.clone(), depth);
            }
            NodeKind::If(branches, otherwise) => {
                for (_, body) in branches {
                    self.nodes(file, body, scope, depth);
                }
                self.nodes(file, otherwise, scope, depth);
            }
            NodeKind::Scope(bound, _, body) => {
                let mut inner = scope.clone();
                inner.extend(bound.iter().map(|name| (name.name.clone(), None)));
                self.nodes(file, body, &mut inner, depth);
            }
            NodeKind::Macro(name, parameters, _, body) => {
                scope.insert(name.name.clone(), None);
                let mut inner = scope.clone();
                inner.extend(parameters.iter().map(|name| (name.name.clone(), None)));
                self.nodes(file, body, &mut inner, depth);
            }
            NodeKind::Import(_, imported) => {
                scope.extend(imported.iter().map(|name| (name.name.clone(), None)));
            }
            NodeKind::Block(_, body) => self.nodes(file, body, &mut scope.clone(), depth),
            NodeKind::Include { name, .. } => {
                for (included, _) in names(name) {
                    self.file(&included, scope.clone(), depth + 1);
                }
            }
            _ => {}
        }
    }

    fn expression(&mut self, file: &str, expression: &Expression, scope: &Scope) {
        match &expression.kind {
            ExpressionKind::Name(name) => {
                let is_known = scope.contains_key(name)
                    || LANGUAGE.contains(&name.as_str())
                    || self.guarded.contains(name);
                let key = (file.to_owned(), expression.span.start, name.clone());
                let (undefined, total) = self.seen.entry(key).or_default();
                *undefined += usize::from(!is_known);
                *total += 1;
            }
            ExpressionKind::Attribute(of, field) => self.field(file, expression, of, field, scope),
            ExpressionKind::Item(of, key) => {
                if let Some(field) = key.as_text() {
                    self.field(file, expression, of, field, scope);
                }
            }
            // The attribute is a method.
            ExpressionKind::Call(called, arguments)
                if matches!(called.kind, ExpressionKind::Attribute(..)) =>
            {
                let named = arguments.named.iter().map(|(_, value)| value);
                let of = called.children();
                for inner in of.into_iter().chain(&arguments.positional).chain(named) {
                    self.expression(file, inner, scope);
                }
                return;
            }
            _ => {}
        }
        for child in expression.children() {
            self.expression(file, child, scope);
        }
    }

    fn field(
        &mut self,
        file: &str,
        whole: &Expression,
        of: &Expression,
        field: &str,
        scope: &Scope,
    ) {
        let Some((owner, false)) = kind_of(of, scope) else {
            return;
        };
        let is_known = object(owner).is_none_or(|object| object.field(field).is_some());
        if !is_known {
            self.fields
                .insert((file.to_owned(), whole.span.start, owner, field.to_owned()));
        }
    }
}

fn bind_top_level(nodes: &[Node], scope: &mut Scope) {
    for node in nodes {
        match &node.kind {
            NodeKind::Set { targets, .. } => {
                scope.extend(targets.iter().map(|target| (target.name.clone(), None)));
            }
            NodeKind::SetBlock(name, _) | NodeKind::Macro(name, ..) => {
                scope.insert(name.name.clone(), None);
            }
            NodeKind::Import(_, names) => {
                scope.extend(names.iter().map(|name| (name.name.clone(), None)));
            }
            NodeKind::If(branches, otherwise) => {
                for (_, body) in branches {
                    bind_top_level(body, scope);
                }
                bind_top_level(otherwise, scope);
            }
            _ => {}
        }
    }
}

/// Names for which a file provides that they are undefined.
fn guarded(nodes: &[Node]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    walk_expressions(nodes, &mut |expression| {
        let (value, name) = match &expression.kind {
            ExpressionKind::Test(value, test, _) => (value, &test.name),
            ExpressionKind::Filter(value, filter, _) => (value, &filter.name),
            _ => return,
        };
        if let (ExpressionKind::Name(variable), "defined" | "undefined" | "default" | "d") =
            (&value.kind, name.as_str())
        {
            names.insert(variable.clone());
        }
    });
    names
}

/// The type of an expression, as far as it is known.
fn kind_of(expression: &Expression, scope: &Scope) -> Kind {
    match &expression.kind {
        ExpressionKind::Name(name) => scope.get(name).copied().flatten(),
        ExpressionKind::Attribute(of, field) => field_kind(kind_of(of, scope)?, field),
        ExpressionKind::Item(of, key) => match key.as_text() {
            Some(field) => field_kind(kind_of(of, scope)?, field),
            None => element(kind_of(of, scope)?),
        },
        ExpressionKind::Slice(of, _) => kind_of(of, scope),
        ExpressionKind::Filter(of, filter, _) => match filter.name.as_str() {
            "first" | "last" => element(kind_of(of, scope)?),
            "sort" | "list" | "reverse" | "selectattr" | "rejectattr" | "default" | "d"
            | "unique" => kind_of(of, scope),
            _ => None,
        },
        ExpressionKind::Binary("or", _, left, _) => kind_of(left, scope),
        _ => None,
    }
}

/// Images are a list of sizes and an object of sizes at once.
fn element((object, is_list): (&'static str, bool)) -> Kind {
    (is_list || object == "images").then_some((object, false))
}

fn field_kind((owner, is_list): (&'static str, bool), field: &str) -> Kind {
    if is_list {
        return None;
    }
    let owner: PortalObject = objects().find(|object| object.name == owner)?;
    let field = owner.field(field)?;
    field.object.map(|object| (object, field.is_list))
}
