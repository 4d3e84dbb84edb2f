//! `rc portal link`: a link to the portal of a customer.

use secrecy::ExposeSecret;
use serde_json::json;

use super::access;
use crate::cli::Options;
use crate::commands::dry;
use crate::error::{Error, Result};
use crate::output::Shape;
use crate::ui::Run;
use crate::ui::printer::{Described, Printer};

/// The keys of the output.
const URL: &str = "portal_url";
const EXPIRES: &str = "expires_at";

pub(super) fn run(run: &mut Run, options: &Options, customer: &str, opens: bool) -> Result<()> {
    let place = run.place(options)?;
    let opening = access::session_request(customer)?;
    if let Some(form) = options.dry_run {
        dry::check(options, form)?;
        return run.print_request(&dry::print(&opening, options, &place, form));
    }
    let asked = &options.output;
    let is_plain = asked.format.is_none()
        && asked.jq.is_none()
        && asked.columns.is_none()
        && asked.out.is_none();
    if opens {
        refuse_open(is_plain, place.sandbox)?;
    }
    let printer = if is_plain {
        None
    } else {
        let described = Described::of_keys(&[URL, EXPIRES]);
        Some(Printer::prepare(run, options, Shape::One, described)?)
    };
    let question = format!(
        "The link gives full access to the account of customer {customer} in {}. Create it?",
        place.in_question()
    );
    run.confirm(options, &question)?;
    (run.guard_interrupts)();
    let link = access::make(run, &place, customer)?;
    let expires = link.expires.as_deref();
    match printer {
        Some(mut printer) => {
            let record = json!({URL: link.url.expose_secret(), EXPIRES: expires});
            printer.record(&record.to_string())?;
            printer.finish()?;
        }
        None if opens => super::open::open(&run.environment, &link.url)?,
        None => run.print(&format!("{}\n", link.url.expose_secret()))?,
    }
    let until = expires.map_or_else(|| "it expires".to_owned(), str::to_owned);
    run.reporter.note(&format!(
        "the link gives full access to the account of the customer until {until}"
    ));
    Ok(())
}

/// A link that is opened is not printed, and leads to a server.
fn refuse_open(is_plain: bool, is_sandbox: bool) -> Result<()> {
    if !is_plain {
        return Err(Error::usage("--open does not print the link")
            .hint("leave out --open, or the flags of the output"));
    }
    if is_sandbox {
        return Err(Error::usage("the built-in sandbox serves no pages")
            .hint("rc sandbox serve does, and rc theme serve --open shows a theme"));
    }
    Ok(())
}
