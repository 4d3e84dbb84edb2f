//! The words of `rc api`.

use clap::ArgMatches;

use crate::api::request::Set;
use crate::catalog::Method;
use crate::cli::Paging;
use crate::cli::values::{paging, set, text, texts};
use crate::error::{Error, Result};

/// A request that is not of the catalogue.
#[derive(Debug)]
pub struct Free {
    /// HTTP method.
    pub method: Method,
    /// Path, with a slash at its beginning; may carry a query.
    pub path: String,
    /// `name=value` fields: query of a GET, HEAD or DELETE, body otherwise.
    pub fields: Vec<Set>,
    /// Headers `NAME:VALUE`, as typed.
    pub headers: Vec<String>,
    /// A whole body: JSON, `@file` or `-`.
    pub body: Option<String>,
    /// Whether to follow a list to its end.
    pub paginate: bool,
    /// How far to follow it.
    pub paging: Paging,
}

/// All methods, in the order of help.
pub(super) const METHODS: [Method; 6] = [
    Method::Get,
    Method::Head,
    Method::Post,
    Method::Put,
    Method::Patch,
    Method::Delete,
];

/// The method that a word names, in any case.
fn method_of(word: &str) -> Option<Method> {
    let mut all = METHODS.into_iter();
    all.find(|method| method.name().eq_ignore_ascii_case(word))
}

/// What the words come to.
pub(super) fn free(matches: &ArgMatches) -> Result<Free> {
    let typed = text(matches, "method");
    let method = typed.as_deref().and_then(method_of);
    let method = method.unwrap_or(Method::Get);
    let path = text(matches, "path").unwrap_or_default();
    if typed.is_none() && method_of(&path).is_some() {
        return Err(Error::usage(format!("{path} needs a path")).hint(format!(
            "as in: rc api {} /store",
            path.to_ascii_uppercase()
        )));
    }
    if path.contains("://") {
        let path = crate::userinfo::hidden_in_words(&path).into_owned();
        return Err(Error::usage(format!("{path} is a URL, not a path"))
            .hint("give the path alone, and the server with --base-url"));
    }
    let fields = texts(matches, "field");
    Ok(Free {
        method,
        path,
        fields: fields
            .iter()
            .map(|word| set("field", word, false))
            .collect::<Result<_>>()?,
        headers: texts(matches, "header"),
        body: text(matches, "body"),
        paginate: matches.get_flag("paginate"),
        paging: paging(matches),
    })
}
