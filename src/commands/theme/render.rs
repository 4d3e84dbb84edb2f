//! `rc theme render`: pages as text, with data of a demo store or of a file.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use clap::ArgMatches;
use recharge_theme::engine::{Engine, RenderError, Rendered, Request};
use recharge_theme::folder::{Theme, has_ending};
use serde_json::Value;

use super::files::write;
use crate::cli::values::{text, texts};
use crate::error::{Error, Kind, Result};
use crate::ui::Run;

/// What URLs of rendered pages have in place of a token: the same each time.
const TOKEN: &str = "TOKEN";

/// The time of pages that are rendered for comparisons.
const NOW: &str = "2026-01-01T12:00:00Z";

pub(super) fn run(run: &mut Run, matches: &ArgMatches) -> Result<()> {
    let is_all = matches.get_flag("all");
    // With --all the first word is the folder.
    let words = (text(matches, "template"), text(matches, "dir"));
    let (page, folder) = match words {
        (folder, None) if is_all => (None, folder),
        (Some(_), Some(_)) if is_all => {
            return Err(Error::usage("--all takes a folder and no page"));
        }
        words => words,
    };
    let folder = folder.unwrap_or_else(|| ".".to_owned());
    let theme = Arc::new(super::open(Path::new(&folder))?);
    for problem in &theme.problems {
        run.reporter
            .note(&format!("{}: {}", problem.name, problem.message));
    }
    let pages: Vec<String> = match &page {
        None => theme.pages().map(str::to_owned).collect(),
        Some(page) => vec![template(&theme, page)?],
    };
    let asked = Asked {
        sets: pairs(&texts(matches, "set"), "--set")?,
        query: pairs(&texts(matches, "query"), "--query")?,
    };
    let mut source = Source::choose(run, matches)?;
    let engine = Engine::new(Arc::clone(&theme));
    let out_dir = text(matches, "out-dir");
    if let Some(folder) = &out_dir {
        std::fs::create_dir_all(folder).map_err(|error| {
            Error::usage(format!("cannot make the folder {folder}")).caused_by(error)
        })?;
    }
    let (mut failed, mut written) = (Vec::new(), 0);
    for page in &pages {
        let Some(mut context) = source.context(page)? else {
            let message = format!("{page}: the store has no data for it; give it with --context");
            if !is_all {
                return Err(Error::usage(message));
            }
            run.reporter.note(&message);
            continue;
        };
        match asked.render(&engine, page, &mut context)? {
            Ok(rendered) => {
                for missing in &rendered.missing {
                    run.reporter
                        .note(&format!("{page}: the theme has no file {missing}"));
                }
                written += 1;
                match &out_dir {
                    None => {
                        run.print(&rendered.text)?;
                        // The prompt begins a line of its own; a file has the page.
                        if run.terminal.stdout && !rendered.text.ends_with('\n') {
                            run.print("\n")?;
                        }
                    }
                    Some(folder) => write(&Path::new(folder).join(page), rendered.text.as_bytes())?,
                }
            }
            Err(error) => failed.push(error),
        }
    }
    finish(run, &failed, written, out_dir.as_deref())
}

fn finish(
    run: &mut Run,
    failed: &[RenderError],
    written: usize,
    out_dir: Option<&str>,
) -> Result<()> {
    match failed {
        [] => {
            if let Some(folder) = out_dir {
                run.reporter.done(&format!("{folder} has {written} pages"));
            }
            Ok(())
        }
        [error] => Err(failure(error)),
        [first, rest @ ..] => {
            for error in rest {
                run.reporter.note(&error.to_string());
            }
            let count = failed.len();
            Err(failure(first).hint(format!(
                "{count} pages failed; the messages above name the others"
            )))
        }
    }
}

fn failure(error: &RenderError) -> Error {
    let message = error.to_string();
    let failure = Error::new(Kind::CheckFailed, message);
    let line = error.source_line.trim();
    if line.is_empty() {
        failure
    } else {
        failure.hint(format!("the line is: {line}"))
    }
}

/// What the flags add to the data of a page.
struct Asked {
    sets: Vec<(String, String)>,
    query: Vec<(String, String)>,
}

impl Asked {
    fn render(
        &self,
        engine: &Engine,
        page: &str,
        context: &mut PageData,
    ) -> Result<Result<Rendered, RenderError>> {
        for (path, value) in &self.sets {
            let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value.as_str()));
            set(&mut context.variables, path, value)?;
        }
        let now = NOW
            .parse::<jiff::Timestamp>()
            .map_err(|error| Error::unexpected("no time").caused_by(error))?;
        Ok(engine.render(&Request {
            template: page,
            context: &context.variables,
            portal_path: &context.portal_path,
            token: Some(TOKEN),
            query: &self.query,
            now: now.to_zoned(jiff::tz::TimeZone::UTC).datetime(),
        }))
    }
}

/// The variables of a page, and where its portal is.
pub(super) struct PageData {
    pub(super) variables: Value,
    pub(super) portal_path: String,
}

/// Where the data of pages comes from.
enum Source {
    File(Value),
    #[cfg(feature = "sandbox")]
    Store(Box<super::store::DemoStore>),
}

impl Source {
    fn choose(run: &mut Run, matches: &ArgMatches) -> Result<Self> {
        if let Some(file) = text(matches, "context") {
            let text = if file == "-" {
                run.stdin.text("-")?
            } else {
                std::fs::read_to_string(&file).map_err(|error| Error::reading(&file, error))?
            };
            let value: BTreeMap<String, Value> = serde_json::from_str(&text).map_err(|error| {
                Error::usage(format!("{file} is not a JSON object")).caused_by(error)
            })?;
            return Ok(Self::File(value.into_iter().collect()));
        }
        #[cfg(feature = "sandbox")]
        {
            let now: jiff::Timestamp = NOW
                .parse()
                .map_err(|error| Error::unexpected("no time").caused_by(error))?;
            let customer = matches.get_one::<u64>("shown-customer").copied();
            Ok(Self::Store(Box::new(super::store::DemoStore::new(
                std::sync::Arc::new(move || now),
                customer,
            )?)))
        }
        #[cfg(not(feature = "sandbox"))]
        Err(Error::usage("this build has no demo store").hint("give the data with --context"))
    }

    #[cfg_attr(
        not(feature = "sandbox"),
        expect(
            unused_variables,
            clippy::unnecessary_wraps,
            reason = "a file has the same data for each page"
        )
    )]
    fn context(&mut self, page: &str) -> Result<Option<PageData>> {
        match self {
            Self::File(variables) => Ok(Some(PageData {
                variables: variables.clone(),
                portal_path: "/tools/recurring/portal/HASH".to_owned(),
            })),
            #[cfg(feature = "sandbox")]
            Self::Store(store) => store.page(page, TOKEN),
        }
    }
}

/// The template that a word names.
fn template(theme: &Theme, word: &str) -> Result<String> {
    let name = if has_ending(word, "html") {
        word.to_owned()
    } else {
        format!("{word}.html")
    };
    if theme.text(&name).is_some() {
        return Ok(name);
    }
    let known: Vec<&str> = theme.pages().collect();
    Err(
        Error::new(Kind::NotFound, format!("the theme has no page {word}"))
            .hint(format!("its pages: {}", known.join(", "))),
    )
}

fn pairs(words: &[String], flag: &str) -> Result<Vec<(String, String)>> {
    let pair = |word: &String| {
        let (name, value) = word.split_once('=').filter(|(name, _)| !name.is_empty())?;
        Some((name.to_owned(), value.to_owned()))
    };
    let wrong = |word: &String| Error::usage(format!("{flag} takes NAME=VALUE, not {word}"));
    words
        .iter()
        .map(|word| pair(word).ok_or_else(|| wrong(word)))
        .collect()
}

/// Puts a value at a dotted path; numbers are places in lists.
fn set(value: &mut Value, path: &str, new: Value) -> Result<()> {
    let mut place = value;
    for name in path.split('.') {
        if place.is_null() {
            *place = Value::Object(serde_json::Map::new());
        }
        place = match place {
            Value::Object(members) => members.entry(name).or_insert(Value::Null),
            Value::Array(items) => {
                let count = items.len();
                let item = name
                    .parse::<usize>()
                    .ok()
                    .and_then(|index| items.get_mut(index));
                item.ok_or_else(|| {
                    Error::usage(format!(
                        "--set {path}: the list has no position {name}; the last one is {}",
                        count.saturating_sub(1)
                    ))
                })?
            }
            _ => {
                return Err(Error::usage(format!(
                    "--set {path}: there is a value in place of an object at {name}"
                )));
            }
        };
    }
    *place = new;
    Ok(())
}
