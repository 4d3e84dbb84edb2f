//! `rc theme check`: findings as records, as annotations of GitHub, or as SARIF.

use std::collections::BTreeSet;
use std::path::Path;

use clap::ArgMatches;
use recharge_theme::check::{Finding, RULES, Severity, check};
use serde_json::{Value, json};

use crate::cli::Options;
use crate::cli::values::{text, texts};
use crate::error::{Error, Kind, Result};
use crate::filter::Flow;
use crate::output::Shape;
use crate::ui::Run;
use crate::ui::printer::{Described, Printer};

pub(super) fn run(run: &mut Run, options: &Options, matches: &ArgMatches) -> Result<()> {
    if matches.get_flag("list-rules") {
        return list_rules(run, options);
    }
    let folder = super::folder(matches);
    let theme = super::open(&folder)?;
    let mut findings = check(&theme);
    let wanted: BTreeSet<String> = texts(matches, "rule").into_iter().collect();
    if !wanted.is_empty() {
        findings.retain(|finding| wanted.contains(finding.rule));
    }
    match text(matches, "report").as_deref() {
        Some("github") => {
            let lines: String = findings
                .iter()
                .map(|finding| annotation(&folder, finding))
                .collect();
            run.print(&lines)?;
        }
        Some(_) => run.print(&format!("{:#}\n", sarif(&folder, &findings)))?,
        None => print(run, options, &findings)?,
    }
    let count = |severity| {
        findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count()
    };
    let (errors, warnings, notes) = (
        count(Severity::Error),
        count(Severity::Warning),
        count(Severity::Note),
    );
    let counts = format!(
        "{}, {}, {}",
        counted(errors, "error"),
        counted(warnings, "warning"),
        counted(notes, "note")
    );
    if errors > 0 {
        return Err(Error::new(
            Kind::CheckFailed,
            format!("the theme has {counts}"),
        ));
    }
    run.reporter.done(&counts);
    Ok(())
}

pub(super) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn print(run: &mut Run, options: &Options, findings: &[Finding]) -> Result<()> {
    let keys = ["severity", "rule", "file", "line", "column", "message"];
    let mut printer = Printer::prepare(run, options, Shape::Many, Described::of_keys(&keys))?;
    for finding in findings {
        let place = |number: usize| {
            if number == 0 {
                Value::Null
            } else {
                json!(number)
            }
        };
        let record = json!({
            "severity": finding.severity.name(),
            "rule": finding.rule,
            "file": finding.file,
            "line": place(finding.line),
            "column": place(finding.column),
            "message": finding.message,
        });
        if printer.record(&record.to_string())? == Flow::Enough {
            break;
        }
    }
    printer.finish()?;
    Ok(())
}

fn list_rules(run: &mut Run, options: &Options) -> Result<()> {
    let keys = ["rule", "severity", "about"];
    let mut printer = Printer::prepare(run, options, Shape::Many, Described::of_keys(&keys))?;
    for rule in RULES {
        let record =
            json!({"rule": rule.name, "severity": rule.severity.name(), "about": rule.about});
        printer.record(&record.to_string())?;
    }
    printer.finish()?;
    Ok(())
}

/// A line that GitHub Actions shows at the place.
fn annotation(folder: &Path, finding: &Finding) -> String {
    let word = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    let place = match finding.line {
        0 => String::new(),
        line => format!(",line={line},col={}", finding.column),
    };
    let file = folder.join(&finding.file);
    let (file, title) = (property(&file.to_string_lossy()), property(finding.rule));
    format!(
        "::{word} file={file}{place},title={title}::{}\n",
        data(&finding.message)
    )
}

/// Text as the commands of GitHub Actions take it.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A log of SARIF 2.1.0.
fn sarif(folder: &Path, findings: &[Finding]) -> Value {
    let rules = RULES
        .iter()
        .map(|rule| json!({"id": rule.name, "shortDescription": {"text": rule.about}}));
    let results = findings.iter().map(|finding| {
        let uri = folder
            .join(&finding.file)
            .to_string_lossy()
            .replace('\\', "/");
        let mut place = json!({"artifactLocation": {"uri": uri}});
        if finding.line > 0 {
            place["region"] = json!({"startLine": finding.line, "startColumn": finding.column});
        }
        json!({
            "ruleId": finding.rule,
            "level": finding.severity.name(),
            "message": {"text": finding.message},
            "locations": [{"physicalLocation": place}],
        })
    });
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "rc theme check",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.collect::<Value>(),
            }},
            "results": results.collect::<Value>(),
        }],
    })
}
