//! What is around the output of a theme: the page of a shop, the bar at the
//! bottom, the script that reloads, and the overlay of an error.

use std::fmt::Write as _;

use recharge_theme::engine::RenderError;
use recharge_theme::urls::{URL_NAMES, UrlForm};
use serde_json::{Map, Value};

use super::live::ROOT;

/// What the bar shows.
pub(super) struct Toolbar<'a> {
    pub(super) version: u64,
    pub(super) missing: &'a [String],
}

/// Asks for the next version and shows it. Only one question is open at a time,
/// and after a failure the next one waits: no loop of reconnects.
const SCRIPT: &str = include_str!("live.js");

/// The page around the output of a theme. `portal_path` is where the functions
/// of `ReCharge.Endpoints` lead; themes that define their own replace them.
pub(super) fn page(fragment: &str, bar: &Toolbar<'_>, portal_path: &str) -> String {
    document(&format!("{}{fragment}", endpoints(portal_path)), bar, "")
}

fn endpoints(portal_path: &str) -> String {
    let names = URL_NAMES
        .iter()
        .filter(|url| url.form != UrlForm::Elsewhere);
    let paths: Map<String, Value> = names
        .map(|url| (url.name.to_owned(), Value::from(url.path)))
        .collect();
    // Hashes of customers are of letters and digits, but a path is a path.
    let base = Value::from(portal_path).to_string().replace('<', "\\u003c");
    format!(
        "<script>(function (base, paths) {{\n\
         var found = {{ base: base + '/' }};\n\
         Object.keys(paths).forEach(function (name) {{\n\
         found[name] = function () {{\n\
         var values = arguments, at = 0;\n\
         return base + paths[name].replace(/\\{{\\}}/g, function () {{\n\
         var value = values[at++]; return value === undefined ? '' : encodeURIComponent(value); }});\n\
         }};\n}});\n\
         window.ReCharge = window.ReCharge || {{}};\n\
         window.ReCharge.Endpoints = window.ReCharge.Endpoints || found;\n\
         }})({base}, {});</script>\n",
        Value::Object(paths)
    )
}

fn document(content: &str, bar: &Toolbar<'_>, overlay: &str) -> String {
    let mut missing = String::new();
    for name in bar.missing {
        let _ = write!(missing, " <b>missing: {}</b>", escaped(name));
    }
    let Toolbar { version, .. } = bar;
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Customer portal</title>\n</head>\n<body>\n{content}\n{overlay}\
         <div id=\"rc-theme-bar\" style=\"position:fixed;bottom:0;left:0;right:0;background:#222;color:#fff;\
         font:13px sans-serif;padding:4px 8px;z-index:2147483646\">\
         <a href=\"{ROOT}/\" style=\"color:#9cf\">pages and customers</a>{missing}\
         <form method=\"post\" action=\"{ROOT}/clock\" style=\"display:inline\"><button>30 days later</button></form>\
         <form method=\"post\" action=\"{ROOT}/reset\" style=\"display:inline\"><button>reset</button></form></div>\n\
         <script id=\"rc-theme-live\" data-version=\"{version}\" data-root=\"{ROOT}\">{SCRIPT}</script>\n</body>\n</html>\n"
    )
}

/// A page with nothing but an error, its place and its line.
pub(super) fn error_page(error: &RenderError, version: u64) -> String {
    let place = match (error.line, error.column) {
        (0, _) => error.file.clone(),
        (line, 0) => format!("{}:{line}", error.file),
        (line, column) => format!("{}:{line}:{column}", error.file),
    };
    let overlay = format!(
        "<div id=\"rc-theme-error\" role=\"alert\" style=\"position:fixed;inset:0;background:#300;color:#fff;\
         font:15px sans-serif;padding:2rem;z-index:2147483645;overflow:auto\"><h1>This page cannot be rendered</h1>\
         <p><code>{}</code></p><p>{}</p><pre style=\"background:#000;padding:1rem\">{}</pre></div>\n",
        escaped(&place),
        escaped(&error.message),
        escaped(&error.source_line),
    );
    document(
        "",
        &Toolbar {
            version,
            missing: &[],
        },
        &overlay,
    )
}

/// The page with every page of the portal, and the customers.
pub(super) fn index(customers: &[(u64, String)], pages: &[(String, String)]) -> String {
    let mut list = String::from("<h1>Pages</h1>\n<ul>\n");
    for (name, url) in pages {
        let _ = writeln!(
            list,
            "<li><a href=\"{}\">{}</a></li>",
            escaped(url),
            escaped(name)
        );
    }
    list.push_str("</ul>\n<h1>Customers</h1>\n<ul>\n");
    for (id, name) in customers {
        let _ = writeln!(
            list,
            "<li><form method=\"post\" action=\"{ROOT}/customer?id={id}\"><button>{}</button> {id}</form></li>",
            escaped(name)
        );
    }
    list.push_str("</ul>\n");
    format!("<!doctype html>\n<meta charset=\"utf-8\">\n<title>Theme</title>\n{list}")
}

/// The output as the shop's proxy leaves it: Liquid is run there, and shows
/// nothing by itself. Scripts keep what only looks like it.
pub(super) fn without_liquid(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("{%") {
        let Some(end) = rest[at..].find("%}").map(|end| at + end + 2) else {
            break;
        };
        out.push_str(&rest[..at]);
        let tag = rest[at + 2..end - 2].trim_matches(['-', ' ', '\n', '\t']);
        let word = tag.split_whitespace().next().unwrap_or_default();
        rest = &rest[end..];
        // These have a body that is not shown.
        if matches!(word, "capture" | "comment") {
            let closing = format!("end{word}");
            let close = rest
                .find(&closing)
                .and_then(|at| rest[at..].find("%}").map(|end| at + end + 2));
            rest = close.map_or("", |close| &rest[close..]);
        }
    }
    out.push_str(rest);
    out
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn liquid_in_the_output_is_left_out_with_its_bodies() {
        let text = "a{% capture id %}{{ customer.id }}{% endcapture %}b{% if x %}c{%- endif -%}d{% comment %}e{% endcomment %}";
        assert_eq!(without_liquid(text), "abcd");
        assert_eq!(without_liquid("100%} {% open"), "100%} {% open");
    }

    #[test]
    fn overlay_shows_file_line_and_source_as_text() {
        let error = RenderError {
            file: "a.html".to_owned(),
            line: 2,
            column: 5,
            message: "no filter <b>".to_owned(),
            source_line: "{{ x | y }}<script>".to_owned(),
        };
        let page = error_page(&error, 3);
        assert!(
            page.contains("a.html:2:5") && page.contains("no filter &lt;b&gt;"),
            "{page}"
        );
        assert!(
            page.contains("{{ x | y }}&lt;script&gt;") && page.contains("data-version=\"3\""),
            "{page}"
        );
    }
}
