//! Rules for all documents: what they show is run by a test, on a terminal and
//! in a script, and every command that stands alone is understood.

use std::ffi::OsString;
use std::path::Path;

use crate::console::{check, check_in_pipes, cut, steps};
use crate::links::documents;

/// One test for each page, so that they run beside each other.
macro_rules! in_pipes {
    ($($name:ident: $page:literal,)*) => {
        $(#[test]
        fn $name() {
            check_in_pipes($page, include_str!(concat!("../../", $page)));
        })*

        /// The pages of the tests above.
        const IN_PIPES: &[&str] = &[$($page),*];
    };
}

in_pipes! {
    readme_runs_in_a_script: "README.md",
    page_on_bulk_runs_in_a_script: "docs/bulk.md",
    page_on_ci_runs_in_a_script: "docs/ci.md",
    page_on_exit_codes_runs_in_a_script: "docs/exit-codes.md",
    page_on_the_first_hour_runs_in_a_script: "docs/first-hour.md",
    page_on_jq_runs_in_a_script: "docs/jq.md",
    page_on_listening_runs_in_a_script: "docs/listening.md",
    page_on_output_runs_in_a_script: "docs/output.md",
    page_on_the_portal_runs_in_a_script: "docs/portal.md",
    page_on_requests_runs_in_a_script: "docs/requests.md",
    page_on_the_sandbox_runs_in_a_script: "docs/sandbox.md",
    page_on_stores_runs_in_a_script: "docs/stores.md",
    page_on_replication_runs_in_a_script: "docs/sync.md",
    page_on_troubleshooting_runs_in_a_script: "docs/troubleshooting.md",
    page_on_undo_runs_in_a_script: "docs/undo.md",
    page_on_webhooks_runs_in_a_script: "docs/webhooks.md",
}

#[cfg(all(feature = "theme", feature = "sandbox"))]
#[test]
fn page_on_themes_runs_in_a_script() {
    check_in_pipes("docs/themes.md", include_str!("../../docs/themes.md"));
}

#[test]
fn first_hour_shows_what_happens() {
    let text = include_str!("../../docs/first-hour.md");
    assert!(steps(text).len() >= 10);
    check("docs/first-hour.md", text);
}

#[test]
fn page_on_ci_shows_what_happens() {
    let text = include_str!("../../docs/ci.md");
    assert!(steps(text).len() >= 2);
    check("docs/ci.md", text);
}

#[test]
fn page_on_exit_codes_shows_what_happens() {
    let text = include_str!("../../docs/exit-codes.md");
    assert!(steps(text).len() >= 4);
    check("docs/exit-codes.md", text);
}

#[test]
fn page_on_jq_shows_what_happens() {
    let text = include_str!("../../docs/jq.md");
    assert!(steps(text).len() >= 3);
    check("docs/jq.md", text);
}

/// A page that nobody lists above would show what no test runs.
#[test]
fn every_page_with_a_session_is_run() {
    let mut pages = 0;
    for document in documents() {
        let path = document.path.to_str().unwrap().replace('\\', "/");
        if !document.text.contains("```console") {
            continue;
        }
        let is_run = IN_PIPES.contains(&&*path) || path == "docs/themes.md" || is_named(&path);
        assert!(is_run, "no test runs the sessions of {path}");
        pages += 1;
    }
    assert!(pages >= 15, "{pages}");
}

/// The text of all sources, with strings in one line each.
fn sources() -> String {
    let mut text = String::new();
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                text.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    let lines = text.split("\\\n");
    lines.map(str::trim_start).collect()
}

#[test]
fn messages_that_are_explained_are_those_of_the_program() {
    let sources = sources();
    let (_, tables) = include_str!("../../docs/troubleshooting.md")
        .split_once("## What errors mean")
        .expect("the section");
    let (mut wrong, mut checked) = (Vec::new(), 0);
    for line in tables.lines().filter(|line| line.starts_with("| `")) {
        let message = line.split(" | ").next().unwrap();
        for quoted in message.split('`').skip(1).step_by(2) {
            // What stands for a value may be any text.
            for part in quoted
                .split('…')
                .map(str::trim)
                .filter(|part| part.contains(' '))
            {
                checked += 1;
                if !sources.contains(part) {
                    wrong.push(part);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "no message has these words: {wrong:#?}");
    assert!(checked >= 20, "{checked}");
}

/// Whether another test of the suite runs a page.
fn is_named(page: &str) -> bool {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite");
    let call = format!("check(\"{page}\"");
    let mut open = vec![folder];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs")
                && std::fs::read_to_string(path).unwrap().contains(&call)
            {
                return true;
            }
        }
    }
    false
}

/// The commands of the blocks that are for a shell; a `\` continues a line.
fn shell_lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let (mut inside, mut continues) = (false, false);
    for line in text.lines().map(str::trim) {
        match line {
            "```sh" => inside = true,
            "```" => inside = false,
            line if inside => {
                let words = line.strip_suffix('\\').unwrap_or(line).trim();
                if std::mem::replace(&mut continues, line.ends_with('\\')) {
                    let last = lines.last_mut().unwrap();
                    last.push(' ');
                    last.push_str(words);
                } else {
                    lines.push(words.to_owned());
                }
            }
            _ => {}
        }
    }
    lines
}

/// The words after `rc` of each program of a line.
fn commands(line: &str) -> Vec<Vec<OsString>> {
    let mut commands = Vec::new();
    for part in cut(line, '|') {
        // Files that the shell opens are none of the words.
        let part = cut(&cut(&part, '>')[0], '<').swap_remove(0);
        let part = part.trim_end_matches(" 2");
        let Ok(words) = shell_words::split(part.split(" # ").next().unwrap()) else {
            continue;
        };
        let mut words = words.into_iter().skip_while(|word| word.contains('='));
        if words.next().is_some_and(|program| program == "rc") {
            commands.push(words.map(Into::into).collect());
        }
    }
    commands
}

#[test]
fn every_command_in_a_block_for_a_shell_is_understood() {
    let mut read = 0;
    for document in documents() {
        for line in shell_lines(&document.text) {
            for words in commands(&line) {
                let parsed = recharge_cli::commands::parse(&words, None);
                let path = document.path.display();
                assert!(parsed.is_ok(), "{path}: {line}: {:?}", parsed.err());
                read += 1;
            }
        }
    }
    assert!(read >= 60, "{read}");
}

#[test]
fn command_that_is_mistyped_in_a_block_is_seen() {
    let text = "```sh\nFOO=1 rc subscriptions list \\\n  --statsu active | head -1\n```\n";
    let lines = shell_lines(text);
    assert_eq!(lines.len(), 1, "{lines:?}");
    let words = &commands(&lines[0])[0];
    assert!(recharge_cli::commands::parse(words, None).is_err());
}
