//! The themes in `tests/themes` render as Jinja2 renders them, byte for byte.
//! The script `tests/themes/expect` writes the expectations.

#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use recharge_theme::engine::{Engine, FILTERS, Request};
use recharge_theme::folder::Theme;
use recharge_theme::urls::{URL_NAMES, UrlForm};
use recharge_theme::{objects, pages};
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/themes")
}

fn context() -> Value {
    serde_json::from_str(&fs::read_to_string(root().join("context.json")).unwrap()).unwrap()
}

#[test]
fn fixtures_render_as_jinja2_does() {
    let context = context();
    let query = [("page", "3"), ("preview_theme", "12"), ("q", "te a")];
    let query = query.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut different = Vec::new();
    let mut count = 0;
    for folder in ["language", "portal"] {
        let theme = Arc::new(Theme::open(&root().join(folder)).unwrap());
        let engine = Engine::new(Arc::clone(&theme));
        for template in theme.pages() {
            let rendered = engine.render(&Request {
                template,
                context: &context,
                portal_path: "/tools/recurring/portal/0123456789abcdef",
                token: Some("t0k"),
                query: &query,
                now: jiff::civil::date(2026, 11, 20).at(12, 0, 0, 0),
            });
            let name = template.replace(".html", ".out");
            let expected = fs::read_to_string(root().join("expected").join(folder).join(&name));
            let expected = expected.unwrap_or_else(|error| panic!("{folder}/{name}: {error}"));
            count += 1;
            match rendered {
                Ok(rendered) => {
                    different.extend(difference(&expected, &rendered.text, folder, template));
                }
                Err(error) => different.push(format!("{folder}/{error}")),
            }
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
    assert!(count > 40, "{count}");
}

fn difference(expected: &str, found: &str, folder: &str, template: &str) -> Option<String> {
    if expected == found {
        return None;
    }
    let lines = expected.split('\n').zip(found.split('\n')).enumerate();
    let differing = lines.filter(|(_, (expected, found))| expected != found);
    let lines: Vec<String> = differing
        .map(|(line, (expected, found))| {
            format!(
                "{folder}/{template}:{}\n  jinja2 {expected:?}\n  here   {found:?}",
                line + 1
            )
        })
        .collect();
    let lengths = (expected.len(), found.len());
    Some(if lines.is_empty() {
        format!("{folder}/{template}: lengths {lengths:?}")
    } else {
        lines.join("\n")
    })
}

/// Everything that the fixtures contain, to look for uses in it.
fn sources() -> String {
    let mut all = String::new();
    for folder in ["language", "portal"] {
        let theme = Theme::open(&root().join(folder)).unwrap();
        for (_, text) in theme.texts() {
            all.push_str(text);
        }
    }
    all
}

#[test]
fn fixtures_use_every_tag_filter_object_and_page() {
    let sources = sources();
    let mut unused = BTreeSet::new();
    let mut need = |is_used: bool, what: String| {
        if !is_used {
            unused.insert(what);
        }
    };
    let none = ["trans", "endtrans", "pluralize"];
    for tag in recharge_theme::syntax::parser::TAGS {
        let is_used = ["{% ", "{%- ", "{%+ "]
            .iter()
            .any(|open| sources.contains(&format!("{open}{tag} ")));
        need(is_used || none.contains(&tag), format!("tag {tag}"));
    }
    for filter in FILTERS
        .iter()
        .map(|row| row.name)
        .chain(URL_NAMES.iter().map(|url| url.name))
    {
        need(
            sources.contains(&format!("| {filter}")),
            format!("filter {filter}"),
        );
    }
    for url in URL_NAMES.iter().filter(|url| url.form != UrlForm::Script) {
        need(
            sources.contains(&format!("{{{{ {} }}}}", url.name)),
            format!("variable {}", url.name),
        );
    }
    for template in pages::templates() {
        need(
            root().join("portal").join(template).exists(),
            format!("page {template}"),
        );
    }
    for object in objects::objects() {
        for field in object.fields() {
            need(
                sources.contains(&format!(".{}", field.name)),
                format!("field {}.{}", object.name, field.name),
            );
        }
    }
    assert!(unused.is_empty(), "{unused:#?}");
}

#[test]
fn url_names_of_the_expectations_are_those_of_the_engine() {
    let rows: Vec<Value> =
        serde_json::from_str(&fs::read_to_string(root().join("urls.json")).unwrap()).unwrap();
    let form = |form| match form {
        UrlForm::Any => "any",
        UrlForm::Script => "script",
        UrlForm::Elsewhere => "elsewhere",
    };
    let expected: Vec<(&str, &str, &str)> = rows
        .iter()
        .map(|row| {
            (
                row["name"].as_str().unwrap(),
                row["path"].as_str().unwrap(),
                row["form"].as_str().unwrap(),
            )
        })
        .collect();
    let found: Vec<(&str, &str, &str)> = URL_NAMES
        .iter()
        .map(|url| (url.name, url.path, form(url.form)))
        .collect();
    assert_eq!(found, expected);
}
