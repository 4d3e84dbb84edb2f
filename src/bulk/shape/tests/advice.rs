//! Advice: what a finding says to write instead means what was written.

use proptest::prelude::*;

use super::*;

/// The value that the problems of a row say to write.
fn advised(shaped: &Shaped) -> Vec<String> {
    let Shaped::Wrong(findings) = shaped else {
        return Vec::new();
    };
    findings
        .iter()
        .filter_map(|finding| finding.problem.split_once("write "))
        .map(|(_, rest)| rest.split([' ', ';', ',']).next().unwrap_or_default())
        .map(str::to_owned)
        .collect()
}

fn price(text: &str) -> Shaped {
    one("subscriptions.update", &[("id", "7"), ("price", text)])
}

fn charge_day(text: &str) -> Shaped {
    let cells = [("id", "7"), ("date", text)];
    one("subscriptions.set_next_charge_date", &cells)
}

/// A number of cents in every way that a spreadsheet might show it.
fn written(cents: i64, group: &str, decimal: &str, around: (&str, &str)) -> String {
    let digits = (cents / 100).to_string();
    let mut whole = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            whole.push_str(group);
        }
        whole.push(digit);
    }
    format!("{}{whole}{decimal}{:02}{}", around.0, cents % 100, around.1)
}

fn groups() -> impl Strategy<Value = (&'static str, &'static str)> {
    prop::sample::select(vec![
        (",", "."),
        (".", ","),
        ("", ","),
        ("", "."),
        ("'", "."),
        (" ", ","),
        ("\u{a0}", ","),
        ("\u{202f}", ","),
    ])
}

fn surroundings() -> impl Strategy<Value = (&'static str, &'static str)> {
    prop::sample::select(vec![
        ("", ""),
        ("$", ""),
        ("", " €"),
        ("USD ", ""),
        ("(", ")"),
        ("", "%"),
        ("", "-"),
        ("+", ""),
        ("", " kr"),
        ("", " PCT"),
        ("TSD ", ""),
        (" ", " "),
        ("about ", ""),
        ("", " each"),
    ])
}

proptest! {
    #[test]
    fn advice_never_changes_an_amount(
        cents in 0_i64..10_000_000_000,
        (group, decimal) in groups(),
        around in surroundings(),
    ) {
        let text = written(cents, group, decimal, around);
        let plain = format!("{}.{:02}", cents / 100, cents % 100);
        match price(&text) {
            Shaped::Task(task) => {
                let sent = format!("\"price\":\"{plain}\"");
                prop_assert!(task.body.unwrap().contains(&sent), "{text}");
            }
            wrong => for advice in advised(&wrong) {
                let is_other = around.1 == "%" || around.1.contains("PCT") || around.0.contains("TSD");
                prop_assert!(!is_other || advice == "12.50", "{text}: {advice}");
                // The example of a form, where nothing is known of the value.
                prop_assert!(advice == plain || advice == "12.50", "{text}: {advice}");
            }
        }
    }

    #[test]
    fn advice_never_changes_a_number_of_any_form(text in "[$€(-]{0,2}[0-9]{0,4}[.,' ]?[0-9]{0,4}[.,' ]?[0-9]{0,3}[)%€]?") {
        for advice in advised(&price(&text)) {
            if advice == "12.50" {
                continue;
            }
            let digits = |text: &str| {
                let digits: String = text.chars().filter(char::is_ascii_digit).collect();
                digits.trim_start_matches('0').to_owned()
            };
            // The same digits, and its decimals where a mark was.
            prop_assert_eq!(digits(&advice), digits(&text), "{}: {}", text, advice);
            let decimals = advice.split_once('.').map_or(0, |(_, part)| part.len());
            let after = |mark| text.rsplit_once(mark).map(|(_, rest)| digits_in(rest));
            let fits = decimals == 0 || after('.') == Some(decimals) || after(',') == Some(decimals);
            prop_assert!(fits, "{text}: {advice}");
            prop_assert!(matches!(price(&advice), Shaped::Task(_)), "{advice} is refused");
        }
    }

    #[test]
    fn advice_never_changes_an_id(id in 1_u64..1_000_000_000_000, form in 0..5) {
        let grouped = written(i64::try_from(id).unwrap() * 100, ",", "", ("", ""));
        let grouped = grouped.strip_suffix("00").unwrap();
        let text = match form {
            0 => grouped.to_owned(),
            1 => format!("{id}.0"),
            2 => grouped.replace(',', "."),
            3 => format!("#{id}"),
            _ => format!("{:.4E}", f64::from(u32::try_from(id % 4_000_000_000).unwrap())),
        };
        let shaped = one("subscriptions.cancel", &[("id", &text), ("cancellation_reason", "x")]);
        for advice in advised(&shaped) {
            prop_assert_eq!(&advice, &id.to_string(), "{}", text);
        }
    }

    #[test]
    fn advice_never_changes_a_day(
        (year, month, day) in (2000_i16..2099, 1_i8..=12, 1_i8..=28),
        form in 0_usize..14,
    ) {
        let date = jiff::civil::Date::new(year, month, day).unwrap();
        let forms = [
            "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%Y/%m/%d", "%B %-d, %Y", "%-d-%b-%Y", "%Y%m%d",
            "%-d.%-m.%y", "%-d %b %Y", "%a, %d %b %Y", "%Y-%b-%d", "%-d-%b-%y", "%d%m%Y", "%s",
        ];
        let text = date.to_zoned(TimeZone::UTC).unwrap().strftime(forms[form]).to_string();
        for advice in advised(&charge_day(&text)) {
            // The example of a form, where nothing is known of the value.
            let is_form = ["it", "the", "2026-12-24"].contains(&advice.as_str());
            prop_assert!(is_form || advice == date.to_string(), "{text}: {advice}");
        }
    }
}

proptest! {
    #[test]
    fn advice_never_changes_digits_of_another_script(
        cents in 0_i64..1_000_000_000,
        zero in prop::sample::select(vec!['٠', '۰', '०', '๐', '０']),
    ) {
        let plain = format!("{}.{:02}", cents / 100, cents % 100);
        let text: String = plain.chars().map(|letter| match letter.to_digit(10) {
            Some(digit) => char::from_u32(u32::from(zero) + digit).unwrap(),
            None => letter,
        }).collect();
        prop_assert_eq!(advised(&price(&text)), [plain]);
        let id = &text[..text.find('.').unwrap()];
        let cells = [("id", id), ("cancellation_reason", "x")];
        for advice in advised(&one("subscriptions.cancel", &cells)) {
            prop_assert_eq!(advice, (cents / 100).to_string());
        }
    }

    #[test]
    fn advice_for_a_text_is_another_form_of_it(text in "\\PC{0,12}") {
        let letters = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
        let cells = [("code", text.as_str()), ("value", "5"), ("value_type", "percentage")];
        let shaped = one("discounts.create", &cells);
        if let Shaped::Wrong(findings) = &shaped {
            for (_, advice) in findings.iter().filter_map(|finding| finding.problem.split_once("write ")) {
                prop_assert_eq!(letters(advice), letters(&text), "{}", text);
            }
        }
    }
}

fn digits_in(text: &str) -> usize {
    text.chars().filter(char::is_ascii_digit).count()
}
