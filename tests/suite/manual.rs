//! Manual pages: those in the repository are those of the commands.

use std::collections::BTreeMap;
use std::path::Path;

use recharge_cli::commands;

use crate::harness::rc;

#[test]
fn the_pages_in_the_repository_are_those_of_the_commands() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("man");
    let kept: BTreeMap<String, String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(&path).unwrap())
        })
        .collect();
    let pages = commands::manual_pages();
    let wrong: Vec<&str> = pages
        .iter()
        .filter(|page| kept.get(&page.file) != Some(&page.text))
        .map(|page| page.file.as_str())
        .collect();
    let old: Vec<&String> = kept
        .keys()
        .filter(|name| pages.iter().all(|page| page.file != **name))
        .collect();
    assert!(
        wrong.is_empty() && old.is_empty(),
        "{} pages in man/ are not what the commands say ({:?} …), {old:?} belong to none; this \
         makes them anew: rm -r man && cargo run -q -- man --out-dir man",
        wrong.len(),
        wrong.iter().take(3).collect::<Vec<_>>()
    );
}

#[test]
fn reference_in_the_repository_is_that_of_the_commands() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference");
    let pages = commands::reference_pages();
    let again = "this makes it anew: rm -r docs/reference && \
                 cargo run -q -- man --markdown --out-dir docs/reference";
    for page in &pages {
        let kept = std::fs::read_to_string(folder.join(&page.file)).unwrap_or_default();
        assert!(kept == page.text, "{} differs; {again}", page.file);
    }
    for entry in std::fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name();
        let is_page = pages.iter().any(|page| *page.file == *name);
        assert!(is_page, "{} belongs to no command; {again}", name.display());
    }
}

#[test]
fn reference_has_every_command_that_has_a_manual_page() {
    let text: String = commands::reference_pages()
        .into_iter()
        .map(|page| page.text)
        .collect();
    for page in commands::manual_pages() {
        let name = page.file.strip_suffix(".1").unwrap();
        // A heading has the words of a command, a manual page joins them.
        let has_heading = name == "rc"
            || text.lines().any(|line| {
                let words = line.trim_start_matches('#').trim_start();
                line.starts_with('#') && words.replace(' ', "-") == name
            });
        assert!(has_heading, "{name} is not in the reference");
    }
    for part in [
        "`--status <WORD>`",
        "created at or before",
        "`--dry-run",
        "```text",
    ] {
        assert!(text.contains(part), "{part}");
    }
}

#[test]
fn reference_is_written_into_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let reference = folder.path().join("reference");
    rc(&format!("man --markdown --out-dir {}", reference.display()))
        .succeeds()
        .prints_nothing();
    assert!(reference.join("commands.md").exists());
    assert!(reference.join("subscriptions.md").exists());
    rc("man --markdown").fails(2).says("--out-dir");
}

#[test]
fn a_page_tells_what_help_tells() {
    let page = rc("man subscriptions list").succeeds().stdout;
    for part in [
        ".TH RC\\-SUBSCRIPTIONS\\-LIST 1",
        ".SH FILTERS",
        "only those of this status",
        // What the short help leaves out is here as well.
        "updated at or before this time",
        ".SH EXAMPLE",
        ".SH \"SEE ALSO\"",
    ] {
        let plain = page.replace("\\-", "-");
        assert!(plain.contains(&part.replace("\\-", "-")), "{part}: {page}");
    }
    assert!(
        !page.contains("system\\-ca"),
        "flags of all commands stand in one page"
    );
    let root = rc("man").succeeds().stdout;
    for part in ["system\\-ca", ".SH \"EXIT STATUS\"", ".SH ENVIRONMENT"] {
        assert!(root.contains(part), "{part}");
    }
}

#[test]
fn every_command_has_a_page_also_those_without_a_file() {
    rc("man bulk check discounts create")
        .succeeds()
        .prints_in("discounts");
    rc("man nothing")
        .fails(2)
        .shows("manual-every_command_has_a_page_also_those_without_a_file");
    rc("man subscriptions list --out-dir x").fails(2);
}

#[test]
fn all_pages_are_written_into_a_folder_that_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let man = folder.path().join("share/man1");
    rc(&format!("man --out-dir {}", man.display()))
        .showing(100)
        .succeeds()
        .says("manual pages are in")
        .prints_nothing();
    assert!(man.join("rc.1").exists());
    assert!(man.join("rc-subscriptions-list.1").exists());
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    rc(&format!("man --out-dir {}/x", file.display()))
        .fails(2)
        .shows("manual-all_pages_are_written_into_a_folder_that_is_made");
}

#[test]
fn first_line_of_every_page_fits_a_terminal_of_80_columns() {
    for page in commands::manual_pages() {
        let header = page
            .text
            .lines()
            .find(|line| line.starts_with(".TH "))
            .unwrap();
        let words = shell_words::split(header).unwrap();
        let [_, title, section, _, _, manual] = words.as_slice() else {
            panic!("{header}");
        };
        // The title with its section on both sides, and the manual between.
        let length = 2 * (title.len() + section.len() + 2) + manual.len() + 2;
        assert!(length <= 78, "{}: {length}: {header}", page.file);
        assert!(title.starts_with("RC"), "{header}");
    }
}
