//! Themes that are broken, hostile or strange: each ends with a message that
//! names the place, and with nothing else.

use std::fs;
use std::sync::Arc;

use recharge_theme::engine::{Engine, RenderError, Rendered, Request};
use recharge_theme::folder::Theme;
use serde_json::json;

fn theme(files: &[(&str, &str)]) -> Theme {
    let files = files
        .iter()
        .map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()));
    Theme::of_files(files)
}

fn render(files: &[(&str, &str)]) -> Result<Rendered, RenderError> {
    let engine = Engine::new(Arc::new(theme(files)));
    engine.render(&Request {
        template: "page.html",
        context: &json!({"settings": {"footer": "</script><script>alert(1)</script>"}, "list": [1, 2]}),
        portal_path: "/tools/recurring/portal/abc",
        token: None,
        query: &[],
        now: jiff::civil::date(2026, 11, 20).at(12, 0, 0, 0),
    })
}

#[test]
fn syntax_error_names_file_line_and_column() {
    let error = render(&[
        ("page.html", "first\n{% include '_part.html' %}"),
        ("_part.html", "a\nb {{ 1 + }}"),
    ])
    .unwrap_err();
    assert_eq!((error.file.as_str(), error.line), ("_part.html", 2));
    assert_eq!(error.source_line, "b {{ 1 + }}");
    assert!(error.to_string().starts_with("_part.html:2"), "{error}");
}

#[test]
fn error_at_run_time_names_the_place_in_the_file_as_it_is_written() {
    let source = "{% set x = 'a' ~ 1 %}{{ x ~ (1 | nothing) }}";
    let error = render(&[("page.html", source)]).unwrap_err();
    assert_eq!(error.line, 1);
    assert!(error.message.contains("nothing"), "{error}");
    assert!(source.get(error.column - 1..).is_some(), "{error}");
}

#[test]
fn missing_include_is_reported_and_shown_as_a_box() {
    let rendered = render(&[("page.html", "a{% include '_errors.html' %}b")]).unwrap();
    assert_eq!(rendered.missing, ["_errors.html"]);
    assert!(
        rendered.text.contains("the theme has no file _errors.html"),
        "{}",
        rendered.text
    );
    assert!(rendered.text.starts_with('a') && rendered.text.ends_with('b'));
}

#[test]
fn missing_include_cannot_write_markup_into_the_page() {
    let rendered = render(&[("page.html", "{% include '<script>{{ 7 * 6 }}' %}")]).unwrap();
    assert!(
        !rendered.text.contains("<script>") && !rendered.text.contains("42"),
        "{}",
        rendered.text
    );
}

#[test]
fn missing_layout_is_an_error() {
    let error = render(&[("page.html", "{% extends 'base.html' %}")]).unwrap_err();
    assert!(error.message.contains("base.html"), "{error}");
}

#[test]
fn recursive_include_ends_with_a_message() {
    let error = render(&[
        ("page.html", "{% include '_a.html' %}"),
        ("_a.html", "{% include '_b.html' %}"),
        ("_b.html", "{% include '_a.html' %}"),
    ])
    .unwrap_err();
    assert_eq!(error.message, "templates include each other without end");
}

#[test]
fn endless_loop_ends_with_a_message() {
    let source = "{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) \
        %}x{% endfor %}{% endfor %}{% endfor %}";
    let error = render(&[("page.html", source)]).unwrap_err();
    assert_eq!(
        error.message,
        "the page takes too many steps: a loop may not end"
    );
}

#[test]
fn list_that_grows_while_it_is_looped_over_ends() {
    let source =
        "{% for a in list %}{% if list.append(a) %}{% endif %}{% endfor %}{{ list | length }}";
    assert_eq!(render(&[("page.html", source)]).unwrap().text, "4");
}

#[test]
fn list_in_itself_is_refused() {
    let error = render(&[("page.html", "{% set x = [] %}{{ x.append(x) }}{{ x }}")]).unwrap_err();
    assert!(error.message.contains("cannot contain itself"), "{error}");
}

#[test]
fn lists_in_each_other_end() {
    let source =
        "{% set x = [] %}{% set y = [] %}{{ x.append(y) }}{{ y.append(x) }}{{ x }}{{ x | json }}";
    let text = render(&[("page.html", source)]).unwrap().text;
    assert!(text.len() < 10_000, "{}", text.len());
}

#[test]
fn text_of_gigabytes_is_refused() {
    for source in [
        "{{ '%999999999d' % 1 }}",
        "{{ 'x' | center(999999999) | length }}",
        "{{ '%.999999999f' % 1.5 }}",
    ] {
        let rendered = render(&[("page.html", source)]);
        assert!(
            rendered.is_err() || rendered.is_ok_and(|rendered| rendered.text.len() < 20_000),
            "{source}"
        );
    }
    assert!(render(&[("page.html", "{{ 'x' * 999999999 }}")]).is_err());
}

#[test]
fn end_of_script_in_json_stays_inside_the_script() {
    let text = render(&[(
        "page.html",
        "<script>var s = {{ settings | json }};</script>",
    )])
    .unwrap()
    .text;
    assert_eq!(text.matches("</script>").count(), 1, "{text}");
    assert!(text.contains("\\u003c/script\\u003e"), "{text}");
}

#[test]
fn template_outside_the_folder_is_never_read() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("theme");
    fs::create_dir(&inside).unwrap();
    fs::write(folder.path().join("secret.html"), "secret").unwrap();
    fs::write(inside.join("page.html"), "{% include '../secret.html' %}").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("../secret.html", inside.join("_link.html")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("page.html", inside.join("same.html")).unwrap();
    let theme = Theme::open(&inside).unwrap();
    assert!(
        theme
            .texts()
            .all(|(_, text)| !text.contains("secret") || text.contains("include"))
    );
    if cfg!(unix) {
        assert_eq!(theme.problems.len(), 1, "{:?}", theme.problems);
        assert_eq!(
            theme.problems[0].message,
            "the link leads outside the folder"
        );
        assert!(
            theme.text("same.html").is_some(),
            "a link inside the folder is a file"
        );
    }
    let engine = Engine::new(Arc::new(theme));
    let request = Request {
        template: "page.html",
        context: &json!({}),
        portal_path: "/",
        token: None,
        query: &[],
        now: jiff::civil::date(2026, 11, 20).at(12, 0, 0, 0),
    };
    let rendered = engine.render(&request).unwrap();
    assert_eq!(rendered.missing, ["../secret.html"]);
    let outside = engine.render(&Request {
        template: "../secret.html",
        ..request
    });
    assert!(outside.unwrap_err().message.contains("no such template"));
}

#[test]
fn text_that_is_not_utf8_is_a_problem_and_binary_files_are_not() {
    let theme = Theme::of_files([
        ("page.html".to_owned(), b"ok\n\xff\xfe".to_vec()),
        ("logo.png".to_owned(), b"\x89PNG\xff\x00".to_vec()),
    ]);
    let names: Vec<&str> = theme
        .problems
        .iter()
        .map(|problem| problem.name.as_str())
        .collect();
    assert_eq!(names, ["page.html"]);
    assert_eq!(theme.problems[0].message, "line 2 is not valid UTF-8");
    assert_eq!(theme.file("logo.png"), Some(b"\x89PNG\xff\x00".as_slice()));
    assert!(
        theme.text("logo.png").is_none(),
        "a binary file is no template"
    );
}

#[test]
fn folder_without_templates_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("readme.md"), "x").unwrap();
    assert!(
        Theme::open(folder.path())
            .unwrap_err()
            .to_string()
            .contains("no .html file")
    );
    assert!(Theme::open(&folder.path().join("absent")).is_err());
}

#[test]
fn expression_that_nests_too_deep_is_a_syntax_error() {
    for source in [
        format!("{{{{ {}1{} }}}}", "(".repeat(5_000), ")".repeat(5_000)),
        format!("{{{{ {}1 }}}}", "-".repeat(5_000)),
        "{% if a %}".repeat(5_000),
    ] {
        assert!(recharge_theme::syntax::parser::parse(&source).is_err());
        assert!(render(&[("page.html", &source)]).is_err());
    }
}

#[test]
fn translations_that_are_not_texts_are_a_problem() {
    let theme = theme(&[("page.html", ""), ("translations.json", "[1]")]);
    assert_eq!(theme.problems.len(), 1);
    assert!(
        theme.problems[0]
            .message
            .starts_with("it is not a JSON object of texts"),
        "{:?}",
        theme.problems
    );
}
