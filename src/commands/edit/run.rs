//! `rc RESOURCE edit ID`, from reading the object to its change.

use serde_json::{Map, Value};

use super::document;
use super::editor::{EditedFile, Editor};
use super::operations;
use crate::api::client::Client;
use crate::catalog::{Operation, Resource, kebab};
use crate::cli::{DryRun, Options, Paging};
use crate::commands::call::args::Call;
use crate::commands::call::written::WriteResult;
use crate::commands::call::{preflight, rehearse, run as call};
use crate::commands::connect::Target;
use crate::commands::difference::{self, all_changes, changes};
use crate::commands::dry;
use crate::error::{Error, Kind, Result};
use crate::output::{Shape, visible};
use crate::ui::Run;
use crate::ui::printer::{Described, Printer};

/// Edits an object of a resource.
pub(super) fn run(
    run: &mut Run,
    options: &Options,
    resource: &'static Resource,
    id: &str,
) -> Result<()> {
    let (get, update) = operations(resource)
        .ok_or_else(|| Error::usage(format!("{} cannot be edited", resource.name)))?;
    if let Some(form) = options.dry_run {
        dry::check_flags(options, form)?;
    }
    let editor = Editor::choose(&run.environment, run.is_attended())?;
    let place = run.place(options)?;
    let described = Described {
        object: update.response.object(),
        ..Described::default()
    };
    let printer = match options.dry_run {
        None => Some(Printer::prepare(run, options, Shape::One, described)?),
        Some(_) => None,
    };
    let client = run.client(&place)?;
    preflight::scopes(run, &place, &client, update, &[])?;
    let edit = ObjectEdit {
        resource,
        get,
        update,
        id,
    };
    let before = edit.read(&client, run)?;
    let fields = document::editable(place.api, update, &before);
    let name = kebab(resource.name);
    let file = EditedFile::create(&name, id, &document::print(&fields))?;
    // The file is lost only where it is of no more use.
    match edit.carry_out(
        run,
        options,
        (&client, &place),
        (&editor, &file),
        &before,
        printer,
    ) {
        Ok(()) => Ok(()),
        Err(error) => Err(kept(error, file)),
    }
}

/// The error, with where the edited file is.
fn kept(error: Error, file: EditedFile) -> Error {
    match file.keep() {
        Some(path) => error.hint(format!("the edited file is kept: {}", path.display())),
        None => error,
    }
}

/// An object that is edited.
struct ObjectEdit<'a> {
    resource: &'static Resource,
    get: &'static Operation,
    update: &'static Operation,
    id: &'a str,
}

impl ObjectEdit<'_> {
    /// A call of an operation on the object.
    fn call(&self, operation: &'static Operation, body: Option<String>) -> Call {
        Call {
            resource: self.resource,
            operation,
            targets: vec![self.id.to_owned()],
            given: Vec::new(),
            body,
            set: Vec::new(),
            paging: Paging::default(),
            watch: None,
        }
    }

    /// Reads the object.
    fn read(&self, client: &Client, run: &mut Run) -> Result<Map<String, Value>> {
        let now = run.now(client.api());
        Run::wait(rehearse::object(client, self.get, self.id, &now))
    }

    /// Lets the user edit until the document is right or they give up.
    fn ask_for_fields(
        &self,
        run: &mut Run,
        options: &Options,
        (editor, file): (&Editor, &EditedFile),
    ) -> Result<Map<String, Value>> {
        loop {
            editor.open(file.path())?;
            let error = match document::parse(self.update, &file.text()?) {
                Ok(fields) => return Ok(fields),
                Err(error) => error,
            };
            if options.yes || !run.is_attended() {
                return Err(error);
            }
            run.reporter.error(&error);
            let answer = run.question("Open the editor again? [Y/n]")?;
            if matches!(answer.trim().to_lowercase().as_str(), "n" | "no") {
                return Err(Error::new(Kind::Interrupted, "cancelled; nothing was sent"));
            }
        }
    }

    fn carry_out(
        &self,
        run: &mut Run,
        options: &Options,
        (client, place): (&Client, &Target),
        (editor, file): (&Editor, &EditedFile),
        before: &Map<String, Value>,
        printer: Option<Printer>,
    ) -> Result<()> {
        let fields = self.ask_for_fields(run, options, (editor, file))?;
        let changed = document::changed(before, fields);
        if changed.is_empty() {
            run.reporter.note("no field was changed; nothing was sent");
            return Ok(());
        }
        let body = Value::Object(changed.clone()).to_string();
        let call = self.call(self.update, Some(body));
        let call = call::prepared(run, place.api, &call)?;
        let request = call.first()?;
        let own = changes(before, &changed);
        if let Some(form) = options.dry_run {
            let text = match form {
                DryRun::Diff => dry::difference(&request, self.id, &own, options),
                _ => dry::print(&request, options, place, form),
            };
            return run.print_request(&text);
        }
        let name = self
            .update
            .response
            .object()
            .map_or(self.resource.singular, |object| object.name);
        show(run, &format!("{name} {}:", self.id), &own);
        let count = match changed.len() {
            1 => "1 field".to_owned(),
            several => format!("{several} fields"),
        };
        let question = format!(
            "Change {count} of {name} {} in {}?",
            self.id,
            place.in_question()
        );
        run.confirm(options, &question)?;
        let again = self.read(client, run)?;
        let meanwhile = all_changes(before, &again);
        if !meanwhile.is_empty() {
            show(run, "changed meanwhile by others:", &meanwhile);
            show(run, "your changes:", &own);
            let message = format!("{name} {} was changed meanwhile; nothing was sent", self.id);
            return Err(Error::new(Kind::Partial, message).hint(format!(
                "rc {} edit {} starts again",
                kebab(self.resource.name),
                self.id
            )));
        }
        let Some(printer) = printer else {
            return Ok(());
        };
        (run.guard_interrupts)();
        call::one(
            run,
            client,
            &request,
            &call,
            printer,
            &WriteResult::record(),
        )
    }
}

/// Shows changes beside the messages, as the output is for the record.
fn show(run: &Run, heading: &str, changes: &[difference::FieldDifference]) {
    let text = format!("{heading}\n{}", difference::as_text(changes));
    run.reporter.voice().say(&visible::lines(&text));
}
