//! Checks a theme: what is wrong, at which place, and how badly.

mod files;
mod names;
mod requests;
mod scopes;
mod templates;

use crate::folder::Theme;
use crate::syntax::place;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// A page or a request fails.
    Error,
    /// It may fail, or show less than it should.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// The word in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// A rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its name.
    pub name: &'static str,
    /// How bad its findings are; some are less.
    pub severity: Severity,
    /// What it finds, for people.
    pub about: &'static str,
}

macro_rules! rules {
    ($($constant:ident $name:literal $severity:ident $about:literal)*) => {
        $(pub(crate) const $constant: Rule = Rule { name: $name, severity: Severity::$severity, about: $about };)*
        /// Every rule.
        pub const RULES: &[Rule] = &[$($constant),*];
    };
}

rules! {
    FILE "file" Error "A file that is not part of the theme: not valid UTF-8, or a link that \
        leads outside"
    SYNTAX "syntax" Error "Text that is not the template language"
    UNKNOWN_TAG "unknown-tag" Error "A tag that the engine does not have"
    UNKNOWN_FILTER "unknown-filter" Error "A filter that the engine does not have"
    UNKNOWN_TEST "unknown-test" Error "A test after `is` that the engine does not have"
    UNKNOWN_METHOD "unknown-method" Error "A method that no value has"
    UNDEFINED_VARIABLE "undefined-variable" Warning "A variable that no page with this template has"
    UNKNOWN_FIELD "unknown-field" Warning "A field that the object does not have"
    MISSING_INCLUDE "missing-include" Error "An include or layout that the theme does not have"
    INCLUDE_LOOP "include-loop" Error "Files that include each other without end"
    ORPHAN_PARTIAL "orphan-partial" Note "A partial that nothing includes"
    MISSING_TEMPLATE "missing-template" Warning "A page of the portal without a template"
    BASE_NOT_EXTENDED "base-not-extended" Warning "A page without the layout"
    UNTRANSLATED_KEY "untranslated-key" Note "A key of `t` without a text in translations.json"
    SCHEMA_INVALID "schema-invalid" Error "A schema of request_objects that is not JSON or asks \
        for unknown objects"
    UNKNOWN_ROUTE "unknown-route" Error "A URL in a script that the portal does not have"
    WRONG_METHOD "wrong-method" Error "A request with a method that the route does not take"
    NO_TOKEN "no-token" Warning "A request of a script without the token of the customer"
    ENGINE_API "engine-api" Note "A call of the deprecated script endpoints; `rc theme migrate` \
        lists what replaces them"
    PYTHON_2_ONLY "py2-only" Warning "A comparison of text and number, which Python 3 refuses"
    LIQUID_LEAK "liquid-leak" Note "Liquid in the output, which runs only behind the proxy of a \
        shop"
    SECRET_IN_THEME "secret-in-theme" Error "A token or key that anyone could read"
}

/// Something that a rule found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The file; empty for the theme as a whole.
    pub file: String,
    /// The line, from 1; 0 for a file as a whole.
    pub line: usize,
    /// The column, from 1; 0 for a file as a whole.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

/// What all rules find, by file and place.
#[must_use]
pub fn check(theme: &Theme) -> Vec<Finding> {
    let mut findings = Findings {
        theme,
        found: Vec::new(),
    };
    let trees = templates::trees(theme, &mut findings);
    files::check(theme, &mut findings);
    templates::check(theme, &trees, &mut findings);
    names::check(&trees, &mut findings);
    scopes::check(theme, &trees, &mut findings);
    requests::check(theme, &mut findings);
    let mut found = findings.found;
    found.sort_by(|a, b| {
        (&a.file, a.line, a.column, a.rule).cmp(&(&b.file, b.line, b.column, b.rule))
    });
    found.dedup();
    found
}

/// Findings that are being gathered.
struct Findings<'a> {
    theme: &'a Theme,
    found: Vec<Finding>,
}

impl Findings<'_> {
    fn add(&mut self, rule: Rule, file: &str, at: usize, message: impl Into<String>) {
        self.add_as(rule, rule.severity, file, at, message);
    }

    fn add_as(
        &mut self,
        rule: Rule,
        severity: Severity,
        file: &str,
        at: usize,
        message: impl Into<String>,
    ) {
        let (line, column) = place(self.theme.text(file).unwrap_or_default(), at);
        self.found.push(Finding {
            rule: rule.name,
            severity,
            file: file.to_owned(),
            line,
            column,
            message: message.into(),
        });
    }

    /// A finding about a file as a whole.
    fn about_file(&mut self, rule: Rule, file: &str, message: impl Into<String>) {
        self.found.push(Finding {
            rule: rule.name,
            severity: rule.severity,
            file: file.to_owned(),
            line: 0,
            column: 0,
            message: message.into(),
        });
    }
}

/// `; did you mean NAME?` where something is like the name.
fn hint<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> String {
    let nearest = crate::schema::nearest(name, names);
    nearest
        .map(|nearest| format!("; did you mean {nearest}?"))
        .unwrap_or_default()
}
