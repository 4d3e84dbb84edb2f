//! Splits a file into text, outputs, tags, comments and raw text, and the inside
//! of outputs and tags into tokens.

use super::{Span, SyntaxError};

/// One token inside an output or a tag.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it is.
    pub span: Span,
}

/// The kinds of tokens.
#[derive(Debug, Clone, PartialEq)]
pub enum TokenKind {
    /// A name or a keyword.
    Name(String),
    /// A text, without quotes and escapes.
    Text(String),
    /// A whole number.
    Int(String),
    /// A number with a point or an exponent.
    Float(String),
    /// An operator or a bracket.
    Operator(&'static str),
}

/// A piece of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// What it is.
    pub kind: SegmentKind,
    /// Where it is, delimiters included.
    pub span: Span,
}

/// The kinds of pieces.
#[derive(Debug, Clone, PartialEq)]
pub enum SegmentKind {
    /// Text that is written as it stands.
    Text,
    /// Text between `raw` and `endraw`; the span covers the text alone.
    Raw,
    /// `{# … #}`.
    Comment,
    /// `{{ … }}`.
    Output(Vec<Token>),
    /// `{% … %}`.
    Tag(Vec<Token>),
}

/// Longest first, so that the first match is the right one.
const OPERATORS: [&str; 26] = [
    "//", "**", "==", "!=", ">=", "<=", "+", "-", "*", "/", "%", "~", "|", ".", ",", ":", "(", ")",
    "[", "]", "{", "}", ">", "<", "=", ";",
];

/// The pieces of a file, in order.
///
/// # Errors
/// An output, tag, comment, raw text or text literal that does not end, or a
/// character that belongs to no token.
pub fn segments(source: &str) -> Result<Vec<Segment>, SyntaxError> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < source.len() {
        let Some(open) = next_delimiter(source, at) else {
            found.push(text(at, source.len()));
            break;
        };
        if open > at {
            found.push(text(at, open));
        }
        at = match source.as_bytes()[open + 1] {
            b'#' => {
                let Some(close) = source[open + 2..].find("#}") else {
                    return Err(SyntaxError::new(
                        open,
                        "the comment does not end: #} is missing",
                    ));
                };
                let end = open + 2 + close + 2;
                let span = Span::new(open, end);
                found.push(Segment {
                    kind: SegmentKind::Comment,
                    span,
                });
                end
            }
            b'{' => {
                let (tokens, end) = tokens(source, open + 2, "}}", open)?;
                let span = Span::new(open, end);
                found.push(Segment {
                    kind: SegmentKind::Output(tokens),
                    span,
                });
                end
            }
            _ => {
                let (tokens, end) = tokens(source, open + 2, "%}", open)?;
                if is_word(&tokens, "raw") {
                    let (inner, end) = raw_end(source, end, open)?;
                    found.push(Segment {
                        kind: SegmentKind::Raw,
                        span: inner,
                    });
                    end
                } else {
                    let span = Span::new(open, end);
                    found.push(Segment {
                        kind: SegmentKind::Tag(tokens),
                        span,
                    });
                    end
                }
            }
        };
    }
    Ok(found)
}

fn text(start: usize, end: usize) -> Segment {
    Segment {
        kind: SegmentKind::Text,
        span: Span::new(start, end),
    }
}

fn is_word(tokens: &[Token], word: &str) -> bool {
    matches!(tokens, [Token { kind: TokenKind::Name(name), .. }] if name == word)
}

fn next_delimiter(source: &str, from: usize) -> Option<usize> {
    let bytes = source.as_bytes();
    (from..bytes.len().saturating_sub(1))
        .find(|at| bytes[*at] == b'{' && matches!(bytes[at + 1], b'{' | b'%' | b'#'))
}

/// The text of `raw`, and where `endraw` ends.
fn raw_end(source: &str, start: usize, open: usize) -> Result<(Span, usize), SyntaxError> {
    let mut from = start;
    while let Some(tag) = source[from..].find("{%").map(|at| from + at) {
        let inside = source[tag + 2..]
            .trim_start_matches(['-', '+'])
            .trim_start();
        if let Some(rest) = inside.strip_prefix("endraw") {
            let rest = rest.trim_start().trim_start_matches(['-', '+']);
            if let Some(rest) = rest.strip_prefix("%}") {
                return Ok((Span::new(start, tag), source.len() - rest.len()));
            }
        }
        from = tag + 2;
    }
    Err(SyntaxError::new(
        open,
        "raw does not end: {% endraw %} is missing",
    ))
}

/// The tokens up to a closing delimiter, and where that ends.
fn tokens(
    source: &str,
    start: usize,
    close: &str,
    open: usize,
) -> Result<(Vec<Token>, usize), SyntaxError> {
    let bytes = source.as_bytes();
    let mut found = Vec::new();
    let mut at = start;
    // Whitespace control: `{{-`, `{%+`.
    if matches!(bytes.get(at), Some(b'-' | b'+')) {
        at += 1;
    }
    let mut depth = 0_usize;
    while at < bytes.len() {
        let rest = &source[at..];
        let byte = bytes[at];
        if byte.is_ascii_whitespace() {
            at += 1;
            continue;
        }
        if depth == 0 {
            if rest.starts_with(close) {
                return Ok((found, at + close.len()));
            }
            let controlled = matches!(byte, b'-' | b'+') && rest[1..].starts_with(close);
            if controlled {
                return Ok((found, at + 1 + close.len()));
            }
        }
        let (kind, length) = token(rest, at)?;
        match &kind {
            TokenKind::Operator("(" | "[" | "{") => depth += 1,
            TokenKind::Operator(")" | "]" | "}") => depth = depth.saturating_sub(1),
            _ => {}
        }
        let span = Span::new(at, at + length);
        found.push(Token { kind, span });
        at += length;
    }
    let what = if close == "}}" {
        "the output"
    } else {
        "the tag"
    };
    Err(SyntaxError::new(
        open,
        format!("{what} does not end: {close} is missing"),
    ))
}

fn token(rest: &str, at: usize) -> Result<(TokenKind, usize), SyntaxError> {
    let first = rest.chars().next().unwrap_or_default();
    if first == '_' || first.is_alphabetic() {
        let name = rest
            .split(|c: char| c != '_' && !c.is_alphanumeric())
            .next();
        let name = name.unwrap_or_default();
        return Ok((TokenKind::Name(name.to_owned()), name.len()));
    }
    if first.is_ascii_digit() {
        return Ok(number(rest));
    }
    if matches!(first, '"' | '\'') {
        return text_literal(rest, first, at);
    }
    match OPERATORS
        .iter()
        .find(|operator| rest.starts_with(**operator))
    {
        Some(operator) => Ok((TokenKind::Operator(operator), operator.len())),
        None => Err(SyntaxError::new(
            at,
            format!("unexpected character {first:?}"),
        )),
    }
}

fn number(rest: &str) -> (TokenKind, usize) {
    let digits = |text: &str| {
        let part = text
            .bytes()
            .take_while(|byte| byte.is_ascii_digit() || *byte == b'_');
        part.count()
    };
    let mut end = digits(rest);
    let mut is_float = false;
    if rest[end..].starts_with('.') && rest[end + 1..].starts_with(|c: char| c.is_ascii_digit()) {
        is_float = true;
        end += 1 + digits(&rest[end + 1..]);
    }
    if rest[end..].starts_with(['e', 'E']) {
        let exponent = &rest[end + 1..];
        let sign = usize::from(exponent.starts_with(['+', '-']));
        let count = digits(&exponent[sign..]);
        if count > 0 {
            is_float = true;
            end += 1 + sign + count;
        }
    }
    let text = rest[..end].replace('_', "");
    if is_float {
        (TokenKind::Float(text), end)
    } else {
        (TokenKind::Int(text), end)
    }
}

fn text_literal(rest: &str, quote: char, at: usize) -> Result<(TokenKind, usize), SyntaxError> {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((offset, character)) = chars.next() {
        match character {
            '\\' => match chars.next() {
                Some((_, 'n')) => text.push('\n'),
                Some((_, 't')) => text.push('\t'),
                Some((_, 'r')) => text.push('\r'),
                Some((_, other)) => text.push(other),
                None => break,
            },
            _ if character == quote => return Ok((TokenKind::Text(text), offset + 1)),
            _ => text.push(character),
        }
    }
    Err(SyntaxError::new(
        at,
        "the text does not end: a quote is missing",
    ))
}
