//! Every command that the documents show runs, and prints what they show.

use crate::console::{check, steps};
use crate::harness::{Rc, Ring, Store, rc};
use crate::login::{ALL, Desk};

#[test]
fn the_readme_shows_what_happens() {
    let text = include_str!("../../README.md");
    assert!(steps(text).len() >= 10);
    check("README.md", text);
}

#[test]
fn the_page_on_output_shows_what_happens() {
    let text = include_str!("../../docs/output.md");
    assert!(steps(text).len() >= 4);
    check("docs/output.md", text);
}

#[test]
fn the_page_on_the_sandbox_shows_what_happens() {
    let text = include_str!("../../docs/sandbox.md");
    assert!(steps(text).len() >= 2);
    check("docs/sandbox.md", text);
}

/// Both its sessions, and the commands that stand alone.
#[test]
fn the_page_on_troubleshooting_shows_what_happens() {
    let text = include_str!("../../docs/troubleshooting.md");
    assert!(!steps(text).is_empty());
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
fn the_page_on_copies_shows_what_happens() {
    let text = include_str!("../../docs/sync.md");
    assert!(steps(text).len() >= 2);
    check("docs/sync.md", text);
}

#[test]
fn the_page_on_reports_shows_what_happens() {
    let text = include_str!("../../docs/reports.md");
    assert!(steps(text).len() >= 6);
    check("docs/reports.md", text);
}

#[test]
fn the_page_on_warehouses_shows_what_happens() {
    let text = include_str!("../../docs/warehouse.md");
    assert!(steps(text).len() >= 2);
    check("docs/warehouse.md", text);
}

/// Its session, and the commands that stand alone.
#[test]
fn the_page_on_undo_shows_what_happens() {
    let text = include_str!("../../docs/undo.md");
    assert!(steps(text).len() >= 5);
    check("docs/undo.md", text);
    let (mut run, mut inside) = (0, false);
    for line in text.lines() {
        match line {
            "```sh" => inside = true,
            "```" => inside = false,
            line if inside => {
                rc(line).sandboxed().succeeds().says("to change");
                run += 1;
            }
            _ => {}
        }
    }
    assert!(run >= 2);
}

#[test]
fn the_page_on_listening_shows_what_happens() {
    let text = include_str!("../../docs/listening.md");
    assert!(steps(text).len() >= 4);
    check("docs/listening.md", text);
}

#[test]
fn the_page_on_stores_shows_what_happens() {
    let text = include_str!("../../docs/stores.md");
    assert!(steps(text).len() >= 4);
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
    let root = recharge_cli::commands::command_line();
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
fn the_page_on_bulk_shows_what_happens() {
    let text = include_str!("../../docs/bulk.md");
    assert!(steps(text).len() >= 20);
    check("docs/bulk.md", text);
}

#[test]
fn the_page_on_requests_shows_what_happens() {
    let text = include_str!("../../docs/requests.md");
    assert!(steps(text).len() >= 5);
    check("docs/requests.md", text);
}

#[test]
fn the_page_on_the_portal_shows_what_happens() {
    let text = include_str!("../../docs/portal.md");
    assert!(steps(text).len() >= 5);
    check("docs/portal.md", text);
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
            // What installs is run by tests/first-minute; logins by the test below.
            _ if !inside
                || ["apt-get ", "curl ", "cargo "]
                    .iter()
                    .any(|word| line.starts_with(word)) => {}
            "rc auth login" => {}
            line => {
                let words = line.strip_prefix("./recharge-cli-x86_64-unknown-linux-musl/");
                let words = words.unwrap_or(line).strip_prefix("rc ");
                rc(words.expect(line)).within(&store).succeeds();
                run += 1;
            }
        }
    }
    assert!(run >= 2);
}
