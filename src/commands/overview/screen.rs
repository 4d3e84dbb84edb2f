//! The overview as text for one screen. Pure.

use std::fmt::Write as _;

use serde_json::{Map, Value};
use unicode_width::UnicodeWidthStr;

use crate::catalog::recharge::{addresses, customers, subscriptions};

/// The key of the queued charges.
pub(super) const NEXT_CHARGES: &str = "next_charges";
/// The key of the newest orders.
pub(super) const LAST_ORDERS: &str = "last_orders";
/// The key of the failed charges.
pub(super) const ERRORS: &str = "errors";
/// The key of the names of lists that have further records.
pub(super) const MORE: &str = "more";

/// The cells of a record.
type Cells = fn(&Value) -> Vec<String>;

/// Draws an overview.
pub(super) fn draw(overview: &Map<String, Value>) -> String {
    let mut text = String::new();
    if let Some(customer) = overview.get(customers::RESOURCE.singular) {
        person(&mut text, customer);
    }
    let sections: [(&str, &str, Cells); 5] = [
        ("Addresses", addresses::RESOURCE.name, address),
        ("Subscriptions", subscriptions::RESOURCE.name, subscription),
        ("Next charges", NEXT_CHARGES, charge),
        ("Last orders", LAST_ORDERS, charge),
        ("Errors", ERRORS, failure),
    ];
    let more = records(overview, MORE);
    for (heading, key, cells) in sections {
        let rows: Vec<Vec<String>> = records(overview, key).iter().map(cells).collect();
        let _ = writeln!(text, "\n{heading}");
        if rows.is_empty() {
            text.push_str("  none\n");
        }
        table(&mut text, &rows);
        if more.iter().any(|name| name == key) {
            text.push_str("  …\n");
        }
    }
    text
}

fn records<'a>(overview: &'a Map<String, Value>, key: &str) -> &'a [Value] {
    let list = overview.get(key).and_then(Value::as_array);
    list.map_or(&[], Vec::as_slice)
}

fn person(text: &mut String, customer: &Value) {
    let name = joined(customer, &["first_name", "last_name"], " ");
    let _ = writeln!(text, "{name} <{}>", word(customer, "email"));
    let _ = write!(
        text,
        "customer {} since {}",
        word(customer, "id"),
        day(customer, "created_at")
    );
    let phone = word(customer, "phone");
    if !phone.is_empty() {
        let _ = write!(text, ", phone {phone}");
    }
    match customer.get("has_valid_payment_method") {
        Some(Value::Bool(false)) => text.push_str(", no valid payment method"),
        _ if customer.get("has_payment_method_in_dunning") == Some(&Value::Bool(true)) => {
            text.push_str(", payment method in dunning");
        }
        _ => {}
    }
    text.push('\n');
}

fn address(record: &Value) -> Vec<String> {
    let place = [
        "address1",
        "address2",
        "zip",
        "city",
        "province",
        "country_code",
    ];
    vec![
        word(record, "id"),
        joined(record, &["first_name", "last_name"], " "),
        joined(record, &place, ", "),
    ]
}

fn subscription(record: &Value) -> Vec<String> {
    let product = joined(record, &["product_title", "variant_title"], ", ");
    let every = word(record, "order_interval_frequency");
    let unit = word(record, "order_interval_unit");
    let every = if every == "1" {
        format!("every {unit}")
    } else {
        format!("every {every} {unit}s")
    };
    let next = day(record, "next_charge_scheduled_at");
    vec![
        word(record, "id"),
        word(record, "status"),
        format!("{} × {product}", word(record, "quantity")),
        joined(record, &["price", "presentment_currency"], " "),
        every,
        if next.is_empty() {
            next
        } else {
            format!("next {next}")
        },
    ]
}

fn charge(record: &Value) -> Vec<String> {
    vec![
        word(record, "id"),
        word(record, "status"),
        day(record, "scheduled_at"),
        joined(record, &["total_price", "currency"], " "),
        items(record),
    ]
}

fn failure(record: &Value) -> Vec<String> {
    let retry = day(record, "retry_date");
    vec![
        word(record, "id"),
        day(record, "scheduled_at"),
        joined(record, &["total_price", "currency"], " "),
        word(record, "error"),
        if retry.is_empty() {
            retry
        } else {
            format!("retry {retry}")
        },
    ]
}

/// The titles of the items: the first one, and how many others.
fn items(record: &Value) -> String {
    let items = record.get("line_items").and_then(Value::as_array);
    let Some((first, others)) = items.and_then(|items| items.split_first()) else {
        return String::new();
    };
    let first = word(first, "title");
    match others.len() {
        0 => first,
        count => format!("{first} and {count} more"),
    }
}

/// Rows with columns of one width.
fn table(text: &mut String, rows: &[Vec<String>]) {
    let count = rows.first().map_or(0, Vec::len);
    let width = |at: usize| rows.iter().map(|row| row[at].width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count).map(width).collect();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            let padding = width - cell.width();
            if *width > 0 {
                let _ = write!(line, "  {cell}{}", " ".repeat(padding));
            }
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
}

/// A value as a word on one line; nothing for null.
fn word(record: &Value, key: &str) -> String {
    let word = match record.get(key) {
        None | Some(Value::Null) => return String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    crate::output::visible::one_line(&word).into_owned()
}

/// The date of a time.
fn day(record: &Value, key: &str) -> String {
    let time = word(record, key);
    time.split('T').next().unwrap_or_default().to_owned()
}

fn joined(record: &Value, keys: &[&str], joint: &str) -> String {
    let words = keys.iter().map(|key| word(record, key));
    let words: Vec<String> = words.filter(|word| !word.is_empty()).collect();
    words.join(joint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn draw_shows_one_line_for_each_record() {
        let overview = json!({
            "customer": {"id": 7, "first_name": "Ada", "last_name": "King",
                "email": "ada@example.com", "created_at": "2026-01-02T03:04:05+00:00",
                "phone": null, "has_valid_payment_method": false},
            "addresses": [{"id": 8, "first_name": "Ada", "last_name": "King",
                "address1": "1 Rose Lane", "address2": "", "zip": "97205", "city": "Portland",
                "province": "Oregon", "country_code": "US"}],
            "subscriptions": [
                {"id": 9, "status": "active", "quantity": 2, "product_title": "Tea",
                 "variant_title": "100 g", "price": "10.00", "presentment_currency": "USD",
                 "order_interval_frequency": 1, "order_interval_unit": "month",
                 "next_charge_scheduled_at": "2026-12-01"},
                {"id": 10, "status": "cancelled", "quantity": 1, "product_title": "Sn\u{1b}ack",
                 "variant_title": "", "price": "5.00", "presentment_currency": "USD",
                 "order_interval_frequency": "3", "order_interval_unit": "week",
                 "next_charge_scheduled_at": null}],
            "next_charges": [{"id": 11, "status": "queued", "scheduled_at": "2026-12-01",
                "total_price": "24.90", "currency": "USD",
                "line_items": [{"title": "Tea"}, {"title": "Snack"}]}],
            "last_orders": [],
            "errors": [{"id": 12, "scheduled_at": "2026-11-01", "total_price": "1.00",
                "currency": "USD", "error": "declined", "retry_date": "2026-11-03"}],
            "more": ["next_charges"],
        });
        let expected = "\
Ada King <ada@example.com>
customer 7 since 2026-01-02, no valid payment method

Addresses
  8  Ada King  1 Rose Lane, 97205, Portland, Oregon, US

Subscriptions
  9   active     2 × Tea, 100 g  10.00 USD  every month    next 2026-12-01
  10  cancelled  1 × Sn␛ack      5.00 USD   every 3 weeks

Next charges
  11  queued  2026-12-01  24.90 USD  Tea and 1 more
  …

Last orders
  none

Errors
  12  2026-11-01  1.00 USD  declined  retry 2026-11-03
";
        assert_eq!(draw(overview.as_object().unwrap()), expected);
    }
}
