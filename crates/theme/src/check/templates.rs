//! Rules about the structure of templates: syntax, includes, layouts, texts.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    BASE_NOT_EXTENDED, Findings, INCLUDE_LOOP, LIQUID_LEAK, MISSING_INCLUDE, ORPHAN_PARTIAL,
    PYTHON_2_ONLY, SYNTAX, UNKNOWN_TAG, UNTRANSLATED_KEY, hint,
};
use crate::folder::{Theme, has_ending};
use crate::pages;
use crate::syntax::parser::{TAGS, parse};
use crate::syntax::tree::{
    Expression, ExpressionKind, Node, NodeKind, walk_expressions, walk_nodes,
};

/// The trees of all files that can be read, by name.
pub(super) type Trees = BTreeMap<String, Vec<Node>>;

/// Tags of Liquid that the engine does not have.
const LIQUID: [&str; 12] = [
    "capture",
    "endcapture",
    "comment",
    "endcomment",
    "unless",
    "endunless",
    "case",
    "when",
    "endcase",
    "render",
    "section",
    "liquid",
];

pub(super) fn trees(theme: &Theme, findings: &mut Findings<'_>) -> Trees {
    let mut trees = Trees::new();
    for (name, source) in theme.texts() {
        match parse(source) {
            Ok(nodes) => {
                trees.insert(name.to_owned(), nodes);
            }
            Err(error) => match &error.unknown_tag {
                Some(tag) if LIQUID.contains(&tag.as_str()) => {
                    let message = format!(
                        "{tag} is a tag of Liquid: write it between raw and endraw to have the shop run it"
                    );
                    findings.add(UNKNOWN_TAG, name, error.at, message);
                }
                Some(tag) => {
                    let message = format!("there is no tag {tag}{}", hint(tag, TAGS.into_iter()));
                    findings.add(UNKNOWN_TAG, name, error.at, message);
                }
                None => findings.add(SYNTAX, name, error.at, error.message),
            },
        }
    }
    trees
}

pub(super) fn check(theme: &Theme, trees: &Trees, findings: &mut Findings<'_>) {
    let mut included = BTreeSet::new();
    let mut edges: BTreeMap<&str, Vec<(String, usize)>> = BTreeMap::new();
    let mut keys = BTreeSet::new();
    for (name, nodes) in trees {
        for reference in references(nodes) {
            included.insert(reference.name.clone());
            if theme.text(&reference.name).is_some() {
                if reference.is_include {
                    edges
                        .entry(name)
                        .or_default()
                        .push((reference.name, reference.at));
                }
            } else if !reference.may_be_missing {
                let message = format!(
                    "the theme has no file {}{}",
                    reference.name,
                    hint(&reference.name, theme.names())
                );
                findings.add(MISSING_INCLUDE, name, reference.at, message);
            }
        }
        layout(name, nodes, findings);
        texts(theme, name, nodes, &mut keys, findings);
        liquid(theme, name, nodes, findings);
        walk_expressions(nodes, &mut |expression| order(name, expression, findings));
    }
    loops(&edges, findings);
    for (name, _) in theme.texts() {
        if name.starts_with('_') && has_ending(name, "html") && !included.contains(name) {
            findings.about_file(ORPHAN_PARTIAL, name, "no file includes it");
        }
    }
}

/// A file that another one names.
pub(super) struct Reference {
    pub(super) name: String,
    pub(super) at: usize,
    may_be_missing: bool,
    is_include: bool,
}

fn references(nodes: &[Node]) -> Vec<Reference> {
    let mut found = Vec::new();
    walk_nodes(nodes, &mut |node| {
        let (expression, may_be_missing, is_include) = match &node.kind {
            NodeKind::Include {
                name,
                may_be_missing,
            } => (name, *may_be_missing, true),
            NodeKind::Extends(name) | NodeKind::Import(name, _) => (name, false, false),
            _ => return,
        };
        // Of a list, the first that exists is taken.
        let is_list = matches!(expression.kind, ExpressionKind::List(_));
        for (name, at) in names(expression) {
            let may_be_missing = may_be_missing || is_list;
            found.push(Reference {
                name,
                at,
                may_be_missing,
                is_include,
            });
        }
    });
    found
}

/// The names that an expression of an include can give, where they are written.
pub(super) fn names(expression: &Expression) -> Vec<(String, usize)> {
    match &expression.kind {
        ExpressionKind::Text(text) => vec![(text.clone(), expression.span.start)],
        ExpressionKind::List(items) | ExpressionKind::Tuple(items) => {
            items.iter().flat_map(names).collect()
        }
        ExpressionKind::Conditional(value, _, otherwise) => {
            let otherwise = otherwise.iter().flat_map(|otherwise| names(otherwise));
            names(value).into_iter().chain(otherwise).collect()
        }
        _ => Vec::new(),
    }
}

fn layout(name: &str, nodes: &[Node], findings: &mut Findings<'_>) {
    let is_page = pages::templates().any(|template| template == name);
    let extends = nodes
        .iter()
        .any(|node| matches!(node.kind, NodeKind::Extends(_)));
    if is_page && !extends {
        findings.about_file(
            BASE_NOT_EXTENDED,
            name,
            "the page does not begin with {% extends 'base.html' %}",
        );
    }
}

fn texts(
    theme: &Theme,
    name: &str,
    nodes: &[Node],
    keys: &mut BTreeSet<String>,
    findings: &mut Findings<'_>,
) {
    walk_expressions(nodes, &mut |expression| {
        let ExpressionKind::Filter(value, filter, _) = &expression.kind else {
            return;
        };
        let Some(key) = value.as_text().filter(|_| filter.name == "t") else {
            return;
        };
        // Each key once, at its first place.
        if !theme.translations.contains_key(key) && keys.insert(key.to_owned()) {
            let message = format!("{key} has no text in translations.json");
            findings.add(UNTRANSLATED_KEY, name, value.span.start, message);
        }
    });
}

fn liquid(theme: &Theme, name: &str, nodes: &[Node], findings: &mut Findings<'_>) {
    let source = theme.text(name).unwrap_or_default();
    walk_nodes(nodes, &mut |node| {
        if node.kind != NodeKind::Raw {
            return;
        }
        let raw = &source[node.span.start..node.span.end];
        if let Some(at) = raw.find("{%") {
            let tag = raw[at + 2..].trim_start_matches('-').trim_start();
            let tag = tag
                .split(|each: char| !each.is_ascii_alphanumeric())
                .next()
                .unwrap_or_default();
            let message = format!(
                "{tag} reaches the output: a shop's proxy runs it as Liquid, a hosted portal shows it"
            );
            findings.add(LIQUID_LEAK, name, node.span.start + at, message);
        }
    });
}

/// `"2" > 1`.
fn order(name: &str, expression: &Expression, findings: &mut Findings<'_>) {
    let ExpressionKind::Binary("<" | ">" | "<=" | ">=", at, left, right) = &expression.kind else {
        return;
    };
    let is_mixed = (is_text(left) && is_number(right)) || (is_number(left) && is_text(right));
    if is_mixed {
        let message =
            "text and number are compared: convert with |int or |float, Python 3 refuses it";
        findings.add(PYTHON_2_ONLY, name, at.start, message);
    }
}

fn is_text(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::Text(_) | ExpressionKind::Binary("~", ..) => true,
        ExpressionKind::Filter(_, filter, _) => {
            matches!(
                filter.name.as_str(),
                "string" | "date" | "money" | "replace" | "lower" | "upper" | "url_param"
            )
        }
        _ => false,
    }
}

fn is_number(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::Number(_) | ExpressionKind::Binary("-" | "*" | "/" | "//", ..) => true,
        ExpressionKind::Filter(_, filter, _) => {
            matches!(filter.name.as_str(), "int" | "float" | "length" | "count")
        }
        ExpressionKind::Unary("-", inner) => is_number(inner),
        _ => false,
    }
}

/// Files that include themselves, directly or through others.
fn loops(edges: &BTreeMap<&str, Vec<(String, usize)>>, findings: &mut Findings<'_>) {
    for (start, targets) in edges {
        for (target, at) in targets {
            if let Some(path) = path_to(edges, target, start) {
                let message = format!("it includes itself: {start} → {}", path.join(" → "));
                findings.add(INCLUDE_LOOP, start, *at, message);
            }
        }
    }
}

fn path_to(
    edges: &BTreeMap<&str, Vec<(String, usize)>>,
    from: &str,
    to: &str,
) -> Option<Vec<String>> {
    let mut seen = BTreeSet::from([from.to_owned()]);
    let mut paths = vec![vec![from.to_owned()]];
    while let Some(path) = paths.pop() {
        let last = path.last()?;
        if last == to {
            return Some(path);
        }
        for (next, _) in edges.get(last.as_str()).into_iter().flatten() {
            if seen.insert(next.clone()) || next == to {
                let mut longer = path.clone();
                longer.push(next.clone());
                paths.push(longer);
            }
        }
    }
    None
}
