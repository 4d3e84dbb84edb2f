//! `rc api`: any request, to any path, of any version.

use serde_json::{Map, json};

use super::args::Free;
use crate::api::client::Client;
use crate::api::client::redact::{self, REDACTED};
use crate::api::pages::Pages;
use crate::api::query;
use crate::api::request::{self, Request, sent};
use crate::api::response::{Envelope, Wanted};
use crate::catalog::{self, Effect, Method};
use crate::cli::Options;
use crate::commands::call::follow::{Far, follow};
use crate::commands::call::run::{perhaps_done, remarks};
use crate::commands::connect::Target;
use crate::commands::dry;
use crate::config::BaseUrl;
use crate::error::{Error, Kind, Result};
use crate::output::Shape;
use crate::ui::Run;
use crate::ui::printer::{Described, Printer};

/// Sends a free request.
pub(in crate::commands) fn run(run: &mut Run, options: &Options, free: &Free) -> Result<()> {
    let place = run.place(options)?;
    let request = request(run, free, &place)?;
    let shape = if free.paginate {
        Shape::Many
    } else {
        Shape::One
    };
    if let Some(form) = options.dry_run {
        dry::check(options, form)?;
        return run.print_request(&dry::print(&request, options, &place, form));
    }
    let mut printer = Printer::prepare(run, options, shape, Described::default())?;
    let client = run.client(&place)?;
    let destroys = request.destroys() || patch_destroys(&request, &place);
    if destroys || (request.changes() && place.is_protected()) {
        let question = format!(
            "{} {} in {}?",
            request.method.name(),
            request.path,
            place.in_question()
        );
        run.confirm(options, &question)?;
    }
    (run.guard_interrupts)();
    if request.method == Method::Head {
        return head(&client, &request, printer);
    }
    if free.paginate {
        let far = Far::of(run, options, &client, "records");
        let mut pages = Pages::new(client, request, Wanted::AnyList);
        let followed = Run::wait(follow(
            &mut run.reporter,
            &mut pages,
            &mut printer,
            free.paging.limit,
            &far,
        ));
        drop(far);
        if let Err(error) = followed {
            if error.kind == Kind::Interrupted {
                printer.let_go();
            }
            printer.break_off();
            return Err(error);
        }
    } else {
        let sent = async {
            let answer = client.send(&request).await?;
            let wanted = wanted(&request, &answer.body);
            Envelope::open(answer, wanted)
        };
        let unclear = |error| perhaps_done(place.api, error, &request);
        let envelope = Run::wait(sent).map_err(unclear)?;
        remarks(run, &envelope);
        for record in envelope.records() {
            printer.record(record)?;
        }
    }
    printer.finish()?;
    Ok(())
}

/// Sends a `HEAD` request and prints status and headers.
fn head(client: &Client, request: &Request, mut printer: Printer) -> Result<()> {
    let response = Run::wait(client.send(request))?;
    let mut headers = Map::new();
    for name in response.headers.keys() {
        let shown = if redact::hides_header(client.api(), name.as_str()) {
            REDACTED.to_owned()
        } else {
            let values = response.headers.get_all(name).iter();
            let values: Vec<_> = values
                .map(|value| String::from_utf8_lossy(value.as_bytes()))
                .collect();
            values.join(", ")
        };
        headers.insert(name.as_str().to_owned(), shown.into());
    }
    let record = json!({"status": response.status, "headers": headers});
    printer.record(&record.to_string())?;
    printer.finish()?;
    Ok(())
}

/// Whether a `PATCH` does what the update of the same path asks for. The API
/// may read both alike.
fn patch_destroys(request: &Request, place: &Target) -> bool {
    let base = path_of(&place.base);
    request.method == Method::Patch
        && place
            .api
            .matching_below(Method::Put, base, &request.path)
            .is_some_and(|row| sent::effect(row, request.body.as_deref()) == Effect::Destroys)
}

/// The whole body; nothing where the operation answers nothing, and did.
fn wanted(request: &Request, body: &[u8]) -> Wanted {
    match request.operation {
        Some(row)
            if matches!(row.response, catalog::ResponseShape::Nothing)
                && body.trim_ascii().is_empty() =>
        {
            Wanted::Nothing
        }
        _ => Wanted::Whole,
    }
}

fn request(run: &mut Run, free: &Free, place: &Target) -> Result<Request> {
    if free.paginate && free.method != Method::Get {
        return Err(Error::usage("--paginate works with GET only"));
    }
    if free.method == Method::Head && free.body.is_some() {
        return Err(Error::usage("--body cannot be used with HEAD"));
    }
    let headers = free.headers.iter();
    let headers = headers
        .map(|word| request::header::parse(place.api, word))
        .collect::<Result<_>>()?;
    let (path, query) = query::split(&free.path);
    if query.contains('#') {
        return Err(Error::usage(format!("the query {query} contains a #"))
            .hint("write %23 where a value contains one"));
    }
    let path = request::normalized_path(path)?;
    let body = free
        .body
        .as_deref()
        .map(|word| run.stdin.text(word))
        .transpose()?;
    // Of what is sent, not of what was typed: no spelling evades a question.
    let operation = place
        .api
        .matching_below(free.method, path_of(&place.base), &path);
    let mut request = Request {
        method: free.method,
        query: pairs(query)?,
        body: None,
        headers,
        operation: operation.filter(|_| !free.paginate),
        path,
        notes: Vec::new(),
    };
    if free.method.carries_body() {
        request.body = Some(request::free_body(body.as_deref(), &free.fields)?);
    } else {
        request.body = body
            .map(|body| request::free_body(Some(&body), &[]))
            .transpose()?;
        for field in &free.fields {
            request
                .query
                .push((field.path.clone(), field.value.clone()));
        }
    }
    if free.paginate {
        let size = free.paging.page_size.unwrap_or(place.api.maximum_page_size);
        let size = free
            .paging
            .limit
            .map_or(u64::from(size), |limit| limit.clamp(1, size.into()));
        if free.paging.page_size.is_some() || request.query_value(place.api.page_size).is_none() {
            request.set_query(place.api.page_size, size.to_string());
        }
    }
    Ok(request)
}

/// The path of a base URL, without its host.
fn path_of(base: &BaseUrl) -> &str {
    base.as_str().splitn(4, '/').nth(3).unwrap_or_default()
}

fn pairs(query: &str) -> Result<Vec<(String, String)>> {
    query::pairs(query)
        .filter(|pair| !pair.is_empty())
        .map(|pair| match pair.invalid_part() {
            Some(part) => Err(Error::usage(format!("{part} is not valid UTF-8"))),
            None => Ok((pair.name.into_owned(), pair.value.into_owned())),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_of_a_base_url_is_what_follows_its_host() {
        for (url, path) in [
            ("https://api.example.com", ""),
            ("https://api.example.com/v1/x/", "v1/x"),
            ("http://[::1]:80/charges/5", "charges/5"),
        ] {
            assert_eq!(path_of(&BaseUrl::parse(url).unwrap()), path);
        }
    }

    #[test]
    fn a_query_in_the_path_is_understood() {
        let found = pairs("a=1&b=x%20y+z&c").unwrap();
        let expected = [("a", "1"), ("b", "x y z"), ("c", "")];
        assert_eq!(
            found,
            expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
        assert!(pairs("a=%ff").is_err());
    }
}
