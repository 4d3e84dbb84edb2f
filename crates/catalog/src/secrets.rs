//! The names of the fields that the rows of an API mark as secret, found while
//! compiling.

use crate::check::same;
use crate::model::{Object, Resource};

/// More secret names in rows than this do not compile.
const MOST: usize = 32;

/// The names of the fields that rows mark as secret, each once, and how many.
#[derive(Debug, Clone, Copy)]
pub struct SecretFields {
    names: [&'static str; MOST],
    count: usize,
}

impl SecretFields {
    /// The names.
    #[must_use]
    pub const fn names(&'static self) -> &'static [&'static str] {
        self.names.split_at(self.count).0
    }
}

/// The names of the fields that the rows of these resources mark as secret.
#[must_use]
pub const fn secret_fields(resources: &[Resource]) -> SecretFields {
    let mut found = SecretFields {
        names: [""; MOST],
        count: 0,
    };
    let mut at = 0;
    while at < resources.len() {
        found = of_object(resources[at].object, found);
        let mut row = 0;
        while row < resources[at].operations.len() {
            if let Some(object) = resources[at].operations[row].response.object() {
                found = of_object(object, found);
            }
            row += 1;
        }
        at += 1;
    }
    found
}

/// Adds the secret names of an object that are not among the found ones.
const fn of_object(object: &Object, mut found: SecretFields) -> SecretFields {
    let mut at = 0;
    while at < object.fields.len() {
        let field = &object.fields[at];
        let mut is_new = field.secret;
        let mut other = 0;
        while other < found.count {
            is_new = is_new && !same(found.names[other], field.name);
            other += 1;
        }
        if is_new {
            found.names[found.count] = field.name;
            found.count += 1;
        }
        at += 1;
    }
    found
}
