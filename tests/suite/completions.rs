//! What a shell is answered while somebody types, on a machine that has
//! profiles, jobs and a history.

use recharge_cli::cli::complete::Shell;

use crate::harness::{Rc, Store, rc};

/// The candidates for the last word of a line; a space at its end begins one.
fn asked(line: &str) -> Rc {
    let words: Vec<&str> = line.split(' ').collect();
    let at = words.len() - 1;
    let quoted = shell_words::join(words);
    rc(&format!("__complete fish {at} {quoted}"))
}

fn values(run: Rc) -> Vec<String> {
    let outcome = run.succeeds().says_nothing();
    let lines = outcome.stdout.lines().skip(1);
    lines
        .map(|line| line.split('\t').next().unwrap().to_owned())
        .collect()
}

#[test]
fn the_scripts_in_the_repository_are_those_that_are_printed() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("completions");
    let mut expected: Vec<&str> = Shell::ALL.map(Shell::file).to_vec();
    expected.sort_unstable();
    let mut found: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    found.sort_unstable();
    assert_eq!(found, expected);
    for shell in Shell::ALL {
        let script = std::fs::read_to_string(folder.join(shell.file())).unwrap();
        rc(&format!("completions {}", shell.name()))
            .succeeds()
            .prints(&script)
            .says_nothing();
        assert!(
            script.contains(&format!("__complete {} ", shell.name())),
            "{script}"
        );
    }
}

#[test]
fn a_shell_that_is_not_known_is_refused_with_the_nearest() {
    rc("completions fihs")
        .fails(2)
        .shows("completions-a_shell_that_is_not_known_is_refused_with_the_nearest");
}

#[test]
fn profiles_are_those_of_the_settings() {
    let store = Store::new();
    rc("profile set garden --protected")
        .holding(&store)
        .succeeds();
    rc("profile set coffee --protected")
        .holding(&store)
        .succeeds();
    let names = values(asked("rc store get --profile ").holding(&store));
    assert_eq!(names, ["garden", "coffee"]);
    assert_eq!(
        values(asked("rc profile remove c").holding(&store)),
        ["coffee"]
    );
}

#[test]
fn jobs_are_those_of_this_machine() {
    let store = Store::new();
    let rows = "code,value,value_type\nTAB,10,percentage\n";
    rc("bulk discounts create - --engine requests -o json")
        .stdin(rows)
        .within(&store)
        .succeeds();
    let job = rc("bulk list --jq .id -r").within(&store).succeeds().stdout;
    let offered = values(asked("rc bulk results ").within(&store));
    assert_eq!(offered, [job.trim()]);
}

#[test]
fn ids_are_those_that_somebody_saw_last() {
    let store = Store::new();
    rc("subscriptions list -n 3")
        .within(&store)
        .on_terminal(100)
        .succeeds();
    let shown = store.ids("subscriptions list -n 3");
    let one = shown[2].clone();
    assert_eq!(
        values(asked("rc subscriptions cancel ").within(&store)),
        shown
    );
    rc(&format!("subscriptions get {one} --jq .status"))
        .within(&store)
        .on_terminal(100)
        .succeeds();
    assert_eq!(
        values(asked("rc subscriptions get ").within(&store))[0],
        one
    );
    assert_eq!(
        values(asked(&format!("rc subscriptions get {}", &one[..one.len() - 1])).within(&store)),
        shown
            .iter()
            .filter(|id| id.starts_with(&one[..one.len() - 1]))
            .cloned()
            .collect::<Vec<_>>()
    );
    assert!(!values(asked("rc orders get ").within(&store)).contains(&one));
    // Another place has other ids.
    let elsewhere = values(asked("rc subscriptions get ").holding(&store));
    assert!(
        elsewhere.iter().all(|flag| flag.starts_with("--")),
        "{elsewhere:?}"
    );
    let sandbox = values(asked("rc --sandbox subscriptions get ").holding(&store));
    assert_eq!(sandbox[0], one);
}

#[test]
fn scripts_leave_no_ids_and_neither_does_who_wants_none() {
    let store = Store::new();
    rc("subscriptions list -n 3").within(&store).succeeds();
    rc("subscriptions list -n 3")
        .env("RECHARGE_NO_RECENT", "1")
        .within(&store)
        .on_terminal(100)
        .succeeds();
    rc("subscriptions list -n 3 --out /dev/null")
        .within(&store)
        .on_terminal(100)
        .runs();
    assert!(!store.path().join("recent").exists());
}

#[test]
fn what_is_kept_of_ids_is_numbers_only() {
    let store = Store::new();
    for list in ["customers", "checkouts", "metafields", "webhooks"] {
        rc(&format!("{list} list -n 5"))
            .within(&store)
            .on_terminal(100)
            .runs();
    }
    let kept = std::fs::read_to_string(store.path().join("recent")).unwrap();
    for line in kept.lines() {
        let mut parts = line.split('\t');
        assert_eq!(parts.next(), Some("sandbox"));
        assert!(parts.next().is_some());
        let ids = parts.next().unwrap();
        assert!(
            ids.bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b' '),
            "{line}"
        );
    }
}

#[test]
fn nothing_that_is_wrong_on_the_machine_is_told_on_the_line() {
    let store = Store::new();
    std::fs::create_dir_all(store.path().join("config")).unwrap();
    std::fs::write(store.path().join("config/config.toml"), "not [ toml").unwrap();
    std::fs::write(store.path().join("recent"), [0xff, b'\t', 0xfe]).unwrap();
    std::fs::write(store.path().join("jobs"), "no folder").unwrap();
    for line in [
        "rc store get --profile ",
        "rc bulk status ",
        "rc subscriptions get ",
    ] {
        asked(line).holding(&store).succeeds().says_nothing();
        asked(line).homeless().succeeds().says_nothing();
    }
    for odd in [
        "__complete",
        "__complete fish",
        "__complete fish x rc",
        "__complete csh 1 rc",
    ] {
        rc(odd).succeeds().prints_nothing().says_nothing();
    }
}
