//! Help: every text is there, says what is so, and looks like the others.

use std::ffi::OsString;

use clap::Command;
use recharge_cli::cli::{Typed, topics};
use recharge_cli::error::Error;
use recharge_cli::{catalog, commands as rc_commands};

use crate::console::cut;
use crate::harness::{Store, rc};

/// The commands that a line of a text shows, as words, without what a shell
/// does with their files and failures.
fn shown(line: &str) -> Vec<Vec<String>> {
    let line = line.trim();
    let line = line
        .strip_prefix("source <(")
        .map_or(line, |inner| inner.trim_end_matches(')'));
    let parts = cut(line, '|').into_iter();
    parts
        .filter_map(|part| part.strip_prefix("rc ").map(str::to_owned))
        .map(|part| {
            let words = shell_words::split(&part).unwrap().into_iter();
            words
                .take_while(|word| word != ">" && word != "<")
                .collect()
        })
        .collect()
}

/// What the words come to.
fn parsed(words: &[String]) -> Result<Typed, Error> {
    let words: Vec<OsString> = words.iter().map(OsString::from).collect();
    rc_commands::parse(&words, Some(80))
}

fn commands(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| topics::is_command(line))
}

#[test]
fn every_command_that_a_topic_shows_is_understood() {
    let mut seen = 0;
    for topic in topics::ALL {
        for words in commands(topic.text).flat_map(shown) {
            let parsed = parsed(&words);
            assert!(parsed.is_ok(), "{}: {words:?}: {parsed:?}", topic.name);
            seen += 1;
        }
    }
    assert!(seen > 50, "{seen}");
}

/// Whether it asks the API, in whichever store it is run.
fn is_call(words: &[String]) -> bool {
    matches!(
        parsed(words),
        Ok(Typed::Matches(matches))
            if matches.root.subcommand_name().is_some_and(|name| catalog::recharge::API.resource(name).is_some())
                && matches.options.profile.is_none()
                && matches.options.output.out.is_none()
    )
}

#[test]
fn every_call_that_a_topic_shows_runs_in_the_sandbox() {
    let store = Store::new();
    let id = store.id("subscriptions list --status active");
    let customer = store.id("customers list");
    let mut ran = 0;
    for topic in topics::ALL {
        for parts in commands(topic.text).map(shown) {
            if !parts.iter().all(|words| is_call(words)) {
                continue;
            }
            let mut stdin = String::new();
            for (at, words) in parts.iter().enumerate() {
                let line = shell_words::join(words)
                    .replace("89559201", &id)
                    .replace("customers get 1", &format!("customers get {customer}"));
                let run = rc(&line).stdin(&stdin).within(&store);
                let run = if at + 1 == parts.len() {
                    run.showing(100)
                } else {
                    run
                };
                stdin = run.succeeds().stdout;
            }
            ran += 1;
        }
    }
    assert!(ran > 20, "{ran}");
}

#[test]
fn each_topic_is_told_by_its_name_and_listed() {
    let list = rc("help topics").succeeds().stdout;
    for topic in topics::ALL {
        assert!(list.contains(topic.about), "{}", topic.name);
        let told = rc(&format!("help {}", topic.name)).succeeds().stdout;
        for line in topic.text.lines() {
            assert!(told.contains(line), "{line}");
            assert!(line.chars().count() <= 92, "{}: {line}", topic.name);
        }
    }
}

#[test]
fn what_a_topic_points_to_is_there() {
    for topic in topics::ALL {
        let last = topic.text.lines().last().unwrap();
        let places = last.strip_prefix("See also: ").expect(topic.name);
        for place in places.split(", ") {
            rc(place).succeeds();
        }
    }
}

#[test]
fn help_for_words_is_the_help_of_the_command() {
    let short = rc("help subscriptions list").succeeds().stdout;
    rc("subscriptions list --help").succeeds().prints(&short);
    let root = rc("--help").succeeds().stdout;
    rc("help").succeeds().prints(&root);
    rc("help auth login").succeeds().prints_in("rc auth login");
    rc("help").succeeds().prints_in("rc help topics");
    rc("help --help").succeeds().prints_in("rc --sandbox");
}

#[test]
fn a_topic_that_is_not_there_names_the_nearest() {
    rc("help exitcodes")
        .fails(2)
        .shows("help-a_topic_that_is_not_there_names_the_nearest");
    rc("help subscriptons")
        .fails(2)
        .shows("help-a_topic_that_is_not_there_names_the_nearest-2");
    rc("help xyzzy")
        .fails(2)
        .shows("help-a_topic_that_is_not_there_names_the_nearest-3");
}

#[test]
fn help_is_coloured_on_a_terminal_only() {
    let on = rc("help jq").on_terminal(100).succeeds().stdout;
    assert!(on.contains("\u{1b}["));
    let off = rc("help jq").succeeds().stdout;
    assert!(!off.contains('\u{1b}'));
}

/// All commands below one, with the words that lead there.
fn below<'a>(command: &'a Command, path: &str, found: &mut Vec<(String, &'a Command)>) {
    let listed = command.get_subcommands();
    for inner in listed.filter(|inner| !inner.is_hide_set()) {
        let path = format!("{path} {}", inner.get_name());
        found.push((path.clone(), inner));
        below(inner, &path, found);
    }
}

#[test]
fn every_command_shows_an_example_of_itself() {
    let mut root = rc_commands::command_line();
    root.build();
    let mut all = Vec::new();
    below(&root, "rc", &mut all);
    assert!(all.len() > 200);
    for (path, command) in all {
        // Resources of `rc bulk` point to their verbs only.
        if path.starts_with("rc bulk") && command.has_subcommands() {
            continue;
        }
        let after = command.get_after_help().map(ToString::to_string);
        let after = after.unwrap_or_default();
        assert!(
            after.contains("Example:\n") || after.contains("Examples:\n"),
            "{path} has no example: {after}"
        );
        assert!(
            after.contains(&path) || command.has_subcommands(),
            "{path}: {after}"
        );
    }
}

#[test]
fn every_line_about_a_flag_has_the_same_voice() {
    let mut root = rc_commands::command_line();
    root.build();
    let mut all = Vec::new();
    below(&root, "rc", &mut all);
    for (path, command) in all {
        let about = command
            .get_about()
            .map(ToString::to_string)
            .unwrap_or_default();
        assert!(about.starts_with(char::is_uppercase), "{path}: {about}");
        assert!(!about.ends_with('.'), "{path}: {about}");
        for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            let named = format!("{path} {}: {help:?}", arg.get_id());
            assert!(!help.is_empty(), "{named}");
            assert!(!help.ends_with('.'), "{named}");
            assert!(!help.contains(char::is_control), "{named}");
        }
    }
}

#[test]
fn what_has_verbs_lists_them_without_flags() {
    for line in [
        "subscriptions --help",
        "auth --help",
        "bulk --help",
        "sandbox faults --help",
    ] {
        let help = rc(line).succeeds().stdout;
        assert!(help.contains("Verbs:\n"), "{help}");
        assert!(!help.contains("--color"), "{help}");
    }
    rc("bulk check --help").succeeds().prints_in("Resources:\n");
}

#[test]
fn help_of_a_command_has_its_own_flags_and_one_line_for_the_others() {
    let line = "Every command also takes -o, -c, -q, --dry-run, -y, -v and more: rc help flags";
    for words in [
        "subscriptions list",
        "api",
        "stats charges",
        "bulk discounts create",
    ] {
        for help in ["-h", "--help"] {
            let help = rc(&format!("{words} {help}")).succeeds().stdout;
            assert!(help.ends_with(&format!("\n\n{line}\n")), "{help}");
            for flag in ["--color", "--trace", "--profile"] {
                assert!(!help.contains(flag), "{words}: {flag}");
            }
        }
    }
    let group = rc("subscriptions --help").succeeds().stdout;
    assert!(!group.contains("rc help flags"), "{group}");
    let flags = rc("help flags").succeeds().stdout;
    for flag in [
        "-o, --output <FORMAT>",
        "--dry-run[=<FORM>]",
        "--argjson <NAME> <JSON>",
    ] {
        assert!(flags.contains(flag), "{flag}: {flags}");
    }
    // Flags of every command are still understood there.
    rc("subscriptions list --limit 1 --color never -o csv")
        .sandboxed()
        .succeeds();
    rc("subscriptions list --colour never")
        .fails(2)
        .shows("help-help_of_a_command_has_its_own_flags_and_one_line_for_the_others");
}

#[test]
fn first_page_lists_the_flags_of_every_command() {
    let long = rc("--help").succeeds().stdout;
    let short = rc("-h").succeeds().stdout;
    assert!(
        long.contains("--system-ca") && !short.contains("--system-ca"),
        "{short}"
    );
    for page in [&long, &short] {
        assert!(page.contains("-o, --output <FORMAT>"), "{page}");
    }
    assert!(short.contains("rc help flags lists all flags"), "{short}");
}

#[test]
fn help_at_80_columns_hangs_and_never_exceeds_them() {
    for words in ["--help", "-h", "help flags"] {
        let run = rc(words).on_terminal(80).env("NO_COLOR", "1");
        let help = run.succeeds().stdout;
        for line in help.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
        let cut = help
            .lines()
            .filter(|line| line.starts_with(&" ".repeat(24)));
        assert!(cut.count() > 1, "{help}");
    }
}

#[test]
fn help_of_figures_begins_with_what_is_worked_out() {
    let help = rc("stats charges --help").succeeds().stdout;
    let first = help.find("--status").unwrap();
    for flag in ["--by <", "--sum <"] {
        assert!(help.find(flag).unwrap() < first, "{flag}: {help}");
    }
    rc("stats --help")
        .succeeds()
        .prints_in("--by")
        .prints_in("--sum");
}

#[test]
fn login_and_whoami_are_hidden_names_of_auth_login_and_auth_status() {
    let status = rc("auth status -o json").sandboxed().succeeds().stdout;
    rc("whoami -o json").sandboxed().succeeds().prints(&status);
    rc("login --sandbox")
        .fails(2)
        .shows("help-login_and_whoami_are_hidden_names_of_auth_login_and_auth_status");
    rc("login --help").succeeds().prints_in("--with-token");
    let root = rc("--help").succeeds().stdout;
    let listed = |name: &str| {
        root.lines()
            .any(|line| line.starts_with(&format!("  {name} ")))
    };
    assert!(
        !listed("login") && !listed("whoami") && listed("auth"),
        "{root}"
    );
}
