//! The places at which a theme uses the engine: URLs by name, URLs that are put
//! together in scripts, and schemas of objects.

use recharge_catalog::portal::{self, request_objects};
use recharge_catalog::{Method, Operation};

use crate::folder::Theme;
use crate::script::{HOLE, ScriptToken, ScriptTokenKind, scripts};
use crate::syntax::lexer::segments;
use crate::syntax::parser::parse;
use crate::syntax::place;
use crate::syntax::tree::{Expression, ExpressionKind, walk_expressions};
use crate::urls::{UrlForm, routes_at, url_name};

/// A use of the engine.
#[derive(Debug, Clone, PartialEq)]
pub struct EngineCall {
    /// The file.
    pub file: String,
    /// The byte in the file.
    pub at: usize,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// How it is written.
    pub form: CallForm,
    /// The name or the text that is written there.
    pub written: String,
    /// The path below the portal of the customer; `{}` for values.
    pub path: String,
    /// The method, where it can be seen.
    pub method: Option<Method>,
    /// Whether it is a request of a script, not a definition or a link.
    pub is_request: bool,
    /// Whether the request mentions a token.
    pub has_token: bool,
}

/// How a use of the engine is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallForm {
    /// `{{ id | subscription_skip_url }}`.
    Filter,
    /// `{{ customer_url }}`.
    Variable,
    /// `ReCharge.Endpoints.show_address_url(id)`.
    Endpoint,
    /// A text of a script that is a URL.
    Url,
    /// A schema of objects.
    Schema,
}

impl CallForm {
    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Filter => "filter",
            Self::Variable => "variable",
            Self::Endpoint => "endpoint",
            Self::Url => "url",
            Self::Schema => "schema",
        }
    }
}

impl EngineCall {
    /// The route that it calls: the one of its method, else the write where the
    /// name says that it writes, else the first there is.
    #[must_use]
    pub fn operation(&self) -> Option<&'static Operation> {
        let routes: Vec<&'static Operation> = routes_at(&self.path).collect();
        if let Some(method) = self.method {
            return routes.into_iter().find(|route| route.method == method);
        }
        let writes = ["update", "create", "delete", "cancel", "swap", "bulk"];
        let is_write = writes.iter().any(|word| self.written.starts_with(word));
        let preferred = routes
            .iter()
            .find(|route| route.method.is_read() != is_write);
        preferred.or(routes.first()).copied()
    }
}

/// Every use of the engine, by file and place.
#[must_use]
pub fn engine_calls(theme: &Theme) -> Vec<EngineCall> {
    let mut calls = Vec::new();
    for (name, source) in theme.texts() {
        let before = calls.len();
        in_template(name, source, &mut calls);
        in_scripts(name, source, &mut calls);
        calls[before..].sort_by_key(|call| call.at);
    }
    calls
}

fn call(file: &str, source: &str, at: usize, form: CallForm, written: &str) -> EngineCall {
    let (line, column) = place(source, at);
    EngineCall {
        file: file.to_owned(),
        at,
        line,
        column,
        form,
        written: written.to_owned(),
        path: String::new(),
        method: None,
        is_request: false,
        has_token: false,
    }
}

fn in_template(file: &str, source: &str, calls: &mut Vec<EngineCall>) {
    let Ok(nodes) = parse(source) else {
        return;
    };
    let mut look = |expression: &Expression| {
        let (form, name, at) = match &expression.kind {
            ExpressionKind::Filter(_, filter, _) => {
                (CallForm::Filter, &filter.name, filter.span.start)
            }
            ExpressionKind::Name(name) => (CallForm::Variable, name, expression.span.start),
            _ => return,
        };
        let Some(url) = url_name(name).filter(|url| url.form != UrlForm::Elsewhere) else {
            return;
        };
        if form == CallForm::Variable && !url.is_variable() {
            return;
        }
        let mut found = call(file, source, at, form, name);
        url.path.clone_into(&mut found.path);
        found.method = method_of_tag(source, expression.span.start);
        // The engine puts the token into URLs that it makes.
        found.has_token = true;
        calls.push(found);
    };
    walk_expressions(&nodes, &mut look);
}

/// The method of the HTML tag around a place: that of a form, GET of a link.
fn method_of_tag(source: &str, at: usize) -> Option<Method> {
    let before = &source[..at];
    let open = before.rfind('<')?;
    let inside = &before[open..];
    if inside.contains('>') {
        return None;
    }
    let end = source[at..].find('>').map_or(source.len(), |end| at + end);
    let tag = source[open..end].to_ascii_lowercase();
    if tag.starts_with("<a ") || tag.starts_with("<a\n") {
        return Some(Method::Get);
    }
    if !tag.starts_with("<form") {
        return None;
    }
    let method = tag
        .split("method=")
        .nth(1)
        .map(|rest| rest.trim_start_matches(['"', '\'']));
    Some(if method.is_some_and(|method| method.starts_with("post")) {
        Method::Post
    } else {
        Method::Get
    })
}

fn in_scripts(file: &str, source: &str, calls: &mut Vec<EngineCall>) {
    let Ok(found) = segments(source) else {
        return;
    };
    for tokens in scripts(file, source, &found) {
        let mut index = 0;
        while index < tokens.len() {
            index = match &tokens[index].kind {
                ScriptTokenKind::Word(word) if word == "Endpoints" => {
                    endpoint(file, source, &tokens, index, calls)
                }
                ScriptTokenKind::Text(_) => text(file, source, &tokens, index, calls),
                _ => index + 1,
            };
        }
    }
}

/// `Endpoints.NAME`.
fn endpoint(
    file: &str,
    source: &str,
    tokens: &[ScriptToken],
    index: usize,
    calls: &mut Vec<EngineCall>,
) -> usize {
    let next = (tokens.get(index + 1), tokens.get(index + 2));
    let (
        Some(ScriptToken {
            kind: ScriptTokenKind::Mark('.'),
            ..
        }),
        Some(name),
    ) = next
    else {
        return index + 1;
    };
    let ScriptTokenKind::Word(word) = &name.kind else {
        return index + 1;
    };
    if matches!(
        tokens.get(index + 3).map(|token| &token.kind),
        Some(ScriptTokenKind::Mark('('))
    ) {
        let mut found = call(file, source, name.span.start, CallForm::Endpoint, word);
        found.path = url_name(word)
            .map(|url| url.path.to_owned())
            .unwrap_or_default();
        see_request(&mut found, source, tokens, index);
        calls.push(found);
    }
    index + 3
}

/// A text that is a URL of the portal or a schema.
fn text(
    file: &str,
    source: &str,
    tokens: &[ScriptToken],
    index: usize,
    calls: &mut Vec<EngineCall>,
) -> usize {
    let (joined, next) = joined(tokens, index);
    let at = tokens[index].span.start;
    if is_schema(&joined) {
        let mut found = call(file, source, at, CallForm::Schema, &joined);
        request_objects::GET.path.clone_into(&mut found.path);
        found.method = Some(Method::Get);
        found.has_token = true;
        calls.push(found);
        return next;
    }
    let follows = index.checked_sub(1).and_then(|last| tokens.get(last));
    let follows = follows.is_some_and(|last| last.kind == ScriptTokenKind::Mark('+'));
    if let Some(path) = portal_path(&joined, follows) {
        let mut found = call(file, source, at, CallForm::Url, &joined.replace(HOLE, "{}"));
        found.path = path;
        see_request(&mut found, source, tokens, index);
        calls.push(found);
    }
    next
}

/// The text with those that are added to it; other values are holes.
fn joined(tokens: &[ScriptToken], index: usize) -> (String, usize) {
    let mut text = String::new();
    let mut at = index;
    loop {
        let mut depth = 0_usize;
        let start = at;
        while let Some(token) = tokens.get(at) {
            match token.kind {
                ScriptTokenKind::Mark('(' | '[' | '{') => depth += 1,
                ScriptTokenKind::Mark(')' | ']' | '}' | ',' | ';' | '+' | ':' | '?')
                    if depth == 0 =>
                {
                    break;
                }
                ScriptTokenKind::Mark(')' | ']' | '}') => depth -= 1,
                ScriptTokenKind::Mark(';') => break,
                // A text ends an operand: what follows on the next line is another statement.
                ScriptTokenKind::Text(_) if depth == 0 && at > start => break,
                _ => {}
            }
            at += 1;
        }
        match &tokens[start..at] {
            [
                ScriptToken {
                    kind: ScriptTokenKind::Text(part),
                    ..
                },
                ..,
            ] => text.push_str(part),
            [] => {}
            _ => text.push(HOLE),
        }
        let continues = tokens
            .get(at)
            .is_some_and(|token| token.kind == ScriptTokenKind::Mark('+'));
        if !continues {
            return (text, at.max(index + 1));
        }
        at += 1;
    }
}

/// Whether a text is a schema: an object whose first member an answer may have.
pub(crate) fn is_schema(text: &str) -> bool {
    let Some(inside) = text.trim_start().strip_prefix('{') else {
        return false;
    };
    let inside = inside.trim_start().trim_start_matches(HOLE).trim_start();
    let Some((first, _)) = inside
        .strip_prefix('"')
        .and_then(|inside| inside.split_once('"'))
    else {
        return false;
    };
    let rest = inside[first.len() + 2..].trim_start();
    let is_nested = rest
        .strip_prefix(':')
        .is_some_and(|rest| rest.trim_start().starts_with(['{', '[']));
    is_nested
        && (request_objects::key(first).is_some()
            || text.matches('{').count() > 1
            || inside.contains(": []"))
}

/// The path below the portal of the customer, when a text is a URL of it.
fn portal_path(text: &str, follows: bool) -> Option<String> {
    let is_url = |text: &str| !text.is_empty() && !text.contains([' ', '<', '>', '\n', '"']);
    let path = match text.split_once("/portal/") {
        Some((before, rest)) if is_url(rest) && !before.contains(['<', ' ']) => {
            let (_hash, path) = rest.split_once('/')?;
            path.to_owned()
        }
        Some(_) => return None,
        None => {
            let rest = text.strip_prefix(HOLE);
            if rest.is_none() && !follows {
                return None;
            }
            let path = rest.unwrap_or(text).trim_start_matches('/');
            let first = path.split(['/', '?']).next().unwrap_or_default();
            if !is_url(path) || !is_root(first) {
                return None;
            }
            path.to_owned()
        }
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    (!path.is_empty()).then(|| format!("/{}", path.trim_end_matches('/').replace(HOLE, "{}")))
}

/// Whether a route of the portal begins with the segment.
fn is_root(segment: &str) -> bool {
    let mut routes = portal::API.operations().map(|(_, route)| route.path);
    !segment.is_empty() && routes.any(|path| path.split('/').nth(1) == Some(segment))
}

/// How many brackets around a place may belong to its request.
const BRACKETS: usize = 4;

/// Sees which request a place belongs to: its method, and whether it has a token.
fn see_request(call: &mut EngineCall, source: &str, tokens: &[ScriptToken], index: usize) {
    let mut at = index;
    for _ in 0..BRACKETS {
        let Some(open) = opening(tokens, at) else {
            return;
        };
        if tokens[open].kind == ScriptTokenKind::Mark('{') {
            let before = open.checked_sub(1).map(|before| &tokens[before].kind);
            // The body of a function: what is outside is another matter.
            if matches!(before, Some(ScriptTokenKind::Mark(')' | '>'))) {
                return;
            }
        } else if let Some(word) = word_before(tokens, open) {
            let close = closing(tokens, open);
            if let Some(method) = request_method(word, &tokens[open..close], tokens, open) {
                call.is_request = true;
                call.method = method.ok();
                let end = tokens
                    .get(close)
                    .map_or(source.len(), |token| token.span.end);
                let written = source[tokens[open].span.start..end].to_ascii_lowercase();
                call.has_token = written.contains("token");
                return;
            }
        }
        at = open;
    }
}

/// The bracket that is open at a place.
fn opening(tokens: &[ScriptToken], at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for index in (0..at).rev() {
        match tokens[index].kind {
            ScriptTokenKind::Mark(')' | ']' | '}') => depth += 1,
            ScriptTokenKind::Mark('(' | '{' | '[') if depth > 0 => depth -= 1,
            ScriptTokenKind::Mark('(' | '{' | '[') => return Some(index),
            ScriptTokenKind::Mark(';') if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// The bracket that closes one.
fn closing(tokens: &[ScriptToken], open: usize) -> usize {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(open) {
        match token.kind {
            ScriptTokenKind::Mark('(' | '{' | '[') => depth += 1,
            ScriptTokenKind::Mark(')' | ']' | '}') => {
                depth -= 1;
                if depth == 0 {
                    return index;
                }
            }
            _ => {}
        }
    }
    tokens.len()
}

fn word_before(tokens: &[ScriptToken], at: usize) -> Option<&str> {
    match &tokens.get(at.checked_sub(1)?)?.kind {
        ScriptTokenKind::Word(word) => Some(word),
        _ => None,
    }
}

/// The method of a request, where it can be seen.
type SeenMethod = Result<Method, Unseen>;

/// The method is chosen while the script runs.
struct Unseen;

/// The method of a request that a function sends; `None` where the function
/// sends none.
fn request_method(
    word: &str,
    inside: &[ScriptToken],
    tokens: &[ScriptToken],
    open: usize,
) -> Option<SeenMethod> {
    let is_member = open.checked_sub(2).and_then(|dot| tokens.get(dot));
    let is_member = is_member.is_some_and(|token| token.kind == ScriptTokenKind::Mark('.'));
    match word {
        "get" | "getJSON" | "load" if is_member => Some(Ok(Method::Get)),
        "post" | "put" | "patch" | "delete" if is_member => Some(method(word).ok_or(Unseen)),
        "fetch" | "ajax" | "axios" | "request" => {
            let named = inside.windows(3).find_map(|three| match three {
                [
                    ScriptToken {
                        kind: ScriptTokenKind::Word(name),
                        ..
                    },
                    ScriptToken {
                        kind: ScriptTokenKind::Mark(':'),
                        ..
                    },
                    ScriptToken {
                        kind: ScriptTokenKind::Text(value),
                        ..
                    },
                ] if name == "method" || name == "type" => method(value),
                _ => None,
            });
            let is_open = inside.iter().any(|token| match &token.kind {
                // The options are a variable: they may name a method.
                ScriptTokenKind::Word(word) => {
                    word == "method" || word == "type" || word == "options"
                }
                _ => false,
            });
            Some(named.or((!is_open).then_some(Method::Get)).ok_or(Unseen))
        }
        "open" if is_member => {
            let first = inside.get(1).map(|token| &token.kind);
            let seen = match first {
                Some(ScriptTokenKind::Text(value)) => method(value),
                _ => None,
            };
            Some(seen.ok_or(Unseen))
        }
        _ => None,
    }
}

fn method(word: &str) -> Option<Method> {
    Some(match word.to_ascii_lowercase().as_str() {
        "get" => Method::Get,
        "post" => Method::Post,
        "put" => Method::Put,
        "patch" => Method::Patch,
        "delete" => Method::Delete,
        _ => return None,
    })
}
