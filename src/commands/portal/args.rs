//! The words of `rc portal`.

use clap::ArgMatches;

use crate::api::request::Set;
use crate::catalog::Method;
use crate::cli::values::{set, text, texts};
use crate::error::{Error, Result};

/// What to do in the portal.
#[derive(Debug)]
pub(super) enum Portal {
    /// Make a link for a customer.
    Link {
        /// The number of the customer.
        customer: String,
        /// Whether a browser opens it.
        opens: bool,
    },
    /// Get objects by a schema.
    Objects(ObjectsArgs),
    /// Send a request.
    Request(PortalRequest),
    /// List the routes.
    Routes,
}

/// Whose portal it is, and with which token.
#[derive(Debug)]
pub(super) struct OfCustomer {
    /// The number of the customer, for whom a link is made.
    pub(super) customer: Option<String>,
    /// The hash of the customer, whose token is given.
    pub(super) hash: Option<String>,
    /// Where the portal of the shop is.
    pub(super) portal_url: Option<String>,
    /// The file with the token, or `-`.
    pub(super) token_file: Option<String>,
}

/// Objects to get.
#[derive(Debug)]
pub(super) struct ObjectsArgs {
    pub(super) of: OfCustomer,
    pub(super) schema: Option<String>,
    pub(super) schema_file: Option<String>,
}

/// A request to send.
#[derive(Debug)]
pub(super) struct PortalRequest {
    pub(super) of: OfCustomer,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) fields: Vec<Set>,
    pub(super) body: Option<String>,
    /// Whether the body is sent as a form.
    pub(super) is_form: bool,
    /// Whether a route may be one that no row has.
    pub(super) is_unlisted: bool,
}

impl Portal {
    /// Whose portal it is, where a token can be given.
    pub(super) const fn customer(&self) -> Option<&OfCustomer> {
        match self {
            Self::Objects(objects) => Some(&objects.of),
            Self::Request(request) => Some(&request.of),
            Self::Link { .. } | Self::Routes => None,
        }
    }
}

/// What the words come to.
pub(super) fn portal(verb: &str, matches: &ArgMatches) -> Result<Portal> {
    Ok(match verb {
        "link" => Portal::Link {
            customer: text(matches, "whose").unwrap_or_default(),
            opens: matches.get_flag("open"),
        },
        "objects" => Portal::Objects(ObjectsArgs {
            of: of_customer(matches)?,
            schema: text(matches, "schema"),
            schema_file: text(matches, "schema-file"),
        }),
        "routes" => Portal::Routes,
        verb => Portal::Request(request(verb, matches)?),
    })
}

fn request(verb: &str, matches: &ArgMatches) -> Result<PortalRequest> {
    let fields = texts(matches, "field");
    let is_write = verb == "post";
    let method = match (is_write, is_write && matches.get_flag("delete")) {
        (true, true) => Method::Delete,
        (true, false) => Method::Post,
        (false, _) => Method::Get,
    };
    Ok(PortalRequest {
        of: of_customer(matches)?,
        method,
        path: text(matches, "path").unwrap_or_default(),
        fields: fields
            .iter()
            .map(|word| set("field", word, false))
            .collect::<Result<_>>()?,
        body: if is_write {
            text(matches, "body")
        } else {
            None
        },
        is_form: is_write && matches.get_flag("form"),
        is_unlisted: matches.get_flag("unlisted"),
    })
}

fn of_customer(matches: &ArgMatches) -> Result<OfCustomer> {
    let of = OfCustomer {
        customer: text(matches, "whose"),
        hash: text(matches, "hash"),
        portal_url: text(matches, "portal-url"),
        token_file: text(matches, "token-file"),
    };
    match (&of.customer, &of.hash) {
        (None, None) => Err(Error::usage("the id of a customer is missing")
            .hint("or give a hash with --hash, and its token in RECHARGE_PORTAL_TOKEN")),
        (Some(_), Some(_)) => Err(Error::usage("a customer and --hash cannot be combined")
            .hint("give the id of the customer, or the hash with a token")),
        _ => Ok(of),
    }
}
