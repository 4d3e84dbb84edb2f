//! `rc sql --query`: the reports that ship with the program.

use std::path::Path;

use clap::ArgMatches;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::{Connection, OptionalExtension, Statement};
use serde_json::{Value, json};

use super::run::{ColumnNames, failed};
use crate::catalog::{self, ApiFamily, Report, ReportBars};
use crate::cli::Options;
use crate::cli::values::{text, texts};
use crate::commands::stats::as_picture;
use crate::error::{Error, Kind, Result};
use crate::nearest::{Similarity, nearest};
use crate::output::{Bar, Bars, Shape};
use crate::stats::Decimal;
use crate::sync::StoreKey;
use crate::sync::destination::USUAL_FILE;
use crate::ui::Run;
use crate::ui::printer::{Described, Printer, style};

/// The parameter of most reports: the last day that counts.
const TODAY: &str = "today";

/// A report by its name, with its API.
pub(super) fn find(name: &str) -> Result<(&'static ApiFamily, &'static Report)> {
    let families = catalog::FAMILIES.iter().copied();
    let mut found = families.filter_map(|family| Some((family, family.analysis.report(name)?)));
    found.next().ok_or_else(|| {
        let names: Vec<&str> = all().map(|report| report.name).collect();
        let error = Error::usage(format!("there is no query {name}"));
        let error = match nearest(name, &names, Similarity::Usual) {
            Some(near) => error.hint(format!("did you mean {near}?")),
            None => error,
        };
        error.hint("rc sql --list-queries shows all of them")
    })
}

/// The reports of all APIs.
pub(super) fn all() -> impl Iterator<Item = &'static Report> {
    let families = catalog::FAMILIES.iter();
    families.flat_map(|family| family.analysis.reports)
}

/// Prints name and description of each report.
pub(super) fn list(run: &mut Run, options: &Options) -> Result<()> {
    let described = Described::of_keys(&["query", "about", "parameters"]);
    let mut printer = Printer::prepare(run, options, Shape::Many, described)?;
    for report in all() {
        let record = json!({
            "query": report.name,
            "about": report.about,
            "parameters": parameters(report).join(", "),
        });
        printer.record(&record.to_string())?;
    }
    printer.finish()?;
    Ok(())
}

/// The names of the parameters of a report.
fn parameters(report: &Report) -> Vec<&'static str> {
    let own = report.parameters.iter().map(|parameter| parameter.name);
    let today = report.sql.contains(&format!(":{TODAY}")).then_some(TODAY);
    today.into_iter().chain(own).collect()
}

/// The values of the parameters of a query.
#[derive(Debug)]
pub(super) struct QueryValues {
    /// Name and value of each.
    values: Vec<(String, String)>,
}

impl QueryValues {
    /// The values of `--param NAME=VALUE`, and the defaults of a report. A query that is
    /// not a report accepts any parameter.
    pub(super) fn of(report: Option<&'static Report>, matches: &ArgMatches) -> Result<Self> {
        let mut values = Vec::new();
        for word in texts(matches, "param") {
            let Some((name, value)) = word.split_once('=') else {
                return Err(Error::usage(format!("--param {word} has no value"))
                    .hint("--param NAME=VALUE gives one"));
            };
            let value = value.trim();
            let value = match report {
                Some(report) => checked(report, name, value)?,
                None => value.to_owned(),
            };
            values.push((name.to_owned(), value));
        }
        let own = report.map_or(&[][..], |report| report.parameters).iter();
        let defaults = own.map(|own| (own.name.to_owned(), own.default.to_owned()));
        values.reverse();
        values.extend(defaults);
        Ok(Self { values })
    }

    /// The value of a parameter. The last one that was given counts.
    fn get(&self, name: &str) -> Option<&str> {
        let mut values = self.values.iter();
        let found = values.find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// A value of a parameter of a report.
fn checked(report: &Report, name: &str, value: &str) -> Result<String> {
    let names = parameters(report);
    if !names.contains(&name) {
        let error = Error::usage(format!("the query {} has no parameter {name}", report.name));
        return Err(match names.as_slice() {
            [] => error,
            names => error.hint(format!("its parameters are: {}", names.join(", "))),
        });
    }
    if name == TODAY {
        let day: jiff::civil::Date = value.parse().map_err(|_| {
            Error::usage(format!("{TODAY}={value} is not a day")).hint("days look like 2026-11-20")
        })?;
        return Ok(day.to_string());
    }
    let number = Decimal::parse(value).filter(|number| *number > Decimal::default());
    match number {
        Some(number) => Ok(number.to_string()),
        None => Err(Error::usage(format!(
            "{name}={value} is not a decimal number above 0"
        ))),
    }
}

/// Refuses a copy of another API, and one that lacks a table of the report.
pub(super) fn check(
    copy: &Connection,
    database: &str,
    store: &StoreKey,
    family: &ApiFamily,
    report: &Report,
) -> Result<()> {
    let api = family.newest();
    if store.api != api.name {
        let message = format!("{database} is a copy of {store}");
        return Err(Error::usage(message).hint(format!(
            "the query {} runs on copies of {}",
            report.name, api.title
        )));
    }
    for table in report.tables {
        if has_table(copy, table.name).map_err(failed)? {
            continue;
        }
        let to = match database {
            USUAL_FILE => String::new(),
            other => format!(" --to sqlite:{other}"),
        };
        let message = format!("{database} has no table {}", table.name);
        return Err(Error::new(Kind::NotFound, message)
            .hint(format!("rc sync --tables {}{to} adds it", table.copied_as)));
    }
    Ok(())
}

fn has_table(copy: &Connection, name: &str) -> rusqlite::Result<bool> {
    let query = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?)";
    copy.query_row(query, [name], |row| row.get(0))
}

/// The time zone of days: the requested one, else that of the store, else UTC, which
/// `note` reports.
pub(super) fn zone(
    run: &mut Run,
    copy: &Connection,
    store: &StoreKey,
    asked: Option<TimeZone>,
    tells: bool,
) -> Result<TimeZone> {
    if let Some(zone) = asked {
        return Ok(zone);
    }
    let source = catalog::family(&store.api).and_then(|family| family.analysis.zone);
    let name = match source {
        Some(source) if has_table(copy, source.table).map_err(failed)? => {
            let query = format!(
                "SELECT {} ->> '$.{}' FROM {}",
                source.column, source.member, source.table
            );
            let name = copy.query_row(&query, [], |row| row.get::<_, Option<String>>(0));
            name.optional().map_err(failed)?.flatten()
        }
        _ => None,
    };
    let zone = name.as_deref().and_then(|name| TimeZone::get(name).ok());
    Ok(zone.unwrap_or_else(|| {
        if tells {
            run.reporter.note(
                "days are in UTC: the copy does not contain the time zone of the store; --tz sets one",
            );
        }
        TimeZone::UTC
    }))
}

/// The last day of a copy: that of the last run which read one of these
/// tables to its end.
fn last_day(copy: &Connection, report: &Report, zone: &TimeZone) -> Result<Option<String>> {
    let query = "SELECT state ->> '$.completed' FROM _sync_tables WHERE name = ?";
    let mut days = Vec::new();
    for table in report.tables {
        let time = copy.query_row(query, [table.copied_as], |row| row.get(0));
        let time: Option<Option<String>> = time.optional().map_err(failed)?;
        let moment: Option<Timestamp> = time.flatten().and_then(|time| time.parse().ok());
        days.extend(moment.map(|moment| moment.to_zoned(zone.clone()).date().to_string()));
    }
    // The oldest: later days are not complete.
    Ok(days.into_iter().min())
}

/// Gives the parameters of a statement their values.
///
/// # Errors
/// Of kind `Usage`: one of them has none, and would be null.
pub(super) fn bind(
    run: &Run,
    copy: &Connection,
    statement: &mut Statement<'_>,
    report: Option<&Report>,
    values: &QueryValues,
    zone: &TimeZone,
) -> Result<()> {
    for at in 1..=statement.parameter_count() {
        let name = statement.parameter_name(at).unwrap_or("?");
        let name = name.trim_start_matches([':', '@', '$']).to_owned();
        let value = match values.get(&name) {
            Some(value) => value.to_owned(),
            None if name == TODAY => {
                let day = match report {
                    Some(report) => last_day(copy, report, zone)?,
                    None => None,
                };
                day.unwrap_or_else(|| (run.clock)().to_zoned(zone.clone()).date().to_string())
            }
            None => {
                return Err(Error::usage(format!("the parameter {name} has no value"))
                    .hint(format!("--param {name}=VALUE gives it one")));
            }
        };
        statement.raw_bind_parameter(at, value).map_err(failed)?;
    }
    Ok(())
}

/// Prints the rows: bars on a terminal, else records.
pub(super) fn show(
    run: &mut Run,
    options: &Options,
    statement: &mut Statement<'_>,
    report: &Report,
) -> Result<()> {
    let columns = ColumnNames::of(statement);
    let bars = report.bars.filter(|_| as_picture(run, options));
    let Some(bars) = bars else {
        return super::run::print_rows(run, options, statement, &columns);
    };
    let mut rows = Vec::new();
    let mut cursor = statement.raw_query();
    while let Some(row) = cursor.next().map_err(failed)? {
        let cells = columns.values(row)?;
        rows.push(cells.iter().map(shown).collect::<Vec<String>>());
    }
    if rows.is_empty() {
        run.reporter.done("no rows");
        return Ok(());
    }
    let measure = columns.position(bars.measure);
    let number = |row: &[String]| {
        let number = measure.and_then(|at| Decimal::parse(&row[at]));
        number.unwrap_or_default()
    };
    let most = rows.iter().map(|row| number(row)).max().unwrap_or_default();
    let total = total(&rows, bars);
    let rows = rows.into_iter().map(|cells| Bar {
        share: number(&cells).share_of(most),
        cells,
        tone: None,
    });
    let picture = Bars {
        headings: columns.names().to_vec(),
        labels: bars.labels,
        rows: rows.collect(),
        total,
    };
    let style = style(run, &options.output, options.colour);
    run.print_styled(&picture.draw(style))
}

/// The sums of the figures; none where they are of several currencies, or of one row.
fn total(rows: &[Vec<String>], bars: ReportBars) -> Option<Vec<String>> {
    let last = bars.labels.checked_sub(1)?;
    let [first, others @ ..] = rows else {
        return None;
    };
    let is_one = others.iter().all(|row| row[last] == first[last]);
    if !bars.adds_up || others.is_empty() || !is_one {
        return None;
    }
    let mut cells = vec![String::new(); bars.labels];
    "total".clone_into(cells.first_mut()?);
    for at in bars.labels..first.len() {
        let numbers = rows.iter().filter_map(|row| Decimal::parse(&row[at]));
        let sum = numbers.map(Some).reduce(|sum, number| sum?.plus(number?));
        cells.push(
            sum.flatten()
                .map_or_else(String::new, |sum| sum.to_string()),
        );
    }
    Some(cells)
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The zone that a command line names.
pub(super) fn asked_zone(matches: &ArgMatches) -> Result<Option<TimeZone>> {
    let word = text(matches, "tz");
    let zone = word.map(|word| crate::commands::stats::zone(&word));
    zone.transpose().map_err(Error::usage)
}

/// The name of a copy in messages.
pub(super) fn database(matches: &ArgMatches) -> String {
    let database = text(matches, "database").unwrap_or_default();
    Path::new(&database).display().to_string()
}
