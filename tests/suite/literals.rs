//! Code refers to the API by constants of the catalogue: no string literal in
//! `src/` is the name of a resource, an operation or a parameter with a role.
//!
//! Reads the sources, without comments and without what only tests compile.
//! Names such as `type` or `status`, which code only passes on, are not covered.

pub(crate) mod scan;

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use recharge_cli::catalog::{self, ParameterRole, kebab};
use scan::{Literal, Scan};

/// A literal that is such a name by chance, and why it may stay.
struct Exception {
    file: &'static str,
    literal: &'static str,
    reason: &'static str,
}

const fn except(file: &'static str, literal: &'static str, reason: &'static str) -> Exception {
    Exception {
        file,
        literal,
        reason,
    }
}

const EXCEPTIONS: &[Exception] = &[
    except(
        "src/bulk/report.rs",
        "store",
        "a column of bulk list: the store that a job works on",
    ),
    except(
        "src/commands/bulk/args.rs",
        "plan",
        "the flag --plan, which names a file",
    ),
    except(
        "src/commands/bulk/args.rs",
        "ids",
        "the flag --ids, which names a file",
    ),
    except(
        "src/cli/flags.rs",
        "limit",
        "the flag --limit counts records; the parameter is the page size",
    ),
    except(
        "src/commands/history/args.rs",
        "store",
        "the flag --store of the history",
    ),
    except(
        "src/commands/deliveries/args.rs",
        "event",
        "the flag --event of deliveries",
    ),
    except(
        "src/commands/events/run.rs",
        "event",
        "a column of events changes: the event that told of it",
    ),
    except(
        "src/webhooks/deliveries/delivery.rs",
        "event",
        "a key of a delivery: the event that it was made of",
    ),
    except(
        "src/webhooks/deliveries/delivery.rs",
        "store",
        "a key of a delivery: the store that it is of",
    ),
    except(
        "src/commands/events/args.rs",
        "customer",
        "the flag --customer of events tail",
    ),
    except("src/history/entry.rs", "ids", "a key of a history entry"),
    except("src/history/entry.rs", "store", "a key of a history entry"),
    except(
        "src/config/profile.rs",
        "limit",
        "the setting for the most records of lists",
    ),
    except(
        "src/commands/sandbox/args.rs",
        "customers",
        "the flag --customers of the sandbox",
    ),
    except(
        "src/commands/auth/mod.rs",
        "store",
        "a key of the output of `rc auth status`",
    ),
    except(
        "src/commands/doctor/judge.rs",
        "limit",
        "the name of a check of `rc doctor`",
    ),
    except(
        "src/commands/call/many.rs",
        "ids",
        "the unit of a progress bar",
    ),
    except(
        "src/commands/profile/run.rs",
        "store",
        "a key of the output of `rc profile show`",
    ),
    except(
        "src/commands/sandbox/run.rs",
        "customers",
        "a key of the sandbox's control requests",
    ),
    except(
        "src/commands/sandbox/run.rs",
        "store",
        "a path of the sandbox's control requests",
    ),
    except(
        "src/bulk/shape/synonyms.rs",
        "discount",
        "a heading of a spreadsheet",
    ),
    except(
        "src/bulk/shape/synonyms.rs",
        "product",
        "a heading of a spreadsheet",
    ),
    except(
        "src/bulk/shape/synonyms.rs",
        "address",
        "a heading of a spreadsheet",
    ),
    except(
        "src/commands/webhooks/apply.rs",
        "address",
        "a column of the steps that `rc webhooks apply` takes",
    ),
    except(
        "src/commands/webhooks/trigger.rs",
        "include",
        "the flag --include of `rc webhooks trigger`",
    ),
    except(
        "src/webhooks/registrations.rs",
        "webhook",
        "the name of a table in a file of webhooks",
    ),
    except(
        "src/ui/request_trace.rs",
        "limit",
        "a key of the JSON trace",
    ),
];

/// The OpenAPI writer and help text name the API to people.
fn may_name_the_api(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file);
    file.starts_with("src/openapi/")
        || name.starts_with("help")
        || file.starts_with("src/commands/") && name == "spec.rs"
}

/// Every name that code must take from the catalogue.
fn names() -> HashSet<String> {
    let mut names = HashSet::new();
    let mut add = |name: &str| {
        names.insert(name.to_owned());
        names.insert(kebab(name));
    };
    for (resource, operation) in catalog::recharge::API.operations() {
        add(resource.name);
        add(resource.singular);
        add(&format!("{}.{}", resource.name, operation.verb));
        for parameter in operation.query {
            // Keys have the names of fields, which code only passes on.
            if !matches!(parameter.role, ParameterRole::Plain | ParameterRole::Key) {
                add(parameter.name);
            }
        }
    }
    names
}

#[test]
fn sources_name_the_api_by_constants_only() {
    let names = names();
    let mut found = Vec::new();
    let mut needed = BTreeSet::new();
    for (file, literal) in source_literals() {
        if !names.contains(&literal.text) || may_name_the_api(&file) {
            continue;
        }
        let exception = EXCEPTIONS
            .iter()
            .position(|known| known.file == file && known.literal == literal.text);
        match exception {
            Some(at) => {
                needed.insert(at);
            }
            None => found.push(format!("{file}:{}: \"{}\"", literal.line, literal.text)),
        }
    }
    assert!(
        found.is_empty(),
        "use a constant of the catalogue, or add an exception with its reason:\n{}",
        found.join("\n")
    );
    let unneeded = EXCEPTIONS
        .iter()
        .enumerate()
        .filter(|(at, _)| !needed.contains(at));
    let unneeded: Vec<String> = unneeded
        .map(|(_, known)| format!("{} \"{}\" ({})", known.file, known.literal, known.reason))
        .collect();
    assert!(
        unneeded.is_empty(),
        "exceptions that nothing needs:\n{}",
        unneeded.join("\n")
    );
}

#[test]
fn names_cover_resources_operations_and_parameters_with_a_role() {
    let names = names();
    for name in [
        "payment_methods",
        "payment-method",
        "charges.refund",
        "payment-methods.list",
        "limit",
        "sort-by",
        "created_at_min",
    ] {
        assert!(names.contains(name), "{name}");
    }
    for name in ["status", "type", "refund", "customer_id"] {
        assert!(!names.contains(name), "{name}");
    }
}

/// Every literal of `src/` outside tests, with the file, slashes forward.
fn source_literals() -> Vec<(String, Literal)> {
    literals_in("src")
}

/// Every literal below a folder, outside tests, with the file, slashes forward.
pub(crate) fn literals_in(folder: &str) -> Vec<(String, Literal)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&root.join(folder), &mut files);
    assert!(files.len() > 20, "the sources are found");
    let scans: Vec<(PathBuf, Scan)> = files
        .into_iter()
        .map(|file| {
            let scan = Scan::of(&fs::read_to_string(&file).unwrap());
            (file, scan)
        })
        .collect();
    let tests: Vec<PathBuf> = scans
        .iter()
        .flat_map(|(file, scan)| {
            let modules = scan.test_modules.iter();
            modules.map(|module| module.folder_or_file(file))
        })
        .collect();
    let is_test = |file: &Path| {
        tests
            .iter()
            .any(|test| file.starts_with(test) || file.with_extension("") == *test)
    };
    let mut literals = Vec::new();
    for (file, scan) in scans {
        if is_test(&file) {
            continue;
        }
        let name = file.strip_prefix(root).unwrap().to_str().unwrap();
        let name = name.replace('\\', "/");
        literals.extend(scan.literals.into_iter().map(|found| (name.clone(), found)));
    }
    literals
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
}
