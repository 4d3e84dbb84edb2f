//! Scripts of a theme as tokens: `.js` files, and what is between `<script>` and
//! its end. Comments and regular expressions are left out.

use crate::folder::has_ending;
use crate::syntax::Span;
use crate::syntax::lexer::{Segment, SegmentKind};

/// What is in a text for a value that only the running script knows.
pub(crate) const HOLE: char = '\u{1}';

/// A token of a script.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ScriptToken {
    pub(crate) kind: ScriptTokenKind,
    pub(crate) span: Span,
}

/// The kinds of tokens.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ScriptTokenKind {
    /// A name, a keyword or a number.
    Word(String),
    /// A text; values that are put in are holes.
    Text(String),
    /// Any other character.
    Mark(char),
    /// An output of the template, outside of texts.
    Output,
}

/// The scripts of a file, each as tokens.
pub(crate) fn scripts(name: &str, source: &str, segments: &[Segment]) -> Vec<Vec<ScriptToken>> {
    let comments: Vec<Span> = segments
        .iter()
        .filter(|segment| segment.kind == SegmentKind::Comment)
        .map(|segment| segment.span)
        .collect();
    let mut tags: Vec<(Span, bool)> = Vec::new();
    for segment in segments {
        match segment.kind {
            SegmentKind::Output(_) => tags.push((segment.span, true)),
            SegmentKind::Tag(_) | SegmentKind::Comment => tags.push((segment.span, false)),
            SegmentKind::Text | SegmentKind::Raw => {}
        }
    }
    let regions = if has_ending(name, "js") {
        vec![Span::new(0, source.len())]
    } else {
        in_html(source, &comments)
    };
    regions
        .into_iter()
        .map(|region| {
            Scanner {
                source,
                tags: &tags,
                at: region.start,
                end: region.end,
            }
            .tokens()
        })
        .collect()
}

/// The text between `<script …>` and `</script>`, unless it is commented out.
fn in_html(source: &str, comments: &[Span]) -> Vec<Span> {
    // Case does not matter, and lengths stay: only ASCII is changed.
    let lower = source.to_ascii_lowercase();
    let mut regions = Vec::new();
    let mut from = 0;
    while let Some(open) = lower[from..].find("<script").map(|at| from + at) {
        let comment = comments
            .iter()
            .find(|span| span.start <= open && open < span.end);
        if let Some(comment) = comment {
            from = comment.end;
            continue;
        }
        let Some(start) = lower[open..].find('>').map(|at| open + at + 1) else {
            break;
        };
        let end = lower[start..]
            .find("</script")
            .map_or(source.len(), |at| start + at);
        regions.push(Span::new(start, end));
        from = end;
    }
    regions
}

struct Scanner<'a> {
    source: &'a str,
    /// Outputs and other tags of the template, in order.
    tags: &'a [(Span, bool)],
    at: usize,
    end: usize,
}

impl Scanner<'_> {
    fn tokens(mut self) -> Vec<ScriptToken> {
        let mut found: Vec<ScriptToken> = Vec::new();
        while self.at < self.end {
            let start = self.at;
            if let Some(is_output) = self.skip_tag() {
                if is_output {
                    found.push(token(ScriptTokenKind::Output, start, self.at));
                }
                continue;
            }
            let rest = &self.source[start..self.end];
            let first = rest.chars().next().unwrap_or_default();
            if rest.starts_with("//") || rest.starts_with("/*") {
                self.skip_comment(rest);
            } else if first == '/' && begins_pattern(found.last()) {
                self.skip_pattern(rest);
            } else if matches!(first, '"' | '\'' | '`') {
                let text = self.text(first);
                found.push(token(ScriptTokenKind::Text(text), start, self.at));
            } else if is_word(first) {
                let length = rest.find(|each| !is_word(each)).unwrap_or(rest.len());
                self.at += length;
                found.push(token(
                    ScriptTokenKind::Word(rest[..length].to_owned()),
                    start,
                    self.at,
                ));
            } else {
                self.at += first.len_utf8();
                if !first.is_whitespace() {
                    found.push(token(ScriptTokenKind::Mark(first), start, self.at));
                }
            }
        }
        found
    }

    /// Skips an output or tag of the template that begins here, and says
    /// whether it was an output.
    fn skip_tag(&mut self) -> Option<bool> {
        let index = self
            .tags
            .binary_search_by_key(&self.at, |(span, _)| span.start)
            .ok()?;
        let (span, is_output) = self.tags[index];
        self.at = span.end;
        Some(is_output)
    }

    fn skip_comment(&mut self, rest: &str) {
        let length = if rest.starts_with("//") {
            rest.find('\n')
        } else {
            rest[2..].find("*/").map(|at| at + 4)
        };
        self.at += length.unwrap_or(rest.len());
    }

    fn skip_pattern(&mut self, rest: &str) {
        let mut is_class = false;
        let mut letters = rest.char_indices().skip(1);
        while let Some((at, letter)) = letters.next() {
            match letter {
                '\\' => {
                    letters.next();
                }
                '[' => is_class = true,
                ']' => is_class = false,
                '/' if !is_class => {
                    self.at += at + 1;
                    return;
                }
                // It was a division.
                '\n' => break,
                _ => {}
            }
        }
        self.at += 1;
    }

    fn text(&mut self, quote: char) -> String {
        let mut text = String::new();
        self.at += 1;
        while self.at < self.end {
            if let Some(is_output) = self.skip_tag() {
                if is_output {
                    text.push(HOLE);
                }
                continue;
            }
            let rest = &self.source[self.at..self.end];
            let first = rest.chars().next().unwrap_or_default();
            self.at += first.len_utf8();
            if first == quote {
                break;
            }
            if first == '\n' && quote != '`' {
                break;
            }
            if first == '\\' {
                if let Some(next) = rest.chars().nth(1) {
                    self.at += next.len_utf8();
                    text.push(next);
                }
            } else if quote == '`' && rest.starts_with("${") {
                self.skip_interpolation();
                text.push(HOLE);
            } else {
                text.push(first);
            }
        }
        text
    }

    /// Skips `{ … }` of an interpolation; the dollar is read already.
    fn skip_interpolation(&mut self) {
        let mut depth = 0_usize;
        while self.at < self.end {
            if self.skip_tag().is_some() {
                continue;
            }
            let first = self.source[self.at..].chars().next().unwrap_or_default();
            self.at += first.len_utf8();
            match first {
                '{' => depth += 1,
                '}' => {
                    depth -= 1;
                    if depth == 0 {
                        return;
                    }
                }
                _ => {}
            }
        }
    }
}

fn token(kind: ScriptTokenKind, start: usize, end: usize) -> ScriptToken {
    ScriptToken {
        kind,
        span: Span::new(start, end),
    }
}

const fn is_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_' || letter == '$' || !letter.is_ascii()
}

/// Whether a slash after this token begins a regular expression.
fn begins_pattern(last: Option<&ScriptToken>) -> bool {
    match last.map(|token| &token.kind) {
        None => true,
        Some(ScriptTokenKind::Mark(mark)) => !matches!(mark, ')' | ']' | '}'),
        Some(ScriptTokenKind::Word(word)) => matches!(word.as_str(), "return" | "typeof" | "case"),
        Some(_) => false,
    }
}
