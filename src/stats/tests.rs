//! Figures, beside a naive reckoning that keeps every record.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::calendar::day_of;
use super::*;
use crate::catalog::{self, Object};

fn charge() -> &'static Object {
    catalog::recharge::API.resource("charges").unwrap().object
}

fn wish(by: &[&str], measures: &[(MeasureKind, &str)]) -> StatsQuery {
    StatsQuery {
        by: by.iter().map(|&word| word.to_owned()).collect(),
        measures: measures
            .iter()
            .map(|(kind, path)| (*kind, (*path).to_owned()))
            .collect(),
        ..StatsQuery::default()
    }
}

fn figures(wish: &StatsQuery, records: &[String]) -> Figures {
    let mut tally = GroupTally::new(StatsPlan::new(wish, charge(), &[]).unwrap());
    for record in records {
        tally.take(record).unwrap();
    }
    tally.finish().unwrap()
}

fn rows(figures: &Figures) -> Vec<String> {
    let rows = figures.rows.iter();
    rows.map(|row| figures.record(row)).collect()
}

fn amount(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100)
}

proptest! {
    #[test]
    fn groups_are_what_a_naive_reckoning_finds(
        charges in prop::collection::vec((0..4_usize, prop::option::of(-500_000..500_000_i64)), 0..60),
        top in prop::option::of(1..4_usize),
    ) {
        let statuses = [json!("success"), json!("queued"), json!("a \"b\"\n"), Value::Null];
        let mut naive: BTreeMap<String, Vec<Option<i64>>> = BTreeMap::new();
        let mut records = Vec::new();
        for (status, cents) in &charges {
            let status = &statuses[*status];
            let price = cents.map(amount);
            records.push(json!({"id": 1, "status": status, "total_price": price}).to_string());
            naive.entry(status.to_string()).or_default().push(*cents);
        }
        let kinds = [(MeasureKind::Sum, "total_price"), (MeasureKind::Min, "total_price"), (MeasureKind::Max, "total_price")];
        let asked = StatsQuery { top, ..wish(&["status"], &kinds) };
        let found = figures(&asked, &records);
        let mut count = 0;
        let mut sums: Vec<i64> = Vec::new();
        for (at, text) in rows(&found).iter().enumerate() {
            let row: Value = serde_json::from_str(text).unwrap();
            count += row["count"].as_u64().unwrap();
            if row["other"] == true {
                prop_assert_eq!(Some(at), top);
                continue;
            }
            let cents = &naive[&row["status"].to_string()];
            prop_assert_eq!(row["count"].as_u64(), Some(cents.len() as u64));
            let numbers: Vec<i64> = cents.iter().flatten().copied().collect();
            let sum: i64 = numbers.iter().sum();
            sums.push(sum);
            if numbers.is_empty() {
                prop_assert!(row["min_total_price"].is_null());
            } else {
                let told = format!(
                    "\"sum_total_price\":{},\"min_total_price\":{},\"max_total_price\":{}",
                    amount(sum),
                    amount(*numbers.iter().min().unwrap()),
                    amount(*numbers.iter().max().unwrap()),
                );
                prop_assert!(text.contains(&told), "{} is not in {}", told, text);
            }
        }
        prop_assert_eq!(count, charges.len() as u64);
        prop_assert!(sums.windows(2).all(|pair| pair[0] >= pair[1]), "{:?}", sums);
    }

    #[test]
    fn days_are_those_of_a_calendar_without_a_gap(
        days in prop::collection::vec(0..400_i32, 1..30),
        span in prop::sample::select(Period::ALL.to_vec()),
    ) {
        let first = jiff::civil::date(2025, 12, 1);
        let date = |day: i32| first.checked_add(jiff::Span::new().days(day)).unwrap();
        let records: Vec<String> = days
            .iter()
            .map(|day| json!({"scheduled_at": format!("{}T23:59:59+00:00", date(*day))}).to_string())
            .collect();
        let found = figures(&wish(&[span.name()], &[]), &records);
        let mut naive: BTreeMap<String, u64> = BTreeMap::new();
        let (least, most) = (*days.iter().min().unwrap(), *days.iter().max().unwrap());
        for day in least..=most {
            let of = days.iter().filter(|other| **other == day).count() as u64;
            *naive.entry(span.label(date(day))).or_default() += of;
        }
        let naive: Vec<String> = naive
            .iter()
            .map(|(label, count)| format!("{{\"{}\":\"{label}\",\"count\":{count}}}", span.name()))
            .collect();
        prop_assert_eq!(rows(&found), naive);
    }

    #[test]
    fn decimals_add_up_exactly(cents in prop::collection::vec(-1_000_000_000_000..1_000_000_000_000_i64, 0..50)) {
        let mut sum = Decimal::parse("0.00").unwrap();
        for cents in &cents {
            sum = sum.plus(Decimal::parse(&amount(*cents)).unwrap()).unwrap();
        }
        prop_assert_eq!(sum.to_string(), amount(cents.iter().sum()));
    }

    #[test]
    fn any_text_is_a_decimal_or_none(text in ".{0,30}") {
        let _ = Decimal::parse(&text);
    }
}

#[test]
fn decimals_are_read_as_json_and_the_api_write_them() {
    for (text, shown) in [
        ("10.00", "10.00"),
        ("-0.5", "-0.5"),
        ("7", "7"),
        ("1.5e2", "150"),
        ("15e-1", "1.5"),
        ("0e99", "0"),
        ("19.989999999999998", "19.989999999999998"),
        (" 3 ", "3"),
        ("+3", "3"),
    ] {
        let read = Decimal::parse(text).map(|number| number.to_string());
        assert_eq!(read.as_deref(), Some(shown), "{text}");
    }
    for text in [
        "",
        "-",
        ".5",
        "1.2.3",
        "1,50",
        "abc",
        "1e99",
        "12345678901234567",
        "NaN",
        "1e-30",
    ] {
        assert_eq!(Decimal::parse(text), None, "{text}");
    }
}

#[test]
fn a_mean_is_rounded_to_cents_half_away_from_zero() {
    for (sum, parts, mean) in [
        ("10", 4, "2.50"),
        ("10.00", 3, "3.33"),
        ("0.05", 2, "0.03"),
        ("-0.05", 2, "-0.03"),
        ("1.0005", 2, "0.5003"),
    ] {
        let found = Decimal::parse(sum).unwrap().divided_by(parts);
        assert_eq!(found.unwrap().to_string(), mean);
    }
    assert_eq!(Decimal::default().divided_by(0), None);
}

#[test]
fn a_moment_falls_on_the_day_that_it_is_in_the_zone() {
    let auckland = TimeZone::fixed(jiff::tz::offset(13));
    let day = |text: &str, zone: &TimeZone| day_of(text, zone).map(|day| day.to_string());
    for (text, utc, east) in [
        ("2026-11-20", "2026-11-20", "2026-11-20"),
        ("2026-11-20T12:00:00+00:00", "2026-11-20", "2026-11-21"),
        ("2026-11-20T12:00:00Z", "2026-11-20", "2026-11-21"),
        ("2026-11-20T23:00:00-05:00", "2026-11-21", "2026-11-21"),
        // What says no offset says its day itself.
        ("2026-11-20T23:00:00", "2026-11-20", "2026-11-20"),
    ] {
        assert_eq!(day(text, &TimeZone::UTC).as_deref(), Some(utc), "{text}");
        assert_eq!(day(text, &auckland).as_deref(), Some(east), "{text}");
    }
    for text in [
        "",
        "soon",
        "2026-13-01",
        "2026-02-30T00:00:00Z",
        "20261120",
        "éééééééééé",
    ] {
        assert_eq!(day(text, &TimeZone::UTC), None, "{text}");
    }
}

#[test]
fn a_week_begins_on_monday_and_a_month_on_its_first() {
    let day = jiff::civil::date(2026, 11, 22);
    assert_eq!(Period::Week.label(day), "2026-11-16");
    assert_eq!(Period::Month.label(day), "2026-11");
    let first = Period::Month.first_day("2026-12").unwrap();
    assert_eq!(
        Period::Month.after(first).unwrap().to_string(),
        "2027-01-01"
    );
}

#[test]
fn what_has_no_time_comes_last_and_is_told() {
    let records = [
        r#"{"scheduled_at":null}"#.to_owned(),
        r#"{"scheduled_at":"never"}"#.to_owned(),
        r#"{"scheduled_at":"2026-11-20"}"#.to_owned(),
    ];
    let found = figures(&wish(&["day"], &[]), &records);
    assert_eq!(
        rows(&found),
        [
            r#"{"day":"2026-11-20","count":1}"#,
            r#"{"day":null,"count":2}"#
        ]
    );
    assert_eq!(
        found.notes,
        ["`scheduled_at` of 1 record cannot be used, and was left out"]
    );
}

#[test]
fn days_far_apart_are_not_filled_in() {
    let records = ["1926-01-01", "2026-01-01"].map(|day| json!({"scheduled_at": day}).to_string());
    let found = figures(&wish(&["day"], &[]), &records);
    assert_eq!(found.rows.len(), 2);
    assert_eq!(
        found.notes,
        ["a day without records is not shown: there are too many"]
    );
}

#[test]
fn more_groups_than_can_be_told_apart_are_an_error_or_taken_together() {
    let records: Vec<String> = (0..5).map(|id| json!({"id": id}).to_string()).collect();
    let plan = |top| {
        let wish = StatsQuery {
            top,
            ..wish(&["id"], &[])
        };
        StatsPlan::new(&wish, charge(), &[]).unwrap()
    };
    let mut tally = GroupTally::with_room(plan(None), 3);
    let taken: Result<Vec<()>, _> = records.iter().map(|record| tally.take(record)).collect();
    assert_eq!(
        taken.unwrap_err().message,
        "there are more than 3 groups by id"
    );

    let mut tally = GroupTally::with_room(plan(Some(2)), 3);
    for record in &records {
        tally.take(record).unwrap();
    }
    let found = tally.finish().unwrap();
    assert_eq!(rows(&found)[2], r#"{"id":null,"count":3,"other":true}"#);
    assert_eq!(
        found.notes,
        ["the first 3 groups are separate; 2 records of later groups are combined"]
    );
}

#[test]
fn two_results_of_one_name_are_refused() {
    let twice = wish(&["customer.id", "customer_id"], &[]);
    assert!(StatsPlan::new(&twice, charge(), &[]).is_err());
}

#[test]
fn what_one_means_without_naming_a_time_is_a_field_of_the_catalogue() {
    for resource in catalog::recharge::API.resources {
        if let Some(name) = usual_time(resource.object) {
            assert!(resource.object.field(name).is_some());
        }
    }
    assert_eq!(usual_time(charge()), Some("scheduled_at"));
}
