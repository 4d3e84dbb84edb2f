//! Values of jq as JSON text: always valid, with the digits that came in.
//!
//! jaq's own writer prints NaN and byte strings, which no JSON reader takes.
//! Here NaN and the infinities become `null`, a byte string becomes a text, and
//! a key that is not text becomes the text of it. A whole number that came out
//! of a division prints as `21`, not `21.0`, as jq prints it.

use std::fmt::Write as _;

use jaq_json::{Num, Val};

use crate::error::{Error, Result};

/// Deepest nesting that is printed; each level costs stack.
const DEEPEST: usize = 512;

/// From here on a whole number prints with an exponent.
const WHOLE_BELOW: f64 = 1e17;

/// Appends a value as compact JSON.
///
/// # Errors
/// When it is nested deeper than 512 levels.
pub fn write_json(value: &Val, out: &mut String) -> Result<()> {
    write_at(value, 0, out)
}

fn write_at(value: &Val, depth: usize, out: &mut String) -> Result<()> {
    if depth > DEEPEST {
        let message = format!("the result is nested deeper than {DEEPEST} levels");
        return Err(Error::unexpected(message));
    }
    match value {
        Val::Null => out.push_str("null"),
        Val::Bool(true) => out.push_str("true"),
        Val::Bool(false) => out.push_str("false"),
        Val::Num(number) => write_number(number, out),
        Val::TStr(text) | Val::BStr(text) => write_text(&String::from_utf8_lossy(text), out),
        Val::Arr(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                separate(index, out);
                write_at(item, depth + 1, out)?;
            }
            out.push(']');
        }
        Val::Obj(members) => {
            out.push('{');
            for (index, (key, item)) in members.iter().enumerate() {
                separate(index, out);
                write_key(key, depth + 1, out)?;
                out.push(':');
                write_at(item, depth + 1, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

fn separate(index: usize, out: &mut String) {
    if index > 0 {
        out.push(',');
    }
}

fn write_key(key: &Val, depth: usize, out: &mut String) -> Result<()> {
    if let Val::TStr(_) | Val::BStr(_) = key {
        return write_at(key, depth, out);
    }
    let mut text = String::new();
    write_at(key, depth, &mut text)?;
    write_text(&text, out);
    Ok(())
}

fn write_number(number: &Num, out: &mut String) {
    match number {
        Num::Float(float) => write_float(*float, out),
        Num::Dec(digits) if is_json_number(digits) => out.push_str(digits),
        // `"+1.5" | tonumber` is a number to jaq, but not to JSON.
        Num::Dec(digits) => write_float(digits.parse().unwrap_or(f64::NAN), out),
        whole => append(out, format_args!("{whole}")),
    }
}

fn write_float(float: f64, out: &mut String) {
    if !float.is_finite() {
        out.push_str("null");
    } else if float.fract() == 0.0 && float.abs() < WHOLE_BELOW {
        append(out, format_args!("{float:.0}"));
    } else {
        append(out, format_args!("{}", Num::Float(float)));
    }
}

fn append(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing into a text cannot fail.
    let _ = out.write_fmt(text);
}

/// Whether JSON has such a number: `-1.5e+3`, but not `+1`, `.5` or `01`.
fn is_json_number(text: &str) -> bool {
    let rest = text.strip_prefix('-').unwrap_or(text);
    let (rest, exponent) = match rest.split_once(['e', 'E']) {
        Some((rest, exponent)) => (rest, Some(exponent)),
        None => (rest, None),
    };
    let (whole, fraction) = match rest.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (rest, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|text| digits(text.strip_prefix(['+', '-']).unwrap_or(text)))
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Appends a text in quotes, escaping only what JSON must.
fn write_text(text: &str, out: &mut String) {
    out.push('"');
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= 0x20 && !matches!(byte, b'"' | b'\\' | 0x7F) {
            continue;
        }
        out.push_str(&text[plain..at]);
        plain = at + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            _ => append(out, format_args!("\\u{byte:04x}")),
        }
    }
    out.push_str(&text[plain..]);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(value: &Val) -> String {
        let mut out = String::new();
        write_json(value, &mut out).unwrap();
        out
    }

    fn float(number: f64) -> String {
        json(&Val::Num(Num::Float(number)))
    }

    fn decimal(digits: &str) -> String {
        json(&Val::Num(Num::Dec(digits.to_owned().into())))
    }

    #[test]
    fn what_json_cannot_say_becomes_null() {
        assert_eq!(float(f64::NAN), "null");
        assert_eq!(float(f64::INFINITY), "null");
        assert_eq!(float(f64::NEG_INFINITY), "null");
        assert_eq!(decimal("1e999"), "1e999");
    }

    #[test]
    fn whole_floats_print_without_a_fraction() {
        assert_eq!(float(21.0), "21");
        assert_eq!(float(-0.5), "-0.5");
        assert_eq!(float(1e16), "10000000000000000");
        assert_eq!(float(1e300), "1e300");
        assert_eq!(float(0.1 + 0.2), "0.30000000000000004");
    }

    #[test]
    fn decimals_stay_as_sent_when_json_has_them() {
        for number in ["1.10", "-0.0", "1E+5", "0e0"] {
            assert_eq!(decimal(number), number);
        }
        assert_eq!(decimal("+1.5"), "1.5");
        assert_eq!(decimal(".5"), "0.5");
        assert_eq!(decimal("01.5"), "1.5");
    }

    #[test]
    fn texts_are_escaped_and_bad_bytes_replaced() {
        let hostile = Val::utf8_str("\"\\\n\u{1b}\0é".to_owned());
        assert_eq!(json(&hostile), r#""\"\\\n\u001b\u0000é""#);
        assert_eq!(json(&Val::utf8_str(vec![b'a', 0xFF])), "\"a\u{FFFD}\"");
        assert_eq!(json(&Val::byte_str(vec![b'a'])), "\"a\"");
    }

    #[test]
    fn keys_are_always_texts() {
        let one = Val::Num(Num::Int(1));
        let object = Val::obj([(one.clone(), one)].into_iter().collect());
        assert_eq!(json(&object), r#"{"1":1}"#);
    }

    #[test]
    fn too_deep_a_value_is_an_error() {
        let deep = (0..520).fold(Val::Null, |value, _| std::iter::once(value).collect());
        assert!(write_json(&deep, &mut String::new()).is_err());
    }
}
