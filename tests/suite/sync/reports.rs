//! `rc sql --query`: each report on a small store whose figures were worked out by
//! hand.

use serde_json::{Value, json};

use super::Copy;
use crate::harness::{Rc, rc, rc_of};

/// A store in New York, as its copy has it on the 20th of November 2026.
///
/// Subscriptions, with the days on which they were active there:
///
/// - 1 of customer 10: from August 15; 20.00 each month, with 10 % off.
/// - 2 of customer 10: August 20 to September 30, when it was late in the evening.
/// - 3 of customer 11: September 10 to 25, and from October 5; 7.00 each week, with
///   1.00 off each charge.
/// - 4 of customer 12: August 31, which was September elsewhere, to November 2.
/// - 5 of customer 13: November 5 to 10, when it was deleted.
/// - 6 of customer 11: from October 10; 90.00 every three months, prepaid.
const STORE: &str = r#"
DELETE FROM subscriptions; DELETE FROM subscriptions_history; DELETE FROM addresses;
DELETE FROM orders; DELETE FROM charges; DELETE FROM charges_history;

INSERT INTO addresses (id, discounts, _synced_at) VALUES
  (100, '[{"id":1,"value":"10.00","value_type":"percentage"}]', ''),
  (101, '[{"id":2,"value":"1.00","value_type":"fixed_amount"}]', ''),
  (102, '[{"id":3,"value":"100.00","value_type":"shipping"}]', '');

INSERT INTO subscriptions (id, customer_id, address_id, product_title, presentment_currency,
  price, quantity, order_interval_unit, order_interval_frequency, charge_interval_frequency,
  created_at, updated_at, status, cancelled_at, cancellation_reason, _synced_at, _deleted_at)
VALUES
  (1, 10, 100, 'Tea', 'USD', '10.00', 2, 'month', 1, 1,
   '2026-08-15T12:00:00Z', '2026-08-15T12:00:00Z', 'active', NULL, NULL, '', NULL),
  (2, 10, 100, 'Tea', 'USD', '10.00', 1, 'month', 1, 1,
   '2026-08-20T12:00:00Z', '2026-10-01T02:00:01Z', 'cancelled', '2026-10-01T02:00:00Z',
   'too expensive', '', NULL),
  (3, 11, 101, 'Coffee', 'USD', '7.00', 1, 'week', 1, 1,
   '2026-09-10T12:00:00Z', '2026-10-05T12:00:00Z', 'active', NULL, NULL, '', NULL),
  (4, 12, 102, 'Tea', 'USD', '10.00', 1, 'month', 1, 1,
   '2026-09-01T03:00:00Z', '2026-11-02T12:00:00Z', 'expired', NULL, NULL, '', NULL),
  (5, 13, 102, 'Tea', 'USD', '10.00', 1, 'month', 1, 1,
   '2026-11-05T12:00:00Z', '2026-11-05T12:00:00Z', 'active', NULL, NULL, '',
   '2026-11-10T12:00:00Z'),
  (6, 11, 102, 'Tea', 'USD', '90.00', 1, 'month', 1, 3,
   '2026-10-10T12:00:00Z', '2026-10-10T12:00:00Z', 'active', NULL, NULL, '', NULL);

INSERT INTO subscriptions_history (id, customer_id, created_at, updated_at, status,
  cancelled_at, cancellation_reason, _synced_at)
SELECT id, customer_id, created_at, updated_at, status, cancelled_at, cancellation_reason, ''
FROM subscriptions;
INSERT INTO subscriptions_history (id, customer_id, created_at, updated_at, status,
  cancelled_at, cancellation_reason, _synced_at)
VALUES
  (3, 11, '2026-09-10T12:00:00Z', '2026-09-10T12:00:00Z', 'active', NULL, NULL, ''),
  (3, 11, '2026-09-10T12:00:00Z', '2026-09-25T12:00:09Z', 'cancelled',
   '2026-09-25T12:00:00Z', ' ', '');

INSERT INTO charges (id, status, currency, total_price, total_refunds, orders_count,
  scheduled_at, _synced_at, _deleted_at)
VALUES
  (200, 'success', 'USD', '50.00', '0.00', 1, NULL, '', NULL),
  (201, 'partially_refunded', 'USD', '100.00', '10.00', 3, NULL, '', NULL),
  (202, 'success', 'USD', '20.01', '0.00', 2, NULL, '', NULL),
  (203, 'queued', 'USD', '20.00', '0.00', 0, '2026-11-23T00:00:00Z', '', NULL),
  (204, 'queued', 'USD', '30.50', '0.00', 0, '2026-11-29T00:00:00Z', '', NULL),
  (205, 'queued', 'USD', '5.00', '0.00', 0, '2026-11-30T00:00:00Z', '', NULL),
  (206, 'queued', 'USD', '9.00', '0.00', 0, '2026-11-30T00:00:00Z', '', '2026-11-19T00:00:00Z'),
  (207, 'success', 'USD', '10.00', '0.00', 1, NULL, '', NULL),
  (208, 'error', 'USD', '20.00', '0.00', 0, NULL, '', NULL),
  (209, 'skipped', 'USD', '30.00', '0.00', 0, NULL, '', NULL),
  (210, 'queued', 'USD', '40.00', '0.00', 0, NULL, '', '2026-11-19T00:00:00Z');

INSERT INTO charges_history (id, updated_at, status, _synced_at) VALUES
  (207, '2026-10-02T12:00:00Z', 'error', ''), (207, '2026-10-03T12:00:00Z', 'success', ''),
  (208, '2026-10-20T12:00:00Z', 'error', ''), (208, '2026-11-20T11:00:00Z', 'error', ''),
  (209, '2026-10-05T12:00:00Z', 'error', ''), (209, '2026-10-06T12:00:00Z', 'skipped', ''),
  (210, '2026-11-01T01:00:00Z', 'error', ''), (200, '2026-10-06T10:00:00Z', 'success', '');

INSERT INTO orders (id, status, type, is_prepaid, currency, total_price, total_refunds,
  processed_at, customer, charge, _synced_at)
VALUES
  (1, 'success', 'recurring', 0, 'USD', '50.00', '0.00', '2026-10-06T10:00:00Z',
   '{"id":10}', '{"id":200}', ''),
  (2, 'success', 'recurring', 0, 'USD', '33.33', '3.33', '2026-10-31T23:30:00Z',
   '{"id":11}', '{"id":201}', ''),
  (3, 'success', 'recurring', 1, 'USD', '100.00', '10.00', '2026-11-15T12:00:00Z',
   '{"id":11}', '{"id":201}', ''),
  (4, 'queued', 'recurring', 1, 'USD', '33.33', '0.00', NULL,
   '{"id":11}', '{"id":201}', ''),
  (5, 'success', 'checkout', 0, 'USD', '12.00', NULL, '2026-11-16T15:00:00Z',
   '{"id":11}', '{"id":207}', ''),
  (6, 'cancelled', 'recurring', 0, 'USD', '99.00', '0.00', '2026-11-16T15:00:00Z',
   '{"id":11}', '{"id":207}', ''),
  (7, 'success', 'recurring', 0, 'USD', '10.01', '0.00', '2026-11-01T03:00:00Z',
   '{"id":10}', '{"id":202}', '');
"#;

const TABLES: &str = "--tables subscriptions,addresses,charges,orders,store";

fn small_store() -> Copy {
    let copy = Copy::new();
    copy.sync(TABLES);
    copy.write(STORE);
    copy
}

fn asked(copy: &Copy, words: &str) -> Rc {
    let line = format!("sql --database {} {words}", copy.path());
    rc(&line).holding(&copy.store)
}

/// The rows of a report, each as its values.
fn rows(copy: &Copy, words: &str) -> Vec<Value> {
    let outcome = asked(copy, &format!("--query {words} -o ndjson")).succeeds();
    let values =
        |record: Value| Value::Array(record.as_object().unwrap().values().cloned().collect());
    outcome.records().into_iter().map(values).collect()
}

#[test]
fn active_subscriptions_are_counted_at_the_end_of_each_month() {
    let copy = small_store();
    let expected = [
        json!(["2026-08", 3, 0, 3]),
        json!(["2026-09", 1, 2, 2]),
        json!(["2026-10", 2, 0, 4]),
        json!(["2026-11", 1, 2, 3]),
    ];
    assert_eq!(rows(&copy, "active-subscriptions"), expected);
    // As it was known at the end of September, and with the days of another zone.
    assert_eq!(
        rows(&copy, "active-subscriptions --param today=2026-09-30"),
        expected[..2]
    );
    assert_eq!(
        rows(&copy, "active-subscriptions --tz UTC")[..3],
        [
            json!(["2026-08", 2, 0, 2]),
            json!(["2026-09", 2, 1, 3]),
            json!(["2026-10", 2, 1, 4]),
        ]
    );
}

#[test]
fn churn_rate_is_what_ended_of_what_was_there_and_came() {
    assert_eq!(
        rows(&small_store(), "churn"),
        [
            json!(["2026-08", 0, 3, 0, "0.0000"]),
            json!(["2026-09", 3, 1, 2, "0.5000"]),
            json!(["2026-10", 2, 2, 0, "0.0000"]),
            json!(["2026-11", 4, 1, 2, "0.4000"]),
        ]
    );
}

#[test]
fn churn_reasons_are_those_that_were_given_else_the_status() {
    assert_eq!(
        rows(&small_store(), "churn-reasons"),
        [
            json!(["2026-09", "cancelled", 1]),
            json!(["2026-09", "too expensive", 1]),
            json!(["2026-11", "deleted", 1]),
            json!(["2026-11", "expired", 1]),
        ]
    );
}

#[test]
fn cohorts_are_followed_to_the_end_of_each_month() {
    assert_eq!(
        rows(&small_store(), "cohorts"),
        [
            json!(["2026-08", "2026-08", 0, 2, 2, "1.0000"]),
            json!(["2026-08", "2026-09", 1, 2, 2, "1.0000"]),
            json!(["2026-08", "2026-10", 2, 2, 2, "1.0000"]),
            json!(["2026-08", "2026-11", 3, 2, 1, "0.5000"]),
            json!(["2026-09", "2026-09", 0, 1, 0, "0.0000"]),
            json!(["2026-09", "2026-10", 1, 1, 1, "1.0000"]),
            json!(["2026-09", "2026-11", 2, 1, 1, "1.0000"]),
            json!(["2026-11", "2026-11", 0, 1, 0, "0.0000"]),
        ]
    );
}

#[test]
fn run_rate_is_of_a_month_with_discounts_deducted() {
    let copy = small_store();
    // Tea: 20.00 - 10 %, and 90.00 / 3. Coffee: 7.00 and 6.00, times 30.4167 / 7.
    assert_eq!(
        rows(&copy, "mrr"),
        [
            json!(["Tea", "USD", 2, 3, "50.00", "2.00", "48.00"]),
            json!(["Coffee", "USD", 1, 1, "30.42", "4.35", "26.07"]),
        ]
    );
    assert_eq!(
        rows(&copy, "mrr --param month_days=28")[1],
        json!(["Coffee", "USD", 1, 1, "28.00", "4.00", "24.00"])
    );
    // An amount is taken off each charge once, however many share it, and no more than
    // there is.
    copy.write("UPDATE subscriptions SET address_id = 101 WHERE id IN (1, 6); UPDATE subscriptions SET charge_interval_frequency = 1 WHERE id = 6");
    for (amount, expected) in [("1.00", "109.00"), ("500.00", "0.00")] {
        copy.write(&format!(
            r#"UPDATE addresses SET discounts = '[{{"value":"{amount}","value_type":"fixed_amount"}}]'"#
        ));
        let tea = rows(&copy, "mrr").into_iter().find(|row| row[0] == "Tea");
        assert_eq!(tea.unwrap()[6], expected);
    }
}

#[test]
fn collected_revenue_is_shared_among_the_orders_of_a_charge() {
    let copy = small_store();
    let october = [
        json!([10, "2026-10", "USD", 2, "70.01", "60.01"]),
        json!([11, "2026-10", "USD", 1, "90.00", "30.00"]),
    ];
    let november = json!([11, "2026-11", "USD", 1, "0.00", "30.00"]);
    let mut all = october.to_vec();
    all.push(november);
    assert_eq!(rows(&copy, "mrr-collected"), all);
    assert_eq!(
        rows(&copy, "mrr-collected --param today=2026-10-31"),
        october
    );
}

#[test]
fn revenue_is_that_of_weeks_from_monday_on() {
    assert_eq!(
        rows(&small_store(), "revenue-by-week"),
        [
            json!(["2026-10-05", "USD", 1, "50.00", "0.00", "50.00"]),
            json!(["2026-10-26", "USD", 2, "43.34", "3.33", "40.01"]),
            json!(["2026-11-09", "USD", 1, "33.33", "3.33", "30.00"]),
            json!(["2026-11-16", "USD", 1, "12.00", "0.00", "12.00"]),
        ]
    );
}

#[test]
fn revenue_to_come_is_that_of_queued_charges() {
    assert_eq!(
        rows(&small_store(), "upcoming"),
        [
            json!(["2026-11-23", "USD", 2, "50.50"]),
            json!(["2026-11-30", "USD", 1, "5.00"]),
        ]
    );
}

#[test]
fn failed_charges_are_recovered_lost_or_open() {
    assert_eq!(
        rows(&small_store(), "failed-charges"),
        [json!([
            "2026-10", "USD", 4, 1, 2, 1, "0.2500", "100.00", "10.00"
        ])]
    );
}

/// Name of each report.
fn names() -> Vec<&'static str> {
    let reports = recharge_cli::catalog::recharge::FAMILY.analysis.reports;
    reports.iter().map(|report| report.name).collect()
}

#[test]
fn every_report_runs_on_a_copy_with_its_tables_only_and_names_one_that_is_missing() {
    let whole = Copy::new();
    whole.sync("");
    for report in recharge_cli::catalog::recharge::FAMILY.analysis.reports {
        let copy = Copy::new();
        std::fs::copy(whole.path(), copy.path()).unwrap();
        let needed: Vec<&str> = report.tables.iter().map(|table| table.name).collect();
        for row in whole.sql("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'") {
            let name = row["name"].as_str().unwrap();
            if name != "store" && !needed.contains(&name) {
                copy.write(&format!("DROP TABLE {name}"));
            }
        }
        assert!(!rows(&copy, report.name).is_empty() || report.name == "failed-charges");
        for table in report.tables {
            copy.write(&format!("ALTER TABLE {0} RENAME TO {0}_x", table.name));
            asked(&copy, &format!("--query {}", report.name))
                .fails(4)
                .says(&format!("has no table {}", table.name))
                .says(&format!(
                    "rc sync --tables {} --to sqlite:{} adds it",
                    table.copied_as,
                    copy.path()
                ));
            copy.write(&format!("ALTER TABLE {0}_x RENAME TO {0}", table.name));
        }
    }
}

#[test]
fn reports_are_listed_and_printed_with_their_definition_and_source() {
    let outcome = rc("sql --list-queries -o ndjson").succeeds();
    let listed: Vec<Value> = outcome.records();
    let listed: Vec<&str> = listed
        .iter()
        .map(|row| row["query"].as_str().unwrap())
        .collect();
    assert_eq!(listed, names());
    assert_eq!(listed.len(), 9);
    for name in names() {
        // Nothing is opened for it.
        let printed = rc(&format!("sql --query {name} --print --database none.db"))
            .succeeds()
            .stdout;
        for part in ["-- Definition: ", "-- Source: ", "SELECT "] {
            assert!(printed.contains(part), "{name}: {part}");
        }
    }
}

#[test]
fn days_of_subscriptions_are_worked_out_alike_in_all_reports() {
    let part = |sql: &'static str| {
        let begin = sql.find("-- spells:")?;
        Some(&sql[begin..sql.find("-- end of spells")?])
    };
    let reports = recharge_cli::catalog::recharge::FAMILY.analysis.reports;
    let parts: Vec<&str> = reports
        .iter()
        .filter_map(|report| part(report.sql))
        .collect();
    assert_eq!(parts.len(), 4);
    assert!(parts.iter().all(|other| *other == parts[0]));
}

#[test]
fn wrong_words_about_reports_are_refused() {
    let copy = small_store();
    for (words, said) in [
        ("--query chrun", "did you mean churn?"),
        (
            "--query churn --param month_days=30",
            "its parameters are: today",
        ),
        (
            "--query mrr --param month_days=0",
            "month_days=0 is not a decimal number above 0",
        ),
        (
            "--query mrr --param month_days=x",
            "month_days=x is not a decimal number above 0",
        ),
        (
            "--query mrr --param month_days",
            "--param month_days has no value",
        ),
        (
            "--query churn --param today=soon",
            "today=soon is not a day",
        ),
        ("--query churn --tz Mars", "Mars"),
        ("--print", "--query <NAME>"),
        ("--query churn 'SELECT 1'", "cannot be used with"),
    ] {
        asked(&copy, words).fails(2).says(said);
    }
}

#[test]
fn a_report_without_the_zone_of_the_store_says_that_days_are_those_of_utc() {
    let copy = small_store();
    copy.write("DROP TABLE store");
    asked(&copy, "--query churn")
        .succeeds()
        .says("days are in UTC");
    asked(&copy, "--query churn --tz UTC")
        .succeeds()
        .says_nothing();
    // A question of one's own has the function as well.
    let day = "SELECT local_day('2026-11-20T01:00:00Z') AS day";
    let words = |zone: &str| {
        let words = [
            "sql",
            day,
            "--database",
            &copy.path(),
            "-o",
            "ndjson",
            "--tz",
            zone,
        ];
        let words = words.map(str::to_owned);
        rc_of(words).holding(&copy.store).succeeds().records()
    };
    assert_eq!(words("UTC")[0]["day"], "2026-11-20");
    assert_eq!(words("America/New_York")[0]["day"], "2026-11-19");
}

#[test]
fn a_query_of_ones_own_takes_parameters_and_none_of_them_is_null() {
    let copy = small_store();
    let file = copy.store.path().join("mine.sql");
    let printed = asked(&copy, "--query mrr --print").succeeds().stdout;
    std::fs::write(&file, printed).unwrap();
    let words = format!("--file {} -o ndjson", file.display());
    asked(&copy, &words)
        .fails(2)
        .says("the parameter month_days has no value")
        .says("--param month_days=VALUE gives it one");
    let own = asked(
        &copy,
        &format!("{words} --param month_days=30 --param month_days=28"),
    );
    let report = asked(&copy, "--query mrr --param month_days=28 -o ndjson");
    assert_eq!(own.succeeds().stdout, report.succeeds().stdout);
    let day = asked(&copy, "'SELECT :today AS day' -o ndjson").succeeds();
    assert_eq!(day.records()[0]["day"], "2026-11-20");
}

#[test]
fn a_report_about_another_api_is_refused() {
    let copy = Copy::new();
    copy.sync("--from bigcommerce --store-hash sandbox --tables customers");
    asked(&copy, "--query churn")
        .fails(2)
        .says("the query churn runs on copies of Recharge");
}

#[test]
fn a_terminal_shows_bars_and_a_script_shows_records() {
    let copy = small_store();
    let shown = asked(&copy, "--query churn").showing(60).succeeds().stdout;
    assert!(
        shown.contains("CHURN_RATE") && shown.contains('█'),
        "{shown}"
    );
    let lines: Vec<&str> = shown.lines().collect();
    let bar = |line: &str| line.chars().filter(|letter| *letter == '█').count();
    assert!(
        bar(lines[2]) > bar(lines[4]) && bar(lines[4]) > 0,
        "{shown}"
    );
    // Figures of one currency add up, those of two do not.
    let mrr = || asked(&copy, "--query mrr").showing(80).succeeds().stdout;
    let shown = mrr();
    let last = shown.lines().last().unwrap();
    let total = ["total", "3", "4", "80.42", "6.35", "74.07"];
    assert!(total.iter().all(|cell| last.contains(cell)), "{shown}");
    copy.write("UPDATE subscriptions SET presentment_currency = 'EUR' WHERE id = 3");
    assert!(!mrr().contains("total"), "{}", mrr());
    let table = asked(&copy, "--query churn -o table")
        .showing(60)
        .succeeds();
    assert!(table.stdout.contains("0.4000"), "{}", table.stdout);
    let chosen = asked(&copy, "--query churn --columns churn_rate -o csv").succeeds();
    assert_eq!(
        chosen.stdout,
        "churn_rate\n0.0000\n0.5000\n0.0000\n0.4000\n"
    );
}
