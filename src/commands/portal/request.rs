//! `rc portal get` and `rc portal post`: what a page of the portal asks for.

use super::access;
use super::args::PortalRequest;
use super::objects::printed;
use crate::api::query;
use crate::api::request::{self, ExtraHeader, Request};
use crate::api::response::{Envelope, Wanted};
use crate::catalog::portal::{API, TOKEN};
use crate::catalog::{Method, Operation};
use crate::cli::Options;
use crate::commands::call::run::perhaps_done;
use crate::commands::dry;
use crate::error::{Error, Result};
use crate::nearest::{Similarity, nearest};
use crate::output::Shape;
use crate::portal::form;
use crate::ui::Run;
use crate::ui::printer::{Described, Printer};

pub(super) fn run(run: &mut Run, options: &Options, asked: &PortalRequest) -> Result<()> {
    let request = request(run, asked)?;
    if let Some(form) = options.dry_run {
        dry::check(options, form)?;
        let base = access::usual_base_url(&asked.of);
        return run.print_request(&printed(&request, options, &base, form));
    }
    let place = run.place(options)?;
    let changes = request.changes();
    if let Some(twin) = request.operation.and_then(admin_twin).filter(|_| changes) {
        let note = format!("the Admin API does the same, with checks and an undo: {twin}");
        run.reporter.note(&note);
    }
    let is_page = request.operation.is_some_and(|row| row.template.is_some());
    let printer = if is_page {
        check_page(options)?;
        None
    } else {
        Some(Printer::prepare(
            run,
            options,
            Shape::One,
            Described::default(),
        )?)
    };
    let is_unknown = request.operation.is_none();
    if request.destroys() || (changes && (is_unknown || place.is_protected())) {
        let (method, path) = (request.method.name(), &request.path);
        let question = format!(
            "{method} {path} in the portal of a customer of {}?",
            place.in_question()
        );
        run.confirm(options, &question)?;
    }
    let client = access::client(run, &asked.of, &place)?;
    (run.guard_interrupts)();
    let unclear = |error| perhaps_done(&API, access::explained(error), &request);
    let answer = Run::wait(client.send(&request)).map_err(unclear)?;
    let Some(mut printer) = printer else {
        return run.print(&String::from_utf8_lossy(&answer.body));
    };
    let wanted = if answer.body.trim_ascii().is_empty() {
        Wanted::Nothing
    } else {
        Wanted::Whole
    };
    let envelope = Envelope::open(answer, wanted).map_err(unclear)?;
    for record in envelope.records() {
        printer.record(record)?;
    }
    printer.finish()?;
    Ok(())
}

/// A page is HTML, of which no flag makes records.
fn check_page(options: &Options) -> Result<()> {
    let asked = &options.output;
    let flags = [
        ("--output", asked.format.is_some()),
        ("--jq", asked.jq.is_some()),
        ("--columns", asked.columns.is_some()),
        ("--out", asked.out.is_some()),
    ];
    match flags.into_iter().find(|(_, given)| *given) {
        Some((flag, _)) => Err(Error::usage(format!(
            "{flag} cannot be used with a page, which is HTML"
        ))
        .hint("rc portal objects gets the data of a page as JSON")),
        None => Ok(()),
    }
}

/// The command that does the same.
fn admin_twin(row: &'static Operation) -> Option<String> {
    let (resource, verb) = row.twin?.admin?.split_once('.')?;
    Some(format!(
        "rc {} {}",
        crate::catalog::kebab(resource),
        crate::catalog::kebab(verb)
    ))
}

fn request(run: &mut Run, asked: &PortalRequest) -> Result<Request> {
    let (path, query) = query::split(&asked.path);
    let path = request::normalized_path(path)?;
    let operation = API.matching(asked.method, &path);
    if operation.is_none() && !asked.is_unlisted {
        return Err(unknown(asked.method, &path));
    }
    let mut pairs: Vec<(String, String)> = query::pairs(query)
        .filter(|pair| !pair.is_empty())
        .map(|pair| (pair.name.into_owned(), pair.value.into_owned()))
        .collect();
    let mut request = Request {
        method: asked.method,
        path,
        query: Vec::new(),
        body: None,
        headers: Vec::new(),
        operation,
        notes: Vec::new(),
    };
    if asked.method == Method::Post {
        let body = asked.body.as_deref();
        let body = body.map(|word| run.stdin.text(word)).transpose()?;
        let body = request::free_body(body.as_deref(), &asked.fields)?;
        if asked.is_form {
            request.body = Some(form::of_json(&body)?);
            request.headers.push(ExtraHeader {
                name: "Content-Type".to_owned(),
                value: form::CONTENT_TYPE.to_owned(),
            });
        } else {
            request.body = Some(body);
        }
    } else {
        if asked.body.is_some() || asked.is_form {
            return Err(Error::usage(
                "--body and --form cannot be used with --delete",
            ));
        }
        for field in &asked.fields {
            pairs.push((field.path.clone(), field.value.clone()));
        }
    }
    // An argument is seen by other programs, and by the history of a shell.
    if pairs.iter().any(|(name, _)| API.is_secret_name(name)) {
        let message = format!(
            "a {} in the path or in a field would be visible to others",
            TOKEN.name
        );
        return Err(
            Error::usage(message).hint(format!("set {} to it, with --hash", API.auth.variable))
        );
    }
    request.query = pairs;
    Ok(request)
}

/// That there is no such route, and which is the nearest.
fn unknown(method: Method, path: &str) -> Error {
    let shape = |path: &str| -> String {
        let segments = path.split('/').map(|segment| {
            let is_value =
                segment.starts_with('{') || segment.bytes().all(|byte| byte.is_ascii_digit());
            if is_value && !segment.is_empty() {
                "#"
            } else {
                segment
            }
        });
        segments.collect::<Vec<_>>().join("/")
    };
    let same_method = API.operations().filter(|(_, row)| row.method == method);
    let shapes: Vec<(String, &str)> = same_method
        .map(|(_, row)| (shape(row.path), row.path))
        .collect();
    let given = shape(path);
    let near = nearest(
        &given,
        shapes.iter().map(|(shape, _)| shape.as_str()),
        Similarity::Loose,
    );
    let near = near.and_then(|near| shapes.iter().find(|(shape, _)| shape == near));
    let error = Error::usage(format!("the portal has no route {} {path}", method.name()));
    let others = API
        .operations()
        .find(|(_, row)| row.path_values(path).is_some());
    let error = match (others, near) {
        (Some((_, row)), _) => error.hint(format!("there is {} {}", row.method.name(), row.path)),
        (None, Some((_, near))) => error.hint(format!("did you mean {near}?")),
        (None, None) => error,
    };
    error.hint(
        "rc portal routes lists them; the reference is incomplete, and --unlisted sends it anyway",
    )
}
