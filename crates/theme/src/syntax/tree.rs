//! The tree of a template.

use super::Span;

/// An expression and where it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    /// What it is.
    pub kind: ExpressionKind,
    /// Where it is.
    pub span: Span,
}

/// The kinds of expressions.
#[derive(Debug, Clone, PartialEq)]
pub enum ExpressionKind {
    /// A variable.
    Name(String),
    /// A text.
    Text(String),
    /// A number.
    Number(String),
    /// `true`, `false` or `none`.
    Constant,
    /// `[a, b]`.
    List(Vec<Expression>),
    /// `(a, b)`.
    Tuple(Vec<Expression>),
    /// `{a: b}`.
    Dict(Vec<(Expression, Expression)>),
    /// `a.b`.
    Attribute(Box<Expression>, String),
    /// `a[b]`.
    Item(Box<Expression>, Box<Expression>),
    /// `a[b:c]`.
    Slice(Box<Expression>, Vec<Expression>),
    /// `a(b)`.
    Call(Box<Expression>, Arguments),
    /// `a|b`.
    Filter(Box<Expression>, Named, Arguments),
    /// `a is b`.
    Test(Box<Expression>, Named, Vec<Expression>),
    /// `not a`, `-a`.
    Unary(&'static str, Box<Expression>),
    /// `a + b`; the span is that of the operator.
    Binary(&'static str, Span, Box<Expression>, Box<Expression>),
    /// `a if b else c`.
    Conditional(Box<Expression>, Box<Expression>, Option<Box<Expression>>),
}

/// A name and where it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    /// The name.
    pub name: String,
    /// Where it is.
    pub span: Span,
}

/// The arguments of a call or of a filter.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Arguments {
    /// Those without a name.
    pub positional: Vec<Expression>,
    /// Those with a name.
    pub named: Vec<(String, Expression)>,
}

/// A part of a template.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// The segment it comes from; of a block tag, its opening tag.
    pub span: Span,
}

/// The kinds of parts.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind {
    /// Text that is written as it stands.
    Text,
    /// Text between `raw` and `endraw`.
    Raw,
    /// `{{ … }}`.
    Output(Expression),
    /// `if`, with the branches in order and what `else` contains.
    If(Vec<(Expression, Vec<Node>)>, Vec<Node>),
    /// `for`.
    For(Box<Loop>),
    /// `set` with values; `keyword` is where `set` or `assign` is written.
    Set {
        /// Where the keyword is.
        keyword: Span,
        /// Whether the keyword is Liquid's `assign`.
        is_assign: bool,
        /// The names that get values.
        targets: Vec<Named>,
        /// The value.
        value: Expression,
    },
    /// `set` with a body.
    SetBlock(Named, Vec<Node>),
    /// `block`.
    Block(Named, Vec<Node>),
    /// `extends`.
    Extends(Expression),
    /// `include`.
    Include {
        /// What is included.
        name: Expression,
        /// Whether it may be missing.
        may_be_missing: bool,
    },
    /// `with`, `filter`, `call`, `autoescape`: names it binds, expressions, body.
    Scope(Vec<Named>, Vec<Expression>, Vec<Node>),
    /// `macro`: its name, its parameters, defaults, and its body.
    Macro(Named, Vec<Named>, Vec<Expression>, Vec<Node>),
    /// `import` and `from`: the template and the names.
    Import(Expression, Vec<Named>),
    /// `do`.
    Do(Expression),
    /// `break` or `continue`.
    LoopControl,
}

/// A `for`.
#[derive(Debug, Clone, PartialEq)]
pub struct Loop {
    /// The names of an item.
    pub targets: Vec<Named>,
    /// What is iterated.
    pub iterated: Expression,
    /// The condition on items.
    pub condition: Option<Expression>,
    /// What is repeated.
    pub body: Vec<Node>,
    /// What `else` contains.
    pub otherwise: Vec<Node>,
}

impl Expression {
    /// The expressions directly inside it.
    #[must_use]
    pub fn children(&self) -> Vec<&Expression> {
        match &self.kind {
            ExpressionKind::Name(_)
            | ExpressionKind::Text(_)
            | ExpressionKind::Number(_)
            | ExpressionKind::Constant => Vec::new(),
            ExpressionKind::List(items) | ExpressionKind::Tuple(items) => items.iter().collect(),
            ExpressionKind::Dict(pairs) => {
                pairs.iter().flat_map(|(key, value)| [key, value]).collect()
            }
            ExpressionKind::Attribute(of, _) | ExpressionKind::Unary(_, of) => vec![of],
            ExpressionKind::Item(of, key) => vec![of, key],
            ExpressionKind::Slice(of, bounds) => std::iter::once(&**of).chain(bounds).collect(),
            ExpressionKind::Call(of, arguments) | ExpressionKind::Filter(of, _, arguments) => {
                let named = arguments.named.iter().map(|(_, value)| value);
                std::iter::once(&**of)
                    .chain(&arguments.positional)
                    .chain(named)
                    .collect()
            }
            ExpressionKind::Test(of, _, arguments) => {
                std::iter::once(&**of).chain(arguments).collect()
            }
            ExpressionKind::Binary(_, _, left, right) => vec![left, right],
            ExpressionKind::Conditional(value, condition, otherwise) => {
                let mut all: Vec<&Expression> = vec![value, condition];
                all.extend(otherwise.as_deref());
                all
            }
        }
    }

    /// Calls `look` with it and with everything inside it.
    pub fn walk<'a>(&'a self, look: &mut impl FnMut(&'a Expression)) {
        look(self);
        for child in self.children() {
            child.walk(look);
        }
    }

    /// The text it is, when it is a text.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match &self.kind {
            ExpressionKind::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl Node {
    /// The expressions of its own, without those of parts inside it.
    #[must_use]
    pub fn expressions(&self) -> Vec<&Expression> {
        match &self.kind {
            NodeKind::Text
            | NodeKind::Raw
            | NodeKind::LoopControl
            | NodeKind::Block(..)
            | NodeKind::SetBlock(..) => Vec::new(),
            NodeKind::Output(expression)
            | NodeKind::Extends(expression)
            | NodeKind::Do(expression)
            | NodeKind::Import(expression, _)
            | NodeKind::Include {
                name: expression, ..
            }
            | NodeKind::Set {
                value: expression, ..
            } => vec![expression],
            NodeKind::If(branches, _) => branches.iter().map(|(condition, _)| condition).collect(),
            NodeKind::For(repeated) => {
                let condition = repeated.condition.as_ref();
                std::iter::once(&repeated.iterated)
                    .chain(condition)
                    .collect()
            }
            NodeKind::Scope(_, expressions, _) | NodeKind::Macro(_, _, expressions, _) => {
                expressions.iter().collect()
            }
        }
    }

    /// The lists of parts inside it.
    #[must_use]
    pub fn bodies(&self) -> Vec<&[Node]> {
        match &self.kind {
            NodeKind::If(branches, otherwise) => {
                let bodies = branches.iter().map(|(_, body)| body.as_slice());
                bodies.chain([otherwise.as_slice()]).collect()
            }
            NodeKind::For(repeated) => vec![&repeated.body, &repeated.otherwise],
            NodeKind::SetBlock(_, body)
            | NodeKind::Block(_, body)
            | NodeKind::Scope(_, _, body)
            | NodeKind::Macro(_, _, _, body) => vec![body],
            _ => Vec::new(),
        }
    }
}

/// Calls `look` with every part, outer ones first.
pub fn walk_nodes<'a>(nodes: &'a [Node], look: &mut impl FnMut(&'a Node)) {
    for node in nodes {
        look(node);
        for body in node.bodies() {
            walk_nodes(body, look);
        }
    }
}

/// Calls `look` with every expression of the parts.
pub fn walk_expressions<'a>(nodes: &'a [Node], look: &mut impl FnMut(&'a Expression)) {
    walk_nodes(nodes, &mut |node| {
        for expression in node.expressions() {
            expression.walk(look);
        }
    });
}
