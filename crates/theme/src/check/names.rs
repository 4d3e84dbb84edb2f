//! Rules about names of filters, tests and methods.

use super::templates::Trees;
use super::{Findings, UNKNOWN_FILTER, UNKNOWN_METHOD, UNKNOWN_TEST, hint};
use crate::engine::FILTERS;
use crate::syntax::tree::{Expression, ExpressionKind, NodeKind, walk_expressions, walk_nodes};
use crate::urls::URL_NAMES;

/// The filters of the language.
pub(crate) const LANGUAGE_FILTERS: [&str; 54] = [
    "abs",
    "attr",
    "batch",
    "capitalize",
    "center",
    "count",
    "d",
    "default",
    "dictsort",
    "e",
    "escape",
    "filesizeformat",
    "first",
    "float",
    "forceescape",
    "format",
    "groupby",
    "indent",
    "int",
    "items",
    "join",
    "last",
    "length",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "pprint",
    "random",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "safe",
    "select",
    "selectattr",
    "slice",
    "sort",
    "string",
    "striptags",
    "sum",
    "title",
    "tojson",
    "trim",
    "truncate",
    "unique",
    "upper",
    "urlencode",
    "urlize",
    "wordcount",
    "wordwrap",
    "xmlattr",
];

/// The tests of the language.
const TESTS: [&str; 37] = [
    "boolean",
    "callable",
    "defined",
    "divisibleby",
    "eq",
    "equalto",
    "escaped",
    "even",
    "false",
    "filter",
    "float",
    "ge",
    "greaterthan",
    "gt",
    "in",
    "integer",
    "iterable",
    "le",
    "lessthan",
    "lower",
    "lt",
    "mapping",
    "ne",
    "none",
    "number",
    "odd",
    "sameas",
    "sequence",
    "string",
    "test",
    "true",
    "undefined",
    "upper",
    "None",
    "True",
    "False",
    "safe",
];

/// Methods of texts, lists and dicts of Python that templates can call.
const METHODS: [&str; 50] = [
    "append",
    "capitalize",
    "casefold",
    "center",
    "clear",
    "copy",
    "count",
    "cycle",
    "changed",
    "endswith",
    "extend",
    "find",
    "format",
    "get",
    "index",
    "insert",
    "isalnum",
    "isalpha",
    "isascii",
    "isdigit",
    "islower",
    "isnumeric",
    "isspace",
    "isupper",
    "items",
    "join",
    "keys",
    "ljust",
    "lower",
    "lstrip",
    "pop",
    "remove",
    "replace",
    "reverse",
    "rfind",
    "rjust",
    "rstrip",
    "setdefault",
    "sort",
    "split",
    "splitlines",
    "startswith",
    "strip",
    "swapcase",
    "title",
    "update",
    "upper",
    "values",
    "zfill",
    "partition",
];

pub(super) fn check(trees: &Trees, findings: &mut Findings<'_>) {
    for (file, nodes) in trees {
        // Modules and layouts have members that can be called by any name.
        let mut modules = vec!["self".to_owned(), "super".to_owned()];
        walk_nodes(nodes, &mut |node| {
            if let NodeKind::Import(_, names) = &node.kind {
                modules.extend(names.iter().map(|name| name.name.clone()));
            }
        });
        walk_expressions(nodes, &mut |expression| {
            check_expression(file, expression, &modules, findings);
        });
    }
}

fn check_expression(
    file: &str,
    expression: &Expression,
    modules: &[String],
    findings: &mut Findings<'_>,
) {
    match &expression.kind {
        ExpressionKind::Filter(_, filter, _) if !is_filter(&filter.name) => {
            let message = format!(
                "there is no filter {}{}",
                filter.name,
                hint(&filter.name, filters())
            );
            findings.add(UNKNOWN_FILTER, file, filter.span.start, message);
        }
        ExpressionKind::Test(_, test, _) if !TESTS.contains(&test.name.as_str()) => {
            let message = format!(
                "there is no test {}{}",
                test.name,
                hint(&test.name, TESTS.into_iter())
            );
            findings.add(UNKNOWN_TEST, file, test.span.start, message);
        }
        ExpressionKind::Call(called, _) => {
            let ExpressionKind::Attribute(of, method) = &called.kind else {
                return;
            };
            let is_module =
                matches!(&of.kind, ExpressionKind::Name(name) if modules.contains(name));
            if !is_module && !METHODS.contains(&method.as_str()) {
                let message = format!(
                    "no value has a method {method}{}",
                    hint(method, METHODS.into_iter())
                );
                let at = called.span.end - method.len();
                findings.add(UNKNOWN_METHOD, file, at, message);
            }
        }
        _ => {}
    }
}

fn filters() -> impl Iterator<Item = &'static str> {
    let own = FILTERS.iter().map(|row| row.name);
    own.chain(LANGUAGE_FILTERS)
        .chain(URL_NAMES.iter().map(|url| url.name))
}

fn is_filter(name: &str) -> bool {
    filters().any(|filter| filter == name)
}
