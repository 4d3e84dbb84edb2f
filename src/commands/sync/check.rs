//! `rc sync check`: what a run would meet. Reads the token, the store and the copy.

use serde_json::json;

use super::args::Sync;
use super::place::{CopyFacts, facts};
use super::run::{choose, store_id, store_key};
use crate::catalog::build::field;
use crate::catalog::{Conventions, FieldKind, Object};
use crate::cli::Options;
use crate::commands::auth::check;
use crate::error::{Error, Kind, Result};
use crate::output::Shape;
use crate::sync::tables;
use crate::ui::Run;
use crate::ui::printer::{Described, Printer};

/// Prints, for each table, whether it can be read and what the copy has.
pub(super) fn run(run: &mut Run, options: &Options, asked: &Sync) -> Result<()> {
    let place = run.place(options)?;
    let chosen = choose(&tables(place.family, None), &asked.tables)?;
    let described = Described {
        object: Some(&CHECK),
        ..Described::default()
    };
    let mut printer = Printer::prepare(run, options, Shape::Many, described)?;
    let client = run.client(&place)?;
    (run.guard_interrupts)();
    let now = run.now(place.family.newest());
    let (scopes, store) = Run::wait(async {
        let scopes = check::scopes(&client, &now).await?;
        Ok((scopes, store_id(&client, &now).await?))
    })?;
    let here = store_key(&place, store)?;
    let copy = match facts(run, options, asked.to.as_ref())? {
        None => Vec::new(),
        Some(copy) if copy.store == here => copy.tables,
        Some(CopyFacts { name, store, .. }) => {
            return Err(Error::new(
                Kind::CheckFailed,
                format!("{name} is a copy of {store}, and this is {here}"),
            ));
        }
    };
    let mut forbidden = Vec::new();
    for table in &chosen {
        let scope = table.operation.scope;
        let is_allowed = scope.is_none_or(|scope| scopes.iter().any(|has| has == scope));
        if !is_allowed {
            forbidden.push(table.name.clone());
        }
        let there = copy.iter().find(|known| known.name == table.name);
        let record = json!({
            "table": table.name,
            "method": table.method.name(),
            "scope": scope,
            "allowed": is_allowed,
            "rows": there.map(|there| there.rows),
            "bookmark": there.and_then(|there| there.state.bookmark).map(|time| time.to_string()),
            "completed": there.and_then(|there| there.state.completed).map(|time| time.to_string()),
        });
        printer.record(&record.to_string())?;
    }
    printer.finish()?;
    if forbidden.is_empty() {
        return Ok(());
    }
    let tables = forbidden.join(", ");
    Err(Error::new(
        Kind::CheckFailed,
        format!("the token may not read {tables}"),
    )
    .hint("give it the scopes, or name the tables to copy with --tables"))
}

/// The fields of the check of a table.
static CHECK: Object = Object {
    name: "sync_check",
    fields: &[
        field("table", FieldKind::Text),
        field("method", FieldKind::Text),
        field("scope", FieldKind::Text),
        field("allowed", FieldKind::Boolean),
        field("rows", FieldKind::Integer),
        field("bookmark", FieldKind::Time),
        field("completed", FieldKind::Time),
    ],
    columns: &["table", "allowed", "scope", "method", "rows", "bookmark"],
    conventions: &Conventions::PLAIN,
};
