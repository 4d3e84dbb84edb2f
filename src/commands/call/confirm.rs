//! The steps between the check of a write and its first request: ids on
//! standard input are read and checked, whole amounts are filled in, and the
//! user is asked, with facts of the objects.

use super::facts::{self, Extent, ObjectsBefore};
use super::ids::{self, Ids};
use super::question::{Moved, Question};
use super::run::PreparedCall;
use crate::api::client::Client;
use crate::api::request::{GivenValue, Request};
use crate::catalog::ParameterRole;
use crate::cli::Options;
use crate::commands::connect::Target;
use crate::error::{Error, Kind, Result};
use crate::ui::Run;

/// Reads the ids on standard input, all of them before the first request: where
/// one of them is malformed nothing is sent. Lines are left to a command that
/// reads, which takes them as they come, from a pipe that may have no end.
pub(super) fn read_targets(run: &mut Run, call: &mut PreparedCall, writes: bool) -> Result<()> {
    if !call.reads_targets() {
        return Ok(());
    }
    let parameter = &call.operation.path_parameters[0];
    let (stream, csv) = ids::peeked(run.stdin.take()?, parameter)?;
    run.stdin.put_back(stream);
    if !writes && csv.is_none() {
        return Ok(());
    }
    let mut targets = Vec::new();
    for target in call.targets.iter() {
        if target == "-" {
            for id in Ids::new(run.stdin.take()?, parameter) {
                let id = id.map_err(|error: Error| error.hint("nothing was sent"))?;
                targets.push(id);
            }
        } else {
            targets.push(target.clone());
        }
    }
    call.targets = targets.into();
    Ok(())
}

/// Asks for confirmation where the write needs one, and fills in the whole
/// amount where the user asked for it. Gives the objects that were read;
/// `shows_result` says that a reverse command may follow the write.
///
/// # Errors
/// The user refuses or cannot be asked; an amount cannot be read.
pub(super) fn confirm(
    run: &mut Run,
    options: &Options,
    client: &Client,
    call: &mut PreparedCall,
    first: &Request,
    place: &Target,
    shows_result: bool,
) -> Result<ObjectsBefore> {
    let needed = first.destroys() || (first.changes() && place.is_protected());
    let asks = needed && !options.yes;
    let whole = moves_rest(call);
    let wanted = if whole {
        Some(Extent::All)
    } else if asks && run.can_confirm() || (shows_result && has_reverse(options, call)) {
        Some(Extent::ForQuestion)
    } else {
        None
    };
    let facts = match wanted {
        None => ObjectsBefore::default(),
        Some(extent) => read(run, client, call, extent)?,
    };
    if asks {
        let question = Question {
            resource: call.resource,
            operation: call.operation,
            targets: &call.targets,
            moved: moved(call),
            facts: &facts,
            special: special(call),
            store: place.in_question(),
        };
        run.confirm(options, &question.text())?;
    }
    if whole {
        fill_in_amounts(call, &facts)?;
    }
    Ok(facts)
}

/// Whether the reverse command can be shown, for which the object must be read.
fn has_reverse(options: &Options, call: &PreparedCall) -> bool {
    !options.yes && !call.is_many() && call.operation.undo_command.is_some()
}

/// Reads the objects. A question can do without them; an amount cannot.
fn read(
    run: &mut Run,
    client: &Client,
    call: &PreparedCall,
    extent: Extent,
) -> Result<ObjectsBefore> {
    let (resource, operation) = (call.resource, call.operation);
    let read = ObjectsBefore::read(
        client,
        resource,
        operation,
        &call.targets,
        extent,
        &call.now,
    );
    match Run::wait(read) {
        Err(error) if extent == Extent::All || error.kind == Kind::Interrupted => Err(error),
        Err(error) => {
            run.reporter
                .note(&format!("the details could not be read: {error}"));
            Ok(ObjectsBefore::default())
        }
        read => read,
    }
}

/// The parameter of the operation with that role, and the words given for it.
fn given<'a>(call: &'a PreparedCall, role: ParameterRole) -> Option<&'a GivenValue> {
    let mut given = call.values.given.iter();
    given.find(|given| given.parameter.role == role)
}

/// Whether the user asked to move all that is left, and gave no amount.
fn moves_rest(call: &PreparedCall) -> bool {
    let whole = given(call, ParameterRole::WholeAmount);
    let is_true = whole.is_some_and(|given| given.words.iter().any(|word| word == "true"));
    is_true && given(call, ParameterRole::Amount).is_none()
}

/// The value with which the effect of the operation is another.
fn special(call: &PreparedCall) -> Option<String> {
    let words = |name: &str| {
        let mut given = call.values.given.iter();
        let given = given.find(|given| given.parameter.name == name)?;
        given.words.first().map(String::as_str)
    };
    let special = call.operation.special_effect(words)?;
    Some(format!(
        "{} {}",
        special.field.replace('_', " "),
        special.value
    ))
}

fn moved(call: &PreparedCall) -> Moved {
    if moves_rest(call) {
        return Moved::Rest;
    }
    let amount = given(call, ParameterRole::Amount).and_then(|given| given.words.first());
    amount.map_or(Moved::Unstated, |amount| Moved::Each(amount.clone()))
}

fn fill_in_amounts(call: &mut PreparedCall, facts: &ObjectsBefore) -> Result<()> {
    let object = call.resource.object;
    for target in call.targets.iter() {
        let record = facts.of(target);
        let left = record.and_then(|record| facts::amount_left(object, record));
        // Of several, those that cannot be read fail by themselves.
        match left {
            Some(left) => drop(call.amounts.insert(target.clone(), left.to_string())),
            None if call.targets.len() > 1 => {}
            None if record.is_none() => {
                let singular = call.resource.singular.replace('_', " ");
                let message = format!("{singular} {target} does not exist; nothing was sent");
                return Err(Error::new(Kind::NotFound, message));
            }
            None => {
                let message = format!("{target} states no amount; nothing was sent");
                return Err(Error::unexpected(message).hint("give the amount yourself"));
            }
        }
    }
    Ok(())
}
