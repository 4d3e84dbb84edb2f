//! Constructors and setters of rows. A row starts with the defaults of its
//! constructor and states only what differs.

mod field;
mod operation;
mod parameter;
mod portal;

pub use field::field;
pub use operation::{act, create, delete, get, list, post, read, update};
pub use parameter::{
    array, boolean, day, external, id, ids, integer, money, object, pairs, reference, references,
    text, texts, time,
};
