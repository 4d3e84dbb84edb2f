//! The frame of the document: what it is about, where the API answers, who may
//! ask, the paths, and the components that operations point to.

use serde_json::{Map, Value, json};

use super::{fields, operation, refusals, values};
use crate::catalog::recharge::{API, BASE_URL, TOKEN_HEADER, VERSION, VERSION_HEADER};

/// What a reader must know beyond what OpenAPI has words for.
const ABOUT: &str = "\
The Recharge Admin API as `rc` knows it, derived from the tables that the command line runs on. \
Recharge does not \
publish this document.

Requests are described as they should be sent. Responses are described as they may arrive: a \
field can be null or missing, further fields can appear, and some numbers are text. A successful \
response can contain `warning` or `error` beside the requested data.

Lists come in pages. `next_cursor` of one response, given as `cursor`, requests the next page; it \
is null on the last. A cursor contains the filters and the order of its list: only `limit` may be \
given beside it.

Extensions: `x-scopes` names the scope that a token needs, and `x-scopes-perhaps` those that \
clients have needed \
besides; `x-effect` is `reads`, `writes`, or `destroys` for what cannot be taken back; `x-again` \
says what the same \
request does a second time: `same` state and answer, `refused` without a change, or perhaps \
`twice`, \
and `x-again-with` what it does when one of these fields is sent; `x-unless` names \
parameters that make a required one needless; `x-beyond` says why a parameter is described \
otherwise than in the \
parameter list of the reference.";

/// The whole document.
pub(super) fn document() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Recharge Admin API",
            "version": VERSION,
            "summary": "Subscriptions and recurring billing for online shops",
            "description": ABOUT,
        },
        "servers": [{"url": BASE_URL}],
        "security": [{"token": []}],
        "tags": tags(),
        "paths": paths(),
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "apiKey",
                    "in": "header",
                    "name": TOKEN_HEADER,
                    "description": "an API token of the store",
                },
            },
            "parameters": {"version": version()},
            "headers": refusals::headers(),
            "responses": refusals::responses(),
            "schemas": schemas(),
        },
    })
}

fn tags() -> Value {
    API.resources
        .iter()
        .map(|resource| json!({"name": resource.name, "description": resource.about}))
        .collect()
}

fn paths() -> Value {
    let mut paths = Map::new();
    for (resource, row) in API.operations() {
        let path = paths
            .entry(row.path)
            .or_insert_with(|| json!({"parameters": [super::reference("parameters", "version")]}));
        path[row.method.name().to_ascii_lowercase()] = operation::described(resource, row);
    }
    Value::Object(paths)
}

/// Without the header the store's own choice of version answers, which need
/// not be the one that is described here.
fn version() -> Value {
    json!({
        "name": VERSION_HEADER,
        "in": "header",
        "description": "the version of the API; by default the version that the store has chosen",
        "schema": {"type": "string", "enum": [VERSION]},
    })
}

fn schemas() -> Value {
    let mut schemas = values::schemas();
    schemas.extend(fields::schemas());
    Value::Object(schemas)
}
