//! `rc stats`: figures of a list, as records and as a picture.

use serde_json::json;

use crate::harness::{Store, rc};

#[test]
fn records_are_counted_by_a_field_the_largest_group_first() {
    rc("stats subscriptions --by status -o ndjson")
        .sandboxed()
        .succeeds()
        .prints(
            "{\"status\":\"active\",\"count\":88}\n\
             {\"status\":\"cancelled\",\"count\":30}\n\
             {\"status\":\"expired\",\"count\":11}\n",
        );
}

#[test]
fn figures_are_those_that_jq_works_out() {
    let store = Store::new();
    let naive = rc("charges list --slurp --jq")
        .with("'map(.total_price | tonumber * 100 | round) | add'")
        .within(&store)
        .succeeds();
    let cents: i64 = naive.stdout.trim().parse().unwrap();
    let line =
        "stats charges --sum total_price --min total_price --max total_price --mean total_price";
    let found = rc(line).with("-r --jq .sum_total_price").within(&store);
    let sum = format!("{}.{:02}\n", cents / 100, cents % 100);
    found.succeeds().prints(&sum);
    let record = rc(line).within(&store).succeeds().json();
    assert_eq!(record[0]["count"], 166);
    assert_eq!(record.as_array().unwrap().len(), 1);
}

#[test]
fn days_come_in_order_and_none_is_left_out() {
    let outcome = rc("stats charges --by day --sum total_price -o csv")
        .sandboxed()
        .succeeds();
    let mut lines = outcome.stdout.lines();
    assert_eq!(lines.next(), Some("day,count,sum_total_price"));
    let days: Vec<jiff::civil::Date> = lines
        .map(|line| line.split(',').next().unwrap().parse().unwrap())
        .collect();
    assert!(days.len() > 100);
    assert!(
        days.windows(2)
            .all(|days| days[0].tomorrow().unwrap() == days[1])
    );
    assert!(outcome.stdout.contains(",0,0.00\n"));
}

#[test]
fn filters_and_limits_of_the_list_hold() {
    let store = Store::new();
    let active = rc("stats subscriptions --status active --by status,order_interval_unit -n 50");
    let outcome = active.within(&store).succeeds();
    let rows = outcome.json();
    let rows = rows.as_array().unwrap();
    let count: u64 = rows.iter().map(|row| row["count"].as_u64().unwrap()).sum();
    assert_eq!(count, 50);
    assert!(rows.iter().all(|row| row["status"] == "active"));
}

#[test]
fn the_largest_are_told_and_the_others_taken_together() {
    let outcome = rc("stats subscriptions --by product_title --top 2")
        .sandboxed()
        .succeeds()
        .says_nothing();
    let rows = outcome.json();
    assert_eq!(rows.as_array().unwrap().len(), 3);
    assert_eq!(rows[0]["other"], false);
    assert_eq!(rows[2]["product_title"], json!(null));
    assert_eq!(rows[2]["other"], true);
    let counts = (0..3).map(|at| rows[at]["count"].as_u64().unwrap());
    assert_eq!(counts.sum::<u64>(), 129);
}

#[test]
fn a_terminal_shows_a_picture() {
    rc("stats subscriptions --by status --color never")
        .sandboxed()
        .on_terminal(40)
        .succeeds()
        .prints(
            "STATUS     COUNT\n\
             active        88  ██████████████████████\n\
             cancelled     30  ███████▌\n\
             expired       11  ██▊\n\
             total        129\n",
        );
}

#[test]
fn a_format_a_filter_or_columns_give_records_on_a_terminal_too() {
    for (line, printed) in [
        (
            "-o csv",
            "status,count\nactive,88\ncancelled,30\nexpired,11\n",
        ),
        ("--jq .count", "88\n30\n11\n"),
        ("-c count", "COUNT\n   88\n   30\n   11\n"),
        ("-c help", "status\ncount\n"),
    ] {
        rc("stats subscriptions --by status --color never")
            .with(line)
            .sandboxed()
            .showing(80)
            .succeeds()
            .prints(printed);
    }
}

#[test]
fn of_nothing_there_are_no_groups_and_a_header_all_the_same() {
    let none = "stats subscriptions --customer-id 1 --by status";
    rc(none).sandboxed().succeeds().prints("[]\n");
    rc(none)
        .with("-o csv --top 3")
        .sandboxed()
        .succeeds()
        .prints("status,count,other\n");
    rc(none)
        .sandboxed()
        .showing(80)
        .succeeds()
        .prints_nothing()
        .says("no subscriptions match");
    rc("stats subscriptions --customer-id 1 --sum price -o ndjson")
        .sandboxed()
        .succeeds()
        .prints("{\"count\":0,\"sum_price\":0}\n");
}

#[test]
fn a_day_is_that_of_the_zone_asked_for() {
    let store = Store::new();
    let counted = |list: &str, zone: &str| {
        let line = format!("stats {list} --by day --on created_at -o csv --zone {zone}");
        rc(&line).within(&store).succeeds().stdout
    };
    let list = "subscriptions";
    assert_ne!(counted(list, "UTC"), counted(list, "Pacific/Auckland"));
    // A time without an offset names its day: nothing tells its zone.
    let list = "events";
    assert_eq!(counted(list, "UTC"), counted(list, "Pacific/Auckland"));
    rc("stats events --by day --zone Nowhere/Land")
        .within(&store)
        .fails(2)
        .shows("stats-a_day_is_that_of_the_zone_asked_for");
}

#[test]
fn what_cannot_be_worked_out_is_told_before_anything_is_sent() {
    for (line, said) in [
        ("subscriptions --by staus", "did you mean `status`?"),
        ("subscriptions --sum created_at", "it contains a time"),
        ("subscriptions --by day --on price", "`price` is not a time"),
        ("subscriptions --on created_at", "add --by day"),
        (
            "subscriptions --by status -o csv -c cuont",
            "did you mean `count`?",
        ),
        ("subscriptions --by status --top 0", "above 0"),
        ("charges --by a_b", "charge has no field `a_b`"),
        ("store --by id", "store has no list to count"),
    ] {
        rc(&format!("stats {line}"))
            .sandboxed()
            .fails(2)
            .says(said)
            .prints_nothing();
    }
}

#[test]
fn what_is_no_number_is_left_out_and_told() {
    rc("stats subscriptions --sum status -o ndjson --errors text")
        .sandboxed()
        .succeeds()
        .prints("{\"count\":129,\"sum_status\":0}\n")
        .says("note: `status` of 129 records cannot be used, and was left out");
    rc("stats charges --by line_items.99.title")
        .sandboxed()
        .succeeds()
        .says("note: no record has anything at `line_items.99.title`");
    rc("stats charges --by customer.emial --errors text")
        .sandboxed()
        .fails(2)
        .shows("stats-what_is_no_number_is_left_out_and_told");
}

#[test]
fn a_dry_run_shows_the_first_request() {
    rc("stats charges --status queued --by day --dry-run")
        .sandboxed()
        .succeeds()
        .prints_in("/charges?")
        .prints_in("status=queued");
}

#[test]
fn half_a_list_gives_no_figures() {
    let store = Store::new();
    rc("sandbox faults set 503=@3").within(&store).succeeds();
    rc("stats charges --by status --page-size 50 --max-retries 0")
        .within(&store)
        .fails(6)
        .prints_nothing();
}

#[test]
fn every_list_has_figures() {
    let store = Store::new();
    let mut counted = 0;
    for resource in recharge_cli::catalog::recharge::API.resources {
        if resource.operation("list").is_none() {
            continue;
        }
        let name = resource.name.replace('_', "-");
        let required = if name == "metafields" {
            "--owner-resource customer"
        } else {
            ""
        };
        let field = resource.object.fields[0].name;
        let line = format!("stats {name} --by {field} --top 3");
        rc(&line).with(required).within(&store).succeeds();
        counted += 1;
    }
    assert!(counted > 15);
}
