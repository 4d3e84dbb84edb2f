//! `rc theme`: themes checked, rendered, packed and migrated from the command line.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use crate::harness::rc;

/// Pages of objects that the demo customer has none of, and templates that the
/// reference names without a route.
const WITHOUT_DATA: [&str; 5] = [
    "addresses_new.html",
    "create_shipping.html",
    "membership.html",
    "membership_cancel.html",
    "onetime.html",
];

/// As on a terminal: what is done is said there alone.
fn told(line: &str) -> crate::harness::Rc {
    rc(line).with_terminal(false, false, 300)
}

/// A new theme in a folder of its own.
fn beginning() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let theme = folder.path().join("theme").display().to_string();
    told(&format!("theme new {theme}"))
        .succeeds()
        .says("7 files");
    (folder, theme)
}

fn put(theme: &str, name: &str, text: &str) {
    fs::write(Path::new(theme).join(name), text).unwrap();
}

#[test]
fn new_theme_has_no_errors_and_renders() {
    let (_folder, theme) = beginning();
    told(&format!("theme check {theme}"))
        .succeeds()
        .says("0 errors");
    let page = rc(&format!("theme render subscriptions {theme}"))
        .succeeds()
        .stdout;
    assert!(
        page.contains("?token=TOKEN") && page.contains("<li>"),
        "{page}"
    );
}

#[test]
fn page_renders_to_the_same_bytes_each_time() {
    let (_folder, theme) = beginning();
    let line = format!("theme render subscription {theme}");
    assert_eq!(rc(&line).succeeds().stdout, rc(&line).succeeds().stdout);
}

/// A page of one object shows one that the customer has.
#[test]
fn every_page_has_data_of_the_demo_store() {
    let folder = tempfile::tempdir().unwrap();
    let theme = folder.path().join("theme");
    fs::create_dir(&theme).unwrap();
    let theme = theme.display().to_string();
    put(&theme, "base.html", "");
    for page in recharge_theme::pages::templates() {
        put(
            &theme,
            page,
            "{{ address.id }}{{ subscription.id }}{{ order.id }}",
        );
    }
    let out = folder.path().join("out").display().to_string();
    let rendered = rc(&format!("theme render --all {theme} --out-dir {out}")).succeeds();
    let without: Vec<&str> = rendered
        .stderr
        .lines()
        .filter_map(|line| {
            line.strip_suffix(": the store has no data for it; give it with --context")
        })
        .filter_map(|line| line.strip_prefix("note: "))
        .collect();
    assert_eq!(without, WITHOUT_DATA, "{rendered:?}");
    for page in ["order", "subscription", "edit_shipping_address"] {
        let text = fs::read_to_string(Path::new(&out).join(format!("{page}.html"))).unwrap();
        assert!(text.parse::<u64>().is_ok(), "{page}: {text}");
    }
}

#[test]
fn check_ends_with_8_when_there_is_an_error_and_names_the_place() {
    let (_folder, theme) = beginning();
    put(
        &theme,
        "orders.html",
        "{% extends 'base.html' %}\n{{ customer.email | uper }}",
    );
    let outcome = rc(&format!(
        "theme check {theme} --rule unknown-filter -o ndjson"
    ))
    .fails(8);
    assert!(
        outcome
            .stdout
            .contains("\"file\":\"orders.html\",\"line\":2,\"column\":21"),
        "{}",
        outcome.stdout
    );
    outcome.says("the theme has 1 error, 0 warnings, 0 notes");
}

#[test]
fn reports_for_github_and_sarif_name_file_line_and_rule() {
    let (_folder, theme) = beginning();
    put(
        &theme,
        "orders.html",
        "{% extends 'base.html' %}{% include '_none.html' %}",
    );
    let line = format!("theme check {theme} --rule missing-include --report");
    let github = rc(&format!("{line} github")).fails(8).stdout;
    assert!(
        github.starts_with("::error file=")
            && github.contains("orders.html,line=1,col=37,title=missing-include::"),
        "{github}"
    );
    let sarif = rc(&format!("{line} sarif")).fails(8).stdout;
    let sarif: serde_json::Value = serde_json::from_str(&sarif).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "missing-include");
    assert_eq!(
        result["locations"][0]["physicalLocation"]["region"]["startLine"],
        1
    );
}

#[test]
fn render_takes_variables_of_a_file_and_of_flags() {
    let (folder, theme) = beginning();
    put(
        &theme,
        "own.html",
        "{{ order.total }} {{ list[0].n }} {{ 'page' | url_param }}",
    );
    let context = folder.path().join("context.json");
    fs::write(
        &context,
        "{\"order\": {\"total\": 1}, \"list\": [{\"n\": 2}]}",
    )
    .unwrap();
    let line = format!(
        "theme render own {theme} --context {} --set order.total=9.5 --set list.0.n=text --query \
         page=3",
        context.display()
    );
    assert_eq!(rc(&line).succeeds().stdout, "9.5 text 3");
    rc(&format!("{line} --set list.7=1"))
        .fails(2)
        .shows("themes-render_takes_variables_of_a_file_and_of_flags");
    rc(&format!("theme render absent {theme}"))
        .fails(4)
        .shows("themes-render_takes_variables_of_a_file_and_of_flags-2");
}

#[test]
fn render_ends_with_8_and_the_place_when_a_template_is_broken() {
    let (_folder, theme) = beginning();
    put(&theme, "_subscription_row.html", "first\n{{ 1 + }}");
    rc(&format!("theme render subscriptions {theme}"))
        .fails(8)
        .shows("themes-render_ends_with_8_and_the_place_when_a_template_is_broken");
}

#[test]
fn archive_gives_the_theme_back_without_translations() {
    let (folder, theme) = beginning();
    put(&theme, "translations.json", "{}");
    let (zip, out) = (
        folder.path().join("t.zip").display().to_string(),
        folder.path().join("out").display().to_string(),
    );
    told(&format!("theme pack {zip} {theme}"))
        .succeeds()
        .says("7 files");
    let first = fs::read(&zip).unwrap();
    rc(&format!("theme pack {zip} {theme}")).succeeds();
    assert_eq!(
        fs::read(&zip).unwrap(),
        first,
        "the same theme gives the same archive"
    );
    told(&format!("theme unpack {zip} {out}"))
        .succeeds()
        .says("7 files");
    let text = |folder: &str| fs::read_to_string(Path::new(folder).join("base.html")).unwrap();
    assert_eq!(text(&out), text(&theme));
    assert!(!Path::new(&out).join("translations.json").exists());
    rc(&format!("theme unpack {zip} {out}"))
        .fails(2)
        .shows("themes-archive_gives_the_theme_back_without_translations");
}

#[test]
fn archive_that_leads_outside_is_refused_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let zip = folder.path().join("t.zip");
    let mut archive = zip::ZipWriter::new(fs::File::create(&zip).unwrap());
    for name in ["base.html", "../outside.html"] {
        archive
            .start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        archive.write_all(b"x").unwrap();
    }
    archive.finish().unwrap();
    let out = folder.path().join("out");
    rc(&format!("theme unpack {} {}", zip.display(), out.display()))
        .fails(2)
        .shows("themes-archive_that_leads_outside_is_refused_and_writes_nothing");
    assert!(!out.exists() && !folder.path().join("outside.html").exists());
}

#[test]
fn migrate_lists_calls_and_counts_those_without_a_function() {
    let (_folder, theme) = beginning();
    put(
        &theme,
        "app.js",
        "fetch(`${base}payment_source/1/address?token=${t}`, { method: 'POST' });",
    );
    let outcome = told(&format!(
        "theme migrate {theme} --jq '[.file, .line, .engine, .twin]' -o ndjson"
    ))
    .succeeds();
    assert!(
        outcome
            .stdout
            .contains("[\"app.js\",1,\"POST /payment_source/1/address\",null]"),
        "{}",
        outcome.stdout
    );
    assert!(
        outcome.stdout.contains(
            "[\"subscription.html\",5,\"POST /subscriptions/{}\",\"updateSubscription\"]"
        ),
        "{}",
        outcome.stdout
    );
    outcome.says("2 calls of the script endpoints, 1 without a function in the vendor's client");
}

#[test]
fn tables_describe_routes_objects_and_filters() {
    let routes = rc("theme routes --jq 'select(.template == \"orders.html\") | .sdk' -r")
        .succeeds()
        .stdout;
    assert_eq!(routes, "listOrders\n");
    let fields = rc("theme objects --jq 'select(.object == \"property\") | .field' -r")
        .succeeds()
        .stdout;
    assert_eq!(fields, "name\nvalue\n");
    let filters = rc("theme filters --jq 'select(.name == \"subscription_skip_url\") | .about' -r")
        .succeeds()
        .stdout;
    assert_eq!(filters, "/subscriptions/{}/skip\n");
}

#[test]
fn folder_without_a_theme_is_a_usage_error() {
    let folder = tempfile::tempdir().unwrap();
    rc(&format!("theme check {}", folder.path().display()))
        .fails(2)
        .shows("themes-folder_without_a_theme_is_a_usage_error");
}

/// Its sessions, and the commands that stand alone.
#[test]
fn the_page_on_themes_shows_what_happens() {
    let text = include_str!("../../docs/themes.md");
    assert!(crate::console::steps(text).len() >= 7);
    crate::console::check("docs/themes.md", text);
    let (folder, _) = beginning();
    let place = format!("{}/", folder.path().display());
    fs::rename(folder.path().join("theme"), folder.path().join("my-theme")).unwrap();
    let (mut run, mut inside) = (0, false);
    for line in text.lines() {
        match line {
            "```sh" => inside = true,
            "```" => inside = false,
            // It has no end; the browser test serves themes.
            line if inside && line.starts_with("rc theme serve") => {
                let words = shell_words::split(line).unwrap();
                let root = recharge_cli::commands::command_line();
                root.try_get_matches_from(words).unwrap();
            }
            line if inside => {
                let line = line.replace("my-theme", &format!("{place}my-theme"));
                let line = line.replace(" rendered", &format!(" {place}rendered"));
                rc(&line).succeeds();
                run += 1;
            }
            _ => {}
        }
    }
    assert!(run >= 9 && folder.path().join("rendered/subscription.html").exists());
}
