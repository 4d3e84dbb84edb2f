//! What becomes of a record on its way out: columns and jq.
//!
//! Records come in as the JSON text that the server sent. Columns take single
//! values out of them without parsing the rest; jq reads them whole. Nothing
//! here knows where records come from, or what the results are printed as.

mod builtins;
mod cell;
mod columns;
mod complaint;
mod cut;
mod extract;
mod interval;
mod jq;
mod needed;
mod number;
mod project;
mod reason;
mod regex;
mod room;
mod scan;
mod slurp;
mod surrogates;
mod text;
mod tokens;
mod value;
mod variables;

pub use cell::Cell;
pub use columns::{Column, Columns};
pub use extract::{Misfit, items, members};
pub use jq::{Flow, Jq, OnError};
pub use room::with_room;
pub use scan::JsonScanner;
pub use slurp::Slurp;
pub use tokens::{JsonToken, TokenKind, Tokens, compact, one_line};
pub use value::write_json;
pub use variables::Variables;
