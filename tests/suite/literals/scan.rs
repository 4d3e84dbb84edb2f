//! The string literals of Rust source, without those that only tests compile.

use std::path::{Path, PathBuf};

/// A string literal as it is written, and its line.
pub(crate) struct Literal {
    pub(crate) text: String,
    pub(crate) line: usize,
}

/// A module in a file of its own that only tests compile.
pub(super) struct TestModule {
    name: String,
    /// The path that an attribute gives it.
    path: Option<String>,
}

impl TestModule {
    /// Its file without extension, which is also the folder of what is below it.
    pub(super) fn folder_or_file(&self, parent: &Path) -> PathBuf {
        let beside = parent.parent().unwrap();
        if let Some(path) = &self.path {
            return beside.join(path).with_extension("");
        }
        let stem = parent.file_stem().unwrap().to_str().unwrap();
        match stem {
            "mod" | "lib" | "main" => beside.join(&self.name),
            _ => beside.join(stem).join(&self.name),
        }
    }
}

/// What a source file has for this test.
#[derive(Default)]
pub(super) struct Scan {
    pub(super) literals: Vec<Literal>,
    pub(super) test_modules: Vec<TestModule>,
}

enum Token {
    Text(Literal),
    Word(String),
    Sign(char),
}

impl Token {
    fn is_sign(&self, wanted: char) -> bool {
        matches!(self, Self::Sign(sign) if *sign == wanted)
    }
}

impl Scan {
    pub(super) fn of(source: &str) -> Self {
        let mut scan = Self::default();
        let mut rest = tokens(source).into_iter().peekable();
        while let Some(token) = rest.next() {
            let is_attribute =
                token.is_sign('#') && rest.peek().is_some_and(|next| next.is_sign('['));
            if is_attribute {
                let attribute = group(&mut rest);
                if is_of_tests(&attribute) {
                    scan.test_modules.extend(item(&mut rest));
                } else {
                    scan.literals.extend(attribute.into_iter().filter_map(text));
                }
            } else if let Some(literal) = text(token) {
                scan.literals.push(literal);
            }
        }
        scan
    }
}

fn text(token: Token) -> Option<Literal> {
    match token {
        Token::Text(literal) => Some(literal),
        _ => None,
    }
}

/// Whether an attribute is `cfg(test)` or `cfg(all(test, …))`.
fn is_of_tests(attribute: &[Token]) -> bool {
    let mut words = words_of(attribute);
    words.next() == Some("cfg") && words.find(|word| *word != "all") == Some("test")
}

fn words_of(tokens: &[Token]) -> impl Iterator<Item = &str> {
    tokens.iter().filter_map(|token| match token {
        Token::Word(word) => Some(word.as_str()),
        _ => None,
    })
}

type Tokens = std::iter::Peekable<std::vec::IntoIter<Token>>;

/// The tokens of a bracketed group that comes next, brackets included.
fn group(rest: &mut Tokens) -> Vec<Token> {
    let mut depth = 0;
    let mut taken = Vec::new();
    for token in rest.by_ref() {
        match token {
            Token::Sign('[' | '(' | '{') => depth += 1,
            Token::Sign(']' | ')' | '}') => depth -= 1,
            _ => {}
        }
        taken.push(token);
        if depth == 0 {
            break;
        }
    }
    taken
}

/// Takes an item with its attributes; gives the module, if it is in a file of
/// its own.
fn item(rest: &mut Tokens) -> Option<TestModule> {
    let mut path = None;
    let mut words = Vec::new();
    loop {
        match rest.peek()? {
            Token::Sign('#') => {
                rest.next();
                let attribute = group(rest);
                if words_of(&attribute).next() == Some("path") {
                    let given = attribute.into_iter().find_map(text);
                    path = given.map(|literal| literal.text);
                }
            }
            Token::Sign(';') => {
                rest.next();
                break;
            }
            Token::Sign('{') => {
                group(rest);
                return None;
            }
            Token::Sign('(' | '[') => drop(group(rest)),
            _ => {
                if let Some(Token::Word(word)) = rest.next() {
                    words.push(word);
                }
            }
        }
    }
    let at = words.iter().position(|word| word == "mod")?;
    let name = words.get(at + 1)?.clone();
    Some(TestModule { name, path })
}

/// The tokens of Rust source, without comments, characters and lifetimes.
fn tokens(source: &str) -> Vec<Token> {
    let letters: Vec<char> = source.chars().collect();
    let is = |at: usize, wanted: char| letters.get(at) == Some(&wanted);
    let mut tokens = Vec::new();
    let (mut at, mut counted, mut line) = (0, 0, 1);
    while at < letters.len() {
        line += newlines(&letters[counted..at]);
        counted = at;
        match letters[at] {
            '/' if is(at + 1, '/') => {
                while at < letters.len() && !is(at, '\n') {
                    at += 1;
                }
            }
            '/' if is(at + 1, '*') => at = comment_end(&letters, at),
            '"' => {
                let end = string_end(&letters, at + 1);
                tokens.push(Token::Text(Literal {
                    text: letters[at + 1..end].iter().collect(),
                    line,
                }));
                at = end + 1;
            }
            '\'' if is(at + 1, '\\') => {
                at += 3;
                while at < letters.len() && !is(at, '\'') {
                    at += 1;
                }
                at += 1;
            }
            '\'' if is(at + 2, '\'') => at += 3,
            letter if letter.is_alphanumeric() || letter == '_' => {
                let start = at;
                while letters
                    .get(at)
                    .is_some_and(|next| next.is_alphanumeric() || *next == '_')
                {
                    at += 1;
                }
                let word: String = letters[start..at].iter().collect();
                let hashes = letters[at..]
                    .iter()
                    .take_while(|next| **next == '#')
                    .count();
                if matches!(&*word, "r" | "br" | "cr") && is(at + hashes, '"') {
                    let from = at + hashes + 1;
                    let end = raw_end(&letters, from, hashes);
                    tokens.push(Token::Text(Literal {
                        text: letters[from..end].iter().collect(),
                        line,
                    }));
                    at = end + 1 + hashes;
                } else if !(matches!(&*word, "b" | "c") && is(at, '"')) {
                    tokens.push(Token::Word(word));
                }
            }
            letter => {
                if !letter.is_whitespace() {
                    tokens.push(Token::Sign(letter));
                }
                at += 1;
            }
        }
    }
    tokens
}

fn newlines(letters: &[char]) -> usize {
    letters.iter().filter(|letter| **letter == '\n').count()
}

fn comment_end(letters: &[char], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0_usize);
    while at + 1 < letters.len() {
        match (letters[at], letters[at + 1]) {
            ('/', '*') => (at, depth) = (at + 2, depth + 1),
            ('*', '/') => (at, depth) = (at + 2, depth - 1),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    letters.len()
}

fn string_end(letters: &[char], start: usize) -> usize {
    let mut at = start;
    while at < letters.len() && letters[at] != '"' {
        at += if letters[at] == '\\' { 2 } else { 1 };
    }
    at.min(letters.len())
}

fn raw_end(letters: &[char], start: usize, hashes: usize) -> usize {
    let closes = |at: usize| {
        letters[at] == '"'
            && letters.len() > at + hashes
            && letters[at + 1..=at + hashes]
                .iter()
                .all(|next| *next == '#')
    };
    (start..letters.len())
        .find(|at| closes(*at))
        .unwrap_or(letters.len())
}

#[test]
fn scan_finds_literals_and_skips_comments_and_tests() {
    let source = r##"
        //! "comment" and 'quote
        /* "block /* "nested" */ */
        const A: &str = "plain"; // "trailing"
        fn f<'a>(x: &'a str) -> char { g("it's", r#"raw "#, b"bytes"); '"' }
        #[cfg(test)]
        #[path = "other_tests.rs"]
        #[cfg(feature = "x")]
        mod tests;
        #[cfg(test)]
        mod inline { const B: &str = "hidden }"; fn g() { "hidden" } }
        #[cfg(feature = "sandbox")]
        const C: &str = "last\"";
    "##;
    let scan = Scan::of(source);
    let texts: Vec<&str> = scan.literals.iter().map(|found| &*found.text).collect();
    assert_eq!(
        texts,
        ["plain", "it's", "raw ", "bytes", "sandbox", "last\\\""]
    );
    assert_eq!(scan.literals[0].line, 4);
    let modules: Vec<_> = scan
        .test_modules
        .iter()
        .map(|module| &module.name)
        .collect();
    assert_eq!(modules, ["tests"]);
    assert_eq!(scan.test_modules[0].path.as_deref(), Some("other_tests.rs"));
}
