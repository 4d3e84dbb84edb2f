//! The filters that the portal adds to the language.

use jiff::civil::{Date, DateTime};
use minijinja::value::{Kwargs, Rest, Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind, State};

use super::builtins::float;
use super::page::Page;
use super::python::{to_json, to_text};
use crate::urls::URL_NAMES;

/// A filter that the portal adds.
#[derive(Debug, Clone, Copy)]
pub struct FilterRow {
    /// Its name.
    pub name: &'static str,
    /// Its arguments, for people.
    pub arguments: &'static str,
    /// What it gives.
    pub about: &'static str,
}

const fn row(name: &'static str, arguments: &'static str, about: &'static str) -> FilterRow {
    FilterRow {
        name,
        arguments,
        about,
    }
}

/// The filters that the portal adds, without those of URLs.
pub const FILTERS: &[FilterRow] = &[
    row("append", "text", "The text with another after it"),
    row("date", "format", "A date or time in a format of strftime"),
    row(
        "divided_by",
        "number",
        "The quotient; whole for whole numbers",
    ),
    row("downcase", "", "The text in lower case"),
    row(
        "img_url",
        "size",
        "The URL of an image in a size, like large or 100x100",
    ),
    row("json", "", "The value as JSON that is safe inside a script"),
    row("minus", "number", "The difference"),
    row("money", "", "An amount with the symbol of the currency"),
    row(
        "money_localized",
        "",
        "An amount with symbol and suffix of the currency",
    ),
    row("plus", "number", "The sum"),
    row("prepend", "text", "The text with another before it"),
    row("t", "", "The text of a translation key"),
    row("times", "number", "The product"),
    row("upcase", "", "The text in upper case"),
    row("url_param", "", "The value of a parameter of the URL"),
];

pub(super) fn register(environment: &mut Environment<'static>) {
    environment.add_filter("append", |value: &Value, more: &Value| {
        to_text(value) + &to_text(more)
    });
    environment.add_filter("prepend", |value: &Value, more: &Value| {
        to_text(more) + &to_text(value)
    });
    environment.add_filter("downcase", |value: &Value| to_text(value).to_lowercase());
    environment.add_filter("upcase", |value: &Value| to_text(value).to_uppercase());
    environment.add_filter("times", |left: &Value, right: &Value| {
        calculated("times", left, right)
    });
    environment.add_filter("plus", |left: &Value, right: &Value| {
        calculated("plus", left, right)
    });
    environment.add_filter("minus", |left: &Value, right: &Value| {
        calculated("minus", left, right)
    });
    environment.add_filter("divided_by", |left: &Value, right: &Value| {
        calculated("divided_by", left, right)
    });
    environment.add_filter("json", |value: &Value| to_json(value, false));
    environment.add_filter("date", date);
    environment.add_filter("img_url", img_url);
    environment.add_filter("money", |state: &State, value: &Value| {
        money(state, value, false)
    });
    environment.add_filter("money_localized", |state: &State, value: &Value| {
        money(state, value, true)
    });
    environment.add_filter("t", |state: &State, value: &Value| {
        let key = to_text(value);
        let page = Page::of(state);
        let text = page.and_then(|page| page.translations.get(&key).cloned());
        text.unwrap_or_else(|| humanized(&key))
    });
    environment.add_filter("url_param", |state: &State, value: &Value| {
        let name = to_text(value);
        let page = Page::of(state);
        page.and_then(|page| page.parameter(&name).map(str::to_owned))
            .unwrap_or_default()
    });
    for url in URL_NAMES {
        environment.add_filter(
            url.name,
            move |state: &State, values: Rest<Value>, options: Kwargs| {
                let mut more = Vec::new();
                for name in options.args() {
                    let value: Value = options.get(name)?;
                    more.push((name.to_owned(), to_text(&value)));
                }
                let page = Page::of(state);
                let page = page
                    .ok_or_else(|| Error::new(ErrorKind::InvalidOperation, "there is no page"))?;
                Ok::<_, Error>(page.url(url, &values, &more))
            },
        );
    }
}

/// The text that a key stands for when the store has none: `cp_toast_success`
/// becomes `Toast success`.
#[must_use]
pub(super) fn humanized(key: &str) -> String {
    let words = key
        .strip_prefix("cp_")
        .unwrap_or(key)
        .replace(['_', '.', '-'], " ");
    let words = words.trim();
    let mut letters = words.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

fn calculated(name: &str, left: &Value, right: &Value) -> Result<Value, Error> {
    let needs = |value: &Value| {
        let message = format!("{name} needs numbers, not {}", value.kind());
        Error::new(ErrorKind::InvalidOperation, message)
    };
    let both_whole = left.is_integer() && right.is_integer();
    if let (true, Some(left), Some(right)) = (both_whole, left.as_i64(), right.as_i64()) {
        let result = match name {
            "times" => left.checked_mul(right),
            "plus" => left.checked_add(right),
            "minus" => left.checked_sub(right),
            _ => {
                let quotient = left.checked_div(right);
                let has_rest = left.checked_rem(right).is_some_and(|rest| rest != 0);
                // Towards minus infinity, as whole division of Python.
                quotient.map(|quotient| quotient - i64::from(has_rest && (left < 0) != (right < 0)))
            }
        };
        let wrong = || {
            Error::new(
                ErrorKind::InvalidOperation,
                format!("{name} cannot be calculated"),
            )
        };
        return result.map(Value::from).ok_or_else(wrong);
    }
    let left = float(left).ok_or_else(|| needs(left))?;
    let right = float(right).ok_or_else(|| needs(right))?;
    Ok(Value::from(match name {
        "times" => left * right,
        "plus" => left + right,
        "minus" => left - right,
        _ if right == 0.0 => {
            return Err(Error::new(ErrorKind::InvalidOperation, "division by zero"));
        }
        _ => left / right,
    }))
}

/// The time that a text states; offsets are ignored, times of the store have
/// none.
fn time(text: &str) -> Option<DateTime> {
    let text = text.trim();
    let without_offset = text.get(..19).unwrap_or(text).replace(' ', "T");
    let time = without_offset.parse::<DateTime>();
    time.ok().or_else(|| {
        Some(
            text.get(..10)?
                .parse::<Date>()
                .ok()?
                .to_datetime(jiff::civil::Time::midnight()),
        )
    })
}

fn date(state: &State, value: &Value, format: Option<String>) -> Result<String, Error> {
    let text = to_text(value);
    let found = match text.as_str() {
        "now" | "today" => Page::of(state).map(|page| page.now),
        _ => time(&text),
    };
    // Text that is not a date is shown unchanged, as Liquid does.
    let Some(time) = found else {
        return Ok(if value.is_none() { String::new() } else { text });
    };
    let format = format.unwrap_or_else(|| "%Y-%m-%d".to_owned());
    jiff::fmt::strtime::format(&format, time).map_err(|error| {
        Error::new(
            ErrorKind::InvalidOperation,
            format!("date format {format:?}: {error}"),
        )
    })
}

/// An amount with the symbol of the currency. The reference is silent about
/// thousands: they are separated as in Liquid's `money`.
fn money(state: &State, value: &Value, is_localized: bool) -> String {
    let Some(amount) = float(value) else {
        return if value.is_none() {
            String::new()
        } else {
            to_text(value)
        };
    };
    let currency = Page::of(state).map(|page| page.currency.clone());
    let (symbol, suffix, is_right) = match currency {
        Some(currency) => (currency.symbol, currency.suffix, currency.is_right),
        None => ("$".to_owned(), String::new(), false),
    };
    let amount = with_thousands(&format!("{amount:.2}"));
    let amount = if is_right {
        format!("{amount}{symbol}")
    } else {
        format!("{symbol}{amount}")
    };
    if is_localized && !suffix.is_empty() {
        format!("{amount} {suffix}")
    } else {
        amount
    }
}

fn with_thousands(amount: &str) -> String {
    let (sign, digits) = amount
        .strip_prefix('-')
        .map_or(("", amount), |digits| ("-", digits));
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let mut out = sign.to_owned();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if decimals.is_empty() {
        out
    } else {
        format!("{out}.{decimals}")
    }
}

/// The URL of an image: the size goes before the ending of the file.
fn img_url(value: &Value, size: Option<&Value>) -> String {
    let source = match value.kind() {
        ValueKind::Map => ["src", "original", "large"]
            .iter()
            .map(|name| value.get_attr(name).unwrap_or_default())
            .find(Value::is_true)
            .unwrap_or_default(),
        _ => value.clone(),
    };
    if !source.is_true() {
        return String::new();
    }
    let url = to_text(&source);
    let size = size.filter(|size| size.is_true()).map(to_text);
    let Some(size) = size else {
        return url;
    };
    let (path, query) = url
        .split_once('?')
        .map_or((url.as_str(), ""), |(path, query)| (path, query));
    let (stem, ending) = match path.rsplit_once('.') {
        Some((stem, ending)) if !ending.contains('/') => (stem, format!(".{ending}")),
        _ => (path, String::new()),
    };
    let query = if query.is_empty() {
        String::new()
    } else {
        format!("?{query}")
    };
    format!("{stem}_{size}{ending}{query}")
}
