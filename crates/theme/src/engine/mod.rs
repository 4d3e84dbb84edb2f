//! Renders pages as the vendor's engine does: minijinja, taught what Jinja2 does
//! otherwise and what the portal adds.

mod builtins;
mod filters;
mod page;
mod python;
mod rewrite;
mod values;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior};
use serde_json::Value as Json;

use crate::folder::Theme;
use crate::syntax::place;
use crate::urls::URL_NAMES;
use page::{PAGE, Page};
use rewrite::Rewritten;

pub use filters::{FILTERS, FilterRow};

/// How much work a page may be, in instructions of the engine; 64 bytes of
/// output count as one. A page of a large store takes a twentieth.
const FUEL: u64 = 2_000_000;

/// What a name of a missing include begins with, for the loader.
const MISSING: &str = "\u{1}missing:";

/// Renders the pages of a theme.
#[derive(Debug, Clone)]
pub struct Engine {
    environment: Environment<'static>,
    theme: Arc<Theme>,
    translations: Arc<BTreeMap<String, String>>,
}

/// What a page is rendered from.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The template.
    pub template: &'a str,
    /// The variables: a JSON object.
    pub context: &'a Json,
    /// Where the portal of the customer is (`/tools/recurring/portal/{hash}`).
    pub portal_path: &'a str,
    /// The token that URLs carry.
    pub token: Option<&'a str>,
    /// The parameters of the URL.
    pub query: &'a [(String, String)],
    /// The time of the store.
    pub now: jiff::civil::DateTime,
}

/// A rendered page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The output of the template.
    pub text: String,
    /// The names of includes that the theme does not have; the output shows a
    /// box in their place.
    pub missing: Vec<String>,
}

/// Why a page cannot be rendered, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderError {
    /// The file.
    pub file: String,
    /// The line, from 1; 0 when the engine does not know it.
    pub line: usize,
    /// The column, from 1; 0 when the engine does not know it.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// The line in the file.
    pub source_line: String,
}

impl fmt::Display for RenderError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            column,
            message,
            ..
        } = self;
        match (line, column) {
            (0, _) => write!(out, "{file}: {message}"),
            (_, 0) => write!(out, "{file}:{line}: {message}"),
            _ => write!(out, "{file}:{line}:{column}: {message}"),
        }
    }
}

impl std::error::Error for RenderError {}

impl Engine {
    /// An engine for a theme. Templates are read when a page needs them.
    #[must_use]
    pub fn new(theme: Arc<Theme>) -> Self {
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        environment.set_undefined_behavior(UndefinedBehavior::Chainable);
        environment.set_fuel(Some(FUEL));
        environment.set_debug(true);
        environment.set_formatter(|out, _, value| {
            let written = out.write_str(&python::to_text(value));
            written.map_err(|_| minijinja::Error::from(ErrorKind::WriteFailure))
        });
        builtins::register(&mut environment);
        filters::register(&mut environment);
        let sources = Arc::clone(&theme);
        environment.set_loader(move |name| {
            if let Some(missing) = name.strip_prefix(MISSING) {
                return Ok(Some(missing_box(missing)));
            }
            let Some(source) = sources.text(name) else {
                return Ok(None);
            };
            let rewritten = Rewritten::new(&with_newlines(source));
            if rewritten.is_too_deep {
                let message = format!("{name}: tags or brackets nest too deep");
                return Err(minijinja::Error::new(ErrorKind::SyntaxError, message));
            }
            Ok(Some(rewritten.source))
        });
        let names = Arc::clone(&theme);
        environment.add_function(
            rewrite::INCLUDE,
            move |state: &minijinja::State, name: Value| included(state, &names, &name),
        );
        let translations = Arc::new(theme.translations.clone());
        Self {
            environment,
            theme,
            translations,
        }
    }

    /// Renders a page.
    ///
    /// # Errors
    /// The template is missing, cannot be read, or does what cannot be done.
    pub fn render(&self, request: &Request<'_>) -> Result<Rendered, RenderError> {
        if self.theme.text(request.template).is_none() {
            return Err(RenderError {
                file: request.template.to_owned(),
                line: 0,
                column: 0,
                message: "the theme has no such template".to_owned(),
                source_line: String::new(),
            });
        }
        let page = Arc::new(Page::new(request, Arc::clone(&self.translations)));
        let mut environment = self.environment.clone();
        environment.add_global(PAGE, Value::from_dyn_object(Arc::clone(&page)));
        for url in URL_NAMES.iter().filter(|url| url.is_variable()) {
            environment.add_global(url.name, page.url(url, &[], &[]));
        }
        let context = values::from_json(request.context);
        let rendered = environment
            .get_template(request.template)
            .and_then(|template| template.render(context));
        match rendered {
            Ok(text) => Ok(Rendered {
                text,
                missing: page.missing(),
            }),
            Err(error) => Err(self.explained(&error, request.template)),
        }
    }

    /// Where the innermost cause of an error is in the file.
    fn explained(&self, error: &minijinja::Error, template: &str) -> RenderError {
        let mut inner = error;
        while let Some(cause) =
            std::error::Error::source(inner).and_then(<dyn std::error::Error>::downcast_ref)
        {
            inner = cause;
        }
        let file = inner
            .name()
            .or_else(|| error.name())
            .unwrap_or(template)
            .to_owned();
        let source = with_newlines(self.theme.text(&file).unwrap_or_default());
        let source = source.as_ref();
        let (mut line, mut column) = (inner.line().unwrap_or_default(), 0);
        if let Some(range) = inner.range().filter(|range| !range.is_empty()) {
            let rewritten = Rewritten::new(source);
            (line, column) = place(source, rewritten.original(range.start));
        }
        let shown = line
            .checked_sub(1)
            .and_then(|line| source.lines().nth(line));
        RenderError {
            line,
            column,
            message: reason(inner),
            source_line: shown.unwrap_or_default().to_owned(),
            file,
        }
    }
}

/// Every line ends as Jinja2 ends lines.
fn with_newlines(source: &str) -> Cow<'_, str> {
    if !source.contains('\r') {
        return Cow::Borrowed(source);
    }
    Cow::Owned(source.replace("\r\n", "\n").replace('\r', "\n"))
}

fn reason(error: &minijinja::Error) -> String {
    let kind = error.kind();
    if kind == ErrorKind::OutOfFuel {
        return "the page takes too many steps: a loop may not end".to_owned();
    }
    let detail = error.detail().unwrap_or_default();
    if detail.contains("recursion limit") {
        return "templates include each other without end".to_owned();
    }
    match detail {
        "" => kind.to_string(),
        detail if kind == ErrorKind::TemplateNotFound => detail.to_owned(),
        detail => format!("{kind}: {detail}"),
    }
}

/// The placeholder of a missing file.
fn missing_box(name: &str) -> String {
    let name = python::escaped(name).replace(['{', '}'], "");
    format!(
        "<div class=\"theme-missing-include\" style=\"border:2px solid \
         #c00;padding:8px;color:#c00\">\
         the theme has no file {name}</div>"
    )
}

/// The name of an include, or of the box in its place.
fn included(state: &minijinja::State, theme: &Theme, name: &Value) -> Value {
    let names: Vec<String> = match name.as_str() {
        Some(name) => vec![name.to_owned()],
        None => name
            .try_iter()
            .into_iter()
            .flatten()
            .map(|name| python::to_text(&name))
            .collect(),
    };
    if let Some(found) = names.iter().find(|name| theme.text(name).is_some()) {
        return Value::from(found.as_str());
    }
    let missing = names.join(", ");
    if let Some(page) = Page::of(state) {
        page.note_missing(&missing);
    }
    Value::from(format!("{MISSING}{missing}"))
}
