//! Rewrites the source of a template where the engine cannot be taught to do as
//! Jinja2 does: operators on texts, lists that methods change, Liquid's
//! `assign`, and includes that are missing.
//!
//! Lines stay lines. Where columns move, [`Rewritten::original`] finds the
//! place in the file again.

use crate::syntax::Span;
use crate::syntax::parser::parse;
use crate::syntax::tree::{Expression, ExpressionKind, Node, NodeKind, walk_nodes};

/// Names that rewritten sources call. No template can have them by accident.
pub(super) const MODULO: &str = "__modulo";
pub(super) const CONCATENATE: &str = "__concatenate";
pub(super) const LIST: &str = "__list";
pub(super) const INCLUDE: &str = "__include";

/// A source for the engine.
pub(super) struct Rewritten {
    /// What the engine reads.
    pub(super) source: String,
    /// Whether the source nests deeper than the engine is given.
    pub(super) is_too_deep: bool,
    edits: Vec<Edit>,
}

/// What replaces a part of the file.
struct Edit {
    /// The part of the file.
    replaced: Span,
    /// What the engine reads there.
    text: String,
}

impl Rewritten {
    /// The source as the engine takes it. A source that cannot be read stays as
    /// it is: the engine says what is wrong with it.
    pub(super) fn new(source: &str) -> Self {
        let mut edits = Vec::new();
        let mut is_too_deep = false;
        match parse(source) {
            Ok(nodes) => walk_nodes(&nodes, &mut |node| edit_node(node, source, &mut edits)),
            Err(error) => is_too_deep = error.is_too_deep,
        }
        edits.sort_by_key(|edit| (edit.replaced.start, edit.replaced.end));
        let mut rewritten = String::with_capacity(source.len());
        let mut at = 0;
        for edit in &edits {
            rewritten.push_str(&source[at..edit.replaced.start]);
            rewritten.push_str(&edit.text);
            at = edit.replaced.end;
        }
        rewritten.push_str(&source[at..]);
        Self {
            source: rewritten,
            is_too_deep,
            edits,
        }
    }

    /// The byte of the file that a byte of the rewritten source comes from.
    pub(super) fn original(&self, at: usize) -> usize {
        // `shifted` is where an edit begins in the rewritten source.
        let (mut consumed, mut shifted) = (0, 0);
        for edit in &self.edits {
            shifted += edit.replaced.start - consumed;
            if at < shifted {
                return edit.replaced.start - (shifted - at);
            }
            if at < shifted + edit.text.len() {
                return edit.replaced.start;
            }
            shifted += edit.text.len();
            consumed = edit.replaced.end;
        }
        consumed + at.saturating_sub(shifted)
    }
}

fn edit_node(node: &Node, source: &str, edits: &mut Vec<Edit>) {
    let mut wrap = |span: Span, function: &str| {
        insert(edits, span.start, format!("{function}("));
        insert(edits, span.end, ")".to_owned());
    };
    match &node.kind {
        NodeKind::Set {
            is_assign,
            keyword,
            value,
            ..
        } => {
            if matches!(value.kind, ExpressionKind::List(_)) {
                wrap(value.span, LIST);
            }
            if *is_assign {
                edits.push(Edit {
                    replaced: *keyword,
                    text: "set".to_owned(),
                });
            }
        }
        NodeKind::Include {
            name,
            may_be_missing: false,
        } => wrap(name.span, INCLUDE),
        _ => {}
    }
    for expression in node.expressions() {
        edit_operators(expression, source, edits);
    }
}

/// Replaces `a % b` and `a ~ b`, which the engine evaluates itself, by calls.
fn edit_operators(expression: &Expression, source: &str, edits: &mut Vec<Edit>) {
    if let ExpressionKind::Binary(operator @ ("%" | "~"), at, left, right) = &expression.kind {
        let function = if *operator == "%" {
            MODULO
        } else {
            CONCATENATE
        };
        insert(edits, left.span.start, format!("{function}("));
        edits.push(Edit {
            replaced: *at,
            text: ",".to_owned(),
        });
        // A bare tuple after the operator would become further arguments.
        debug_assert!(source.is_char_boundary(right.span.end));
        insert(edits, right.span.end, ")".to_owned());
    }
    if let ExpressionKind::Call(called, _) = &expression.kind
        && let ExpressionKind::Attribute(of, _) = &called.kind
        && matches!(of.kind, ExpressionKind::List(_))
    {
        insert(edits, of.span.start, format!("{LIST}("));
        insert(edits, of.span.end, ")".to_owned());
    }
    for child in expression.children() {
        edit_operators(child, source, edits);
    }
}

fn insert(edits: &mut Vec<Edit>, at: usize, text: String) {
    edits.push(Edit {
        replaced: Span::new(at, at),
        text,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_on_texts_become_calls() {
        let rewritten = Rewritten::new("{{ '%s-%s' % (a, b) ~ c % 2 }}");
        let expected = "{{ __concatenate(__modulo('%s-%s' , (a, b)) , __modulo(c , 2)) }}";
        assert_eq!(rewritten.source, expected);
    }

    #[test]
    fn places_are_found_again_after_edits() {
        let source = "{% assign x = [1] %}{{ a ~ b.c }} {{ d }}";
        let rewritten = Rewritten::new(source);
        for name in ["x", "a", "b", "d"] {
            let find = |text: &str| {
                let pattern = format!("{name} ");
                let alone = text.find(&format!(" {pattern}")).map(|at| at + 1);
                alone.or_else(|| text.find(name))
            };
            let (Some(before), Some(after)) = (find(source), find(&rewritten.source)) else {
                panic!("{name} is missing in {}", rewritten.source);
            };
            if source[before..].starts_with(name) && rewritten.source[after..].starts_with(name) {
                let found = rewritten.original(after);
                assert!(source[found..].starts_with(name), "{name}: {found}");
            }
        }
    }

    #[test]
    fn a_source_that_cannot_be_read_stays_as_it_is() {
        assert_eq!(Rewritten::new("{{ a % }}").source, "{{ a % }}");
        assert_eq!(
            Rewritten::new("{% raw %}{{ a % b }}{% endraw %}").source,
            "{% raw %}{{ a % b }}{% endraw %}"
        );
    }
}
