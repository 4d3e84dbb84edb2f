//! Calling an operation: its values are filled in, its answers go to the sink.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use super::args::{Call, PART_SEPARATOR};
use crate::api::client::{self, Client};
use crate::api::pages::Pages;
use crate::api::request::{self, Now, Request, Values};
use crate::api::response::{Envelope, Wanted};
use crate::catalog::{Api, Empty, Operation, Parameter, ParameterRole, Resource, kebab};
use crate::cli::{DryRun, Options, Paging};
use crate::commands::call::columns;
use crate::commands::call::confirm;
use crate::commands::call::count;
use crate::commands::call::find;
use crate::commands::call::follow::{Far, follow};
use crate::commands::call::ids::Ids;
use crate::commands::call::many;
use crate::commands::call::preflight;
use crate::commands::call::read;
use crate::commands::call::rehearse;
use crate::commands::call::resume;
use crate::commands::call::unapplied;
use crate::commands::call::watch;
use crate::commands::call::written::{self, WriteResult};
use crate::commands::connect::{Target, target_flags};
use crate::commands::dry;
use crate::commands::profile::defaults;
use crate::error::{Error, Kind, Result};
use crate::output::progress::grouped;
use crate::output::{Format, Shape};
use crate::ui::Run;
use crate::ui::printer::{Described, Printer, style};
use crate::ui::recent::ShownIds;

/// Runs a call from values to exit.
pub(in crate::commands) fn run(run: &mut Run, options: &Options, call: &Call) -> Result<()> {
    if options.output.columns.as_deref() == Some("help") {
        return columns::help(run, call);
    }
    let mut place = run.place(options)?;
    let row = place.row(call.resource.name, call.operation.verb)?;
    let call = &call.in_version(row)?;
    let watched = call.watch;
    let limited = defaults::limited(options, &place.profile, call);
    let mut call = filled(run, options, &place, limited.as_ref().unwrap_or(call))?;
    if call.targets.iter().filter(|target| *target == "-").count() > 1 {
        return Err(Error::usage("standard input can be read only once"));
    }
    // Everything that can be wrong is found before anything is sent.
    let first = call.first()?;
    for note in &first.notes {
        run.reporter.note(note);
    }
    find::check(options, &call, watched.is_some())?;
    let usual = Format::default_for(style(run, &options.output, options.colour).for_eyes());
    let list_of = call.operation.response.object();
    let list_of = list_of.filter(|_| call.operation.pages());
    let options = &defaults::options(options, &place.profile, usual, list_of);
    if let Some(every) = watched {
        return watch::run(run, options, &call, &place, every);
    }
    if let (Some(DryRun::Diff), Some(get)) = (options.dry_run, rehearse::counterpart(&call)) {
        return rehearse::run(run, options, &call, get, &place);
    }
    let counter = count::request(options, &call)?;
    if let Some(form) = options.dry_run {
        dry::check(options, form)?;
        if let Some((request, _)) = &counter {
            return run.print_request(&dry::print(request, options, &place, form));
        }
        return dry_run(run, options, &call, &place, form);
    }
    confirm::read_targets(run, &mut call, first.changes())?;
    let shows_result = written::is_shown(run, options, call.operation);
    let described = Described {
        key_columns: shows_result.then_some(written::MOST_FIELDS),
        shown: ShownIds::at(
            run,
            place.api,
            place.recent_name(),
            call.operation.response.object(),
        ),
        ..call.described()
    };
    let printer = Printer::prepare(run, options, call.shape(), described)?;
    let client = run.client(&place)?;
    preflight::scopes(run, &place, &client, call.operation, &[])?;
    let mut call = find::resolved(run, &client, call)?;
    let first = call.first()?;
    let facts = confirm::confirm(
        run,
        options,
        &client,
        &mut call,
        &first,
        &place,
        shows_result,
    )?;
    // The amount of the object is known now.
    let first = call.first()?;
    (run.guard_interrupts)();
    if let Some(counter) = &counter {
        return count::run(&client, counter, printer);
    }
    match () {
        () if call.operation.pages() => {
            let read = list(run, options, client, first, &call, printer)?;
            let limit = limited.as_ref().and(call.paging.limit);
            if let Some(limit) = limit.filter(|limit| read >= *limit) {
                run.reporter.note(&format!(
                    "profile {} stops lists after {} records; --limit overrides it",
                    place.profile.name,
                    grouped(limit)
                ));
            }
            Ok(())
        }
        () if call.is_many() => many::run(run, options, &client, &call, printer),
        () => {
            let written = WriteResult {
                facts,
                is_shown: shows_result,
                flags: target_flags(options),
            };
            one(run, &client, &first, &call, printer, &written)
        }
    }
}

/// Reads the values of a call, and asks for those that are missing.
pub(in crate::commands) fn filled<'a>(
    run: &mut Run,
    options: &Options,
    place: &Target,
    call: &'a Call,
) -> Result<PreparedCall<'a>> {
    let mut values = read::values(call, &mut run.stdin)?;
    if call.operation.pages() {
        values
            .given
            .extend(page_size(place.api, call.operation, call.paging));
    }
    if run.is_attended() && options.dry_run.is_none() {
        complete(run, place.api, call, &mut values)?;
    }
    Ok(PreparedCall::of(run, place.api, call, values))
}

/// As [`filled`], but asks for nothing.
pub(in crate::commands) fn prepared<'a>(
    run: &mut Run,
    api: &'static Api,
    call: &'a Call,
) -> Result<PreparedCall<'a>> {
    let values = read::values(call, &mut run.stdin)?;
    Ok(PreparedCall::of(run, api, call, values))
}

/// A call whose values are read and checked.
pub(in crate::commands) struct PreparedCall<'a> {
    pub(in crate::commands) api: &'static Api,
    pub(in crate::commands) resource: &'static Resource,
    pub(in crate::commands) operation: &'static Operation,
    pub(in crate::commands) targets: Cow<'a, [String]>,
    /// Whether there are, or may be, several targets.
    is_many: bool,
    /// The amount for each target, where it depends on the object.
    pub(super) amounts: HashMap<String, String>,
    pub(super) values: Values,
    pub(in crate::commands) paging: Paging,
    pub(super) now: Now,
}

impl<'a> PreparedCall<'a> {
    fn of(run: &Run, api: &'static Api, call: &'a Call, values: Values) -> Self {
        Self {
            api,
            resource: call.resource,
            operation: call.operation,
            targets: Cow::Borrowed(&call.targets),
            is_many: call.targets.len() > 1 || call.targets.iter().any(|target| target == "-"),
            amounts: HashMap::new(),
            values,
            paging: call.paging,
            now: run.now(api),
        }
    }
}

impl PreparedCall<'_> {
    /// The request for one target.
    pub(in crate::commands) fn request(&self, target: &str) -> Result<Request> {
        let mut values = Cow::Borrowed(&self.values);
        if let Some(amount) = self.amounts.get(target) {
            let mut body = self.operation.body.iter();
            let parameter = body.find(|known| known.role == ParameterRole::Amount);
            values
                .to_mut()
                .given
                .extend(parameter.map(|parameter| request::GivenValue {
                    parameter,
                    words: vec![amount.clone()],
                }));
        }
        let parts: Vec<String> = match self.operation.path_parameters {
            [_, _, ..] => target.split(PART_SEPARATOR).map(str::to_owned).collect(),
            _ => vec![target.to_owned()],
        };
        request::fill(self.operation, &parts, &values, &self.now)
    }

    /// The request for the first target.
    pub(in crate::commands) fn first(&self) -> Result<Request> {
        self.request(self.targets.first().map_or("0", String::as_str))
    }

    /// Whether there are, or may be, several targets.
    pub(super) const fn is_many(&self) -> bool {
        self.is_many
    }

    /// Whether targets come from standard input.
    pub(in crate::commands) fn reads_targets(&self) -> bool {
        self.targets.iter().any(|target| target == "-")
    }

    pub(in crate::commands) fn shape(&self) -> Shape {
        if self.operation.response.is_list() || self.is_many() {
            Shape::Many
        } else {
            Shape::One
        }
    }

    pub(in crate::commands) fn described(&self) -> Described {
        let includes = self
            .values
            .given
            .iter()
            .filter(|given| given.parameter.role == ParameterRole::Include);
        Described {
            object: self.operation.response.object(),
            includes: includes.flat_map(|given| given.words.clone()).collect(),
            ..Described::default()
        }
    }

    /// Words that make the same call again, but for its values.
    fn again(&self) -> String {
        self.targets
            .iter()
            .fold(self.named(), |words, target| format!("{words} {target}"))
    }

    /// Says that a write may have been carried out when its answer says
    /// nothing.
    pub(in crate::commands) fn perhaps_done(&self, error: Error, target: &str) -> Error {
        match self.request(target) {
            Ok(request) => perhaps_done(self.api, error, &request),
            Err(_) => error,
        }
    }

    /// What the call does, in the words of its command: `subscriptions cancel`.
    pub(in crate::commands) fn named(&self) -> String {
        let resource = self.api.command_of(self.resource);
        format!("{resource} {}", kebab(self.operation.verb))
    }
}

/// A success that cannot be read, trouble of the server, an interruption: none
/// of them says that nothing happened.
pub(in crate::commands) fn perhaps_done(api: &Api, error: Error, request: &Request) -> Error {
    let answered = error.answer.as_deref().map(|answer| answer.status);
    let unclear = match answered {
        Some(status) => (200..300).contains(&status) || status == 408 || status >= 500,
        None => error.kind == Kind::Interrupted,
    };
    if unclear && !error.in_doubt && request.changes() {
        return client::unknown(api, error, request);
    }
    error
}

/// Asks the user for what the API requires and was not given.
fn complete(run: &mut Run, api: &Api, call: &Call, values: &mut Values) -> Result<()> {
    for parameter in request::missing(call.operation, values, &run.now(api))? {
        let question = prompt(parameter);
        let word = loop {
            let word = run.question(&question)?;
            if word.trim().is_empty() && parameter.empty == Empty::Missing {
                run.reporter.note("a value is needed; Ctrl-C cancels");
                continue;
            }
            match request::check(parameter, &word) {
                Ok(()) => break word,
                Err(reason) => run.reporter.note(&format!("{word}: {reason}")),
            }
        };
        values.given.push(request::GivenValue {
            parameter,
            words: vec![word],
        });
    }
    Ok(())
}

/// The question for the value of a parameter, with the values to choose from.
fn prompt(parameter: &Parameter) -> String {
    let mut details = parameter.help.to_owned();
    if !parameter.values.is_empty() {
        details = format!("{details}: {}", parameter.values.join(", "));
    }
    if parameter.empty == Empty::Value {
        details.push_str("; may be empty");
    }
    format!("--{} ({details})", parameter.flag_name())
}

/// Asks for no more records a page than will be read.
fn page_size(
    api: &Api,
    operation: &'static Operation,
    paging: Paging,
) -> Option<request::GivenValue> {
    let parameter = operation.query_for(ParameterRole::PageSize)?;
    let size = u64::from(paging.page_size.unwrap_or(api.maximum_page_size));
    let size = paging.limit.map_or(size, |limit| size.min(limit.max(1)));
    Some(request::GivenValue {
        parameter,
        words: vec![size.to_string()],
    })
}

pub(in crate::commands) fn dry_run(
    run: &mut Run,
    options: &Options,
    call: &PreparedCall,
    place: &Target,
    form: DryRun,
) -> Result<()> {
    let print = |request: &Request| dry::print(request, options, place, form);
    if call.operation.path_parameters.is_empty() {
        let request = call.request("")?;
        return run.print_request(&print(&request));
    }
    for target in call.targets.iter() {
        if target == "-" {
            let stdin = run.stdin.take()?;
            for id in Ids::new(stdin, &call.operation.path_parameters[0]) {
                let text = print(&call.request(&id?)?);
                run.print_request(&text)?;
            }
        } else {
            let text = print(&call.request(target)?);
            run.print_request(&text)?;
        }
    }
    Ok(())
}

pub(in crate::commands) fn one(
    run: &mut Run,
    client: &Client,
    request: &Request,
    call: &PreparedCall,
    mut printer: Printer,
    written: &WriteResult,
) -> Result<()> {
    let wanted = Wanted::of(call.operation.response);
    let sent = async { Envelope::open(client.send(request).await?, wanted) };
    let envelope = Run::wait(sent).map_err(|error| perhaps_done(call.api, error, request))?;
    remarks(run, &envelope);
    let single = matches!(
        call.operation.response,
        crate::catalog::ResponseShape::OneInList(..)
    );
    if single && envelope.records().len() == 0 {
        return Err(Error::new(
            Kind::NotFound,
            format!("nothing at {}", request.path),
        ));
    }
    // An output that fails, or is left, says nothing of the write before it.
    let is_done = |error: Error| {
        if request.changes() {
            error.hint("the API carried it out")
        } else {
            error
        }
    };
    if request.changes() {
        written.report(run, client, call, request, &envelope);
    }
    if let Some(note) = envelope.records().next().and_then(|record| {
        let body = request.body.as_deref();
        unapplied::note(request.method, body, record)
    }) {
        run.reporter.note(&note);
    }
    for record in envelope.records().take(if single { 1 } else { usize::MAX }) {
        printer.record(record).map_err(is_done)?;
    }
    printer.finish().map_err(is_done).map(drop)
}

/// Prints a list; gives the number of records that came.
fn list(
    run: &mut Run,
    options: &Options,
    client: Arc<Client>,
    request: Request,
    call: &PreparedCall,
    mut printer: Printer,
) -> Result<u64> {
    let wanted = Wanted::of(call.operation.response);
    let far = Far::of(run, options, &client, "records");
    let mut pages = Pages::new(client, request, wanted);
    let followed = follow(
        &mut run.reporter,
        &mut pages,
        &mut printer,
        call.paging.limit,
        &far,
    );
    let followed = Run::wait(followed);
    drop(far);
    if let Err(error) = followed {
        if error.kind == Kind::Interrupted {
            printer.let_go();
        }
        printer.break_off();
        return Err(resume::hint(
            error,
            options,
            (&call.again(), call.paging),
            &pages,
            &printer,
        ));
    }
    let received = printer.received();
    let records = printer.finish()?;
    if records == 0 && !options.output.count {
        run.reporter.done(&format!(
            "no {} match",
            call.resource.name.replace('_', " ")
        ));
    }
    Ok(received)
}

pub(in crate::commands) fn remarks(run: &mut Run, envelope: &Envelope) {
    for remark in &envelope.remarks {
        run.reporter.note(remark);
    }
}
