//! Reads the tree of a template from its segments.

use super::lexer::{Segment, SegmentKind, Token, TokenKind, segments};
use super::tree::{Arguments, Expression, ExpressionKind, Loop, Named, Node, NodeKind};
use super::{Span, SyntaxError};

/// How deep expressions and tags may nest: each level costs stack.
const DEEPEST: usize = 40;

/// The tags that the language has, also those that only end others.
pub const TAGS: [&str; 33] = [
    "if",
    "elif",
    "else",
    "endif",
    "for",
    "endfor",
    "set",
    "endset",
    "block",
    "endblock",
    "extends",
    "include",
    "raw",
    "endraw",
    "break",
    "continue",
    "macro",
    "endmacro",
    "call",
    "endcall",
    "filter",
    "endfilter",
    "with",
    "endwith",
    "import",
    "from",
    "do",
    "autoescape",
    "endautoescape",
    "assign",
    "trans",
    "endtrans",
    "pluralize",
];

/// Words that no variable can be.
const KEYWORDS: [&str; 9] = [
    "and",
    "or",
    "not",
    "if",
    "else",
    "in",
    "is",
    "recursive",
    "elif",
];

/// The tree of a file.
///
/// # Errors
/// The first thing that is not the language.
pub fn parse(source: &str) -> Result<Vec<Node>, SyntaxError> {
    let all = segments(source)?;
    let mut parser = Parser {
        segments: &all,
        next: 0,
        depth: 0,
        end: source.len(),
    };
    let (nodes, ended) = parser.body(&[])?;
    debug_assert!(ended.is_none(), "nothing ends the file but its end");
    Ok(nodes)
}

struct Parser<'a> {
    segments: &'a [Segment],
    next: usize,
    depth: usize,
    end: usize,
}

/// The tag that ended a body: its word, and the reader of what follows the word.
type Ended<'a> = Option<(&'a str, Reader<'a>)>;

impl<'a> Parser<'a> {
    /// Parts up to one of the tags `until`, which is consumed.
    fn body(&mut self, until: &[&str]) -> Result<(Vec<Node>, Ended<'a>), SyntaxError> {
        self.depth += 1;
        let mut nodes = Vec::new();
        while let Some(segment) = self.segments.get(self.next) {
            self.next += 1;
            let kind = match &segment.kind {
                SegmentKind::Text => NodeKind::Text,
                SegmentKind::Raw => NodeKind::Raw,
                SegmentKind::Comment => continue,
                SegmentKind::Output(tokens) => {
                    let mut reader = Reader::new(tokens, segment.span);
                    let expression = reader.expression_or_tuple()?;
                    reader.finish()?;
                    NodeKind::Output(expression)
                }
                SegmentKind::Tag(tokens) => {
                    let mut reader = Reader::new(tokens, segment.span);
                    let word = reader.word()?;
                    if until.contains(&word) {
                        self.depth -= 1;
                        return Ok((nodes, Some((word, reader))));
                    }
                    if self.depth > DEEPEST {
                        return Err(SyntaxError::too_deep(segment.span.start));
                    }
                    self.tag(word, reader, segment.span)?
                }
            };
            nodes.push(Node {
                kind,
                span: segment.span,
            });
        }
        self.depth -= 1;
        match until {
            [] => Ok((nodes, None)),
            [.., last] => Err(SyntaxError::new(
                self.end,
                format!("{{% {last} %}} is missing"),
            )),
        }
    }

    fn tag(
        &mut self,
        word: &str,
        mut reader: Reader<'a>,
        span: Span,
    ) -> Result<NodeKind, SyntaxError> {
        let kind = match word {
            "if" => return self.if_tag(reader),
            "for" => return self.for_tag(reader),
            "set" | "assign" => return self.set_tag(word == "assign", reader),
            "block" => {
                let name = reader.name()?;
                while reader.take_word("scoped") || reader.take_word("required") {}
                reader.finish()?;
                NodeKind::Block(name, self.rest("endblock")?)
            }
            "extends" => NodeKind::Extends(reader.expression()?),
            "include" => {
                let name = reader.expression()?;
                let may_be_missing = reader.take_word("ignore") && reader.take_word("missing");
                if reader.take_word("with") || reader.take_word("without") {
                    reader.expect_word("context")?;
                }
                NodeKind::Include {
                    name,
                    may_be_missing,
                }
            }
            "break" | "continue" => NodeKind::LoopControl,
            "do" => NodeKind::Do(reader.expression()?),
            "with" => {
                let mut names = Vec::new();
                let mut values = Vec::new();
                while !reader.is_done() {
                    names.push(reader.name()?);
                    reader.expect("=")?;
                    values.push(reader.expression()?);
                    reader.take(",");
                }
                NodeKind::Scope(names, values, self.rest("endwith")?)
            }
            "autoescape" => {
                let value = reader.expression()?;
                NodeKind::Scope(Vec::new(), vec![value], self.rest("endautoescape")?)
            }
            "filter" => {
                let span = Span::new(span.start, span.start);
                let empty = Expression {
                    kind: ExpressionKind::Text(String::new()),
                    span,
                };
                let filtered = reader.filters(empty)?;
                NodeKind::Scope(Vec::new(), vec![filtered], self.rest("endfilter")?)
            }
            "call" => {
                let names = if reader.take("(") {
                    reader.parameters()?.0
                } else {
                    Vec::new()
                };
                let value = reader.expression()?;
                NodeKind::Scope(names, vec![value], self.rest("endcall")?)
            }
            "macro" => {
                let name = reader.name()?;
                reader.expect("(")?;
                let (parameters, defaults) = reader.parameters()?;
                reader.finish()?;
                NodeKind::Macro(name, parameters, defaults, self.rest("endmacro")?)
            }
            "import" => {
                let template = reader.expression()?;
                reader.expect_word("as")?;
                let name = reader.name()?;
                NodeKind::Import(template, vec![name])
            }
            "from" => {
                let template = reader.expression()?;
                reader.expect_word("import")?;
                let mut names = Vec::new();
                while !reader.is_done() {
                    let mut name = reader.name()?;
                    if reader.take_word("as") {
                        name = reader.name()?;
                    }
                    names.push(name);
                    reader.take(",");
                }
                NodeKind::Import(template, names)
            }
            _ => return Err(unknown_tag(word, span)),
        };
        if matches!(
            kind,
            NodeKind::Extends(_)
                | NodeKind::Include { .. }
                | NodeKind::LoopControl
                | NodeKind::Do(_)
        ) {
            reader.finish()?;
        }
        Ok(kind)
    }

    fn rest(&mut self, end: &str) -> Result<Vec<Node>, SyntaxError> {
        let (body, _) = self.body(&[end])?;
        Ok(body)
    }

    fn if_tag(&mut self, mut reader: Reader<'a>) -> Result<NodeKind, SyntaxError> {
        let mut condition = reader.expression_or_tuple()?;
        reader.finish()?;
        let mut branches = Vec::new();
        loop {
            let (body, ended) = self.body(&["elif", "else", "endif"])?;
            branches.push((condition, body));
            match ended {
                Some(("elif", mut reader)) => {
                    condition = reader.expression_or_tuple()?;
                    reader.finish()?;
                }
                Some(("else", reader)) => {
                    reader.finish()?;
                    return Ok(NodeKind::If(branches, self.rest("endif")?));
                }
                _ => return Ok(NodeKind::If(branches, Vec::new())),
            }
        }
    }

    fn for_tag(&mut self, mut reader: Reader<'a>) -> Result<NodeKind, SyntaxError> {
        let targets = reader.targets()?;
        reader.expect_word("in")?;
        let iterated = reader.tuple_without_condition()?;
        let condition = if reader.take_word("if") {
            Some(reader.expression()?)
        } else {
            None
        };
        reader.take_word("recursive");
        reader.finish()?;
        let (body, ended) = self.body(&["else", "endfor"])?;
        let otherwise = match ended {
            Some(("else", _)) => self.rest("endfor")?,
            _ => Vec::new(),
        };
        Ok(NodeKind::For(Box::new(Loop {
            targets,
            iterated,
            condition,
            body,
            otherwise,
        })))
    }

    fn set_tag(
        &mut self,
        is_assign: bool,
        mut reader: Reader<'a>,
    ) -> Result<NodeKind, SyntaxError> {
        let keyword = reader.last_span();
        let mut targets = reader.targets()?;
        // `set namespace.field = value`.
        while reader.take(".") {
            reader.name()?;
        }
        if reader.take("=") {
            let value = reader.expression_or_tuple()?;
            reader.finish()?;
            return Ok(NodeKind::Set {
                keyword,
                is_assign,
                targets,
                value,
            });
        }
        let body = self.rest("endset")?;
        Ok(NodeKind::SetBlock(targets.remove(0), body))
    }
}

fn unknown_tag(word: &str, span: Span) -> SyntaxError {
    SyntaxError {
        at: span.start,
        message: format!("unknown tag {word}"),
        unknown_tag: (!TAGS.contains(&word)).then(|| word.to_owned()),
        is_too_deep: false,
    }
}

/// The tokens of one output or tag.
struct Reader<'a> {
    tokens: &'a [Token],
    next: usize,
    span: Span,
    depth: usize,
}

impl<'a> Reader<'a> {
    const fn new(tokens: &'a [Token], span: Span) -> Self {
        Self {
            tokens,
            next: 0,
            span,
            depth: 0,
        }
    }

    fn peek(&self) -> Option<&'a TokenKind> {
        self.tokens.get(self.next).map(|token| &token.kind)
    }

    fn at(&self) -> usize {
        let token = self.tokens.get(self.next);
        token.map_or(self.span.end.saturating_sub(2), |token| token.span.start)
    }

    fn last_span(&self) -> Span {
        let last = self
            .next
            .checked_sub(1)
            .and_then(|last| self.tokens.get(last));
        last.map_or(self.span, |token| token.span)
    }

    const fn is_done(&self) -> bool {
        self.next >= self.tokens.len()
    }

    fn unexpected(&self, wanted: &str) -> SyntaxError {
        let found = match self.peek() {
            None => "the end".to_owned(),
            Some(TokenKind::Name(text) | TokenKind::Int(text) | TokenKind::Float(text)) => {
                text.clone()
            }
            Some(TokenKind::Text(_)) => "a text".to_owned(),
            Some(TokenKind::Operator(operator)) => (*operator).to_owned(),
        };
        SyntaxError::new(self.at(), format!("expected {wanted}, found {found}"))
    }

    fn finish(&self) -> Result<(), SyntaxError> {
        if self.is_done() {
            Ok(())
        } else {
            Err(self.unexpected("the end of the tag"))
        }
    }

    fn take(&mut self, wanted: &str) -> bool {
        let is_there =
            matches!(self.peek(), Some(TokenKind::Operator(operator)) if *operator == wanted);
        self.next += usize::from(is_there);
        is_there
    }

    fn expect(&mut self, wanted: &str) -> Result<(), SyntaxError> {
        if self.take(wanted) {
            Ok(())
        } else {
            Err(self.unexpected(wanted))
        }
    }

    fn take_word(&mut self, wanted: &str) -> bool {
        let is_there = matches!(self.peek(), Some(TokenKind::Name(name)) if name == wanted);
        self.next += usize::from(is_there);
        is_there
    }

    fn expect_word(&mut self, wanted: &str) -> Result<(), SyntaxError> {
        if self.take_word(wanted) {
            Ok(())
        } else {
            Err(self.unexpected(wanted))
        }
    }

    fn word(&mut self) -> Result<&'a str, SyntaxError> {
        match self.peek() {
            Some(TokenKind::Name(name)) => {
                self.next += 1;
                Ok(name)
            }
            _ => Err(self.unexpected("a name")),
        }
    }

    fn name(&mut self) -> Result<Named, SyntaxError> {
        let name = self.word()?.to_owned();
        Ok(Named {
            name,
            span: self.last_span(),
        })
    }

    fn targets(&mut self) -> Result<Vec<Named>, SyntaxError> {
        let in_brackets = self.take("(");
        let mut names = vec![self.name()?];
        while self.take(",") {
            names.push(self.name()?);
        }
        if in_brackets {
            self.expect(")")?;
        }
        Ok(names)
    }

    /// Parameters up to the closing bracket: names, and defaults.
    fn parameters(&mut self) -> Result<(Vec<Named>, Vec<Expression>), SyntaxError> {
        let (mut names, mut defaults) = (Vec::new(), Vec::new());
        while !self.take(")") {
            names.push(self.name()?);
            if self.take("=") {
                defaults.push(self.expression()?);
            }
            if !self.take(",") {
                self.expect(")")?;
                break;
            }
        }
        Ok((names, defaults))
    }

    fn expression_or_tuple(&mut self) -> Result<Expression, SyntaxError> {
        let first = self.expression()?;
        self.tuple_after(first)
    }

    fn tuple_without_condition(&mut self) -> Result<Expression, SyntaxError> {
        let first = self.or()?;
        self.tuple_after(first)
    }

    fn tuple_after(&mut self, first: Expression) -> Result<Expression, SyntaxError> {
        let start = first.span.start;
        let mut items = vec![first];
        let mut is_tuple = false;
        while self.take(",") {
            is_tuple = true;
            if self.is_done() {
                break;
            }
            items.push(self.expression()?);
        }
        if is_tuple {
            let span = Span::new(start, self.last_span().end);
            return Ok(Expression {
                kind: ExpressionKind::Tuple(items),
                span,
            });
        }
        Ok(items.remove(0))
    }

    fn expression(&mut self) -> Result<Expression, SyntaxError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(SyntaxError::too_deep(self.at()));
        }
        let mut value = self.or()?;
        while self.take_word("if") {
            let condition = self.or()?;
            let otherwise = if self.take_word("else") {
                Some(Box::new(self.expression()?))
            } else {
                None
            };
            let span = Span::new(value.span.start, self.last_span().end);
            let kind = ExpressionKind::Conditional(Box::new(value), Box::new(condition), otherwise);
            value = Expression { kind, span };
        }
        self.depth -= 1;
        Ok(value)
    }

    fn or(&mut self) -> Result<Expression, SyntaxError> {
        let mut left = self.and()?;
        while self.take_word("or") {
            let operator = self.last_span();
            let right = self.and()?;
            left = binary("or", operator, left, right);
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Expression, SyntaxError> {
        let mut left = self.not()?;
        while self.take_word("and") {
            let operator = self.last_span();
            let right = self.not()?;
            left = binary("and", operator, left, right);
        }
        Ok(left)
    }

    fn not(&mut self) -> Result<Expression, SyntaxError> {
        let start = self.at();
        if self.take_word("not") {
            self.depth += 1;
            if self.depth > DEEPEST {
                return Err(SyntaxError::too_deep(self.at()));
            }
            let inner = self.not()?;
            self.depth -= 1;
            let span = Span::new(start, inner.span.end);
            return Ok(Expression {
                kind: ExpressionKind::Unary("not", Box::new(inner)),
                span,
            });
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Expression, SyntaxError> {
        let mut left = self.level(0)?;
        loop {
            let operator = ["==", "!=", ">=", "<=", ">", "<"]
                .into_iter()
                .find(|operator| self.take(operator));
            let operator = operator.or_else(|| self.take_word("in").then_some("in"));
            let operator = operator.or_else(|| {
                let names = self.tokens.get(self.next..self.next + 2)?;
                let is_word = |token: &Token, word: &str| matches!(&token.kind, TokenKind::Name(name) if name == word);
                let is_not_in = is_word(&names[0], "not") && is_word(&names[1], "in");
                self.next += if is_not_in { 2 } else { 0 };
                is_not_in.then_some("not in")
            });
            let Some(operator) = operator else {
                return Ok(left);
            };
            let span = self.last_span();
            let right = self.level(0)?;
            left = binary(operator, span, left, right);
        }
    }

    /// Sums, concatenations and products, the loosest first.
    fn level(&mut self, level: usize) -> Result<Expression, SyntaxError> {
        const LEVELS: [&[&str]; 3] = [&["+", "-"], &["~"], &["*", "//", "/", "%"]];
        let Some(operators) = LEVELS.get(level) else {
            return self.unary();
        };
        let mut left = self.level(level + 1)?;
        loop {
            let operator = operators.iter().find(|operator| self.take(operator));
            let Some(operator) = operator else {
                return Ok(left);
            };
            let span = self.last_span();
            let right = self.level(level + 1)?;
            left = binary(operator, span, left, right);
        }
    }

    fn unary(&mut self) -> Result<Expression, SyntaxError> {
        let start = self.at();
        let operator = ["-", "+"].into_iter().find(|operator| self.take(operator));
        if let Some(operator) = operator {
            self.depth += 1;
            if self.depth > DEEPEST {
                return Err(SyntaxError::too_deep(self.at()));
            }
            let inner = self.unary()?;
            self.depth -= 1;
            let span = Span::new(start, inner.span.end);
            return Ok(Expression {
                kind: ExpressionKind::Unary(operator, Box::new(inner)),
                span,
            });
        }
        let primary = self.primary()?;
        let mut value = self.postfix(primary)?;
        if self.take("**") {
            let span = self.last_span();
            let right = self.unary()?;
            value = binary("**", span, value, right);
        }
        self.filters_and_tests(value)
    }

    fn filters(&mut self, value: Expression) -> Result<Expression, SyntaxError> {
        // `{% filter upper|trim %}` begins without a bar.
        let first = self.filter(value)?;
        self.filters_and_tests(first)
    }

    fn filter(&mut self, value: Expression) -> Result<Expression, SyntaxError> {
        let name = self.name()?;
        let arguments = if self.take("(") {
            self.arguments()?
        } else {
            Arguments::default()
        };
        let span = Span::new(value.span.start, self.last_span().end);
        let kind = ExpressionKind::Filter(Box::new(value), name, arguments);
        let filtered = Expression { kind, span };
        self.postfix(filtered)
    }

    fn filters_and_tests(&mut self, mut value: Expression) -> Result<Expression, SyntaxError> {
        loop {
            if self.take("|") {
                value = self.filter(value)?;
            } else if self.take_word("is") {
                let is_not = self.take_word("not");
                let name = self.name()?;
                let arguments = self.test_arguments()?;
                let span = Span::new(value.span.start, self.last_span().end);
                value = Expression {
                    kind: ExpressionKind::Test(Box::new(value), name, arguments),
                    span,
                };
                if is_not {
                    value = Expression {
                        kind: ExpressionKind::Unary("not", Box::new(value)),
                        span,
                    };
                }
            } else {
                return Ok(value);
            }
        }
    }

    fn test_arguments(&mut self) -> Result<Vec<Expression>, SyntaxError> {
        if self.take("(") {
            return Ok(self.arguments()?.positional);
        }
        let has_argument = match self.peek() {
            Some(TokenKind::Name(name)) => !KEYWORDS.contains(&name.as_str()),
            Some(TokenKind::Operator(operator)) => matches!(*operator, "[" | "{"),
            Some(_) => true,
            None => false,
        };
        if has_argument {
            let primary = self.primary()?;
            return Ok(vec![self.postfix(primary)?]);
        }
        Ok(Vec::new())
    }

    fn arguments(&mut self) -> Result<Arguments, SyntaxError> {
        let mut arguments = Arguments::default();
        while !self.take(")") {
            self.take("**");
            self.take("*");
            let named = match self.tokens.get(self.next..self.next + 2) {
                Some(
                    [
                        Token {
                            kind: TokenKind::Name(name),
                            ..
                        },
                        Token {
                            kind: TokenKind::Operator("="),
                            ..
                        },
                    ],
                ) => Some(name.clone()),
                _ => None,
            };
            if let Some(name) = named {
                self.next += 2;
                let value = self.expression()?;
                arguments.named.push((name, value));
            } else {
                arguments.positional.push(self.expression()?);
            }
            if !self.take(",") {
                self.expect(")")?;
                break;
            }
        }
        Ok(arguments)
    }

    fn postfix(&mut self, mut value: Expression) -> Result<Expression, SyntaxError> {
        loop {
            let start = value.span.start;
            let kind = if self.take(".") {
                match self.peek() {
                    Some(TokenKind::Int(index)) => {
                        self.next += 1;
                        let span = self.last_span();
                        let index = Expression {
                            kind: ExpressionKind::Number(index.clone()),
                            span,
                        };
                        ExpressionKind::Item(Box::new(value), Box::new(index))
                    }
                    _ => ExpressionKind::Attribute(Box::new(value), self.word()?.to_owned()),
                }
            } else if self.take("[") {
                self.subscript(value)?
            } else if self.take("(") {
                ExpressionKind::Call(Box::new(value), self.arguments()?)
            } else {
                return Ok(value);
            };
            value = Expression {
                kind,
                span: Span::new(start, self.last_span().end),
            };
        }
    }

    fn subscript(&mut self, value: Expression) -> Result<ExpressionKind, SyntaxError> {
        let mut bounds = Vec::new();
        let mut is_slice = false;
        loop {
            if self.take("]") {
                break;
            }
            if self.take(":") {
                is_slice = true;
            } else {
                bounds.push(self.expression()?);
            }
        }
        if is_slice {
            return Ok(ExpressionKind::Slice(Box::new(value), bounds));
        }
        match <[Expression; 1]>::try_from(bounds) {
            Ok([key]) => Ok(ExpressionKind::Item(Box::new(value), Box::new(key))),
            Err(_) => Err(self.unexpected("one key between the brackets")),
        }
    }

    fn primary(&mut self) -> Result<Expression, SyntaxError> {
        let start = self.at();
        let kind = match self.peek() {
            Some(TokenKind::Name(name)) if !KEYWORDS.contains(&name.as_str()) => {
                self.next += 1;
                match name.as_str() {
                    "true" | "True" | "false" | "False" | "none" | "None" => {
                        ExpressionKind::Constant
                    }
                    _ => ExpressionKind::Name(name.clone()),
                }
            }
            Some(TokenKind::Text(text)) => {
                let mut text = text.clone();
                self.next += 1;
                while let Some(TokenKind::Text(more)) = self.peek() {
                    text.push_str(more);
                    self.next += 1;
                }
                ExpressionKind::Text(text)
            }
            Some(TokenKind::Int(number) | TokenKind::Float(number)) => {
                self.next += 1;
                ExpressionKind::Number(number.clone())
            }
            Some(TokenKind::Operator("[")) => {
                self.next += 1;
                ExpressionKind::List(self.items("]")?)
            }
            Some(TokenKind::Operator("(")) => {
                self.next += 1;
                return self.bracketed(start);
            }
            Some(TokenKind::Operator("{")) => {
                self.next += 1;
                self.dict()?
            }
            _ => return Err(self.unexpected("a value")),
        };
        Ok(Expression {
            kind,
            span: Span::new(start, self.last_span().end),
        })
    }

    fn items(&mut self, close: &str) -> Result<Vec<Expression>, SyntaxError> {
        let mut items = Vec::new();
        while !self.take(close) {
            items.push(self.expression()?);
            if !self.take(",") {
                self.expect(close)?;
                break;
            }
        }
        Ok(items)
    }

    fn bracketed(&mut self, start: usize) -> Result<Expression, SyntaxError> {
        if self.take(")") {
            let span = Span::new(start, self.last_span().end);
            return Ok(Expression {
                kind: ExpressionKind::Tuple(Vec::new()),
                span,
            });
        }
        let mut first = self.expression()?;
        if self.take(")") {
            // The brackets belong to it: edits around it include them.
            first.span = Span::new(start, self.last_span().end);
            return Ok(first);
        }
        self.expect(",")?;
        let mut items = vec![first];
        items.extend(self.items(")")?);
        let span = Span::new(start, self.last_span().end);
        Ok(Expression {
            kind: ExpressionKind::Tuple(items),
            span,
        })
    }

    fn dict(&mut self) -> Result<ExpressionKind, SyntaxError> {
        let mut pairs = Vec::new();
        while !self.take("}") {
            let key = self.expression()?;
            self.expect(":")?;
            pairs.push((key, self.expression()?));
            if !self.take(",") {
                self.expect("}")?;
                break;
            }
        }
        Ok(ExpressionKind::Dict(pairs))
    }
}

fn binary(operator: &'static str, at: Span, left: Expression, right: Expression) -> Expression {
    let span = Span::new(left.span.start, right.span.end);
    let kind = ExpressionKind::Binary(operator, at, Box::new(left), Box::new(right));
    Expression { kind, span }
}
