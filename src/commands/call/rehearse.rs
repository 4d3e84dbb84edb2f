//! `--dry-run=diff`: what an update would change. Each object is read, which
//! needs a token; nothing is written.

use serde_json::{Map, Value};

use super::ids::Ids;
use super::run::PreparedCall;
use crate::api::client::Client;
use crate::api::request::{self, Now, Values};
use crate::api::response::{Envelope, Wanted};
use crate::catalog::Operation;
use crate::cli::{DryRun, Options};
use crate::commands::connect::Target;
use crate::commands::difference::changes;
use crate::commands::dry;
use crate::commands::edit;
use crate::error::{Error, Kind, Result};
use crate::output::progress::grouped;
use crate::ui::Run;

/// The operation that reads the object that a call updates.
pub(super) fn counterpart(call: &PreparedCall) -> Option<&'static Operation> {
    let (get, update) = edit::operations(call.resource)?;
    std::ptr::eq(update, call.operation).then_some(get)
}

/// Prints the changes of each target.
pub(super) fn run(
    run: &mut Run,
    options: &Options,
    call: &PreparedCall,
    get: &'static Operation,
    place: &Target,
) -> Result<()> {
    dry::check_flags(options, DryRun::Diff)?;
    let client = run.client(place)?;
    (run.guard_interrupts)();
    let mut read = 0;
    let mut print = |run: &mut Run, target: &str| {
        read += 1;
        let now = run.now(place.api);
        let before = Run::wait(object(&client, get, target, &now))?;
        let request = call.request(target)?;
        let after = fields(call.operation, request.body.as_deref());
        let text = dry::difference(&request, target, &changes(&before, &after), options);
        run.print_request(&text)
    };
    for target in call.targets.iter() {
        if target != "-" {
            print(run, target)?;
            continue;
        }
        // All of them are checked before the first one is read.
        let stdin = run.stdin.take()?;
        let ids = Ids::new(stdin, &call.operation.path_parameters[0]);
        for id in ids.collect::<Result<Vec<_>>>()? {
            print(run, &id)?;
        }
    }
    let requests = match read {
        1 => "1 request read the object".to_owned(),
        several => format!("{} requests read the objects", grouped(several)),
    };
    run.reporter
        .note(&format!("{requests}; nothing was written"));
    Ok(())
}

/// Reads one object.
pub(in crate::commands) async fn object(
    client: &Client,
    get: &'static Operation,
    id: &str,
    now: &Now,
) -> Result<Map<String, Value>> {
    let request = request::fill(get, &[id.to_owned()], &Values::default(), now)?;
    let envelope = Envelope::open(client.send(&request).await?, Wanted::of(get.response))?;
    let record = envelope.records().next();
    let record = record.and_then(|record| serde_json::from_str(record).ok());
    record.ok_or_else(|| Error::new(Kind::NotFound, format!("nothing at {}", request.path)))
}

/// The fields that a body sets, without the key that wraps them.
fn fields(operation: &Operation, body: Option<&str>) -> Map<String, Value> {
    let body: Map<String, Value> = body
        .and_then(|body| serde_json::from_str(body).ok())
        .unwrap_or_default();
    match operation.wrapper.and_then(|wrapper| body.get(wrapper)) {
        Some(Value::Object(inner)) => inner.clone(),
        _ => body,
    }
}
