//! `rc theme routes|objects|filters`: what themes can rely on, as records.

use recharge_theme::engine::FILTERS;
use recharge_theme::urls::{URL_NAMES, UrlForm};
use recharge_theme::{objects as portal_objects, pages};
use serde_json::{Value, json};

use crate::catalog::portal;
use crate::cli::Options;
use crate::error::Result;
use crate::output::Shape;
use crate::ui::Run;
use crate::ui::printer::{Described, Printer};

fn print(
    run: &mut Run,
    options: &Options,
    keys: &[&str],
    records: impl Iterator<Item = Value>,
) -> Result<()> {
    let mut printer = Printer::prepare(run, options, Shape::Many, Described::of_keys(keys))?;
    for record in records {
        printer.record(&record.to_string())?;
    }
    printer.finish()?;
    Ok(())
}

pub(super) fn routes(run: &mut Run, options: &Options) -> Result<()> {
    let keys = [
        "method",
        "path",
        "template",
        "about",
        "admin",
        "sdk",
        "variables",
        "source",
    ];
    let records = portal::API.operations().map(|(_, row)| {
        let variables = row.template.and_then(pages::variables);
        let names = variables.map(|variables| {
            variables
                .iter()
                .map(|variable| variable.name)
                .collect::<Vec<_>>()
        });
        json!({
            "method": row.method.name(),
            "path": row.path,
            "template": row.template,
            "about": row.summary,
            "admin": row.twin.and_then(|twin| twin.admin),
            "sdk": row.twin.and_then(|twin| twin.sdk),
            "variables": names,
            "source": row.source.name(),
        })
    });
    print(run, options, &keys, records)
}

pub(super) fn objects(run: &mut Run, options: &Options) -> Result<()> {
    let records = portal_objects::objects().flat_map(|object| {
        object.fields().map(move |field| {
            json!({"object": object.name, "field": field.name, "of": field.object, "list": field.is_list})
        })
    });
    print(run, options, &["object", "field", "of", "list"], records)
}

pub(super) fn filters(run: &mut Run, options: &Options) -> Result<()> {
    let own = FILTERS.iter().map(|row| {
        json!({"name": row.name, "kind": "filter", "arguments": row.arguments, "about": row.about})
    });
    let urls = URL_NAMES.iter().map(|url| {
        let kind = match url.form {
            UrlForm::Script => "url of scripts",
            UrlForm::Any | UrlForm::Elsewhere => "url",
        };
        json!({"name": url.name, "kind": kind, "arguments": vec!["value"; url.arguments()].join(", "), "about": url.path})
    });
    print(
        run,
        options,
        &["name", "kind", "arguments", "about"],
        own.chain(urls),
    )
}
