//! Every command that the documents show runs, and prints what they show. The
//! blocks of one document run in order, on one store, at a fixed time.

use crate::harness::{Rc, Ring, Store, rc};
use crate::login::{ALL, Desk};

/// The shell sessions of a document: a command, and what it prints.
fn sessions(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        match line {
            "```console" => inside = true,
            "```" => inside = false,
            _ if !inside => {}
            line => {
                if let Some(command) = line.strip_prefix("$ ") {
                    found.push((command.to_owned(), String::new()));
                } else {
                    let (_, output) = found.last_mut().expect("output follows a command");
                    output.push_str(line);
                    output.push('\n');
                }
            }
        }
    }
    found
}

/// The commands of a pipe, split where a shell would.
fn pipe(line: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quote = None;
    for letter in line.chars() {
        match (letter, quote) {
            ('|', None) => parts.push(String::new()),
            (letter @ ('\'' | '"'), None) => {
                quote = Some(letter);
                parts.last_mut().unwrap().push(letter);
            }
            (letter, open) => {
                if open == Some(letter) {
                    quote = None;
                }
                parts.last_mut().unwrap().push(letter);
            }
        }
    }
    parts.iter().map(|part| part.trim().to_owned()).collect()
}

fn check(document: &str, text: &str) {
    let store = Store::new();
    let mut wrong = Vec::new();
    for (line, expected) in sessions(text) {
        let parts = pipe(&line);
        let mut stdin = String::new();
        let mut printed = String::new();
        for (at, part) in parts.iter().enumerate() {
            assert!(part.starts_with("rc "), "{document}: {line}");
            let run = rc(part).stdin(&stdin).env("NO_COLOR", "1").holding(&store);
            let last = at + 1 == parts.len();
            let outcome = if last && parts.len() == 1 {
                run.on_terminal(100).runs()
            } else if last {
                run.showing(100).runs()
            } else {
                run.runs()
            };
            printed.push_str(&outcome.stderr);
            if last {
                printed.insert_str(0, &outcome.stdout);
            }
            stdin = outcome.stdout;
        }
        if printed != expected {
            wrong.push(format!("$ {line}\n{printed}--- shown:\n{expected}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{document} shows what is not so:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn the_readme_shows_what_happens() {
    let text = include_str!("../../README.md");
    assert!(sessions(text).len() >= 10);
    check("README.md", text);
}

#[test]
fn the_page_on_output_shows_what_happens() {
    let text = include_str!("../../docs/output.md");
    assert!(sessions(text).len() >= 4);
    check("docs/output.md", text);
}

#[test]
fn the_page_on_the_sandbox_shows_what_happens() {
    let text = include_str!("../../docs/sandbox.md");
    assert!(sessions(text).len() >= 2);
    check("docs/sandbox.md", text);
}

/// Both its sessions, and the commands that stand alone.
#[test]
fn the_page_on_troubleshooting_shows_what_happens() {
    let text = include_str!("../../docs/troubleshooting.md");
    assert!(!sessions(text).is_empty());
    check("docs/troubleshooting.md", text);
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("trace.har");
    let mut run = 0;
    let mut inside = false;
    for line in text.lines() {
        match line {
            "```sh" => inside = true,
            "```" => inside = false,
            line if inside => {
                let line = line.replace("trace.har", &trace.display().to_string());
                rc(&line).holding(&Store::new()).succeeds();
                run += 1;
            }
            _ => {}
        }
    }
    assert!(run >= 3 && trace.exists());
    let kept = "doctor -o ndjson --jq 'select(.status != \"ok\")'";
    assert!(text.contains(kept));
    rc(kept).sandboxed().succeeds().prints_nothing();
}

#[test]
fn the_page_on_stores_shows_what_happens() {
    let text = include_str!("../../docs/stores.md");
    assert!(sessions(text).len() >= 4);
    check("docs/stores.md", text);
}

/// A line as somebody types it, with a token in the file that it reads.
fn login_command(desk: &Desk, line: &str) -> Rc {
    match line.split_once(" < ") {
        Some((words, _)) => desk.rc(words).stdin(ALL).showing(100),
        None => desk.rc(line).typing(ALL).on_terminal(100),
    }
}

/// The commands of a user who sits there, has a keyring, and works on a served
/// sandbox as if it were the store.
#[test]
fn the_login_commands_of_the_documents_run() {
    for text in [
        include_str!("../../README.md"),
        include_str!("../../docs/stores.md"),
    ] {
        let desk = Desk::with(Ring::open());
        let (mut run, mut inside) = (0, false);
        for line in text.lines() {
            match line {
                "```sh" => inside = true,
                "```" => inside = false,
                _ if !inside || !line.starts_with("rc ") || line.starts_with("rc sandbox") => {}
                line => {
                    login_command(&desk, line).succeeds();
                    run += 1;
                }
            }
        }
        assert!(run >= 2);
    }
}

#[test]
fn the_examples_in_the_help_of_login_and_profiles_run() {
    let root = recharge_cli::cli::command();
    let groups = ["auth", "profile"].map(|name| root.find_subcommand(name).unwrap());
    let mut run = 0;
    for command in groups
        .iter()
        .flat_map(|group| group.get_subcommands().chain([*group]))
    {
        let help = command.get_after_help().expect("an example").to_string();
        for line in help.lines().filter_map(|line| line.strip_prefix("  rc ")) {
            let desk = Desk::with(Ring::open());
            for before in ["auth login --with-token", "profile set garden"] {
                desk.rc(before).stdin(ALL).succeeds();
            }
            login_command(&desk, line).succeeds();
            run += 1;
        }
    }
    assert!(run >= 15);
}

#[test]
fn the_page_on_requests_shows_what_happens() {
    let text = include_str!("../../docs/requests.md");
    assert!(sessions(text).len() >= 5);
    check("docs/requests.md", text);
}

#[test]
fn the_set_up_commands_of_the_readme_run() {
    let store = Store::new();
    let mut run = 0;
    let mut inside = false;
    for line in include_str!("../../README.md").lines() {
        match line {
            "```sh" => inside = true,
            "```" => inside = false,
            // Tests of processes of their own run the server and the tests.
            _ if !inside || line.starts_with("rc sandbox serve") || line == "cargo test" => {}
            // The test below runs it: the sandbox has no login.
            "rc auth login" => {}
            line => {
                let words = line.strip_prefix("cargo run --release --quiet -- ");
                let words = words.or_else(|| line.strip_prefix("rc "));
                rc(words.expect(line)).within(&store).succeeds();
                run += 1;
            }
        }
    }
    assert!(run >= 2);
}
