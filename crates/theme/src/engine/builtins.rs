//! Filters, tests and methods that Jinja2 has and minijinja has not, or that do
//! something else there.

use minijinja::value::{Kwargs, Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind, State};

use super::python::{escaped, float_text, to_json, to_text};
use super::rewrite;
use super::values::OwnList;

pub(super) fn register(environment: &mut Environment<'static>) {
    texts(environment);
    numbers(environment);
    environment.add_filter("tojson", |value: &Value| to_json(value, true));
    environment.add_filter("length", length);
    environment.add_filter("count", length);
    environment.add_filter("list", |value: &Value| -> Result<Value, Error> {
        if let Some(text) = value.as_str() {
            return Ok(OwnList::value(
                text.chars()
                    .map(|each| Value::from(each.to_string()))
                    .collect(),
            ));
        }
        Ok(OwnList::value(value.try_iter()?.collect()))
    });
    // Attributes of Python's objects: data of a page has none.
    environment.add_filter("attr", |_: &Value, _: &str| Value::UNDEFINED);
    environment.add_test("sequence", |value: &Value| {
        matches!(
            value.kind(),
            ValueKind::Seq | ValueKind::String | ValueKind::Map
        )
    });
    environment.add_test("callable", |value: &Value| value.kind() == ValueKind::Plain);
    environment.add_function(rewrite::MODULO, modulo);
    environment.add_function(rewrite::CONCATENATE, |left: &Value, right: &Value| {
        to_text(left) + &to_text(right)
    });
    environment.add_function(rewrite::LIST, |list: &Value| -> Result<Value, Error> {
        Ok(OwnList::value(list.try_iter()?.collect()))
    });
    environment.set_unknown_method_callback(|state, value, method, arguments| {
        if method == "format" && value.kind() == ValueKind::String {
            // Python writes these otherwise than the engine.
            let written = arguments.iter().map(|argument| match argument.kind() {
                ValueKind::None | ValueKind::Bool => Value::from(to_text(argument)),
                _ => argument.clone(),
            });
            let written: Vec<Value> = written.collect();
            return minijinja_contrib::pycompat::unknown_method_callback(
                state, value, method, &written,
            );
        }
        minijinja_contrib::pycompat::unknown_method_callback(state, value, method, arguments)
    });
}

/// Filters on texts: whatever they get, they take as Python writes it.
fn texts(environment: &mut Environment<'static>) {
    environment.add_filter("string", to_text);
    environment.add_filter("escape", |value: &Value| escaped(&to_text(value)));
    environment.add_filter("e", |value: &Value| escaped(&to_text(value)));
    environment.add_filter("forceescape", |value: &Value| escaped(&to_text(value)));
    environment.add_filter("safe", Value::clone);
    environment.add_filter("lower", |value: &Value| to_text(value).to_lowercase());
    environment.add_filter("upper", |value: &Value| to_text(value).to_uppercase());
    environment.add_filter("capitalize", |value: &Value| capitalized(&to_text(value)));
    environment.add_filter("title", |value: &Value| titled(&to_text(value)));
    environment.add_filter("trim", |value: &Value, characters: Option<String>| {
        let text = to_text(value);
        match characters {
            Some(characters) => text
                .trim_matches(|each| characters.contains(each))
                .to_owned(),
            None => text.trim().to_owned(),
        }
    });
    environment.add_filter(
        "replace",
        |value: &Value, from: &Value, to: &Value, count: Option<usize>| {
            let (text, from, to) = (to_text(value), to_text(from), to_text(to));
            match count {
                Some(count) => text.replacen(&from, &to, count),
                None => text.replace(&from, &to),
            }
        },
    );
    environment.add_filter(
        "join",
        |value: &Value, separator: Option<&Value>, options: Kwargs| {
            join(value, separator, &options)
        },
    );
    environment.add_filter("wordcount", |value: &Value| words(&to_text(value)).count());
    environment.add_filter("striptags", |value: &Value| without_tags(&to_text(value)));
    environment.add_filter("center", |value: &Value, width: Option<usize>| {
        centered(&to_text(value), width.unwrap_or(80))
    });
    environment.add_filter("truncate", truncate);
}

fn numbers(environment: &mut Environment<'static>) {
    environment.add_filter(
        "int",
        |value: &Value, default: Option<Value>, base: Option<u32>| {
            whole(value, base.unwrap_or(10))
                .unwrap_or_else(|| default.unwrap_or_else(|| Value::from(0)))
        },
    );
    environment.add_filter("float", |value: &Value, default: Option<Value>| {
        float(value).map_or_else(|| default.unwrap_or_else(|| Value::from(0.0)), Value::from)
    });
    environment.add_filter("round", round);
}

/// What `int()` makes of a value, which may be a text.
fn whole(value: &Value, base: u32) -> Option<Value> {
    if value.kind() == ValueKind::Bool {
        return Some(Value::from(i64::from(value.is_true())));
    }
    if value.is_integer() {
        return Some(value.clone());
    }
    if let Some(text) = value.as_str() {
        let text = text.trim().replace('_', "");
        let digits = text.strip_prefix('+').unwrap_or(&text);
        if let Ok(number) = i64::from_str_radix(digits, base.clamp(2, 36)) {
            return Some(Value::from(number));
        }
    }
    let float = float(value)?;
    // Jinja2 fails on these too, and takes the default.
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
    let whole =
        (float.is_finite() && float.abs() < 9.0e18).then(|| Value::from(float.trunc() as i64));
    whole
}

/// What `float()` makes of a value, which may be a text.
pub(super) fn float(value: &Value) -> Option<f64> {
    match value.kind() {
        ValueKind::Bool => Some(f64::from(u8::from(value.is_true()))),
        ValueKind::Number => f64::try_from(value.clone()).ok(),
        ValueKind::String => value.as_str()?.trim().replace('_', "").parse().ok(),
        _ => None,
    }
}

/// Python rounds halves to the even neighbour.
fn round(value: &Value, precision: Option<i32>, method: Option<&str>) -> Result<Value, Error> {
    let precision = precision.unwrap_or_default().clamp(-300, 300);
    let is_whole = value.is_integer() || value.kind() == ValueKind::Bool;
    let Some(number) = float(value).filter(|_| value.kind() != ValueKind::String) else {
        return Err(Error::new(
            ErrorKind::InvalidOperation,
            "only numbers can be rounded",
        ));
    };
    let factor = 10_f64.powi(precision);
    let rounded = match method {
        None | Some("common") if is_whole && precision >= 0 => return Ok(value.clone()),
        None | Some("common") if precision > 0 => {
            let places = usize::try_from(precision).unwrap_or_default();
            // Formatting rounds the exact value, as Python does.
            format!("{number:.places$}").parse().unwrap_or(number)
        }
        None | Some("common") => (number * factor).round_ties_even() / factor,
        Some("ceil") => (number * factor).ceil() / factor,
        Some("floor") => (number * factor).floor() / factor,
        Some(other) => {
            let message = format!("round takes common, ceil or floor, not {other}");
            return Err(Error::new(ErrorKind::InvalidOperation, message));
        }
    };
    Ok(Value::from(rounded))
}

fn length(value: &Value) -> Result<usize, Error> {
    if value.is_undefined() {
        return Ok(0);
    }
    value.len().ok_or_else(|| {
        Error::new(
            ErrorKind::InvalidOperation,
            format!("{} has no length", value.kind()),
        )
    })
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    first
        .into_iter()
        .flatten()
        .chain(letters.flat_map(char::to_lowercase))
        .collect()
}

/// Each word with a capital; words begin after spaces, hyphens and brackets.
fn titled(text: &str) -> String {
    let mut begins = true;
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if begins {
            out.extend(letter.to_uppercase());
        } else {
            out.extend(letter.to_lowercase());
        }
        begins = letter.is_whitespace() || matches!(letter, '-' | '(' | '{' | '[' | '<');
    }
    out
}

fn join(value: &Value, separator: Option<&Value>, options: &Kwargs) -> Result<String, Error> {
    let attribute: Option<String> = options.get("attribute")?;
    options.assert_all_used()?;
    let separator = separator.map(to_text).unwrap_or_default();
    let mut parts = Vec::new();
    if let Some(text) = value.as_str() {
        parts.extend(text.chars().map(String::from));
    } else {
        for item in value.try_iter()? {
            let item = match &attribute {
                Some(path) => path
                    .split('.')
                    .fold(item, |item, name| item.get_attr(name).unwrap_or_default()),
                None => item,
            };
            parts.push(to_text(&item));
        }
    }
    Ok(parts.join(&separator))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|each: char| each != '_' && !each.is_alphanumeric());
    words.filter(|word| !word.is_empty())
}

fn without_tags(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        out.push_str(&rest[..open]);
        rest = match rest[open..].find('>') {
            Some(close) => &rest[open + close + 1..],
            None => "",
        };
    }
    out.push_str(rest);
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn centered(text: &str, width: usize) -> String {
    let length = text.chars().count();
    // A page cannot ask for a line of gigabytes.
    let missing = width.min(10_000).saturating_sub(length);
    // Python puts the odd space to the left where the width is odd.
    let left = missing / 2 + (missing & width & 1);
    format!("{}{text}{}", " ".repeat(left), " ".repeat(missing - left))
}

fn truncate(
    value: &Value,
    length: Option<usize>,
    killwords: Option<bool>,
    end: Option<String>,
    leeway: Option<usize>,
) -> String {
    let text = to_text(value);
    let (length, leeway) = (length.unwrap_or(255), leeway.unwrap_or(5));
    let end = end.unwrap_or_else(|| "...".to_owned());
    if text.chars().count() <= length.saturating_add(leeway) {
        return text;
    }
    let kept: String = text
        .chars()
        .take(length.saturating_sub(end.chars().count()))
        .collect();
    if killwords == Some(true) {
        return kept + &end;
    }
    let kept = kept
        .rsplit_once(' ')
        .map_or(kept.as_str(), |(words, _)| words);
    format!("{kept}{end}")
}

/// `a % b`: the remainder of numbers, with the sign of the divisor, or a text
/// with values in its places.
fn modulo(state: &State, left: &Value, right: &Value) -> Result<Value, Error> {
    if let Some(format) = left.as_str() {
        let values: Vec<Value> = if right.is_tuple() {
            right.try_iter()?.collect()
        } else {
            vec![right.clone()]
        };
        let text = formatted(format, &values)?;
        state.consume_fuel(text.len() as u64 / 64)?;
        return Ok(Value::from(text));
    }
    let zero = || Error::new(ErrorKind::InvalidOperation, "modulo by zero");
    let as_whole = |value: &Value| {
        if value.kind() == ValueKind::Bool {
            None
        } else {
            value.as_i64()
        }
    };
    if left.is_integer()
        && right.is_integer()
        && let (Some(left), Some(right)) = (as_whole(left), as_whole(right))
    {
        let remainder = left.checked_rem(right).ok_or_else(zero)?;
        let has_other_sign = remainder != 0 && (remainder < 0) != (right < 0);
        return Ok(Value::from(if has_other_sign {
            remainder + right
        } else {
            remainder
        }));
    }
    let number = |value: &Value| match value.kind() {
        ValueKind::Number | ValueKind::Bool => float(value),
        _ => None,
    };
    let (Some(left_number), Some(right_number)) = (number(left), number(right)) else {
        let message = format!("cannot use % with {} and {}", left.kind(), right.kind());
        return Err(Error::new(ErrorKind::InvalidOperation, message));
    };
    if right_number == 0.0 {
        return Err(zero());
    }
    let remainder = left_number % right_number;
    let has_other_sign = remainder != 0.0 && (remainder < 0.0) != (right_number < 0.0);
    Ok(Value::from(if has_other_sign {
        remainder + right_number
    } else {
        remainder
    }))
}

/// The widest field: a page cannot ask for more.
const WIDEST: usize = 1_000;

/// Puts values into the places of a text, as `%` of Python does.
fn formatted(format: &str, values: &[Value]) -> Result<String, Error> {
    let wrong = |message: &str| Error::new(ErrorKind::InvalidOperation, message.to_owned());
    let mut values = values.iter();
    let mut out = String::new();
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let flags_end = rest
            .find(|each| !matches!(each, '-' | '+' | ' ' | '0' | '#'))
            .unwrap_or(rest.len());
        let (flags, after) = rest.split_at(flags_end);
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let (width, after) = after.split_at(digits(after));
        let (precision, after) = match after.strip_prefix('.') {
            Some(after) => {
                let (precision, after) = after.split_at(digits(after));
                (Some(precision.parse().unwrap_or(0).min(WIDEST)), after)
            }
            None => (None, after),
        };
        let kind = after
            .chars()
            .next()
            .ok_or_else(|| wrong("incomplete format"))?;
        rest = &after[kind.len_utf8()..];
        if kind == '%' {
            out.push('%');
            continue;
        }
        let value = values
            .next()
            .ok_or_else(|| wrong("not enough arguments for format string"))?;
        let text = field(kind, value, precision)?;
        let text = if flags.contains('+') && !text.starts_with('-') && kind != 's' {
            format!("+{text}")
        } else {
            text
        };
        let width = width.parse().unwrap_or(0).min(WIDEST);
        out.push_str(&padded(&text, width, flags, kind));
    }
    if values.next().is_some() {
        return Err(wrong(
            "not all arguments converted during string formatting",
        ));
    }
    out.push_str(rest);
    Ok(out)
}

fn field(kind: char, value: &Value, precision: Option<usize>) -> Result<String, Error> {
    let needs = || {
        Error::new(
            ErrorKind::InvalidOperation,
            format!("%{kind} needs a number, not {}", value.kind()),
        )
    };
    let number = || match value.kind() {
        ValueKind::Number | ValueKind::Bool => float(value).ok_or_else(needs),
        _ => Err(needs()),
    };
    Ok(match kind {
        's' | 'r' => {
            let text = to_text(value);
            precision.map_or(text.clone(), |precision| {
                text.chars().take(precision).collect()
            })
        }
        'd' | 'i' | 'u' if value.is_integer() => to_text(value),
        'd' | 'i' | 'u' => format!("{:.0}", number()?.trunc()),
        'f' | 'F' => format!("{:.*}", precision.unwrap_or(6), number()?),
        'x' => format!("{:x}", value.as_i64().ok_or_else(needs)?),
        'X' => format!("{:X}", value.as_i64().ok_or_else(needs)?),
        'g' => {
            let text = float_text(number()?);
            text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
        }
        _ => {
            let message = format!("unsupported format character {kind:?}");
            return Err(Error::new(ErrorKind::InvalidOperation, message));
        }
    })
}

fn padded(text: &str, width: usize, flags: &str, kind: char) -> String {
    let missing = width.saturating_sub(text.chars().count());
    if flags.contains('-') {
        return format!("{text}{}", " ".repeat(missing));
    }
    if flags.contains('0') && !matches!(kind, 's' | 'r') {
        let (sign, digits) = match text.strip_prefix(['-', '+']) {
            Some(digits) => (&text[..1], digits),
            None => ("", text),
        };
        return format!("{sign}{}{digits}", "0".repeat(missing));
    }
    format!("{}{text}", " ".repeat(missing))
}
