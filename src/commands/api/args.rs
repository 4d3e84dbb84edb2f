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
    /// `name=value` fields: query of a GET or DELETE, body otherwise.
    pub fields: Vec<Set>,
    /// A whole body: JSON, `@file` or `-`.
    pub body: Option<String>,
    /// Whether to follow a list to its end.
    pub paginate: bool,
    /// How far to follow it.
    pub paging: Paging,
}

/// What the words come to.
pub(super) fn free(matches: &ArgMatches) -> Result<Free> {
    let method = match text(matches, "method")
        .map(|word| word.to_ascii_uppercase())
        .as_deref()
    {
        Some("POST") => Method::Post,
        Some("PUT") => Method::Put,
        Some("DELETE") => Method::Delete,
        _ => Method::Get,
    };
    let path = text(matches, "path").unwrap_or_default();
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
        body: text(matches, "body"),
        paginate: matches.get_flag("paginate"),
        paging: paging(matches),
    })
}
