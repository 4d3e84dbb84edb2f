//! How a list continues: the request of a page and what the page tells come in,
//! the request of the next page goes out. Pure.

use super::link;
use crate::api::request::Request;
use crate::catalog::{Api, PageForm};
use crate::error::{Error, Kind, Result};

/// What a page tells about the one after it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageFacts {
    /// Its number of records.
    pub rows: usize,
    /// The id of its last record, for lists that continue after an id.
    pub last_id: Option<String>,
    /// The cursor in its body; an empty one is none.
    pub cursor: Option<String>,
    /// Its header `Link`.
    pub link: Option<String>,
    /// The number of pages that its body states.
    pub total_pages: Option<u64>,
    /// What its body states in another type than the form has, in words.
    pub mistyped: Option<&'static str>,
}

/// The request for the page after this one; `None` after the last page.
///
/// # Errors
/// Of kind `Unreachable`: the page violates its form.
pub fn next_request(
    api: &Api,
    form: PageForm,
    request: &Request,
    facts: &PageFacts,
) -> Result<Option<Request>> {
    if let Some(what) = facts.mistyped {
        return Err(violated(what));
    }
    match form {
        PageForm::BodyCursor { parameter, .. } => Ok(facts
            .cursor
            .as_deref()
            .map(|cursor| at_cursor(api, request, parameter, cursor))),
        PageForm::LinkHeader { parameter } => {
            let link = facts.link.as_deref();
            let cursor = link.map_or(Ok(None), |link| link::next_cursor(link, parameter))?;
            Ok(cursor.map(|cursor| at_cursor(api, request, parameter, &cursor)))
        }
        PageForm::Counted { parameter, total } => {
            let Some(pages) = facts.total_pages else {
                return Err(violated(&format!("it states no {total}")));
            };
            let page = number(request, parameter)?;
            Ok((page < pages).then(|| numbered(request, parameter, page + 1)))
        }
        PageForm::UntilShort {
            parameter,
            page_size,
        } => {
            let size = match request.query_value(api.page_size) {
                Some(size) => size.parse().unwrap_or(page_size),
                None => page_size,
            };
            if facts.rows < size as usize {
                return Ok(None);
            }
            let page = number(request, parameter)?;
            Ok(Some(numbered(request, parameter, page + 1)))
        }
        PageForm::AfterId { parameter, step } => after_id(request, (parameter, step), facts),
    }
}

fn after_id(
    request: &Request,
    (parameter, step): (&str, u64),
    facts: &PageFacts,
) -> Result<Option<Request>> {
    if facts.rows == 0 {
        return Ok(None);
    }
    let Some(id) = facts.last_id.as_deref() else {
        return Err(violated("its last record has no id"));
    };
    let before = request.query_value(parameter);
    let number = |id: &str| id.parse::<u64>().ok();
    let is_progress = match (before.and_then(number), number(id)) {
        // A minimum may be the number of the record itself.
        (Some(before), Some(id)) => id.saturating_add(step) > before,
        _ => before != Some(id),
    };
    if !is_progress {
        return Err(violated(&format!(
            "its last id is {id}, which is not after {}",
            before.unwrap_or_default()
        )));
    }
    let mut next = request.clone();
    let position = match number(id) {
        Some(id) => id.saturating_add(step).to_string(),
        None if step > 0 => return Err(violated(&format!("its last id, {id}, is not a number"))),
        None => id.to_owned(),
    };
    next.set_query(parameter, position);
    Ok(Some(next))
}

/// A cursor carries filters and order: the page size alone is sent beside it.
fn at_cursor(api: &Api, request: &Request, parameter: &str, cursor: &str) -> Request {
    let mut next = request.clone();
    next.query.retain(|(name, _)| name == api.page_size);
    next.query.push((parameter.to_owned(), cursor.to_owned()));
    next
}

fn number(request: &Request, parameter: &str) -> Result<u64> {
    let Some(text) = request.query_value(parameter) else {
        return Ok(1);
    };
    text.parse()
        .map_err(|_| Error::usage(format!("{text} is not the number of a page")))
}

fn numbered(request: &Request, parameter: &str, page: u64) -> Request {
    let mut next = request.clone();
    next.set_query(parameter, page.to_string());
    next
}

fn violated(why: &str) -> Error {
    Error::new(
        Kind::Unreachable,
        format!("the page has an unexpected format: {why}"),
    )
    .hint("the records printed so far are not the whole list")
}

#[cfg(test)]
#[path = "form_tests.rs"]
mod tests;
