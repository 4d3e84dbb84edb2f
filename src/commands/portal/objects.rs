//! `rc portal objects`: objects by a schema.

use super::access;
use super::args::ObjectsArgs;
use crate::api::request::{self, Printed, Request};
use crate::api::response::{Envelope, Wanted};
use crate::catalog::portal::API;
use crate::catalog::portal::request_objects::{GET, SCHEMA};
use crate::cli::{DryRun, Options};
use crate::commands::dry;
use crate::error::Result;
use crate::output::{Format, Shape};
use crate::portal::schema;
use crate::ui::Run;
use crate::ui::printer::{Described, Printer};

pub(super) fn run(run: &mut Run, options: &Options, objects: &ObjectsArgs) -> Result<()> {
    let text = match (&objects.schema, &objects.schema_file) {
        (_, Some(file)) if file == "-" => run.stdin.text("-")?,
        (_, Some(file)) => run.stdin.text(&format!("@{file}"))?,
        (schema, None) => schema.clone().unwrap_or_default(),
    };
    let checked = schema::check(&text)?;
    for note in &checked.notes {
        run.reporter.note(note);
    }
    let request = Request {
        method: GET.method,
        path: GET.path.to_owned(),
        query: vec![(SCHEMA.name.to_owned(), checked.text)],
        body: None,
        headers: Vec::new(),
        operation: Some(&GET),
        notes: Vec::new(),
    };
    if let Some(form) = options.dry_run {
        dry::check(options, form)?;
        let base = access::usual_base_url(&objects.of);
        return run.print_request(&printed(&request, options, &base, form));
    }
    let place = run.place(options)?;
    let mut printer = Printer::prepare(run, options, Shape::One, Described::default())?;
    let client = access::client(run, &objects.of, &place)?;
    (run.guard_interrupts)();
    let sent = async {
        let answer = client.send(&request).await?;
        Envelope::open(answer, Wanted::Whole)
    };
    let envelope = Run::wait(sent).map_err(access::explained)?;
    for record in envelope.records() {
        printer.record(record)?;
    }
    printer.finish()?;
    Ok(())
}

/// A request to a portal in print.
pub(super) fn printed(request: &Request, options: &Options, base: &str, form: DryRun) -> String {
    let place = Printed {
        base_url: base,
        api: &API,
        version: API.version,
    };
    match (form, options.output.format) {
        (DryRun::Curl, _) => request::as_curl(request, place) + "\n",
        (_, Some(Format::Json | Format::Ndjson)) => request::as_json(request, place) + "\n",
        _ => request::as_text(request, place),
    }
}
