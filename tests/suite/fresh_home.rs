//! What the page on completion says to run once, in a home that has nothing in it: the files
//! are where the programs that read them look.

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// The command in the row of the page's table that begins with this word.
fn command_for(program: &str) -> String {
    let row = include_str!("../../docs/completions.md")
        .lines()
        .find(|line| line.starts_with(&format!("| {program},")))
        .expect("a row");
    let cell = row.split(" | ").nth(1).expect("a command");
    cell.trim_end_matches(" |").trim_matches('`').to_owned()
}

/// Runs a line in a shell, with `rc` in the path and this home.
fn sh(line: &str, home: &Path) -> Output {
    let own = Path::new(env!("CARGO_BIN_EXE_rc")).parent().unwrap();
    let path = std::env::var("PATH").unwrap();
    let bin = home.join(".local/bin");
    let mut shell = Command::new("sh");
    shell
        .args(["-c", line])
        .current_dir(home)
        .env("HOME", home)
        .env(
            "PATH",
            format!("{}:{}:{path}", bin.display(), own.display()),
        );
    for name in ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "MANPATH"] {
        shell.env_remove(name);
    }
    shell.output().unwrap()
}

#[track_caller]
fn runs(line: &str, home: &TempDir) -> String {
    let output = sh(line, home.path());
    assert!(output.status.success(), "{line}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn fish_line_of_the_page_writes_the_script_where_fish_looks() {
    let home = tempfile::tempdir().unwrap();
    runs(&command_for("fish"), &home);
    let file = home.path().join(".config/fish/completions/rc.fish");
    let script = std::fs::read_to_string(file).unwrap();
    assert_eq!(script, runs("rc completions fish", &home));
}

#[test]
fn man_line_of_the_page_writes_the_pages_where_man_looks() {
    let home = tempfile::tempdir().unwrap();
    runs(&command_for("man"), &home);
    let page = home.path().join(".local/share/man/man1/rc.1");
    assert!(page.exists());
    // Where there is no man, nothing looks.
    if !sh("command -v man", home.path()).status.success() {
        return;
    }
    let page_text = include_str!("../../docs/completions.md");
    let export = "export MANPATH=~/.local/share/man:";
    assert!(page_text.contains(export));
    let hidden = "PATH=$(echo \"$PATH\" | cut -d: -f2-)";
    for line in ["man -w rc", &format!("{hidden}; {export}; man -w rc")] {
        let found = runs(line, &home);
        assert_eq!(Path::new(found.trim()), page, "{line}");
    }
}
