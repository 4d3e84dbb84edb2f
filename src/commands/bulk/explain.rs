//! Errors in the words after `rc bulk`.

use clap::Command;

use super::args::writing;
use crate::catalog::kebab;
use crate::commands::FAMILY;
use crate::error::Error;

/// What to say of a word that `bulk` does not know; `None` where the words
/// before it do not belong to `bulk`.
pub(super) fn unknown_word(before: &[&Command], word: &str) -> Option<Error> {
    let (first, rest) = before.split_first()?;
    if first.get_name() != "bulk" {
        return None;
    }
    let rest: Vec<&str> = rest.iter().map(|command| command.get_name()).collect();
    let resource = match rest.as_slice() {
        [] | ["template" | "check"] => return Some(unknown_resource(word)),
        [.., name] => FAMILY.newest().resource(name)?,
    };
    let verb = word.replace('-', "_");
    let known = resource.operations.iter().find(|operation| {
        operation.verb == verb || operation.aliases.contains(&kebab(&verb).as_str())
    });
    let verbs: Vec<String> = writing(resource)
        .map(|operation| kebab(operation.verb))
        .collect();
    let verbs = verbs.join(", ");
    let named = kebab(resource.name);
    Some(match known {
        Some(operation) => {
            let verb = kebab(operation.verb);
            Error::usage(format!("{named} {verb} only reads; bulk commands write"))
                .hint(format!("rc {named} {verb} does it"))
                .hint(format!("verbs that write: {verbs}"))
        }
        None => Error::usage(format!("bulk {named} has no verb {word}"))
            .hint(format!("its verbs: {verbs}")),
    })
}

fn unknown_resource(word: &str) -> Error {
    let error = match FAMILY.newest().resource(word) {
        Some(resource) => {
            let name = kebab(resource.name);
            Error::usage(format!("{name} can only be read; bulk commands write"))
        }
        None => Error::usage(format!("bulk has no verb or resource {word}")),
    };
    error.hint("rc bulk --help lists resources and commands")
}

/// What to say where `rc bulk` ends too early.
pub(super) fn unfinished(named: &[&Command]) -> Option<Error> {
    let names: Vec<&str> = named.iter().map(|command| command.get_name()).collect();
    let wanted = match names.as_slice() {
        ["bulk"] => "a resource and its verb, or a job command",
        ["bulk", "template" | "check"] => "a resource and its verb",
        _ => return None,
    };
    let spelled = names.join(" ");
    Some(
        Error::usage(format!("{spelled} needs {wanted}"))
            .hint("as in: rc bulk discounts create spring.csv")
            .hint(format!("rc {spelled} --help lists its verbs")),
    )
}
